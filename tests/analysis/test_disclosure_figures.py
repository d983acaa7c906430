"""Linked tables and earlier releases: nothing can be derived, and no more is hidden than must be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import Answers, FigureProtection, cutting, protect_figures, protect_tree
from tests.analysis.brute_force import cheapest, is_safe
from tests.analysis.disclosure_cases import K, case

Tables = tuple[list[frozenset[int]], list[int], int]


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    """(figures, atom sizes, k): two or three partitions of the same people, with totals."""
    sizes = draw(st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 6, 9]), min_size=2, max_size=7))
    figures = [frozenset(range(len(sizes)))]
    for _ in range(draw(st.integers(1, 3))):
        codes = draw(st.lists(st.integers(0, 2), min_size=len(sizes), max_size=len(sizes)))
        figures += [frozenset(a for a, c in enumerate(codes) if c == code) for code in sorted(set(codes))]
    return figures, sizes, draw(st.integers(2, 5))


def cost(result: FigureProtection) -> tuple[int, int]:
    return int(result.n[result.secondary].sum()), int(result.secondary.sum())


def shown(figures: list[frozenset[int]], result: FigureProtection) -> list[frozenset[int]]:
    return [figure for figure, yes in zip(figures, result.shown, strict=True) if yes]


def test_unit_type_as_a_second_table_costs_two_figures() -> None:
    data = case("09")
    result = protect_figures([*data.under("path").values(), *data.by("unit_type").values()], data.sizes, K)
    assert (len(result.n), result.reason.count("small"), cost(result)) == (13, 2, (14, 2))


def test_last_years_answers_in_both_years_trees_cost_two_figures() -> None:
    data = case("10")
    old, moved, new = data.under("path", "1"), data.under("path_year2", "1"), data.under("path", "2")
    result = protect_figures([*old.values(), *moved.values(), *new.values()], data.sizes, K)
    assert (len(result.n), result.reason.count("small"), cost(result)) == (29, 4, (29, 2))


def test_after_last_years_release_the_new_tree_gives_nothing_away() -> None:
    data = case("10")
    old, moved = list(data.under("path", "1").values()), list(data.under("path_year2", "1").values())
    released = shown(old, protect_figures(old, data.sizes, K))
    assert not is_safe(
        [*released, *shown(moved, protect_figures(moved, data.sizes, K))], data.sizes.tolist(), K
    )
    result = protect_figures(moved, data.sizes, K, released=released)
    assert is_safe([*released, *shown(moved, result)], data.sizes.tolist(), K)
    assert cost(result) == cheapest(
        [m for m in moved if m not in released], data.sizes.tolist(), K, given=released
    )


def test_gender_at_the_top_costs_two_figures() -> None:
    data = case("11")
    result = protect_figures([*data.under("path").values(), *data.by("gender").values()], data.sizes, K)
    assert (len(result.n), result.reason.count("small"), cost(result)) == (7, 0, (51, 2))


def test_a_hidden_block_where_everyone_answered_the_same_gets_company() -> None:
    data = case("12")
    nodes = data.under("path")
    answers = Answers(data.sums.astype(float), 1, 5)
    assert cost(protect_figures(list(nodes.values()), data.sizes, K)) == (0, 0)
    result = protect_figures(list(nodes.values()), data.sizes, K, answers=answers)
    assert [name for name, out in zip(nodes, result.secondary, strict=True) if out] == ["M/D"]


def test_a_unit_of_one_paired_with_four_gets_company() -> None:
    data = case("13")
    nodes = data.under("path")
    result = protect_figures(list(nodes.values()), data.sizes, K, one_person=data.sizes == 1)
    assert [name for name, out in zip(nodes, result.secondary, strict=True) if out] == ["M/D"]


@settings(max_examples=120)
@given(tables())
def test_the_optimum_over_linked_tables_is_found_and_safe(data: Tables) -> None:
    figures, sizes, k = data
    lone = [atom for atom, n in enumerate(sizes) if n == 1]
    result = protect_figures(figures, np.array(sizes), k, one_person=np.array(sizes) == 1)
    assert is_safe(shown(figures, result), sizes, k, lone)
    assert cost(result) == cheapest(figures, sizes, k, alone=lone)


@settings(max_examples=80)
@given(tables(), st.integers(1, 4))
def test_what_was_released_before_is_a_fixed_part_of_the_problem(data: Tables, first: int) -> None:
    figures, sizes, k = data
    released = shown(figures[:first], protect_figures(figures[:first], np.array(sizes), k))
    result = protect_figures(figures, np.array(sizes), k, released=released)
    assert is_safe([*released, *shown(figures, result)], sizes, k)
    fresh = [figure for figure in figures if figure not in released]
    assert cost(result) == cheapest(fresh, sizes, k, given=released)
    assert result.given_away == ()


@settings(max_examples=80)
@given(tables(), st.data())
def test_one_mask_is_safe_for_every_measure(data: Tables, more: st.DataObject) -> None:
    figures, sizes, k = data
    fewer = [max(0, n - more.draw(st.integers(0, 2))) for n in sizes]
    result = protect_figures(figures, np.array([sizes, fewer]).T, k)
    assert is_safe(shown(figures, result), sizes, k)
    assert is_safe(shown(figures, result), fewer, k)


@settings(max_examples=60)
@given(tables())
def test_with_too_many_cuts_for_proof_the_result_is_still_safe_and_close(data: Tables) -> None:
    figures, sizes, k = data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "_EXACT_CUTS", 0)
        patch.setattr(cutting, "_DIRECT_ROUNDS", 0)
        patch.setattr(cutting, "_FEW_CUTS", 0)
        result = protect_figures(figures, np.array(sizes), k)
    assert is_safe(shown(figures, result), sizes, k)
    assert cost(result)[0] <= 1.01 * cheapest(figures, sizes, k)[0]


@settings(max_examples=60)
@given(tables())
def test_the_long_way_between_bounds_finds_the_optimum_too(data: Tables) -> None:
    figures, sizes, k = data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "_DIRECT_ROUNDS", 0)
        patch.setattr(cutting, "_FEW_CUTS", 0)
        result = protect_figures(figures, np.array(sizes), k)
    assert is_safe(shown(figures, result), sizes, k)
    assert cost(result) == cheapest(figures, sizes, k)


def test_it_agrees_with_the_tree_program_on_three_hundred_units() -> None:
    numbers = np.random.default_rng(11)
    parents = np.r_[-1, np.zeros(8), numbers.integers(1, 9, 40), numbers.integers(9, 49, 300)].astype(
        np.int32
    )
    counts = np.r_[np.zeros(49), numbers.negative_binomial(1.5, 0.12, 300)].astype(np.int64)
    figures: list[set[int]] = [set() for _ in parents]
    for leaf in range(len(parents)):
        node = leaf
        while node >= 0:
            figures[node].add(leaf)
            node = int(parents[node])
    tree = protect_tree(parents, counts, K)
    result = protect_figures(figures, counts, K, one_person=counts == 1)
    assert cost(result) == (int(tree.n[tree.secondary].sum()), int(tree.secondary.sum()))


def test_a_breach_in_an_earlier_release_is_reported_and_does_not_stop_the_next() -> None:
    result = protect_figures([{0, 1, 2}, {2}], np.array([9, 3, 7]), 5, released=[{0, 1}, {0}])
    assert [breach.members for breach in result.given_away] == [(1,)]
    assert result.shown.tolist() == [True, True]


@given(tables(), st.integers(1, 6), st.integers(1, 4))
@settings(max_examples=120)
def test_a_raised_minimum_is_kept_among_the_new_figures_and_the_old_one_with_what_is_out(
    data: Tables, first: int, raised: int
) -> None:
    """HR raises the minimum after the release: what is out of groups between the two stays out, and nothing follows."""
    figures, sizes, k = data
    before = figures[:first]
    out = shown(before, protect_figures(before, np.array(sizes), k))
    result = protect_figures(figures, np.array(sizes), k + raised, released=out, released_minimum=k)
    assert is_safe(shown(figures, result), sizes, k + raised)
    assert is_safe([*out, *shown(figures, result)], sizes, k)


def test_a_group_that_is_out_is_hidden_once_the_minimum_is_above_it() -> None:
    figures = [{0, 1, 2}, {0}, {1}, {2}]
    sizes = np.array([6, 12, 20])
    result = protect_figures(figures, sizes, 8, released=figures, released_minimum=5)
    assert result.reason == (None, "small", "protecting", None)
    assert not result.given_away, "that six are out breaks no promise that was given when they were told"


def test_the_same_people_in_two_tables_are_shown_or_hidden_together() -> None:
    figures = [{0, 1, 2}, {0}, {1}, {0}, {1}]
    result = protect_figures(figures, np.array([9, 6, 3]), 5)
    assert result.shown[1] == result.shown[3]
    assert result.shown[2] == result.shown[4]
    assert cost(result) == (12, 2)


def test_a_figure_shown_last_time_stays_where_the_choice_is_free() -> None:
    for kept in (1, 2):
        result = protect_figures([{0, 1, 2}, {0}, {1}], np.array([8, 8, 3]), 5, keep=np.arange(3) == kept)
        assert result.shown[kept]


def test_the_top_is_hidden_only_when_nothing_else_helps() -> None:
    figures, sizes = [{0, 1}, {0}, {0}, {0}], np.array([20, 2])
    assert protect_figures(figures, sizes, 5).shown.tolist() == [False, True, True, True]
    top = np.arange(4) == 0
    assert protect_figures(figures, sizes, 5, always=top).shown.tolist() == [True, False, False, False]
    assert protect_figures(figures[:1], sizes, 5, released=[{0}], always=top[:1]).shown.tolist() == [False]


def test_figures_without_people_have_no_answers() -> None:
    result = protect_figures([{0, 1}, {1}, set()], np.array([7, 0]), 5)
    assert result.status == ("shown", "no_answers", "no_answers")
