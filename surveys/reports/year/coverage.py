"""Which kind of service has run which survey, and when it last did."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, case, exists, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Invitation, Survey, SurveyStatus, SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical, localised

RUN: Final = (SurveyStatus.OPEN, SurveyStatus.CLOSED, SurveyStatus.COUNTED, SurveyStatus.RELEASED)
"""Surveys that have asked somebody."""


@dataclass(frozen=True)
class Coverage:
    """A kind of unit. surveys: titles of what its units were asked in, the newest first; none: never asked."""

    kind: str
    units: int
    surveys: tuple[str, ...]


def _has_asked_somebody() -> ColumnElement[bool]:
    """Somebody who is placed on the unit itself was invited. Of imported answers it is not known who was."""
    invited = exists().where(
        Invitation.survey_id == SurveyUnit.survey_id, Invitation.unit_id == SurveyUnit.unit_id
    )
    uncounted = Survey.status.in_((SurveyStatus.OPEN, SurveyStatus.CLOSED))
    return case((uncounted, invited), else_=SurveyUnit.invited.is_(None) | (SurveyUnit.invited > 0))


def coverage(session: Session, unit_ids: Collection[int]) -> list[Coverage]:
    """By kind of unit, in alphabetical order. Two queries, whatever the number of units."""
    kinds: dict[str, int] = {}
    living = select(Unit.type).where(Unit.id.in_(unit_ids), Unit.valid_to.is_(None), Unit.type != "")
    for kind in session.scalars(living):
        kinds[kind] = kinds.get(kind, 0) + 1
    asked: dict[str, list[str]] = {kind: [] for kind in kinds}
    rows = session.execute(
        select(Unit.type, Survey.title, Survey.closes_on, Survey.id)
        .select_from(SurveyUnit)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .join(Survey, Survey.id == SurveyUnit.survey_id)
        .where(SurveyUnit.unit_id.in_(unit_ids), SurveyUnit.asked, Survey.status.in_(RUN))
        .where(_has_asked_somebody())
        .order_by(Survey.closes_on.desc(), Survey.id)
    )
    for row in rows:
        title = localised(row.title)
        if title not in asked.get(row.type, [title]):
            asked[row.type].append(title)
    return [Coverage(kind, kinds[kind], tuple(asked[kind])) for kind in sorted(kinds, key=alphabetical)]
