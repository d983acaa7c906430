"""Spread and distributions stand where they do not bring anybody close to a hidden group."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.disclosure import protect_tree
from analysis.disclosure.spread import (
    NarrowedRange,
    People,
    PublishedDetail,
    may_show_spread,
    narrowed_ranges,
    without_narrowing,
)

LEAST = 0.25


def people(*scores: list[float]) -> People:
    """One cell for each list, one measure."""
    cell = np.repeat(np.arange(len(scores)), [len(of_cell) for of_cell in scores])
    return People(cell, np.array([[score] for of_cell in scores for score in of_cell]), len(scores))


def told(
    figures: list[set[int]], *, rest: int | None = None, fixed: bool = False, distribution: bool = False
) -> PublishedDetail:
    """Figures of one tree, the first of them the whole, all with spread."""
    number = len(figures)
    flags = np.ones((number, 1), dtype=bool)
    return PublishedDetail(
        [frozenset(figure) for figure in figures],
        np.array([-1] + [0] * (number - 1)),
        flags,
        flags & distribution,
        np.full(number, fixed),
        np.arange(number) == rest,
    )


ALIKE = people([0.5, 0.5, 0.6], [0.4, 0.5, 0.5, 0.6], [0.2, 0.4, 0.6, 0.8, 1.0, 0.3], [0.1] * 5 + [0.9] * 5)
"""Hidden units of three and four who answered much alike, and shown ones of six and ten."""
SMALL = [frozenset({0}), frozenset({1})]
FIGURES: list[set[int]] = [{0, 1, 2, 3}, {2}, {3}, {0, 1}]


def test_the_spread_of_seven_bounds_the_mean_of_three_of_them_as_by_hand() -> None:
    """Mean 3.6/7, sum of squares 1.88: within √(variance · 4/3) at both ends."""
    variance = 1.88 / 7 - (3.6 / 7) ** 2
    found = list(narrowed_ranges(told(FIGURES, rest=3), SMALL, ALIKE, LEAST))
    assert [(one.group, one.distribution) for one in found] == [(0, False), (1, False)]
    assert found[0].width == pytest.approx(2 * (variance * 4 / 3) ** 0.5)
    assert found[1].width == pytest.approx(2 * (variance * 3 / 4) ** 0.5)


def test_the_rest_and_the_smallest_neighbour_lose_their_spread_and_nobody_else() -> None:
    after = without_narrowing(told(FIGURES, rest=3), SMALL, ALIKE, LEAST)
    assert after.spread[:, 0].tolist() == [True, False, True, False]
    assert list(narrowed_ranges(after, SMALL, ALIKE, LEAST)) == []


def test_the_whole_goes_last() -> None:
    one_shown: list[set[int]] = [{0, 1, 2, 3}, {2, 3}, {0, 1}]
    after = without_narrowing(told(one_shown, rest=2), SMALL, ALIKE, LEAST)
    assert after.spread[:, 0].tolist() == [True, False, False]


def test_what_is_out_already_stays_and_is_reported() -> None:
    out = told(FIGURES, rest=3, fixed=True)
    assert without_narrowing(out, SMALL, ALIKE, LEAST).spread.all()
    assert [one.group for one in narrowed_ranges(out, SMALL, ALIKE, LEAST)] == [0, 1]


def test_new_spreads_beside_what_is_out_go_though_none_of_them_covers_the_group() -> None:
    """A unit was moved: its spread, and that of its new parent, together tell of those it left behind."""
    staff = people(
        [0.5, 0.5, 0.6, 0.6],
        [0.5, 0.6],
        [0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 1.0],
        [0.1] * 15 + [0.9] * 15,
        [0.2, 0.8] * 30,
    )
    out = told([{0, 1, 2, 3, 4}, {0, 1, 2, 3}, {3}], fixed=True)
    new = told([{0, 1, 2, 3, 4}, {2}, {2, 3}])
    both = PublishedDetail(
        [*out.figures, *new.figures[1:]],
        np.append(out.table, new.table[1:]),
        np.ones((5, 1), dtype=bool),
        np.zeros((5, 1), dtype=bool),
        np.append(out.fixed, new.fixed[1:]),
        np.zeros(5, dtype=bool),
    )
    group = [frozenset({0})]
    assert list(narrowed_ranges(both, group, staff, LEAST))
    found = without_narrowing(both, group, staff, LEAST)
    assert not list(narrowed_ranges(found, group, staff, LEAST))
    assert found.spread[:3].all(), "what is out stays"


def test_people_who_differ_enough_keep_every_spread() -> None:
    unlike = people([0.1, 0.9, 0.5], [0.0, 1.0, 0.5, 0.8], [0.2, 0.4, 0.6, 0.8, 1.0, 0.3], [0.5] * 10)
    assert without_narrowing(told(FIGURES, rest=3), SMALL, unlike, LEAST).spread.all()


def test_a_distribution_may_not_say_that_everybody_left_answered_alike() -> None:
    """Twelve are left when the shown unit is subtracted, and all of them are in the middle."""
    middle = people([0.5] * 3, [0.5] * 9, [0.2, 0.8] * 10)
    figures: list[set[int]] = [{0, 1, 2}, {2}]
    without_spread = told(figures, distribution=True)
    without_spread.spread[:] = False
    found = list(narrowed_ranges(without_spread, SMALL[:1], middle, LEAST))
    assert found == [NarrowedRange(0, 0, 0, distribution=True, width=pytest.approx(0))]  # type: ignore[arg-type] # equal to any width near it
    after = without_narrowing(without_spread, SMALL[:1], middle, LEAST)
    assert after.distribution[:, 0].tolist() == [True, False]


NEARLY_ALL = people([1.0] * 7 + [0.75], [0.75] * 7)
"""Eight told as «4.8 or higher», and seven hidden ones beside them who all answered 4."""
BOUND = [frozenset({0})]


@pytest.mark.parametrize("distribution", [False, True])
def test_a_bound_keeps_all_the_room_that_it_says_there_is(distribution: bool) -> None:
    """Somewhere between 3.8 and 4.9 is wide, and «4.8 or higher» with it says 4.8 or 4.9: not all answered 5."""
    both = told([{0, 1}], distribution=distribution)
    both.spread[:] = not distribution
    zone = np.array([[0.9375, 1.0]])
    wide = 0.0625
    assert list(narrowed_ranges(both, BOUND, NEARLY_ALL, wide)) == []
    [found] = narrowed_ranges(both, BOUND, NEARLY_ALL, wide, zone)
    highest = 7.75 / 8 if distribution else (8 * 13 / 15 + (8 * 7 * (11.5 / 15 - (13 / 15) ** 2)) ** 0.5) / 8
    assert (found.group, found.distribution) == (0, distribution)
    assert found.width == pytest.approx(highest - 0.9375)
    after = without_narrowing(both, BOUND, NEARLY_ALL, wide, zone)
    assert not after.spread.any()
    assert not after.distribution.any()


def test_a_bound_at_the_low_end_keeps_its_room_too() -> None:
    mirrored = People(NEARLY_ALL.cell, 1 - NEARLY_ALL.scores, NEARLY_ALL.cells)
    [high] = narrowed_ranges(told([{0, 1}]), BOUND, NEARLY_ALL, 0.0625, np.array([[0.9375, 1.0]]))
    [low] = narrowed_ranges(told([{0, 1}]), BOUND, mirrored, 0.0625, np.array([[0.0, 0.0625]]))
    assert low.width == pytest.approx(high.width)


def test_a_bound_that_nothing_narrows_takes_no_spread_away() -> None:
    others = people([1.0] * 7 + [0.75], [0.25, 0.5, 0.75, 1.0] * 5)
    shown = told([{0, 1}])
    after = without_narrowing(shown, BOUND, others, 0.0625, np.array([[0.9375, 1.0]]))
    assert after.spread.all()


def test_spread_is_not_told_where_it_says_that_all_answered_alike() -> None:
    scores = people([0.5] * 12, [0.5] * 11 + [0.75], [0.95, 1.0, 1.0, 1.0, 0.9], [0.2, 0.6, 0.8])
    cells = [frozenset({cell}) for cell in range(4)]
    assert may_show_spread(scores, cells, 4.0)[:, 0].tolist() == [False, True, False, True]


Survey = tuple[list[int], list[list[float]]]


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    """(parents, each node's scores): a small tree, people who answer much alike."""
    nodes = draw(st.integers(3, 6))
    parents = [-1] + [draw(st.integers(0, i - 1)) for i in range(1, nodes)]
    sizes = [draw(st.sampled_from([0, 1, 2, 3, 5, 6])) for _ in parents]
    grid = st.sampled_from([0.4, 0.5, 0.5, 0.6, 0.75])
    return parents, [draw(st.lists(grid, min_size=n, max_size=n)) for n in sizes]


@settings(max_examples=60)
@given(surveys())
def test_no_attacker_with_means_and_spreads_comes_close_to_a_hidden_group(survey: Survey) -> None:
    """The same holds when no spread is taken away wrongly: what is left on is what the attacker has."""
    parents, scores = survey
    sizes = np.array([len(of_node) for of_node in scores])
    mask = protect_tree(np.array(parents, np.int32), sizes, 5)
    cover = [
        {node for node in range(len(parents)) if above in _line(parents, node)}
        for above in range(len(parents))
    ]
    figures = [cover[node] for node in np.flatnonzero(mask.shown)]
    if not figures:
        return
    answers = people(*scores)
    groups = [frozenset({node}) for node, n in enumerate(sizes) if 0 < n < 5]
    after = without_narrowing(
        told([*figures, *(set(block.members) for block in mask.blocks)]), groups, answers, LEAST
    )
    for group in groups:
        free = _reach(answers, after.figures, np.zeros(len(after.figures)), group)
        assert _reach(answers, after.figures, after.spread[:, 0], group) >= min(LEAST, free) - 1e-3


TABLES: Sequence[Sequence[set[int]]] = ([{0, 1}, {2, 3}, {4, 5}], [{0, 2, 4}, {1, 3, 5}])
PARTS = [frozenset({0}), frozenset({1, 2}), frozenset({0, 2}), frozenset({5})]
"""Groups, of which some are in two figures of a table."""


@pytest.mark.parametrize("seed", range(5))
def test_whatever_table_and_measure_bounds_a_group_is_found_a_little_before_it_is_too_narrow(
    seed: int,
) -> None:
    """Against a program over everybody's answers, and all answers sorted: the least width is put 1 % above the true."""
    rng = np.random.default_rng(seed)
    cell = np.repeat(np.arange(6), rng.integers(2, 6, 6))
    scores = np.stack(
        [rng.choice([0.0, 0.5, 1.0], len(cell)), rng.choice([0.4, 0.5, 0.55, 0.7], len(cell))], 1
    )
    everybody = People(cell, scores, 6)
    figures = [frozenset(range(6)), *(frozenset(cells) for table in TABLES for cells in table)]
    table = np.array([-1, 0, 0, 0, 1, 1])
    spread, none = rng.random((6, 2)) < 0.7, np.zeros(6, dtype=bool)
    spread[0] = True
    published = PublishedDetail(figures, table, spread, spread & (rng.random((6, 2)) < 0.8), none, none)
    reported = 0
    for number, measure in ((0, 0), (0, 1), (1, 0), (1, 1)):
        here = np.flatnonzero((table == number) | (table < 0))
        one = People(cell, scores[:, [measure]], 6)
        told_here = [figures[place] for place in here]
        free = [_reach(one, told_here, none[: len(here)], group) for group in PARTS]
        for distribution in (False, True):
            stands = (published.distribution if distribution else spread)[here, measure]
            if distribution:
                true = [_between_sorted(one, told_here, stands, group) for group in PARTS]
            else:
                true = [_reach(one, told_here, stands, group) for group in PARTS]
            least = np.array(true) * 1.01 + 2e-3
            found = {
                each.group: each.width
                for each in narrowed_ranges(published, PARTS, everybody, least)
                if (each.table, each.measure, each.distribution) == (number, measure, distribution)
            }
            for group, width in enumerate(true):
                if width < free[group] - 0.01 and stands.any():
                    reported += 1
                    assert found[group] <= width + 2e-3
                    if distribution:
                        assert found[group] == pytest.approx(width, abs=1e-9)
    assert reported > 5
    assert list(narrowed_ranges(published, PARTS, everybody, LEAST))
    after = without_narrowing(published, PARTS, everybody, LEAST)
    assert not list(narrowed_ranges(after, PARTS, everybody, LEAST))


def _between_sorted(
    answers: People, figures: Sequence[frozenset[int]], stands: np.ndarray, group: frozenset[int]
) -> float:
    """The same by sorting: of everybody in the same distributions, the highest are in the group, or the lowest."""
    told_of = {
        cell: tuple(cell in figure for figure, yes in zip(figures, stands, strict=True) if yes)
        for cell in range(answers.cells)
    }
    reach = 0.0
    for kind in set(told_of.values()):
        pool = np.sort(answers.scores[[told_of[cell] == kind for cell in answers.cell.tolist()], 0])
        m = int(sum(answers.n[cell, 0] for cell in group if told_of[cell] == kind))
        if m:
            reach += float(pool[-m:].sum() - pool[:m].sum()) if any(kind) else m
    return reach / float(answers.n[sorted(group), 0].sum())


def _line(parents: list[int], node: int) -> list[int]:
    return [] if node < 0 else [node, *_line(parents, parents[node])]


def _reach(
    answers: People, figures: Sequence[frozenset[int]], spread: np.ndarray, group: frozenset[int]
) -> float:
    """How far apart the group's mean can be in two sets of answers that both fit what is published.

    By linear programming over how many of every cell answer each value of a fine grid: shares no thought with
    the closed form it is to test.
    """
    grid = np.linspace(0, 1, 81)
    present = [cell for cell in range(answers.cells) if answers.n[cell, 0]]
    rows, right = [], []
    for cell in present:
        rows.append([np.ones(len(grid)) * (other == cell) for other in present])
        right.append(answers.n[cell, 0])
    for figure, stands in zip(figures, spread, strict=True):
        inside = [cell in figure for cell in present]
        rows.append([grid * one for one in inside])
        right.append(answers.sums[sorted(figure), 0].sum())
        if stands:
            rows.append([grid**2 * one for one in inside])
            right.append(answers.squares[sorted(figure), 0].sum())
    goal = np.concatenate([grid * (cell in group) for cell in present])
    matrix = np.array([np.concatenate(row) for row in rows])
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=(0, None)) for sign in (1, -1)]
    assert all(end.status == 0 for end in ends)
    least, most = (float(end.fun) for end in ends if end.fun is not None)
    return (-most - least) / float(answers.n[sorted(group), 0].sum())
