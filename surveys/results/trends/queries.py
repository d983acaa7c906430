"""The direction of each theme over three surveys or more, for a unit and for a type of units. Released figures only.

A line goes back as far as the figures mean the same: to a changed scale or statement that nobody declared comparable,
to a survey where the statements were used in another way, and to where a unit was merged or split. There it begins.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from analysis.trend import FEWEST_WAVES, TrendEstimate, TrendVerdict, WaveScore, trend
from questionnaires.model import Text
from surveys.access.models import Account
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.succession import SuccessionSteps, steps_between
from surveys.release.comparisons.comparing import earlier_releases
from surveys.release.comparisons.invariance import comparabilities
from surveys.release.kept import KeptOfUnits
from surveys.release.measures import Measure, MeasureKind, measures_of
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus, Release, Turnout
from surveys.release.unit_types import UNIT_TYPE, closed_by_release

Score = tuple[int, float, float | None]
"""n, mean and sd."""

Scores = Mapping[str, Score]
"""Measure → score."""

_SCORE: Final = (Figure.n, Figure.mean, Figure.sd)

EarlierWave = tuple[dt.date, frozenset[str], Scores]
"""When it opened, the factors that measure the same now, and the figures."""


@dataclass(frozen=True)
class EarlierSurvey:
    """An earlier released survey of the series. same: the factors that measure the same then and now."""

    survey: Survey
    release_id: int
    same: frozenset[str]


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


def earlier_surveys(session: Session, survey: Survey) -> list[EarlierSurvey]:
    """Newest first. Two queries."""
    found = earlier_releases(session, survey)
    verdicts = comparabilities(session, survey, [each.survey for each in found])
    return [
        EarlierSurvey(
            each.survey,
            each.release_id,
            frozenset(factor for factor in each.measures if not verdicts[each.survey.id].blocks(factor)),
        )
        for each in found
    ]


def unit_trends(
    session: Session, survey: Survey, release: Release, unit_id: int, earlier: Sequence[EarlierSurvey]
) -> TrendTable | None:
    """The unit's directions; None when no theme has three waves. earlier: `earlier_surveys`.

    Two queries, and one for each earlier survey where something has happened to the unit since.
    """
    then = _units_then(session, survey, earlier, unit_id)
    scores = _unit_scores(session, {release.id: unit_id} | {each.release_id: unit for each, unit in then})
    waves = [
        _TrendWave(survey.opens_on, scores[release.id]),
        *_unbroken((each.survey.opens_on, each.same, scores[each.release_id]) for each, _unit in then),
    ]
    return _table("", measures_of(questionnaire_of(survey.instrument)), waves)


def type_trends(
    session: Session,
    account: Account,
    today: dt.date,
    survey: Survey,
    release: Release,
    earlier: Sequence[EarlierSurvey],
) -> list[TrendTable]:
    """The directions of every unit type that the account may read in every survey it is read from."""
    measures = measures_of(questionnaire_of(survey.instrument))
    ids = [each.release_id for each in earlier]
    before = session.scalars(select(Release).where(Release.id.in_(ids))).all() if ids else []
    scores = _type_scores(session, account, today, [release, *before])
    tables = []
    for name in sorted({name for release_id, name in scores if release_id == release.id}):
        waves = [
            _TrendWave(survey.opens_on, scores[release.id, name]),
            *_unbroken(
                (each.survey.opens_on, each.same, scores.get((each.release_id, name), {})) for each in earlier
            ),
        ]
        table = _table(name, measures, waves)
        if table is not None:
            tables.append(table)
    return tables


def _units_then(
    session: Session, survey: Survey, earlier: Sequence[EarlierSurvey], unit_id: int
) -> list[tuple[EarlierSurvey, int]]:
    """The same people's unit in each earlier survey, newest first, as far back as they had one."""
    if not earlier:
        return []
    steps = steps_between(session, earlier[-1].survey.opens_on, survey.opens_on)
    found = []
    for each in earlier:
        then = _whole_unit_then(session, each, steps.since(each.survey.opens_on), unit_id)
        if then is None:
            break
        found.append((each, then))
    return found


def _whole_unit_then(
    session: Session, earlier: EarlierSurvey, steps: SuccessionSteps, unit_id: int
) -> int | None:
    """The same people's unit in an earlier survey, under whatever name; None where it has been merged or split."""
    if not steps.touches(unit_id):
        return unit_id
    tree = select(Turnout.unit_id, Turnout.parent_id).where(Turnout.release_id == earlier.release_id)
    origin = steps.origin(unit_id, dict(session.execute(tree).all()))
    return next(iter(origin.units)) if origin.whole and len(origin.units) == 1 else None


def _unbroken(earlier: Iterable[EarlierWave]) -> Iterator[_TrendWave]:
    """Newest first. A factor that did not measure the same ends its line: older surveys are not reached past it."""
    alive: frozenset[str] | None = None
    for opened, same, scores in earlier:
        alive = same if alive is None else alive & same
        yield _TrendWave(
            opened, {key: score for key, score in scores.items() if key.partition(":")[0] in alive}
        )


def _unit_scores(session: Session, units: Mapping[int, int]) -> dict[int, Scores]:
    """units: release → the unit in it. Release → what is shown exactly: a bound is no place on a line. One query."""
    rows = session.execute(
        select(Figure.release_id, Figure.unit_id, Figure.measure, *_SCORE).where(
            *_shown_exactly(units), Figure.kind == FigureKind.UNIT
        )
    )
    found: dict[int, dict[str, Score]] = {release_id: {} for release_id in units}
    for release_id, unit_id, measure, n, mean, sd in rows:
        if n is not None and mean is not None and units[release_id] == unit_id:
            found[release_id][measure] = (n, mean, sd)
    return dict(found)


def _type_scores(
    session: Session, account: Account, today: dt.date, releases: Sequence[Release]
) -> dict[tuple[int, str], Scores]:
    """Release and unit type → what is shown exactly, of the types that the account may read."""
    closed = closed_by_release(session, account, releases, today)
    return {
        (release.id, name): scores
        for release in releases
        for name, scores in _every_type(session, release).items()
        if name not in closed[release.id]
    }


_kept: Final = KeptOfUnits[Mapping[str, Scores]](20)


def _every_type(session: Session, release: Release) -> Mapping[str, Scores]:
    """Unit type → its scores, also of types that not every reader may read."""
    top = release.survey.unit_id
    return _kept.of(session, release, [top], lambda _missing: {top: _read_types(session, release)})[top]


def _read_types(session: Session, release: Release) -> Mapping[str, Scores]:
    """One query."""
    rows = session.execute(
        select(Figure.category, Figure.measure, *_SCORE).where(
            *_shown_exactly({release.id: release.survey.unit_id}),
            Figure.kind == FigureKind.BREAKDOWN,
            Figure.breakdown == UNIT_TYPE,
        )
    )
    found: dict[str, dict[str, Score]] = defaultdict(dict)
    for name, measure, n, mean, sd in rows:
        if n is not None and mean is not None:
            found[name][measure] = (n, mean, sd)
    return dict(found)


def _shown_exactly(units: Mapping[int, int]) -> tuple[ColumnElement[bool], ...]:
    """units: release → a unit. Figures of other pairs of the two are found too."""
    return (
        Figure.release_id.in_(units),
        Figure.unit_id.in_(set(units.values())),
        Figure.status == FigureStatus.SHOWN,
        Figure.coded == Coding.EXACT,
    )


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


def _wave_score(score: Score | None) -> WaveScore | None:
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
