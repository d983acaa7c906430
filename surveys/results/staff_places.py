"""What an address for a unit's staff asks for, and who may tell the staff of it."""

from flask import abort
from flask_login import current_user
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Role
from surveys.release.visibility import held_roles, staff_page_access
from surveys.results.views import AskedPlace, asked_place


def asked_of_staff(session: Session, survey_key: str, unit_code: str) -> AskedPlace:
    """What the address asks for. Ends the request when it is not there, or never for this reader."""
    return asked_place(session, survey_key, unit_code, staff_page_access)


def asked_to_share(session: Session, survey_key: str, unit_code: str) -> AskedPlace:
    """The same for whoever tells the unit's staff: its leaders, those above, and HR, once they read it themselves."""
    asked = asked_of_staff(session, survey_key, unit_code)
    if not (asked.access.now and may_share(session, asked)):
        abort(403)
    return asked


def may_share(session: Session, asked: AskedPlace) -> bool:
    """The unit's leaders, those above, and HR."""
    roles = held_roles(session, current_user, asked.release, asked.unit.unit_id)
    return bool(roles & {Role.LEADER, *HR_ROLES})
