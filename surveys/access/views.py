"""Signing in and out, and the choice of language."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from flask import Response as FlaskResponse
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from surveys.access import interrupted
from surveys.access.accounts import SignedIn, authenticate, find_account
from surveys.access.forms import SignInForm
from surveys.access.permissions import open_to_everyone, signed_in
from surveys.access.sessions import account_of, end_all_sessions, end_session, note_seen, start_session
from surveys.access.texts import role_word
from surveys.platform import database, limits, request_counts
from surveys.platform.extensions import login
from surveys.platform.localisation import LANGUAGES
from surveys.platform.texts import _

blueprint = Blueprint("access", __name__)
blueprint.add_app_template_filter(role_word, "role_word")


@login.user_loader
def load_account(token: str) -> SignedIn | None:
    """The account whose browser holds the token, while its session lasts."""
    if request.method == "GET":
        note_seen(database.database(), token)
    reading = database.session()
    account_id = account_of(reading, token)
    account = find_account(reading, account_id) if account_id else None
    return SignedIn(account, token) if account else None


def _failed(response: FlaskResponse) -> bool:
    """The form comes back: a sign-in that succeeds leads on."""
    return response.status_code == 200 and not g.get("has_signed_in", False)


def _name_key() -> str:
    return limits.keyed("name", request.form.get("username", "").strip().lower())


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
            return _onward(typed)
        request_counts.count_failed_sign_in()
        form.password.errors = [_("Brukernavnet eller passordet er feil.")]
    elif current_user.is_authenticated:
        return redirect(url_for("home.show"))
    return render_template("access/sign_in.html", form=form, typed=typed)


def _opened(username: str, password: str) -> bool:
    """Signs in when the password is right. It is tried before anything is written: argon2 takes its time."""
    db = database.database()
    with db.reading() as reading:
        account = authenticate(reading, username, password)
    if account is None:
        return False
    with db.transaction() as writing:
        token = start_session(writing, account)
    session.clear()
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
def sign_out() -> Response:
    if current_user.is_authenticated:
        end_session(database.session(), current_user.token)
        database.session().commit()
    logout_user()
    session.clear()
    flash(_("Du er logget ut."))
    return redirect(url_for("access.sign_in"))


@blueprint.post("/logg-ut-overalt")
@signed_in
def sign_out_everywhere() -> Response:
    """Ends the account's sessions in every browser, this one too."""
    end_all_sessions(database.session(), current_user.id)
    database.session().commit()
    logout_user()
    session.clear()
    flash(_("Du er logget ut overalt."))
    return redirect(url_for("access.sign_in"))


@blueprint.get("/sprak/<code>")
@open_to_everyone
def choose_language(code: str) -> Response:
    """Changes the language for this visit and goes back to the page it was chosen on."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(safe_target(request.args.get("neste")))


def safe_target(wanted: str | None) -> str:
    """A page of our own: never an address that leads out of the site."""
    if (
        wanted
        and wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and not urlsplit(wanted).netloc
    ):
        return wanted
    return url_for("home.show")
