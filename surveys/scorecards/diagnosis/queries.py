"""The newest version of self-assessments, by unit and year."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.platform.clock import municipal_day
from surveys.platform.localisation import short_date
from surveys.scorecards.diagnosis.models import SelfAssessment


@dataclass(frozen=True)
class CriterionScore:
    level: int
    strengths: str
    improvement: str


@dataclass(frozen=True)
class AssessedYear:
    """One unit's newest assessment of one year. scores: criterion's key → what was given."""

    year: int
    number: int
    author: str
    day: str
    scores: Mapping[str, CriterionScore]


def assessed_years(session: Session, unit_id: int) -> dict[int, AssessedYear]:
    """Year → the unit's newest assessment of it, the last year first. One query."""
    found = _newest(session, [unit_id])
    return {year: found[unit, year] for unit, year in sorted(found, reverse=True)}


def assessed_units(session: Session, units: Collection[int], year: int) -> dict[int, AssessedYear]:
    """Unit → its newest assessment of the year. One query."""
    return {unit: each for (unit, of), each in _newest(session, units).items() if of == year}


def _newest(session: Session, units: Collection[int]) -> dict[tuple[int, int], AssessedYear]:
    newest = (
        select(SelfAssessment.unit_id, SelfAssessment.year, func.max(SelfAssessment.number).label("number"))
        .where(SelfAssessment.unit_id.in_(units))
        .group_by(SelfAssessment.unit_id, SelfAssessment.year)
        .subquery()
    )
    rows = session.scalars(
        select(SelfAssessment).join(
            newest,
            (newest.c.unit_id == SelfAssessment.unit_id)
            & (newest.c.year == SelfAssessment.year)
            & (newest.c.number == SelfAssessment.number),
        )
    ).all()
    by_sheet: dict[tuple[int, int], list[SelfAssessment]] = {}
    for row in rows:
        by_sheet.setdefault((row.unit_id, row.year), []).append(row)
    return {sheet: _assessed(of_sheet) for sheet, of_sheet in by_sheet.items()}


def _assessed(rows: list[SelfAssessment]) -> AssessedYear:
    first = rows[0]
    return AssessedYear(
        first.year,
        first.number,
        first.author,
        short_date(municipal_day(first.at)),
        {row.criterion: CriterionScore(row.level, row.strengths, row.improvement) for row in rows},
    )
