"""Whether the leaders of units have opened their results: one day for each unit, so that help can be offered.

It is stored the first time only, and neither who it was nor how often anybody has read it.
"""

import contextlib
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.actions.models import ResultOpening
from surveys.campaigns.models import ReportGroup, SurveyUnit
from surveys.organisation.tree import in_order
from surveys.platform.database import database
from surveys.release.models import Release, Turnout
from surveys.release.visibility import accesses


@dataclass(frozen=True)
class OpenedUnit:
    """A unit with answers, in the order of the tree. opened_on: None when its own leader has not opened its result."""

    name: str
    depth: int
    opened_on: dt.date | None


def note_opening(session: Session, account: Account, unit: SurveyUnit, today: dt.date) -> dt.date | None:
    """Stores today for the unit, when the account is its own leader and no day is stored; tells the day it stored.

    `session` reads, and may not see it yet; what is written is a transaction of its own.
    """
    own = {grant.unit_id for grant in account.grants if grant.role == Role.LEADER}
    if not own & _people(session, unit, own):
        return None
    if session.get(ResultOpening, (unit.survey_id, unit.unit_id)) is not None:
        return None
    opening = ResultOpening(survey_id=unit.survey_id, unit_id=unit.unit_id, first_opened_on=today)
    # Her deputy's first page in the same moment has stored the same day.
    with contextlib.suppress(IntegrityError), database().transaction() as writing:
        writing.add(opening)
    return today


def _people(session: Session, unit: SurveyUnit, own: Collection[int]) -> set[int]:
    """The unit and those merged into it in the report, as far as anybody could lead them."""
    if unit.unit_id in own or not own:
        return {unit.unit_id}
    merged = (
        select(SurveyUnit.unit_id)
        .join(
            ReportGroup,
            (ReportGroup.survey_id == SurveyUnit.survey_id) & (ReportGroup.unit_id == SurveyUnit.parent_id),
        )
        .where(ReportGroup.survey_id == unit.survey_id, ReportGroup.unit_id == unit.unit_id)
    )
    return set(session.scalars(merged))


def opened_units(session: Session, account: Account, release: Release, today: dt.date) -> list[OpenedUnit]:
    """Every unit of the survey that the account may read today and anybody answered in, in the order of the tree."""
    readable = {
        unit
        for (_release, unit), access in accesses(session, account, [release], today).items()
        if access.now
    }
    days: dict[int, dt.date] = {
        opening.unit_id: opening.first_opened_on
        for opening in session.scalars(
            select(ResultOpening).where(ResultOpening.survey_id == release.survey_id)
        )
    }
    units = session.scalars(
        select(SurveyUnit)
        .join(Turnout, (Turnout.release_id == release.id) & (Turnout.unit_id == SurveyUnit.unit_id))
        .where(SurveyUnit.survey_id == release.survey_id, Turnout.delivered > 0)
    )
    rows = [
        (unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in units if unit.unit_id in readable
    ]
    return [OpenedUnit(node.name, node.depth, days.get(node.unit_id)) for node in in_order(rows)]
