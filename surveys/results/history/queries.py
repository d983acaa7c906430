"""A unit's results of earlier surveys in other tools, as its page shows them: always beside, never among, our own."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from analysis.difference import PlainChange, PlainScore, plain_changes
from questionnaires.model import Text
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.comparisons.change_queries import ChangeLine
from surveys.release.history.imported import Rescaling, importable_measures, rescaling, same_measures
from surveys.release.history.models import ImportedFigure, ImportedKind, ImportedSet
from surveys.release.measures import Measure, MeasureKind
from surveys.release.models import Coding, Verdict
from surveys.results.queries import Line

_FEWEST: Final = 2
"""People on each side without whom there is no spread to test with."""


@dataclass(frozen=True)
class PastFigure:
    """One imported mean and spread on the scale they came on; `scale` leads to ours. comparable: declared so."""

    n: int
    mean: float
    sd: float | None
    scale: Rescaling
    comparable: bool


@dataclass(frozen=True)
class PastColumn:
    """Where the figures of one column come from."""

    year: int
    instrument: str
    source: str


@dataclass(frozen=True)
class PastLine:
    """One measure over the years. `figures`: one for each column, None where the file had none.

    change: from the newest figure that was declared comparable to now; None without one. tested: whether both spreads
    are known, so that a word may be said about it.
    """

    key: str
    title: Text
    kind: MeasureKind
    figures: tuple[PastFigure | None, ...]
    change: ChangeLine | None = None
    tested: bool = False


@dataclass(frozen=True)
class History:
    """What was imported for one unit, newest year first."""

    columns: tuple[PastColumn, ...]
    lines: tuple[PastLine, ...]


def history_of(session: Session, survey: Survey, unit_id: int, now: Sequence[Line]) -> History | None:
    """What was imported for the unit from before the survey; None when nothing was. Three queries at most.

    now: the unit's own released lines, to set the newest comparable figure beside. Measures whose wording has changed
    since they were matched are left out.
    """
    asked = {"series": survey.series_id, "before": survey.opens_on.year, "unit": unit_id}
    figures = session.scalars(_figures_before(), asked).all()
    return _history(survey, figures, {line.key: line for line in now}) if figures else None


@cache
def _figures_before() -> Select[ImportedFigure]:
    """A query for what was imported of `unit` for `series` from before a year.

    Made once: making it takes longer than asking it.
    """
    return (
        select(ImportedFigure)
        .join(ImportedSet, ImportedSet.id == ImportedFigure.set_id)
        .where(
            ImportedSet.kind == ImportedKind.HISTORY,
            ImportedSet.series_id == bindparam("series"),
            ImportedSet.withdrawn_on.is_(None),
            ImportedSet.year < bindparam("before"),
            ImportedFigure.unit_id == bindparam("unit"),
        )
        .options(
            contains_eager(ImportedFigure.set).options(
                selectinload(ImportedSet.measures), selectinload(ImportedSet.questionnaire)
            )
        )
    )


def _history(survey: Survey, figures: Sequence[ImportedFigure], now: Mapping[str, Line]) -> History | None:
    questionnaire = questionnaire_of(survey.instrument)
    sets = {figure.set_id: figure.set for figure in figures}
    usable = {number: same_measures(questionnaire, each.questionnaire) for number, each in sets.items()}
    shown = [figure for figure in figures if figure.measure in usable[figure.set_id]]
    ordered = sorted({figure.set_id for figure in shown}, key=lambda at: (-sets[at].year, at))
    if not ordered:
        return None
    columns = tuple(PastColumn(sets[at].year, sets[at].instrument, sets[at].source) for at in ordered)
    lines = [
        PastLine(key, measure.title, measure.kind, _in_columns(measure, shown, ordered))
        for key, measure in importable_measures(questionnaire).items()
        if any(figure.measure == key for figure in shown)
    ]
    return History(columns, tuple(_with_changes(lines, columns, now)))


def _in_columns(
    measure: Measure, figures: Iterable[ImportedFigure], sets: Sequence[int]
) -> tuple[PastFigure | None, ...]:
    found = {figure.set_id: _past(figure, measure) for figure in figures if figure.measure == measure.key}
    return tuple(found.get(number) for number in sets)


def _past(figure: ImportedFigure, measure: Measure) -> PastFigure:
    manner = next(each for each in figure.set.measures if each.measure == figure.measure)
    return PastFigure(figure.n or 0, figure.mean, figure.sd, rescaling(manner, measure), manner.comparable)


@dataclass(frozen=True)
class _Pair:
    """A measure then and now, both on our scale."""

    year: int
    then: "ImportedScore"
    now: "ImportedScore"

    @property
    def testable(self) -> bool:
        return all(score.sd is not None and score.n >= _FEWEST for score in (self.then, self.now))


@dataclass(frozen=True)
class ImportedScore:
    """People, mean and standard deviation; None: unknown."""

    n: int
    mean: float
    sd: float | None

    def plain(self) -> PlainScore:
        return PlainScore(self.n, self.mean, math.nan if self.sd is None else self.sd)


def _with_changes(
    lines: Sequence[PastLine], columns: Sequence[PastColumn], now: Mapping[str, Line]
) -> Iterator[PastLine]:
    pairs = {line.key: pair for line in lines if (pair := _pair(line, columns, now.get(line.key)))}
    tested = _tested({key: pair for key, pair in pairs.items() if pair.testable})
    for line in lines:
        pair = pairs.get(line.key)
        if pair is None:
            yield line
            continue
        is_share = line.kind == MeasureKind.SHARE
        plain = ChangeLine(
            year=pair.year,
            previous_mean=pair.then.mean,
            difference=pair.now.mean - pair.then.mean,
            ci_low=None,
            ci_high=None,
            verdict=Verdict.NO_CLEAR_CHANGE,
            detectable=None,
            is_share=is_share,
        )
        yield replace(line, change=replace(plain, **tested.get(line.key, {})), tested=line.key in tested)


def _pair(line: PastLine, columns: Sequence[PastColumn], now: Line | None) -> _Pair | None:
    """The newest figure declared comparable, and the unit's own; None when either is missing or only a bound."""
    if now is None or now.mean is None or now.n is None or now.coded != Coding.EXACT:
        return None
    for column, figure in zip(columns, line.figures, strict=True):
        if figure is not None and figure.comparable:
            scale = figure.scale
            sd = None if figure.sd is None else scale.spread(figure.sd)
            return _Pair(
                column.year,
                ImportedScore(figure.n, scale.mean(figure.mean), sd),
                ImportedScore(now.n, now.mean, now.sd),
            )
    return None


def _tested(pairs: Mapping[str, _Pair]) -> dict[str, dict[str, Any]]:
    """Measure → interval and verdict by Welch's test, Holm over the measures."""
    found = plain_changes([(pair.then.plain(), pair.now.plain()) for pair in pairs.values()])
    return {
        key: {"ci_low": _known(one.low), "ci_high": _known(one.high), "verdict": _verdict(one, pair)}
        for (key, pair), one in zip(pairs.items(), found, strict=True)
    }


def _verdict(found: PlainChange, pair: _Pair) -> Verdict:
    if found.few:
        return Verdict.TOO_FEW
    if not found.clear:
        return Verdict.NO_CLEAR_CHANGE
    return Verdict.UP if pair.now.mean > pair.then.mean else Verdict.DOWN


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
