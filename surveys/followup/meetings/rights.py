"""Who does what with a unit's meeting. Who may see the result at all is `surveys.release.visibility`."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant, Role
from surveys.access.permissions import roles_on
from surveys.campaigns.models import ReportGroup, SurveyUnit
from surveys.organisation.subtrees import lineage
from surveys.platform.clock import municipal_day

MEETING_READERS: Final = tuple(role for role in Role if role is not Role.POLITICIAN)
"""The meeting is the staff's own: politicians see the result, and not how it was talked about."""


@dataclass(frozen=True)
class MeetingRights:
    """leads: prepares, opens votes and saves the choice. ticks: for AMU. answers: as a leader above, or as fagseksjon.

    reads: sees the pages of the meeting. Whoever does one of the others, reads.
    """

    reads: bool
    leads: bool
    ticks: bool
    answers: bool


def meeting_rights(session: Session, account: Account, unit: SurveyUnit) -> MeetingRights:
    """The unit's leader is whoever leads it, or else the nearest unit above that somebody leads.

    The result of units that were merged in the report is led by the leaders of each of them.
    """
    people = units_of_people(session, unit)
    held = set().union(*roles_on(session, account, people).values())
    leading = {grant.unit_id for grant in account.grants if grant.role is Role.LEADER}
    paths = [lineage(session, each) for each in people] if leading else []
    led = [_nearest_led(session, path) for path in paths]
    above = {
        unit_id
        for path, nearest in zip(paths, led, strict=True)
        if nearest is not None
        for unit_id in path[path.index(nearest) + 1 :]
    }
    return MeetingRights(
        reads=bool(held.intersection(MEETING_READERS)),
        leads=not leading.isdisjoint(led),
        ticks=Role.REPRESENTATIVE in held,
        answers=Role.CONTROLLER in held or not leading.isdisjoint(above),
    )


def units_of_people(session: Session, unit: SurveyUnit) -> list[int]:
    """The unit itself, or those that were merged into it."""
    merged = session.scalars(
        select(SurveyUnit.unit_id)
        .join(
            ReportGroup,
            (ReportGroup.survey_id == SurveyUnit.survey_id) & (ReportGroup.unit_id == SurveyUnit.parent_id),
        )
        .where(SurveyUnit.survey_id == unit.survey_id, SurveyUnit.parent_id == unit.unit_id)
    ).all()
    return list(merged) or [unit.unit_id]


def _nearest_led(session: Session, path: Collection[int]) -> int | None:
    today = municipal_day()
    led = set(
        session.scalars(
            select(Grant.unit_id)
            .join(Account, Account.id == Grant.account_id)
            .where(
                Account.active,
                Grant.role == Role.LEADER,
                Grant.unit_id.in_(path),
                or_(Grant.from_day.is_(None), Grant.from_day <= today),
                or_(Grant.to_day.is_(None), Grant.to_day >= today),
            )
        )
    )
    return next((unit_id for unit_id in path if unit_id in led), None)
