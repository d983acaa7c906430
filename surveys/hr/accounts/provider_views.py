"""An account's link to a person at the sign-in provider: made and ended on the account's page."""

from flask import current_app, request
from flask_login import current_user

from surveys.access.models import HR_ROLES
from surveys.access.oidc import linking
from surveys.access.permissions import requires
from surveys.hr.accounts.views import Page, blueprint, changeable, done
from surveys.platform import database
from surveys.platform.texts import _

__all__ = ["blueprint"]


@blueprint.post("/brukere/<int:account_id>/innloggingstjeneste")
@requires(*HR_ROLES)
def link_to_provider(account_id: int) -> Page:
    """By what the provider calls the person."""
    session = database.session()
    account = changeable(session, account_id)
    settings, subject = current_app.config["SETTINGS"], request.form.get("subject", "")
    return done(
        session,
        account,
        lambda: linking.link_by_subject(session, current_user.account, settings, account, subject),
        _("Kontoen er knyttet til innloggingstjenesten."),
    )


@blueprint.post("/brukere/<int:account_id>/innloggingstjeneste/fjern")
@requires(*HR_ROLES)
def unlink_from_provider(account_id: int) -> Page:
    session = database.session()
    account = changeable(session, account_id)
    return done(
        session,
        account,
        lambda: linking.unlink(session, current_user.account, account),
        _("Koblingen er fjernet, og brukeren er logget ut."),
    )
