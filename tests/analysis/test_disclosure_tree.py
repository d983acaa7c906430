"""The tree rule: nothing can be derived, and no more is hidden than must be."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import Block, Protection, attack, protect_measures, protect_tree
from tests.analysis.brute_force import cheapest, covers, derivable_groups, is_safe
from tests.analysis.disclosure_cases import K, case

Tree = tuple[list[int], list[int]]


@st.composite
def trees(draw: st.DrawFn, largest: int = 8) -> Tree:
    """(parents, direct counts) of a small forest, small units common, order not top-down."""
    size = draw(st.integers(1, largest))
    parents = [-1] + [
        draw(st.integers(-1 if draw(st.integers(0, 9)) == 0 else 0, i - 1)) for i in range(1, size)
    ]
    counts = [draw(st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 6, 9])) for _ in range(size)]
    order = draw(st.permutations(range(size)))
    place = {node: i for i, node in enumerate(order)}
    return [-1 if parents[node] < 0 else place[parents[node]] for node in order], [counts[n] for n in order]


def protect(tree: Tree, k: int, **options: Any) -> Protection:
    parents, counts = tree
    return protect_tree(np.array(parents, np.int32), np.array(counts, np.int64), k, **options)


def published(tree: Tree, protection: Protection) -> list[frozenset[int]]:
    shown = [cover for cover, yes in zip(covers(tree[0]), protection.shown, strict=True) if yes]
    return shown + [frozenset(block.members) for block in protection.blocks]


def alone(tree: Tree) -> list[int]:
    return [node for node, n in enumerate(tree[1]) if n == 1]


@pytest.mark.parametrize(
    ("number", "primary", "secondary", "respondents"),
    [
        ("01", 1, 1, 20),
        ("02", 1, 1, 9),
        ("03", 2, 1, 25),
        ("03b", 2, 0, 0),
        ("04", 3, 3, 24),
        ("05", 1, 2, 55),
        ("06", 8, 1, 21),
        ("07", 1, 1, 10),
        ("08", 0, 1, 8),
    ],
)
@pytest.mark.parametrize("keep_roots", [True, False])
def test_each_case_hides_as_little_as_is_known_to_be_possible(
    number: str, primary: int, secondary: int, respondents: int, keep_roots: bool
) -> None:
    _, parents, counts = case(number).tree()
    result = protect_tree(parents, counts, K, keep_roots=keep_roots)
    assert result.reason.count("small") == primary
    assert result.secondary.sum() == secondary
    assert result.n[result.secondary].sum() == respondents


def test_a_unit_of_one_paired_with_four_gets_company() -> None:
    names, parents, counts = case("13").tree()
    result = protect_tree(parents, counts, K)
    assert [names[i] for i in np.flatnonzero(result.secondary)] == ["M/D"]


def test_a_unit_without_answers_protects_nobody_and_is_not_hidden() -> None:
    names, parents, counts = case("07").tree()
    result = protect_tree(parents, counts, K)
    assert dict(zip(names, result.status, strict=True)) == {
        "M": "shown",
        "M/A": "hidden",
        "M/B": "no_answers",
        "M/C": "hidden",
        "M/D": "no_answers",
    }
    assert result.reason == (None, "protecting", None, "small", None)


def test_small_units_are_published_together_under_their_nearest_shown_parent() -> None:
    names, parents, counts = case("06").tree()
    (block,) = protect_tree(parents, counts, K).blocks
    assert (names[block.anchor], [names[i] for i in block.members], block.n) == (
        "M",
        ["M/B/v1", "M/B/v2", "M/D/x"],
        7,
    )


def test_people_placed_directly_on_a_middle_node_are_a_block_of_their_own() -> None:
    assert protect(([-1, 0, 0], [6, 8, 9]), 5).blocks == (Block(anchor=0, members=(0,), n=6),)


def test_a_tree_with_fewer_than_k_people_is_hidden_altogether() -> None:
    assert protect(([-1, 0, 0], [0, 2, 2]), 5).status == ("hidden",) * 3


def test_the_municipality_stays_shown_even_where_hiding_it_would_cost_least() -> None:
    chain = ([-1, 0, 1, 2, 0], [0, 0, 0, 20, 2])
    assert protect(chain, 5).shown.tolist() == [True, False, False, False, False]
    assert protect(chain, 5, keep_roots=False).shown.tolist() == [False, True, True, True, False]


def test_of_two_equal_choices_the_unit_shown_last_time_stays() -> None:
    tree = ([-1, 0, 0, 0], [0, 3, 8, 8])
    for kept in (2, 3):
        assert protect(tree, 5, keep=np.arange(4) == kept).shown[kept]


@settings(max_examples=150)
@given(trees(), st.integers(2, 5))
def test_no_attacker_finds_a_small_group(tree: Tree, k: int) -> None:
    result = protect(tree, k)
    assert is_safe(published(tree, result), tree[1], k, alone(tree))
    lone = np.array(tree[1]) == 1
    assert attack(published(tree, result), np.array(tree[1]), k, one_person=lone) == ()


@settings(max_examples=150)
@given(trees(), st.integers(2, 5))
def test_no_other_mask_hides_fewer_people_or_as_many_in_fewer_figures(tree: Tree, k: int) -> None:
    result = protect(tree, k, keep_roots=False)
    cost = int(result.n[result.secondary].sum()), int(result.secondary.sum())
    assert cost == cheapest(covers(tree[0]), tree[1], k, alone=alone(tree))


@settings(max_examples=100)
@given(trees(), st.integers(2, 5))
def test_with_the_top_shown_no_other_mask_hides_less(tree: Tree, k: int) -> None:
    result = protect(tree, k)
    tops = [i for i, parent in enumerate(tree[0]) if parent < 0]
    showable = [i for i in tops if is_safe([covers(tree[0])[i]], tree[1], k, alone(tree)) and result.n[i]]
    cost = int(result.n[result.secondary].sum()), int(result.secondary.sum())
    assert result.shown[showable].all()
    assert cost == cheapest(covers(tree[0]), tree[1], k, alone=alone(tree), always=showable)


@settings(max_examples=100)
@given(trees(), st.integers(2, 5), st.data())
def test_one_mask_is_safe_for_every_measure(tree: Tree, k: int, data: st.DataObject) -> None:
    parents, counts = tree
    fewer = [[max(0, n - data.draw(st.integers(0, 2))) for n in counts] for _ in range(2)]
    result = protect_tree(np.array(parents, np.int32), np.array([counts, *fewer]).T, k)
    for measure in (counts, *fewer):
        assert is_safe(published(tree, result), measure, k, alone((parents, measure)))


def test_with_equal_measures_the_common_mask_is_the_optimum() -> None:
    _, parents, counts = case("06").tree()
    common = protect_tree(parents, np.stack([counts, counts], axis=1), K)
    assert common.shown.tolist() == protect_tree(parents, counts, K).shown.tolist()
    assert common.n.shape == (len(parents), 2)


def test_each_measure_may_have_its_own_mask() -> None:
    parents = np.array([-1, 0, 0], np.int32)
    first, second = protect_measures(parents, np.array([[0, 0], [9, 9], [6, 4]]), 5)
    assert first.shown.all()
    assert second.reason == (None, "protecting", "small")


@pytest.mark.parametrize(
    ("parents", "counts", "k", "message"),
    [
        ([1, 0], [5, 5], 5, "cycle"),
        ([-1, 7], [5, 5], 5, "out of range"),
        ([-1, 0], [5, -1], 5, "negative"),
        ([-1, 0], [5], 5, "expected"),
        ([-1, 0], [5, 5], 1, "at least 2"),
    ],
)
def test_impossible_input_is_refused(parents: list[int], counts: list[int], k: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        protect_tree(np.array(parents, np.int32), np.array(counts), k)


def test_the_slow_attacker_finds_the_breach_of_case_01_so_it_can_be_trusted() -> None:
    assert derivable_groups([{0, 1}, {0}], [20, 3], 5) == {frozenset({1})}
