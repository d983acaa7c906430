"""Whether an account can sign in: its link for choosing a password, closing and opening it, and signing it out."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from surveys.access import administering
from surveys.access.account_mail import link_address, send_link
from surveys.access.models import HR_ROLES
from surveys.access.one_time_links import make_link
from surveys.access.permissions import requires
from surveys.access.sessions import end_all_sessions
from surveys.audit import trail as audit
from surveys.hr.accounts.views import Page, account_page, blueprint, changeable, done
from surveys.platform import database
from surveys.platform.texts import _

__all__ = ["blueprint"]


@blueprint.post("/brukere/<int:account_id>/lenke")
@requires(*HR_ROLES)
def make_one_time_link(account_id: int) -> Page:
    """A link for choosing a password: sent by mail when that can be done, else shown this once."""
    session = database.session()
    account = changeable(session, account_id)
    if not account.active:
        return account_page(session, account, _("Kontoen er stengt. Åpne den før du lager en lenke.")), 409
    token = make_link(session, account)
    session.commit()
    if send_link(account, token):
        flash(_("Lenken er sendt til %(email)s. Den virker i 72 timer.", email=account.email))
        return redirect(url_for("accounts.show", account_id=account_id))
    return render_template("hr/accounts/link.html", account=account, address=link_address(token))


@blueprint.post("/brukere/<int:account_id>/steng")
@requires(*HR_ROLES)
def deactivate(account_id: int) -> Page:
    session = database.session()
    account = changeable(session, account_id)
    return done(
        session,
        account,
        lambda: administering.deactivate(session, current_user.account, account),
        _("Kontoen er stengt, og brukeren er logget ut."),
    )


@blueprint.post("/brukere/<int:account_id>/apne")
@requires(*HR_ROLES)
def activate(account_id: int) -> Page:
    session = database.session()
    account = changeable(session, account_id)
    return done(
        session, account, lambda: administering.activate(session, account), _("Kontoen er åpnet igjen.")
    )


@blueprint.post("/brukere/<int:account_id>/logg-ut")
@requires(*HR_ROLES)
def sign_out(account_id: int) -> Page:
    """Ends every session of the account."""
    session = database.session()
    account = changeable(session, account_id)

    def end() -> None:
        end_all_sessions(session, account.id)
        audit.record(session, "account.signed_out", account.trail_name)

    return done(session, account, end, _("%(name)s er logget ut overalt.", name=account.name))
