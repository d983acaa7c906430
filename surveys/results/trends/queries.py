"""The direction of each theme over three surveys or more, for a unit and for a type of units. Released figures only.

A line goes back as far as the figures mean the same: to a changed scale or statement that nobody declared comparable,
to a survey where the statements were used in another way, and to where a unit was merged or split. There it begins.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.trend import FEWEST_WAVES, TrendEstimate, TrendVerdict, WaveScore, trend
from questionnaires.model import Text
from surveys.access.models import Account
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.succession import steps_between
from surveys.release.comparisons.comparing import Comparable, earlier_releases
from surveys.release.comparisons.invariance import comparability
from surveys.release.measures import Measure, MeasureKind, measures_of
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus, Release, Turnout
from surveys.release.unit_types import UNIT_TYPE, closed_categories

Scores = Mapping[str, tuple[int, float, float | None]]
"""Measure → n, mean and sd."""

EarlierWave = tuple[dt.date, frozenset[str], Scores]
"""When it opened, the factors that measure the same now, and the figures."""


@dataclass(frozen=True)
class TrendLine:
    """One theme over the years. means: one for each year of the table, None where the line has none.

    slope, ci_low, ci_high: per year. step: the two years with the largest step between them, when it is uneven.
    """

    key: str
    title: Text
    kind: MeasureKind
    minimum: int
    maximum: int
    means: tuple[float | None, ...]
    slope: float
    ci_low: float
    ci_high: float
    verdict: TrendVerdict
    step: tuple[int, int]


@dataclass(frozen=True)
class TrendTable:
    """The themes with three waves or more, oldest year first. name: of the type; empty for the unit's own."""

    name: str
    years: tuple[int, ...]
    lines: tuple[TrendLine, ...]


@dataclass(frozen=True)
class _TrendWave:
    """One survey's figures that belong to the same line as today's."""

    opened: dt.date
    scores: Scores


def unit_trends(session: Session, survey: Survey, release: Release, unit_id: int) -> TrendTable | None:
    """The unit's directions; None when no theme has three waves. A few queries for each earlier survey."""
    now = _TrendWave(survey.opens_on, _unit_scores(session, release.id, unit_id))
    waves = [now, *_earlier_of_unit(session, survey, unit_id)]
    return _table("", measures_of(questionnaire_of(survey.instrument)), waves)


def type_trends(
    session: Session, account: Account, today: dt.date, survey: Survey, release: Release
) -> list[TrendTable]:
    """The directions of every unit type that the account may read in every survey it is read from."""
    measures = measures_of(questionnaire_of(survey.instrument))
    now = _type_scores(session, account, today, release)
    earlier = [
        (found.survey.opens_on, _same(session, survey, found), _types_of(session, account, today, found))
        for found in earlier_releases(session, survey)
    ]
    tables = []
    for name, scores in sorted(now.items()):
        waves = [
            _TrendWave(survey.opens_on, scores),
            *_unbroken((opened, same, of_types.get(name, {})) for opened, same, of_types in earlier),
        ]
        table = _table(name, measures, waves)
        if table is not None:
            tables.append(table)
    return tables


def _types_of(session: Session, account: Account, today: dt.date, found: Comparable) -> dict[str, Scores]:
    return _type_scores(session, account, today, session.get_one(Release, found.release_id))


def _earlier_of_unit(session: Session, survey: Survey, unit_id: int) -> list[_TrendWave]:
    waves = []
    for found in earlier_releases(session, survey):
        then = _whole_unit_then(session, survey, found, unit_id)
        if then is None:
            break
        waves.append(
            (
                found.survey.opens_on,
                _same(session, survey, found),
                _unit_scores(session, found.release_id, then),
            )
        )
    return list(_unbroken(waves))


def _whole_unit_then(session: Session, survey: Survey, found: Comparable, unit_id: int) -> int | None:
    """The same people's unit in an earlier survey, under whatever name; None where it has been merged or split."""
    steps = steps_between(session, found.survey.opens_on, survey.opens_on)
    if not steps.touches(unit_id):
        return unit_id
    tree = select(Turnout.unit_id, Turnout.parent_id).where(Turnout.release_id == found.release_id)
    origin = steps.origin(unit_id, dict(session.execute(tree).all()))
    return next(iter(origin.units)) if origin.whole and len(origin.units) == 1 else None


