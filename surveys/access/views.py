"""Signing in and out, the home page of signed-in people, and the choice of language."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask import Response as FlaskResponse
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from surveys.access.accounts import SignedIn, authenticate, find_account
from surveys.access.forms import SignInForm
from surveys.access.permissions import open_to_everyone
from surveys.platform import database, limits
from surveys.platform.extensions import login
from surveys.platform.localisation import LANGUAGES
from surveys.platform.texts import _

blueprint = Blueprint("access", __name__)


@login.user_loader
def load_account(account_id: str) -> SignedIn | None:
    account = find_account(database.session(), int(account_id))
    return SignedIn(account) if account else None


def _failed(response: FlaskResponse) -> bool:
    """The form comes back: a sign-in that succeeds leads on."""
    return response.status_code == 200


def _name_key() -> str:
    return limits.keyed("name", request.form.get("username", "").strip().lower())


@blueprint.route("/logg-inn", methods=["GET", "POST"])
@limits.limiter.limit(limits.SIGN_INS_OF_A_CLIENT, methods=["POST"], deduct_when=_failed)
@limits.limiter.limit(
    limits.SIGN_INS_TO_A_NAME, scope="name", key_func=_name_key, methods=["POST"], deduct_when=_failed
)
@open_to_everyone
def sign_in() -> str | Response:
    """The sign-in page. A wrong name and a wrong password get the same answer."""
    form = SignInForm()
    if form.validate_on_submit():
        account = authenticate(database.session(), form.username.data, form.password.data)
        if account:
            session.clear()
            login_user(SignedIn(account))
            return redirect(_safe_target(request.args.get("neste")))
        form.password.errors = [_("Brukernavnet eller passordet er feil.")]
    elif current_user.is_authenticated:
        return redirect(url_for("home.show"))
    return render_template("access/sign_in.html", form=form)


@blueprint.post("/logg-ut")
@open_to_everyone
def sign_out() -> Response:
    logout_user()
    session.clear()
    flash(_("Du er logget ut."))
    return redirect(url_for("access.sign_in"))


@blueprint.get("/sprak/<code>")
@open_to_everyone
def choose_language(code: str) -> Response:
    """Changes the language for this visit and goes back to the page it was chosen on."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(_safe_target(request.args.get("neste")))


def _safe_target(wanted: str | None) -> str:
    """A page of our own: never an address that leads out of the site."""
    if (
        wanted
        and wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and not urlsplit(wanted).netloc
    ):
        return wanted
    return url_for("home.show")
