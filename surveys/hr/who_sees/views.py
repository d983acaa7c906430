"""«Hvem ser hva»: for a unit, and for a person."""

from flask import Blueprint, abort, render_template
from flask_login import current_user
from sqlalchemy import select

from surveys.access.models import HR_ROLES
from surveys.access.permissions import require_unit, requires
from surveys.campaigns.visibility_texts import who_sees_what
from surveys.hr.accounts.queries import find_known
from surveys.hr.who_sees.answers import what_account_sees, who_sees_unit
from surveys.hr.who_sees.words import when_words
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day

blueprint = Blueprint("who_sees", __name__)


@blueprint.get("/organisasjon/enhet/<unit_code>/hvem-ser-hva")
@requires(*HR_ROLES)
def unit(unit_code: str) -> str:
    """Who may see the unit's results and card, now and later."""
    session = database.session()
    found = session.scalar(select(Unit).where(Unit.code == unit_code))
    if found is None:
        abort(404)
    require_unit(found.id, *HR_ROLES)
    return render_template(
        "hr/who_sees/unit.html",
        unit=found,
        answer=who_sees_unit(session, found, municipal_day()),
        when=when_words,
        promised=who_sees_what,
    )


@blueprint.get("/brukere/<int:account_id>/hvem-ser-hva")
@requires(*HR_ROLES)
def account(account_id: int) -> str:
    """What a person may see, now and later."""
    session = database.session()
    found = find_known(session, current_user.account, account_id)
    if found is None:
        abort(404)
    return render_template(
        "hr/who_sees/account.html",
        account=found,
        answer=what_account_sees(session, found, municipal_day()),
        when=when_words,
    )
