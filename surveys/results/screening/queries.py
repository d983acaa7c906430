"""The changes that stand out among all comparisons of a release, as far as a reader may see them."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from surveys.access.models import Account
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical
from surveys.release.measures import Measure, measures_of
from surveys.release.models import Change, ChangeBasis, Figure, FigureKind, Release
from surveys.release.visibility import accesses

FALSE_SHARE: Final = 0.05
"""The expected share of chance among the changes that are listed."""


@dataclass(frozen=True)
class Reach:
    """How much of a survey a reader may see today. Nothing yet: from `from_day`, which may be undecided."""

    units: frozenset[int]
    everything: bool = False
    from_day: dt.date | None = None


def reach_of(session: Session, account: Account, release: Release, today: dt.date) -> Reach | None:
    """All units by the rule of `accesses`; None when the reader will never see any unit of the survey."""
    found = accesses(session, account, [release], today)
    if not found:
        return None
    opened = frozenset(unit_id for (_release, unit_id), access in found.items() if access.now)
    days = [access.from_day for access in found.values() if access.from_day is not None]
    pictured = select(func.count()).where(SurveyUnit.survey_id == release.survey_id)
    return Reach(opened, len(opened) == session.scalar(pictured), min(days, default=None))


@dataclass(frozen=True)
class Family:
    """All comparisons of a release. compared: every one made; tested: those in the family; found: those that stand out.

    units, measures: how many different ones are in the family. screened: False for releases older than the screening.
    """

    compared: int
    tested: int
    units: int
    measures: int
    found: int
    screened: bool

    @property
    def left_out(self) -> int:
        return self.compared - self.tested

    @property
    def by_chance(self) -> int:
        """How many of those found are at most expected to be chance."""
        return math.ceil(self.found * FALSE_SHARE)


def family_of(session: Session, release: Release) -> Family:
    """Counts over the whole release, whoever reads them."""
    inside = Change.q.is_not(None)
    row = session.execute(
        select(
            func.count(),
            func.count(Change.q),
            func.count(Change.unit_id.distinct()).filter(inside),
            func.count(Change.measure.distinct()).filter(inside),
            func.count().filter(Change.q < FALSE_SHARE),
            func.count(Change.p_adjusted).filter(Change.p.is_(None)),
        ).where(Change.release_id == release.id)
    ).one()
    return Family(*row[:5], screened=not row[5])


@dataclass(frozen=True)
class FoundChange:
    """One change that stands out. Values on the measure's scale; year: when the earlier survey began."""

    unit_code: str
    unit_name: str
    measure: Measure
    before: float
    now: float
    difference: float
    ci_low: float | None
    ci_high: float | None
    year: int
    basis: ChangeBasis

    @property
    def up(self) -> bool:
        return self.difference > 0


def found_changes(session: Session, survey: Survey, release: Release, reach: Reach) -> list[FoundChange]:
    """In alphabetical order of units, then the questionnaire's order of themes; never by size. One query."""
    measures = {measure.key: measure for measure in measures_of(questionnaire_of(survey.instrument))}
    order = {key: place for place, key in enumerate(measures)}
    rows = session.execute(
        select(
            Change.unit_id,
            SurveyUnit.name,
            Unit.code,
            Change.measure,
            Change.difference,
            Change.ci_low,
            Change.ci_high,
            Change.basis,
            Figure.mean,
            Survey.opens_on,
        )
        .join(
            Figure,
            (Figure.release_id == Change.release_id)
            & (Figure.unit_id == Change.unit_id)
            & (Figure.measure == Change.measure)
            & (Figure.kind == FigureKind.UNIT),
        )
        .join(Unit, Unit.id == Change.unit_id)
        .join(SurveyUnit, (SurveyUnit.unit_id == Change.unit_id) & (SurveyUnit.survey_id == survey.id))
        .join(Release, Release.id == Change.previous_release_id)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Change.release_id == release.id, Change.q < FALSE_SHARE)
    ).all()
    found = [
        FoundChange(
            unit_code=row.code,
            unit_name=row.name,
            measure=measures[row.measure],
            before=row.mean - row.difference,
            now=row.mean,
            difference=row.difference,
            ci_low=row.ci_low,
            ci_high=row.ci_high,
            year=row.opens_on.year,
            basis=row.basis,
        )
        for row in rows
        if row.mean is not None and row.unit_id in reach.units
    ]
    return sorted(
        found, key=lambda each: (alphabetical(each.unit_name), each.unit_code, order[each.measure.key])
    )


def screened_surveys(session: Session, units: Sequence[SurveyUnit]) -> frozenset[int]:
    """The ids of those surveys whose release has been compared with an earlier one, and where any of the units has
    units below it: a leader of one unit reads her changes on its own page. One query.
    """
    compared = select(Change.release_id).where(Change.release_id == Release.id).exists()
    below = aliased(SurveyUnit)
    return frozenset(
        session.scalars(
            select(Release.survey_id)
            .join(below, below.survey_id == Release.survey_id)
            .where(
                tuple_(below.survey_id, below.parent_id).in_([(u.survey_id, u.unit_id) for u in units]),
                compared,
            )
            .distinct()
        )
    )
