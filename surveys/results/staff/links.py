"""The link that a leader gives her staff: one for a unit in a survey, long enough that nobody guesses it, revocable."""

import secrets
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.platform.clock import municipal_day
from surveys.results.models import StaffLink

_BYTES: Final = 24
"""192 bits: guessing is hopeless, so guesses are not counted."""


def link_of(session: Session, survey: Survey, unit_id: int) -> StaffLink | None:
    return session.get(StaffLink, (survey.id, unit_id))


def make_link(session: Session, survey: Survey, unit: SurveyUnit) -> StaffLink:
    """The unit's link: the one there is, else a new one."""
    found = link_of(session, survey, unit.unit_id)
    if found is not None:
        return found
    link = StaffLink(
        survey_id=survey.id,
        unit_id=unit.unit_id,
        token=secrets.token_urlsafe(_BYTES),
        made_on=municipal_day(),
    )
    session.add(link)
    session.flush()
    audit.record(session, "survey.staff_link_made", survey.key, unit=unit.unit.code)
    return link


def remove_link(session: Session, survey: Survey, unit: SurveyUnit) -> None:
    """Whoever has the address reads nothing more. Removing a link that is gone changes nothing."""
    found = link_of(session, survey, unit.unit_id)
    if found is None:
        return
    session.delete(found)
    session.flush()
    audit.record(session, "survey.staff_link_removed", survey.key, unit=unit.unit.code)


def find_link(session: Session, token: str) -> StaffLink | None:
    return session.scalar(select(StaffLink).where(StaffLink.token == token))


def address_of(link: StaffLink) -> str:
    """The full address, as it is on the poster."""
    return f"{current_app.config['SETTINGS'].base_url.rstrip('/')}/delt/{link.token}"
