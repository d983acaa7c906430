"""What is known of a figure told as a bound, by the code and by a plain linear program over everything that is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.disclosure.told_bounds import ToldFigure, narrowed_bounds, told_less

EDGE = 0.05  # of the scale: nearer the end than this a mean is told as a bound
POINT = 0.25  # of a scale of four points
STEPS = (0.0, 0.0, 0.1, 0.2, 0.5)  # in points
GROUPS: Sequence[set[int]] = [
    *({cell} for cell in range(4)),
    {0, 1},
    {2, 3},
    {0, 1, 2, 3},
    {1, 2, 4},
    set(range(6)),
]
"""Three storeys, and a group across them; of the last two cells no figure is about one alone."""


@dataclass(frozen=True)
class Organisation:
    """Figures as they are told, and (cells,) how many answered and the sum of their answers."""

    told: list[ToldFigure]
    n: NDArray[np.int64]
    sums: NDArray[np.float64]

    def ends(self, figure: ToldFigure) -> tuple[float, float]:
        """What a reader knows of the figure's sum, who knows that a mean near the end had been told as a bound."""
        inside = sorted(figure.cells)
        n, total = float(self.n[inside].sum()), float(self.sums[inside].sum())
        if figure.step is None:
            return 0.0, n
        if figure.bound != "exact":
            return figure.zone[0] * n, figure.zone[1] * n
        if not figure.step:
            return total, total
        inside_steps = [times * figure.step for times in range(41) if _is_no_bound(times * figure.step)]
        nearest = min(inside_steps, key=lambda told: (round(abs(told - total / n), 9), -told))
        at = inside_steps.index(nearest)
        low = EDGE if at == 0 else nearest - figure.step / 2
        return low * n, (1 - EDGE if at == len(inside_steps) - 1 else nearest + figure.step / 2) * n

    def range_of(self, cells: frozenset[int], told: Sequence[ToldFigure]) -> tuple[float, float]:
        """Between which ends the mean of the cells lies when these figures are told."""
        rows = np.array([[float(cell in figure.cells) for cell in range(len(self.n))] for figure in told])
        ends = np.array([self.ends(figure) for figure in told])
        goal = np.isin(np.arange(len(self.n)), list(cells)) / self.n[sorted(cells)].sum()
        found: list[Any] = [
            linprog(
                sign * goal,
                A_ub=np.vstack([rows, -rows]),
                b_ub=np.concatenate([ends[:, 1], -ends[:, 0]]),
                bounds=[(0, n) for n in self.n.tolist()],
            )
            for sign in (1, -1)
        ]
        low, high = (float(goal @ end.x) for end in found)
        return low, high


def _is_no_bound(mean: float) -> bool:
    return EDGE - 1e-9 <= mean <= 1 - EDGE + 1e-9


def organisation(seed: int) -> Organisation:
    """Half of the cells answered at or near an end of the scale."""
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 25, 6)
    means = rng.choice([1.0, 1.0, 0.96, 0.94, 0.7, 0.4, 0.0, 0.04], 6)
    sums = np.round(means * n * 4) / 4
    told = []
    for cells in GROUPS:
        inside = sorted(cells)
        mean = sums[inside].sum() / n[inside].sum()
        step = float(rng.choice(STEPS)) * POINT
        if mean >= 1 - EDGE - 1e-9:
            told.append(ToldFigure(frozenset(cells), "at_least", (1 - EDGE, 1.0)))
        elif mean <= EDGE + 1e-9:
            told.append(ToldFigure(frozenset(cells), "at_most", (0.0, EDGE)))
        else:
            told.append(ToldFigure(frozenset(cells), zone=(EDGE, 1 - EDGE), step=step))
    return Organisation(told, n, sums)


