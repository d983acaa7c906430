"""What everything told says of a figure told as a bound («4.8 or higher»), and what must be told less precisely.

Protected like a hidden figure: a reader knows every figure's sum exactly, or that it lies between two ends (a mean that
is rounded, or that is a bound itself), and that every answer is on the scale. The mean of a figure told as a bound then
lies between two ends that linear programs find exactly. These must be the ends that the bound leaves open.

Where they are, the cheapest of the figures that prove it is told less precisely, and so on until none is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from analysis.precision import STEPS, cell_inside, coarser, has_step_inside
from analysis.scale_ends import Bound

LEAST_OPEN: Final = 1.0
"""How much of the zone that a bound leaves open must stay possible: all, or whole answers would single one out."""

_TOLERANCE = 1e-7
_SEED = 5  # any random keys do
_ROUNDS = 10_000
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ToldFigure:
    """A figure as it is told, of one measure.

    cells: that it covers. bound: what kind of bound, or exact; zone: the ends of it, as means; of one that is exact,
    those between which a mean is told as no bound. step: what the mean is rounded to; 0 for not at all, None when
    nothing of it is told. fixed: out already. All as shares of the scale.
    """

    cells: frozenset[int]
    bound: Bound = "exact"
    zone: tuple[float, float] = (0.0, 1.0)
    step: float | None = 0.0
    fixed: bool = False
    is_top: bool = False


@dataclass(frozen=True)
class NarrowedBound:
    """A figure told as a bound whose mean is known to lie between `low` and `high`. support: figures that prove it."""

    figure: int
    low: float
    high: float
    support: frozenset[int]

    def inside(self, zone: tuple[float, float]) -> tuple[float, float]:
        """As much of the zone as is possible still."""
        low, high = zone
        return min(max(self.low, low), high), max(min(self.high, high), low)

    def is_as_close_as(self, other: "NarrowedBound") -> bool:
        return self.low >= other.low - _TOLERANCE and self.high <= other.high + _TOLERANCE


def narrowed_bounds(
    figures: Sequence[ToldFigure], n: NDArray[Any], sums: Floats, wanted: Sequence[int] | None = None
) -> list[NarrowedBound]:
    """The bounds that everything told narrows to less than their zone.

    n, sums: (cells,) people with a score, and the sum of their scores as shares of the scale. wanted: which figures to
    look at; all that are bounds when None.

    >>> cells = [frozenset({0, 1}), frozenset({0}), frozenset({1})]  # six who all answered 5, and ten others
    >>> told = [ToldFigure(cells[0]), ToldFigure(cells[1], "at_least", (0.95, 1.0)), ToldFigure(cells[2])]
    >>> [found] = narrowed_bounds(told, np.array([6, 10]), np.array([6.0, 5.0]))
    >>> found.figure, found.low, found.high, sorted(found.support)
    (1, 1.0, 1.0, [0, 2])
    """
    view = _Told.of(figures, n, sums)
    targets = [i for i, figure in enumerate(figures) if figure.bound != "exact" and view.people[i]]
    return [
        found
        for i in (targets if wanted is None else [i for i in targets if i in set(wanted)])
        if (found := view.narrowed(i)) is not None
    ]


def told_less(
    figures: Sequence[ToldFigure], n: NDArray[Any], sums: Floats, point: float
) -> tuple[list[ToldFigure], list[NarrowedBound]]:
    """The figures with as many of them rounded as it takes, and the bounds that what is out narrows whatever is done.

    point: a point of the scale, as a share of it: what steps are counted in. A figure that is rounded as far as it can
    be, and narrows a bound still, is not told at all; nor is a bound that narrows another, where nothing else helps.

    >>> cells = [frozenset({0, 1}), frozenset({0}), frozenset({1})]
    >>> told = [ToldFigure(cells[0]), ToldFigure(cells[1], "at_least", (0.95, 1.0)), ToldFigure(cells[2])]
    >>> found, _ = told_less(told, np.array([6, 40]), np.array([6.0, 20.2]), 0.25)
    >>> [figure.step for figure in found]
    [0.0, 0.0, 0.025]
    """
    out = _narrowed_by_what_is_out(figures, n, sums)
    told = [
        replace(figure, zone=out[place].inside(figure.zone)) if place in out else figure
        for place, figure in enumerate(figures)
    ]
    bounds = {i for i, figure in enumerate(told) if figure.bound != "exact"}
    targets, rounded = set(bounds), False
    given_away = dict(out)
    for _ in range(_ROUNDS):
        view = _Told.of(told, n, sums)
        changed: set[int] = set()
        for target in sorted(targets):
            is_told = view.people[target] and told[target].step is not None
            found = view.narrowed(target) if is_told else None
            if found is None:
                targets.discard(target)
                continue
            if not changed.isdisjoint(found.support):
                continue  # It may be open by now: the next round says.
            open_to = sorted(i for i in found.support if not told[i].fixed)
            if open_to:
                exact = [i for i in open_to if told[i].bound == "exact"]
                chosen = _cheapest(view, exact or open_to, target, point)
                told[chosen] = _told_less(told[chosen], point)
                changed.add(chosen)
            else:
                given_away[target] = found
                targets.discard(target)
                bounds.discard(target)
        rounded = rounded or bool(changed)
        if not targets and rounded:
            # What a coarser step leaves open may end sooner on one side than a finer one's: all are looked at again.
            targets, rounded = set(bounds), False
        elif not changed:
            break
    left = [
        replace(old, step=new.step) if old.step != new.step else old
        for old, new in zip(figures, told, strict=True)
    ]
    return left, list(given_away.values())


def _narrowed_by_what_is_out(
    figures: Sequence[ToldFigure], n: NDArray[Any], sums: Floats
) -> dict[int, NarrowedBound]:
    """Place → how closely figures that are out give a bound already: what they leave open is what stays open."""
    if not any(figure.fixed for figure in figures):
        return {}
    out = [figure if figure.fixed else replace(figure, step=None) for figure in figures]
    return {found.figure: found for found in narrowed_bounds(out, n, sums)}


def _told_less(figure: ToldFigure, point: float) -> ToldFigure:
    """A bound is told, or not told."""
    if figure.bound != "exact":
        return replace(figure, step=None)
    step = coarser(float(figure.step or 0.0) / point + _TOLERANCE)
    if step is None or not has_step_inside(step * point, figure.zone):
        return replace(figure, step=None)
    return replace(figure, step=step * point)


def _cheapest(view: "_Told", open_to: Sequence[int], target: int, point: float) -> int:
    """The least rounding first, the top after two of others; then the smallest that is large enough to help by it."""
    figure = view.figures[target]
    needed = LEAST_OPEN * (figure.zone[1] - figure.zone[0]) * view.people[target]

    def price(i: int) -> tuple[int, bool, float]:
        step, size = float(view.figures[i].step or 0.0) / point, float(view.people[i])
        times = sum(each <= step + _TOLERANCE for each in STEPS) + 2 * view.figures[i].is_top
        enough = size * (coarser(step + _TOLERANCE) or 1.0) * point >= 2 * needed
        return times, not enough, size if enough else -size

    return min(open_to, key=lambda i: (*price(i), i))


@dataclass(frozen=True, eq=False)
class _Told:
    """classes: cells in the same figures. matrix: (figures, classes) of 0 and 1; of nothing told there are no rows.

    low, high: (figures,) what a reader knows of each sum. n, sums: (classes,).
    """

    figures: Sequence[ToldFigure]
    people: Floats
    matrix: Any
    low: Floats
    high: Floats
    n: Floats
    sums: Floats
    members: Sequence[NDArray[np.int64]]

    @classmethod
    def of(cls, figures: Sequence[ToldFigure], n: NDArray[Any], sums: Floats) -> "_Told":
        lengths = [len(figure.cells) for figure in figures]
        cell = np.fromiter(chain.from_iterable(figure.cells for figure in figures), np.int64, sum(lengths))
        row = np.repeat(np.arange(len(figures)), lengths)
        keys = np.random.default_rng(_SEED).integers(1, 2**63, len(figures), dtype=np.uint64)
        marks = np.zeros(len(n), dtype=np.uint64)
        np.bitwise_xor.at(marks, cell, keys[row])
        _, index = np.unique(marks, return_inverse=True)
        count = int(index.max(initial=-1)) + 1
        n_class, sums_class = (np.bincount(index, values, count).astype(np.float64) for values in (n, sums))
        pairs = np.unique(row * np.int64(count) + index[cell])
        matrix = csr_array(
            (np.ones(len(pairs)), (pairs // count, pairs % count)), shape=(len(figures), count)
        )
        people, totals = (np.asarray(matrix @ values) for values in (n_class, sums_class))
        ends = np.array(
            [_known(figure, total, size) for figure, total, size in zip(figures, totals, people, strict=True)]
        ).reshape(-1, 2)
        members = [part.astype(np.int64) for part in np.split(matrix.indices, matrix.indptr[1:-1])]
        return cls(figures, people, matrix, ends[:, 0], ends[:, 1], n_class, sums_class, members)

    def narrowed(self, target: int) -> NarrowedBound | None:
        """None when enough of the zone is possible: seen among the neighbours, or else by everything."""
        low, high = self.figures[target].zone
        least = LEAST_OPEN * (high - low) - _TOLERANCE
        found = None
        for part in self._around(target):
            found = self._range(target, part)
            if min(found.high, high) - max(found.low, low) >= least:
                return None
        return found

    def _around(self, target: int) -> list[NDArray[np.int64]]:
        """Larger and larger surroundings: everybody else's sums are left as they are. The last is everybody."""
        inside, size = set(self.members[target].tolist()), self.people[target]
        above = sorted(
            (i for i in self._containing(target) if self.people[i] > size), key=lambda i: self.people[i]
        )
        parts = [self.members[i] for i in above[:2] if len(self.members[i]) < len(self.n)]
        return [*parts, np.arange(len(self.n))] if inside else []

    def _containing(self, target: int) -> list[int]:
        columns = self._columns[:, self.members[target]]
        times = np.asarray(columns.sum(axis=1)).ravel()
        return np.flatnonzero(times == len(self.members[target])).tolist()

    @cached_property
    def _columns(self) -> Any:
        return self.matrix.tocsc()

    def _range(self, target: int, part: NDArray[np.int64]) -> NarrowedBound:
        matrix = self._columns[:, part].tocsr()
        rows = np.flatnonzero((np.diff(matrix.indptr) > 0) & np.isfinite(self.high))
        matrix = matrix[rows]
        totals = matrix @ self.sums[part]
        shift = (self.matrix @ self.sums)[rows] - totals
        low, high = self.low[rows] - shift, self.high[rows] - shift
        exact = high - low < _TOLERANCE
        cost = np.isin(part, self.members[target]) / self.people[target]
        program: dict[str, Any] = {"bounds": np.stack([np.zeros(len(part)), self.n[part]], axis=1)}
        if exact.any():
            program |= {"A_eq": matrix[exact], "b_eq": totals[exact]}
        if not exact.all():
            loose = matrix[~exact]
            program |= {"A_ub": vstack([loose, -loose]), "b_ub": np.concatenate([high[~exact], -low[~exact]])}
        ends, support = [], set[int]()
        for sign in (1.0, -1.0):
            solution = linprog(sign * cost, **program, method="highs")
            if solution.x is None:
                msg = f"the answers do not fit what is told: {solution.message}"
                raise ValueError(msg)
            ends.append(float(cost @ solution.x))
            support |= _proving(solution, rows, exact)
        return NarrowedBound(target, ends[0], ends[1], frozenset(support - {target}))


def _known(figure: ToldFigure, total: float, people: float) -> tuple[float, float]:
    """What a reader knows of a figure's sum; `total`, the true one, is always inside."""
    if figure.step is None:
        return -np.inf, np.inf
    if figure.bound != "exact":
        low, high = (end * people for end in figure.zone)
    elif not figure.step or not people:
        return total, total
    else:
        low, high = (end * people for end in cell_inside(total / people, figure.step, figure.zone))
    return min(low, total), max(high, total)


def _proving(solution: Any, rows: NDArray[np.int64], exact: NDArray[np.bool_]) -> set[int]:
    """The figures without which the end may be farther out: those with a multiplier."""
    found = set[int]()
    if exact.any():
        found |= set(rows[exact][np.abs(solution.eqlin.marginals) > _TOLERANCE].tolist())
    if (~exact).any():
        either = np.abs(solution.ineqlin.marginals).reshape(2, -1).max(axis=0) > _TOLERANCE
        found |= set(rows[~exact][either].tolist())
    return found