def _same(session: Session, survey: Survey, found: Comparable) -> frozenset[str]:
    """The factors that measure the same then and now."""
    verdict = comparability(session, survey, found.survey)
    return frozenset(factor for factor in found.measures if not verdict.blocks(factor))


def _unbroken(earlier: Iterable[EarlierWave]) -> Iterator[_TrendWave]:
    """Newest first. A factor that did not measure the same ends its line: older surveys are not reached past it."""
    alive: frozenset[str] | None = None
    for opened, same, scores in earlier:
        alive = same if alive is None else alive & same
        yield _TrendWave(
            opened, {key: score for key, score in scores.items() if key.partition(":")[0] in alive}
        )


def _unit_scores(session: Session, release_id: int, unit_id: int) -> Scores:
    return _scores(
        session.scalars(
            select(Figure).where(
                Figure.release_id == release_id, Figure.unit_id == unit_id, Figure.kind == FigureKind.UNIT
            )
        ).all()
    )


def _type_scores(session: Session, account: Account, today: dt.date, release: Release) -> dict[str, Scores]:
    closed = closed_categories(session, account, release, today)
    figures = session.scalars(
        select(Figure).where(
            Figure.release_id == release.id,
            Figure.unit_id == release.survey.unit_id,
            Figure.kind == FigureKind.BREAKDOWN,
            Figure.breakdown == UNIT_TYPE,
            Figure.category.not_in(closed),
        )
    ).all()
    names = {figure.category for figure in figures}
    return {name: _scores([each for each in figures if each.category == name]) for name in names}


def _scores(figures: Sequence[Figure]) -> Scores:
    """What is shown exactly: a bound is no place on a line."""
    return {
        figure.measure: (figure.n, figure.mean, figure.sd)
        for figure in figures
        if figure.status == FigureStatus.SHOWN
        and figure.coded == Coding.EXACT
        and figure.n is not None
        and figure.mean is not None
    }


def _table(name: str, measures: Sequence[Measure], newest_first: Sequence[_TrendWave]) -> TrendTable | None:
    """All themes of the table are one family."""
    waves = [wave for wave in reversed(newest_first) if wave.scores]
    chosen = [
        measure
        for measure in measures
        if measure.kind != MeasureKind.INDEX
        and sum(measure.key in wave.scores for wave in waves) >= FEWEST_WAVES
    ]
    if not chosen:
        return None
    themes = [[_wave_score(wave.scores.get(measure.key)) for wave in waves] for measure in chosen]
    years = tuple(wave.opened.year for wave in waves)
    lines = tuple(
        _trend_line(measure, years, scores, estimate)
        for measure, scores, estimate in zip(
            chosen, themes, trend([_years(wave.opened) for wave in waves], themes), strict=True
        )
        if estimate.verdict != TrendVerdict.TOO_FEW
    )
    return TrendTable(name, years, lines) if lines else None


def _wave_score(score: tuple[int, float, float | None] | None) -> WaveScore | None:
    return None if score is None else WaveScore(*score)


def _trend_line(
    measure: Measure, years: Sequence[int], scores: Sequence[WaveScore | None], estimate: TrendEstimate
) -> TrendLine:
    means = tuple(None if score is None else score.mean for score in scores)
    return TrendLine(
        measure.key,
        measure.title,
        measure.kind,
        measure.minimum,
        measure.maximum,
        means,
        estimate.slope,
        estimate.ci_low,
        estimate.ci_high,
        estimate.verdict,
        largest_step(years, means),
    )


def _years(day: dt.date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def largest_step(years: Sequence[int], means: Sequence[float | None]) -> tuple[int, int]:
    """The two years, one after the other among those with a mean, that differ most. Two means or more."""
    known = [(year, mean) for year, mean in zip(years, means, strict=True) if mean is not None]
    steps = list(pairwise(known))
    (first, _), (last, _) = max(steps, key=lambda pair: abs(pair[1][1] - pair[0][1]))
    return first, last