@pytest.mark.parametrize("seed", range(8))
def test_the_ends_of_a_bound_are_those_of_the_plain_program(seed: int) -> None:
    """And the figures that are said to prove it do so alone."""
    seen = 0
    for number in range(3):
        of = organisation(10 * seed + number)
        found = {one.figure: one for one in narrowed_bounds(of.told, of.n, of.sums)}
        for place, figure in enumerate(of.told):
            if figure.bound == "exact":
                continue
            low, high = of.range_of(figure.cells, of.told)
            is_narrow = high - low < figure.zone[1] - figure.zone[0] - 1e-6
            assert (place in found) == is_narrow
            if is_narrow:
                seen += 1
                assert (found[place].low, found[place].high) == pytest.approx((low, high), abs=1e-8)
                proof = [of.told[i] for i in (place, *sorted(found[place].support))]
                assert of.range_of(figure.cells, proof) == pytest.approx((low, high), abs=1e-8)
    assert seen


@pytest.mark.parametrize("seed", range(6))
def test_after_rounding_every_bound_is_open_to_both_its_ends(seed: int) -> None:
    of = organisation(seed)
    after, given_away = told_less(of.told, of.n, of.sums, POINT)
    assert not given_away
    for figure in after:
        if figure.bound != "exact":
            assert of.range_of(figure.cells, after) == pytest.approx(figure.zone, abs=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_beside_what_is_out_every_bound_is_as_open_as_that_leaves_it(seed: int) -> None:
    """A correction: some figures are out, and narrow some bounds; nothing new narrows any bound more."""
    narrow = 0
    for number in range(6):
        of = organisation(10 * seed + number)
        is_out = np.random.default_rng([seed, number]).random(len(of.told)) < 0.5
        told = [replace(figure, fixed=bool(out)) for figure, out in zip(of.told, is_out, strict=True)]
        after, _ = told_less(told, of.n, of.sums, POINT)
        out = [figure for figure in told if figure.fixed]
        assert [figure for figure in after if figure.fixed] == out
        for figure in after:
            if figure.bound != "exact" and figure.step is not None:
                low, high = of.range_of(figure.cells, [*out, figure])
                assert of.range_of(figure.cells, after) == pytest.approx((low, high), abs=1e-7)
                narrow += high - low < figure.zone[1] - figure.zone[0] - 1e-6
    assert narrow


@pytest.mark.parametrize("seed", [256, 282])
def test_nothing_is_told_less_for_the_sake_of_what_is_out_anyway(seed: int) -> None:
    of = organisation(seed)
    is_out = np.random.default_rng([seed, 9]).random(len(of.told)) < 0.5
    told = [replace(figure, fixed=bool(out)) for figure, out in zip(of.told, is_out, strict=True)]
    after, given_away = told_less(told, of.n, of.sums, POINT)
    assert given_away
    assert after == told


def test_a_bound_that_one_rounding_opened_is_not_closed_by_the_next() -> None:
    """To 0.2, the mean of eight may be lower than to 0.1, and not as high: the six beside them have less room."""
    n, sums = np.array([20, 5, 20, 8, 6]), np.array([149 / 12, 43 / 12, 20.0, 59 / 12, 6.0])
    fine = 0.1 * POINT
    told = [
        ToldFigure(frozenset(range(5)), zone=(EDGE, 1 - EDGE), is_top=True),
        ToldFigure(frozenset({1, 3, 4}), zone=(EDGE, 1 - EDGE)),
        ToldFigure(frozenset({2}), "at_least", (1 - EDGE, 1.0)),
        ToldFigure(frozenset({3}), zone=(EDGE, 1 - EDGE), step=fine),
        ToldFigure(frozenset({4}), "at_least", (1 - EDGE, 1.0), step=fine),
        ToldFigure(frozenset({0}), zone=(EDGE, 1 - EDGE)),
        ToldFigure(frozenset({1}), zone=(EDGE, 1 - EDGE), step=fine),
    ]
    after, given_away = told_less(told, n, sums, POINT)
    assert given_away == []
    assert narrowed_bounds(after, n, sums) == []
