"""What is told less precisely so that a figure told as a bound stays one (decision 034).

«4,8 eller høyere» says nothing more only as long as the unit above and its other parts do not give the mean: these are
rounded until they no longer do. `analysis.disclosure.told_bounds` has the arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.spread import People, PublishedDetail, without_narrowing
from analysis.disclosure.told_bounds import LEAST_OPEN, ToldFigure, told_less
from analysis.scale_ends import Bound, Coded, coded_mean
from surveys.release.measures import Measure, answer_length
from surveys.release.protection.prior_knowledge import ROWS, PriorFigure

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ShownFigures:
    """Every figure of one measure: those to be shown, then those that are out.

    members, table, is_top: of each, as in `PublishedDetail`. before: what was told of the last ones; None where the
    measure was not told of these people.
    """

    members: Sequence[frozenset[int]]
    table: NDArray[np.int64]
    is_top: Sequence[bool]
    before: Sequence[PriorFigure | None]

    @property
    def new(self) -> int:
        return len(self.members) - len(self.before)

    @property
    def rows(self) -> frozenset[int]:
        """The places of what rows for analysts tell."""
        known = enumerate(self.before, self.new)
        return frozenset(place for place, figure in known if figure is not None and figure.table == ROWS)


def zone_of(coded: Coded, length: float) -> tuple[float, float]:
    """Between which shares of the scale a mean lies that is told so. length: of the scale, from 0."""
    if coded.bound == "at_least":
        return coded.value / length, 1.0
    return (0.0, coded.value / length) if coded.bound == "at_most" else (0.0, 1.0)


def zone_without_bound(n: int, length: float) -> tuple[float, float]:
    """Between which shares of the scale a mean of n people lies that is told as no bound."""
    edge = coded_mean(length, n, 0.0, length).value / length
    return 1 - edge, edge


def told_as_bounds(
    shown: ShownFigures, steps: Floats, measure: Measure, people: People, column: int
) -> Floats:
    """`steps` (figures,), in points, as large as it takes; NaN for a figure that may not be told at all."""
    n, sums = people.n[:, column], people.sums[:, column]
    told = _told(shown, steps, measure, n, sums)
    if all(figure.bound == "exact" for figure in told):
        return steps
    point = 1 / answer_length(measure)
    found = _less_to_all(told, shown.rows, n, sums, point)
    return np.array(
        [
            step if old is new else np.nan if new.step is None else round(new.step / point, 10)
            for old, new, step in zip(told, found, steps.tolist(), strict=True)
        ]
    )


def _less_to_all(
    told: Sequence[ToldFigure], rows: frozenset[int], n: Floats, sums: Floats, point: float
) -> list[ToldFigure]:
    """As `told_less`, for whoever has only the figures, and for whoever has the rows too: these narrow some bounds."""
    figures = list(told)
    while True:
        to_readers = [
            replace(figure, step=None) if place in rows else figure for place, figure in enumerate(figures)
        ]
        found, _given_away = told_less(to_readers, n, sums, point)
        if not rows:
            return found
        found = [
            old if place in rows else new for place, (old, new) in enumerate(zip(told, found, strict=True))
        ]
        figures, _given_away = told_less(found, n, sums, point)
        if figures == found:
            return figures


def figure_as_told(
    cells: frozenset[int], n: int, total: float, length: float, step: float, bound: Bound | None = None
) -> ToldFigure:
    """The figure of `n` people whose shares of the scale add up to `total`, rounded to `step` points.

    bound: how it was told, when not as it would be now: as no bound, or as one.
    """
    coded = coded_mean(total / n * length, n, 0.0, length)
    if bound is not None and bound != coded.bound:
        return ToldFigure(cells, bound, step=step / length)
    zone = zone_without_bound(n, length) if coded.bound == "exact" else zone_of(coded, length)
    return ToldFigure(cells, coded.bound, zone, step / length)


def _told(shown: ShownFigures, steps: Floats, measure: Measure, n: Floats, sums: Floats) -> list[ToldFigure]:
    length = answer_length(measure)
    told = []
    for place, cells in enumerate(shown.members):
        index = np.fromiter(cells, np.int64, len(cells))
        size = int(n[index].sum())
        before = shown.before[place - shown.new] if place >= shown.new else None
        if not size or (place >= shown.new and before is None):
            told.append(ToldFigure(cells, step=None, fixed=True))
            continue
        total = float(sums[index].sum())
        if before is None:
            figure = figure_as_told(cells, size, total, length, float(steps[place]))
        else:
            # What was told exactly before is no secret now.
            bound: Bound | None = "exact" if before.bound == "exact" else None
            figure = replace(figure_as_told(cells, size, total, length, before.step, bound), fixed=True)
        told.append(replace(figure, is_top=shown.is_top[place]))
    return told


def closed_by_squares(
    published: PublishedDetail,
    column: int,
    measure: Measure,
    shown: ShownFigures,
    steps: Floats,
    is_exact: Flags,
    people: People,
) -> PublishedDetail:
    """Without the exact spreads and distributions that would narrow a bound where means do not."""
    told = _told(shown, np.nan_to_num(steps), measure, people.n[:, column], people.sums[:, column])
    bounds = [figure for figure in told if figure.bound != "exact"]
    if not bounds:
        return published
    known = np.array([figure.bound == "exact" and figure.step == 0 for figure in told]) & ~np.isnan(steps)
    exact = np.flatnonzero(known)
    counts = is_exact | (np.arange(len(told)) >= shown.new)
    some = PublishedDetail(
        [shown.members[place] for place in exact.tolist()],
        shown.table[exact],
        (published.spread[exact, column] & counts[exact])[:, np.newaxis],
        published.distribution[exact, column][:, np.newaxis],
        published.fixed[exact],
        published.rest[exact],
    )
    one = replace(people, scores=people.scores[:, [column]])
    zones = np.array([figure.zone for figure in bounds])
    least = LEAST_OPEN * (zones[:, 1] - zones[:, 0])
    found = without_narrowing(some, [figure.cells for figure in bounds], one, least, zones)
    spread, distribution = published.spread.copy(), published.distribution.copy()
    spread[exact, column] &= found.spread[:, 0] | ~counts[exact]
    distribution[exact, column] &= found.distribution[:, 0]
    return replace(published, spread=spread, distribution=distribution)
