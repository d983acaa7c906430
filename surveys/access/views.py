"""Signing in and out, and the choice of language."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from flask import Response as FlaskResponse
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from surveys.access import interrupted, known_browsers
from surveys.access.accounts import SignedIn, authenticate
from surveys.access.forms import SignInForm
from surveys.access.models import Account
from surveys.access.oidc.leaving import leave_provider
from surveys.access.oidc.provider_roles import end_provider_roles, has_provider_roles
from surveys.access.own_pages import safe_target
from surveys.access.permissions import open_to_everyone, signed_in
from surveys.access.sessions import (
    end_all_sessions,
    end_session,
    id_token_of,
    is_to_be_noted,
    note_seen,
    sign_in_of,
    start_session,
)
from surveys.access.texts import provider_name, role_word
from surveys.platform import database, limits, request_counts
from surveys.platform.extensions import login
from surveys.platform.localisation import LANGUAGES
from surveys.platform.texts import _

blueprint = Blueprint("access", __name__)
blueprint.add_app_template_filter(role_word, "role_word")
blueprint.add_app_template_global(provider_name, "sign_in_provider")


@blueprint.context_processor
def messages() -> dict[str, bool]:
    """The page shows what was done: «Passordet er lagret.»"""
    return {"uses_messages": True}


@login.user_loader
def load_account(token: str) -> SignedIn | None:
    """The account whose browser holds the token, while its session lasts."""
    session = database.session()
    found = sign_in_of(session, token)
    if found and request.method == "GET" and is_to_be_noted(found.seen_at):
        # By a connection of its own: the page itself only reads, and reads what is so afterwards.
        session.rollback()
        note_seen(database.database(), token)
        found = sign_in_of(session, token)
    if found is None:
        return None
    g.account_language = found.account.language
    return SignedIn(found.account, token)


def _failed(response: FlaskResponse) -> bool:
    """The form comes back: a sign-in that succeeds leads on."""
    return response.status_code == 200 and not g.get("has_signed_in", False)


def _name_key() -> str:
    return known_browsers.failures_key(request.form.get("username", ""))


@blueprint.route("/logg-inn", methods=["GET", "POST"])
@limits.limiter.limit(limits.SIGN_INS_OF_A_CLIENT, methods=["POST"], deduct_when=_failed)
@limits.limiter.limit(
    limits.SIGN_INS_TO_A_NAME, scope="name", key_func=_name_key, methods=["POST"], deduct_when=_failed
)
@open_to_everyone
def sign_in() -> str | Response | FlaskResponse:
    """The sign-in page. A wrong name and a wrong password get the same answer."""
    form = SignInForm()
    typed = interrupted.sent_along()
    if form.validate_on_submit():
        if _opened(form.username.data, form.password.data):
            return known_browsers.remember(_onward(typed), form.username.data)
        request_counts.count_failed_sign_in()
        form.password.errors = [_("Brukernavnet eller passordet er feil.")]
    elif current_user.is_authenticated:
        # Signed in with the provider in another tab, while a form waits in this one.
        g.has_signed_in = True
        return interrupted.page_to_resume(typed) if typed else redirect(url_for("home.show"))
    return render_template("access/sign_in.html", form=form, typed=typed)


def _opened(username: str, password: str) -> bool:
    """Signs in when the password is right. It is tried before anything is written: argon2 takes its time."""
    db = database.database()
    with db.reading() as reading:
        account = authenticate(reading, username, password)
    if account is None:
        return False
    with db.transaction() as writing:
        if has_provider_roles(account):
            end_provider_roles(writing, writing.get_one(Account, account.id))
        token = start_session(writing, account)
    session.clear()
    # Flask-WTF keeps the token of the session that is gone: a form on the page that follows could not be sent.
    g.pop("csrf_token", None)
    login_user(SignedIn(account, token))
    g.has_signed_in = True
    return True


def _onward(typed: interrupted.InterruptedForm | None) -> Response | FlaskResponse:
    """To the page that was asked for; to what was being filled in when the session ended, if anything was."""
    if typed is None:
        return redirect(safe_target(request.args.get("neste")))
    return interrupted.page_to_resume(typed)


@blueprint.post("/logg-ut")
@open_to_everyone
def sign_out() -> str | Response:
    id_token = ""
    if current_user.is_authenticated:
        id_token = id_token_of(database.session(), current_user.token)
        end_session(database.session(), current_user.token)
        database.session().commit()
    return _signed_out(id_token, _("Du er logget ut."))


@blueprint.post("/logg-ut-overalt")
@signed_in
def sign_out_everywhere() -> str | Response:
    """Ends the account's sessions in every browser, this one too."""
    id_token = id_token_of(database.session(), current_user.token)
    end_all_sessions(database.session(), current_user.id)
    database.session().commit()
    return _signed_out(id_token, _("Du er logget ut overalt."))


def _signed_out(id_token: str, said: str) -> str | Response:
    """The browser forgets the session. One that the sign-in provider vouched for goes there to end that session too."""
    logout_user()
    session.clear()
    if id_token:
        return leave_provider(id_token)
    flash(said)
    return redirect(url_for("access.sign_in"))


@blueprint.get("/sprak/<code>")
@open_to_everyone
def choose_language(code: str) -> Response:
    """Changes the language for this visit and goes back to the page it was chosen on."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(safe_target(request.args.get("neste")))
