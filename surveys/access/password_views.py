"""Pages where somebody chooses a password: by a one-time link, or her own when she is signed in."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from surveys.access import known_browsers
from surveys.access.account_mail import send_link_later, tell_of_new_password_later
from surveys.access.accounts import authenticate, find_by_username
from surveys.access.forms import ChangePasswordForm, ChoosePasswordForm, ForgottenForm
from surveys.access.models import Account
from surveys.access.one_time_links import LinkGoneError, account_behind, make_link, use_link, words_about
from surveys.access.passwords import PasswordRefusedError, hash_password
from surveys.access.permissions import open_to_everyone, signed_in
from surveys.access.sessions import end_all_sessions
from surveys.access.views import blueprint
from surveys.audit import trail as audit
from surveys.platform import database, limits
from surveys.platform.texts import _


@blueprint.route("/velg-passord/<token>", methods=["GET", "POST"])
@open_to_everyone
def choose_password(token: str) -> str | Response | tuple[str, int]:
    """The page behind a one-time link. One that opens nothing any more says what to do."""
    form = ChoosePasswordForm()
    with database.database().reading() as reading:
        account = account_behind(reading, token)
        if account is None:
            return render_template("access/link_gone.html"), 410
        username, about = account.username, words_about(reading, account)
        has_password = bool(account.password_hash)
    if form.validate_on_submit():
        try:
            hashed = hash_password(form.password.data, about)
            with database.database().transaction() as writing:
                owner = use_link(writing, token, hashed)
                writing.flush()
                writing.expunge(owner)
        except PasswordRefusedError as refusal:
            form.password.errors = [str(refusal)]
        except LinkGoneError:
            return render_template("access/link_gone.html"), 410
        else:
            if has_password:
                tell_of_new_password_later(owner)
            session.clear()
            flash(_("Passordet er lagret. Logg inn med det nå."))
            return known_browsers.remember(redirect(url_for("access.sign_in")), username)
    status = 422 if request.method == "POST" else 200
    return render_template("access/choose_password.html", form=form, username=username), status


@blueprint.route("/glemt-passord", methods=["GET", "POST"])
@limits.limiter.limit(limits.LINKS_OF_A_CLIENT, methods=["POST"])
@open_to_everyone
def forgotten() -> str | Response:
    """Sends a link to the account's address. The answer is the same whether there is such an account or not."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("access/forgotten.html", form=form)
    db = database.database()
    with db.transaction() as writing:
        account = find_by_username(writing, form.username.data)
        reachable = account if account and account.active and account.email else None
        token = make_link(writing, reachable) if reachable else ""
        if reachable:
            writing.flush()
            writing.expunge(reachable)
    if reachable and token:
        send_link_later(reachable, token)
    flash(
        _("Finnes det en slik bruker med e-postadresse, har vi sendt en lenke dit. Ellers må du spørre HR.")
    )
    return redirect(url_for("access.sign_in"))


@blueprint.route("/konto", methods=["GET", "POST"])
@signed_in
def own_account() -> str | Response | tuple[str, int]:
    """The reader's own account: her roles, her password, and signing out everywhere."""
    form = ChangePasswordForm()
    # Who is signed in was looked up in a session that writes; argon2 must not run while it holds SQLite's write lock.
    database.session().close()
    with database.database().reading() as reading:
        account = reading.get(Account, current_user.id)
        if account is None:
            abort(404)
        # The provider may give what somebody else has given too: one line for both.
        roles = list(dict.fromkeys((grant.role, grant.unit.name, grant.to_day) for grant in account.grants))
        about = words_about(reading, account)
        right = (
            authenticate(reading, account.username, form.current.data or "") if form.is_submitted() else None
        )
    if form.validate_on_submit():
        if right is None:
            form.current.errors = [_("Passordet du har nå, er ikke riktig.")]
        else:
            try:
                hashed = hash_password(form.password.data, about)
            except PasswordRefusedError as refusal:
                form.password.errors = [str(refusal)]
            else:
                return _changed(hashed)
    status = 422 if request.method == "POST" else 200
    return render_template("access/own_account.html", form=form, roles=roles), status


def _changed(password_hash: str) -> Response:
    """Every session ends, this one too: whoever knew the old password is out."""
    with database.database().transaction() as writing:
        account = writing.get_one(Account, current_user.id)
        account.password_hash = password_hash
        end_all_sessions(writing, account.id)
        audit.record(writing, "account.password_chosen", account.trail_name)
        writing.flush()
        writing.expunge(account)
    tell_of_new_password_later(account)
    logout_user()
    session.clear()
    flash(_("Passordet er byttet, og du er logget ut overalt. Logg inn med det nye."))
    return redirect(url_for("access.sign_in"))
