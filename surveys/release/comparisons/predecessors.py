"""What each of a survey's figures is compared with: the unit's own earlier figure, or those of the units it came from.

Only released, exact figures are used. Where one of the units a merged unit came from was hidden, there is nothing
to compare with: the hidden figure is never worked out from others.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.change import Wave, pooled
from questionnaires.comparison import SeriesContinuity
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.organisation.succession import SuccessionSteps, outermost, steps_between
from surveys.release.comparisons.comparing import Comparable, earlier_releases
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.models import (
    ChangeBasis,
    Coding,
    Figure,
    FigureKind,
    FigureStatus,
    Release,
    Turnout,
    WhyUncompared,
)

UnitMeasure = tuple[int, str]
"""A unit's id and a measure."""

ReleasedScore = tuple[int, float, float | None]
"""n, mean and sd as released."""

_BREAKS: Mapping[SeriesContinuity, WhyUncompared] = {
    SeriesContinuity.SCALE_DIFFERS: WhyUncompared.SCALE_DIFFERS,
    SeriesContinuity.NOT_DECLARED: WhyUncompared.NOT_DECLARED,
}


@dataclass(frozen=True)
class Before:
    """What a figure is compared with. units: the ids of those whose it is; empty for the unit's own."""

    release_id: int
    score: ReleasedScore
    basis: ChangeBasis = ChangeBasis.SAME
    units: tuple[int, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Why the newest earlier figure cannot be compared with. units: the ids of those it came from."""

    release_id: int
    reason: WhyUncompared
    units: tuple[int, ...] = ()


def earlier_scores(
    session: Session, survey: Survey, wanted: Collection[UnitMeasure]
) -> tuple[dict[UnitMeasure, Before], dict[UnitMeasure, Missing]]:
    """For every wanted place what it is compared with, in the newest survey that has it; else why not."""
    factor_of = {
        measure.key: measure.factor.key
        for measure in measures_of(questionnaire_of(survey.instrument))
        if measure.kind != MeasureKind.INDEX
    }
    places = [place for place in wanted if place[1] in factor_of]
    found: dict[UnitMeasure, Before] = {}
    missing: dict[UnitMeasure, Missing] = {}
    for earlier in earlier_releases(session, survey):
        then = _Then.of(session, survey, earlier, factor_of)
        for place in places:
            if place in found:
                continue
            result = then.compared_with(*place)
            if isinstance(result, Before):
                found[place] = result
            elif result is not None:
                missing.setdefault(place, result)
    return found, {place: gap for place, gap in missing.items() if place not in found}


@dataclass(frozen=True)
class _Then:
    """An earlier release. parents: its tree; empty when nothing has happened to any unit since."""

    earlier: Comparable
    factor_of: Mapping[str, str]
    shown: Mapping[UnitMeasure, ReleasedScore]
    steps: SuccessionSteps
    parents: Mapping[int, int | None]

    @classmethod
    def of(
        cls, session: Session, survey: Survey, earlier: Comparable, factor_of: Mapping[str, str]
    ) -> "_Then":
        tree = session.execute(
            select(Turnout.unit_id, Turnout.parent_id).where(Turnout.release_id == earlier.release_id)
        )
        return cls(
            earlier,
            factor_of,
            _shown(session, earlier.release_id, factor_of),
            steps_between(session, earlier.survey.opens_on, survey.opens_on),
            dict(tree.all()),
        )

    def compared_with(self, unit: int, measure: str) -> Before | Missing | None:
        """None where there was nothing: a new unit, a new measure, or its own figure hidden then."""
        factor = self.factor_of[measure]
        units, whole = self._origin(unit)
        scores = [self.shown[one, measure] for one in units if (one, measure) in self.shown]
        if factor in self.earlier.breaks:
            reason = _BREAKS[self.earlier.breaks[factor]]
            return Missing(self.earlier.release_id, reason) if scores else None
        if factor not in self.earlier.measures:
            return None
        if scores and len(scores) == len(units) and (whole or len(units) == 1):
            others = () if whole and units == (unit,) else units
            return Before(self.earlier.release_id, _together(scores), _basis(units, whole), others)
        if units == (unit,) or not any(one in self.parents for one in units):
            return None
        return Missing(self.earlier.release_id, self._why(units, whole), units)

    def _origin(self, unit: int) -> tuple[tuple[int, ...], bool]:
        if not self.steps.touches(unit):
            return (unit,), True
        origin = self.steps.origin(unit, self.parents)
        return outermost(origin.units, self.parents), origin.whole

    def _why(self, units: Sequence[int], whole: bool) -> WhyUncompared:
        if len(units) > 1 and not whole:
            return WhyUncompared.PARTS
        absent = any(one not in self.parents for one in units)
        return WhyUncompared.PREDECESSOR_ABSENT if absent else WhyUncompared.PREDECESSOR_HIDDEN


def _shown(session: Session, release_id: int, measures: Iterable[str]) -> dict[UnitMeasure, ReleasedScore]:
    """Every unit's exact figures in a release."""
    rows = session.execute(
        select(Figure.unit_id, Figure.measure, Figure.n, Figure.mean, Figure.sd).where(
            Figure.release_id == release_id,
            Figure.kind == FigureKind.UNIT,
            Figure.status == FigureStatus.SHOWN,
            Figure.coded == Coding.EXACT,
            Figure.measure.in_(list(measures)),
        )
    )
    return {
        (unit, measure): (n, mean, sd)
        for unit, measure, n, mean, sd in rows
        if n is not None and mean is not None
    }


def _together(scores: Sequence[ReleasedScore]) -> ReleasedScore:
    """The moments of everybody behind the scores; no spread where one of them has none."""
    if len(scores) == 1:
        return scores[0]
    n, mean, sd = (np.array(column, dtype=np.float64) for column in zip(*scores, strict=True))
    wave = pooled(Wave(n.astype(np.int64), mean, sd), np.zeros(len(scores), dtype=np.int64), 1)
    spread = float(wave.sd[0])
    return int(wave.n[0]), float(wave.mean[0]), None if np.isnan(spread) else spread


def _basis(units: Sequence[int], whole: bool) -> ChangeBasis:
    if not whole:
        return ChangeBasis.SPLIT
    return ChangeBasis.MERGED if len(units) > 1 else ChangeBasis.SAME


def names_then(session: Session, compared: Iterable[Before | Missing]) -> dict[tuple[int, int], str]:
    """(release id, unit id) → what the unit was called in that survey; its last name when it was not in it."""
    wanted = {(one.release_id, unit) for one in compared for unit in one.units}
    if not wanted:
        return {}
    units = {unit for _, unit in wanted}
    last = dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(units))).all())
    then = session.execute(
        select(Release.id, SurveyUnit.unit_id, SurveyUnit.name)
        .join(Release, Release.survey_id == SurveyUnit.survey_id)
        .where(SurveyUnit.unit_id.in_(units), Release.id.in_({release for release, _ in wanted}))
    )
    known = {(release, unit): name for release, unit, name in then}
    return {(release, unit): known.get((release, unit), last[unit]) for release, unit in wanted}
