"""Every unit's clear changes in a release, as far as a reader may see them: the verdicts of the units' own pages."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from surveys.access.models import Account
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical
from surveys.release.measures import Measure, measures_of
from surveys.release.models import CLEAR, Change, ChangeBasis, Figure, FigureKind, Release, Verdict
from surveys.release.visibility import accesses

FALSE_SHARE: Final = 0.05
"""The chance that a unit without any change has a clear one, and the share of chance among those that stand out."""


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
    """All comparisons of a release. compared: every one made; tested: those that could be called changed.

    units, measures: how many different ones were tested. found: the clear changes. standing_out: how many of them are
    also clear among all comparisons of the release at once.
    """

    compared: int
    tested: int
    units: int
    measures: int
    found: int
    standing_out: int

    @property
    def left_out(self) -> int:
        return self.compared - self.tested

    @property
    def by_chance(self) -> float:
        """How many units are at most expected to have a clear change though nothing has changed anywhere.

        Each unit's themes are one Holm family at 5 %, so this holds however units overlap and themes correlate.
        """
        return self.units * FALSE_SHARE


def family_of(session: Session, release: Release) -> Family:
    """Counts over the whole release, whoever reads them."""
    tested = and_(
        Change.comparable,
        Change.verdict != Verdict.TOO_FEW,
        Change.p_adjusted.is_not(None),
        Change.basis != ChangeBasis.SPLIT,
    )
    row = session.execute(
        select(
            func.count(),
            func.count().filter(tested),
            func.count(Change.unit_id.distinct()).filter(tested),
            func.count(Change.measure.distinct()).filter(tested),
            func.count().filter(_clear()),
            func.count().filter(_clear(), Change.q < FALSE_SHARE),
        ).where(Change.release_id == release.id)
    ).one()
    return Family(*row)


def _clear() -> ColumnElement[bool]:
    """A clear change. A part that differs from the whole it came from has not changed."""
    return and_(Change.comparable, Change.verdict.in_(CLEAR), Change.basis != ChangeBasis.SPLIT)


@dataclass(frozen=True)
class FoundChange:
    """One clear change. Values on the measure's scale; year: when the earlier survey began.

    stands_out: also among all comparisons of the release at once.
    """

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
    up: bool
    stands_out: bool


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
            Change.verdict,
            Change.q,
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
        .where(Change.release_id == release.id, _clear())
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
            up=row.verdict == Verdict.UP,
            stands_out=row.q is not None and row.q < FALSE_SHARE,
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
