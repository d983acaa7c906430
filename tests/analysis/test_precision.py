"""How precisely a figure of few people may be told, and that what is told less precisely keeps bounds closed."""

from collections import defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.disclosure.told_bounds import ToldFigure, narrowed_bounds, told_less
from analysis.precision import (
    EXACT_FROM,
    HALF,
    ONE_DECIMAL,
    STEPS,
    SpreadDetail,
    cell_inside,
    has_step_inside,
    precision_for,
    rounded,
    rounded_inside,
    rounding_cell,
    spread_class,
)
from analysis.scale_ends import coded_mean

# By items: n from which a mean has one decimal, and from which the class of the spread is told.
FEW = {1: (9, 10), 2: (6, 8), 3: (5, 6), 4: (5, 5), 5: (5, 5)}


@pytest.mark.parametrize("items", FEW)
@pytest.mark.parametrize("n", range(5, 12))
def test_the_digits_follow_from_how_many_answers_two_who_know_their_own_do_not_know(
    n: int, items: int
) -> None:
    """As the simulation of `benchmarks/small_numbers.py` allows."""
    found, (one_decimal, class_from) = precision_for(n, items), FEW[items]
    if n >= EXACT_FROM:
        assert (found.step, found.spread) == (0.0, SpreadDetail.EXACT)
        return
    assert found.step == (ONE_DECIMAL if n >= one_decimal else HALF)
    assert found.spread == (SpreadDetail.CLASS if n >= class_from else SpreadDetail.NOTHING)


@pytest.mark.parametrize("step", [0.1, 0.2, 0.5, 1.0])
def test_what_is_rounded_to_the_same_lies_between_the_ends_that_are_said(step: float) -> None:
    values = np.random.default_rng(1).uniform(1, 5, 200).tolist()
    for value in values:
        low, high = rounding_cell(value, step)
        assert low - 1e-9 <= value <= high + 1e-9
        assert high - low == pytest.approx(step)
        assert rounded(low + step / 3, step) == rounded(high - step / 3, step) == rounded(value, step)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("margin", [0.04, 0.2, 0.5, 0.79, 1.3])
def test_a_mean_that_is_told_as_no_bound_is_rounded_to_what_is_told_of_others_like_it(
    margin: float, step: float
) -> None:
    """At both ends of a scale from 0 to 4: tried for every hundredth between the bounds."""
    edges = margin, 4 - margin
    steps = [step * number for number in range(round(4 / step) + 1)]
    possible = [each for each in steps if edges[0] - 1e-9 <= each <= edges[1] + 1e-9]
    assert has_step_inside(step, edges) == bool(possible)
    alike: dict[float, list[float]] = defaultdict(list)
    for value in np.arange(edges[0] + 0.003, edges[1], 0.01).tolist() if possible else []:
        alike[round(rounded_inside(value, step, edges), 9)].append(value)
    assert set(alike) <= {round(each, 9) for each in possible}
    for values in alike.values():
        for value in (values[0], values[-1]):
            ends = cell_inside(value, step, edges)
            assert ends == pytest.approx((values[0], values[-1]), abs=0.012)
            assert ends[0] - 1e-9 <= value <= ends[1] + 1e-9


def test_a_class_of_spread_is_never_under_what_is_in_it() -> None:
    for sd in np.linspace(0, 1.6, 50).tolist():
        assert spread_class(sd, 4.0) >= sd - 1e-6
    assert {spread_class(sd, 4.0) for sd in np.linspace(0, 2.2, 90).tolist()} == {0.6, 1.0, 1.6}


def _told(cells: frozenset[int], n: NDArray[np.int64], sums: NDArray[np.float64]) -> ToldFigure:
    inside = sorted(cells)
    size = int(n[inside].sum())
    coded = coded_mean(float(sums[inside].sum()) / size * 4, size, 0.0, 4.0)
    zone = (coded.value / 4, 1.0) if coded.bound == "at_least" else (0.0, coded.value / 4)
    few = precision_for(size, 4).step / 4
    return ToldFigure(cells, coded.bound, zone if coded.bound != "exact" else (0.0, 1.0), few)


@pytest.mark.parametrize("seed", range(12))
def test_every_bound_is_closed_in_organisations_where_nearly_all_answer_at_the_top(seed: int) -> None:
    """Two storeys, with a second set of groups across them, as unit types are."""
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 30, 9)
    sums = (
        np.array([4 * rng.choice([5, 4.75, 4.5, 3.5], p=[0.4, 0.2, 0.2, 0.2], size=k).sum() for k in n]) / 4
    )
    sums = (sums - n) / 4
    groups = [{place} for place in range(9)] + [{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, set(range(9))]
    groups += [{0, 3, 6}, {1, 2, 4}, {5, 7, 8}]
    told = [_told(frozenset(group), n, sums) for group in groups]
    after, given_away = told_less(told, n, sums, 0.25)
    assert not given_away
    assert not narrowed_bounds(after, n, sums)
    changed = [old for old, new in zip(told, after, strict=True) if old is not new]
    assert all(figure.bound == "exact" for figure in changed)


def test_what_is_out_already_is_left_and_what_it_gives_away_is_said() -> None:
    groups = [frozenset({0, 1}), frozenset({0}), frozenset({1})]
    out = [
        ToldFigure(groups[0], fixed=True),
        ToldFigure(groups[1], "at_least", (0.95, 1.0)),
        ToldFigure(groups[2], fixed=True),
    ]
    found, given_away = told_less(out, np.array([6, 20]), np.array([6.0, 11.0]), 0.25)
    assert found == out
    assert [one.figure for one in given_away] == [1]


def test_a_figure_that_no_rounding_helps_is_not_told() -> None:
    """Nine beside sixty who all answered 5: what is told of the nine at all tells of the sixty."""
    groups = [frozenset({0, 1}), frozenset({0}), frozenset({1})]
    told = [
        ToldFigure(groups[0], fixed=True),
        ToldFigure(groups[1], "at_least", (0.95, 1.0)),
        ToldFigure(groups[2]),
    ]
    found, given_away = told_less(told, np.array([60, 9]), np.array([60.0, 4.5]), 0.25)
    assert found[2].step is None
    assert not given_away


def test_two_bounds_that_one_figure_narrows_are_both_looked_at_when_it_is_not_told() -> None:
    """Eight inside two groups: not told for the sake of one, they were taken for what gives the other away."""
    groups = [frozenset({0, 1}), frozenset({0, 1, 2}), frozenset({1})]
    n, sums = np.array([7, 8, 30]), np.array([7.0, 7 + 1 / 3, 30.0])
    told = [
        ToldFigure(groups[0], "at_least", (0.95, 1.0)),
        ToldFigure(groups[1], "at_least", (0.95, 1.0)),
        ToldFigure(groups[2], zone=(0.05, 0.95), step=1 / 30),
    ]
    found, given_away = told_less(told, n, sums, 1 / 3)
    assert (found[2].step, given_away) == (None, [])
    assert not narrowed_bounds(found, n, sums)


def test_a_bound_that_narrows_another_with_what_is_out_is_not_told() -> None:
    """Thirty-five at the top, eight told before: «95 % or higher» of them all would say more of the thirty-five."""
    n, sums = np.array([35, 8]), np.array([35.0, 8 * 2.5 / 3])
    out = [
        ToldFigure(frozenset({0}), "at_least", (0.95, 1.0), fixed=True),
        ToldFigure(frozenset({1}), zone=(0.05, 0.95), step=0.2 / 3, fixed=True),
    ]
    told = [*out, ToldFigure(frozenset({0, 1}), "at_least", (0.95, 1.0))]
    assert narrowed_bounds(told, n, sums, [0]), "without the rule it is narrowed"
    found, _ = told_less(told, n, sums, 1 / 3)
    assert found[2].step is None
    assert not narrowed_bounds(found, n, sums, [0])


def test_as_much_of_a_bound_stays_open_as_what_is_out_leaves_open() -> None:
    """Told as a bound for the first time after others gave part of it away: the rest of it is kept."""
    n, sums = np.array([18, 20]), np.array([18.0, 11.0])
    out = [
        ToldFigure(frozenset({0, 1}), zone=(0.05, 0.95), step=0.0, fixed=True),
        ToldFigure(frozenset({1}), zone=(0.05, 0.95), step=0.05, fixed=True),
    ]
    told = [*out, ToldFigure(frozenset({0}), "at_least", (0.95, 1.0)), ToldFigure(frozenset({1}))]
    [before] = narrowed_bounds(told[:3], n, sums)
    assert 0.95 < before.low < 1.0 == pytest.approx(before.high), "what is out leaves less than the bound"
    found, given_away = told_less(told, n, sums, 0.25)
    assert [one.figure for one in given_away] == [2]
    assert [
        one.is_as_close_as(before) and before.is_as_close_as(one) for one in narrowed_bounds(found, n, sums)
    ] == [True]
    assert found[3].step == pytest.approx(0.05), "rounded as what is out, and not hidden"


def test_the_whole_survey_is_rounded_only_after_two_roundings_of_others() -> None:
    cells = [frozenset({0, 1}), frozenset({0}), frozenset({1})]
    n, sums = np.array([6, 10]), np.array([6.0, 5.2])

    def steps(*, is_top: bool) -> list[float | None]:
        whole = ToldFigure(cells[0], is_top=is_top)
        told = [whole, ToldFigure(cells[1], "at_least", (0.95, 1.0)), ToldFigure(cells[2])]
        return [figure.step for figure in told_less(told, n, sums, 0.25)[0]]

    assert steps(is_top=False) == [0.025, 0.0, 0.025]
    assert steps(is_top=True) == [0.0, 0.0, 0.125]
