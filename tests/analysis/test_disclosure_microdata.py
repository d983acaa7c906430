"""Rows for analysts: every cell large enough, alone and together with what is published."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.disclosure import protect_tree
from analysis.disclosure.microdata import Recoding, recode
from tests.analysis.brute_force import covers, is_safe

K = 3
LENGTH = np.array([4.0])


def recoded(
    parents: Sequence[int],
    unit: Sequence[int],
    background: Sequence[Sequence[int]] = (),
    k: int = K,
    published: Sequence[NDArray[np.int64]] = (),
) -> Recoding:
    """All answered all, and unlike each other; every unit whose figures a release would show is shown."""
    tree, people = np.array(parents, dtype=np.int32), np.array(unit, dtype=np.int32)
    shown = protect_tree(tree, np.bincount(people, minlength=len(tree)), k).shown
    columns = np.array(background, dtype=np.int64).reshape(len(people), -1)
    return recode(tree, people, shown, columns, unlike(len(people)), LENGTH, k, published)


def unlike(people: int) -> NDArray[np.float64]:
    """(people, 1) scores of which any few are far apart."""
    placed = 0.2 + 0.6 * ((np.arange(people, dtype=np.float64) * 0.618) % 1)
    return placed.astype(np.float64)[:, np.newaxis]


def test_a_row_carries_its_own_unit_where_it_is_large_enough() -> None:
    assert recoded([-1, 0, 0], [1, 1, 1, 2, 2, 2]).node.tolist() == [1, 1, 1, 2, 2, 2]


def test_a_small_unit_carries_the_nearest_unit_above_that_is_large_enough() -> None:
    found = recoded([-1, 0, 0, 1, 1], [3, 3, 3, 4, 4, 1, 1, 2, 2, 2])
    assert found.node.tolist() == [3, 3, 3, 1, 1, 1, 1, 2, 2, 2]


def test_background_is_kept_where_every_combination_is_large_enough() -> None:
    found = recoded([-1, 0, 0], [1] * 6 + [2] * 6, [[0], [0], [0], [1], [1], [1]] * 2)
    assert found.used == (0,)
    assert found.node.tolist() == [1] * 6 + [2] * 6


def test_units_are_made_coarser_to_keep_background() -> None:
    units = [3] * 5 + [4] * 5 + [2] * 6
    leads = [[1]] * 2 + [[0]] * 3 + [[1]] + [[0]] * 4 + [[1]] * 3 + [[0]] * 3
    found = recoded([-1, 0, 0, 1, 1], units, leads)
    assert found.used == (0,)
    assert found.node.tolist() == [1] * 10 + [2] * 6


def test_background_that_would_take_everybody_to_the_top_is_left_out() -> None:
    found = recoded([-1, 0, 0], [1] * 6 + [2] * 6, [[0]] * 5 + [[1]] + [[0]] * 3 + [[1]] * 3)
    assert found.used == ()
    assert found.node.tolist() == [1] * 6 + [2] * 6


def test_a_measure_that_few_in_a_unit_answered_makes_the_unit_small() -> None:
    scores = np.hstack([unlike(6), unlike(6)])
    scores[0, 1] = np.nan
    everywhere = np.ones(3, dtype=np.bool_)
    unit = np.array([1, 1, 1, 2, 2, 2], dtype=np.int32)
    tree = np.array([-1, 0, 0], dtype=np.int32)
    found = recode(tree, unit, everywhere, np.empty((6, 0), dtype=np.int64), scores, LENGTH.repeat(2), K)
    assert set(found.node.tolist()) == {0}


@pytest.mark.parametrize("answer", [0.0, 0.5, 1.0])
def test_a_unit_whose_people_answered_alike_stands_with_another(answer: float) -> None:
    """Alone as the unit above it would still say the same, so the smallest unit beside it stands there too."""
    unit = np.array([1] * 6 + [2] * 9 + [3] * 8, dtype=np.int32)
    scores = unlike(23)
    scores[:6] = answer
    tree = np.array([-1, 0, 0, 0], dtype=np.int32)
    found = recode(
        tree, unit, np.ones(4, dtype=np.bool_), np.empty((23, 0), dtype=np.int64), scores, LENGTH, K
    )
    assert found.node.tolist() == [0] * 6 + [2] * 9 + [0] * 8


def test_background_in_which_a_combination_answered_alike_is_left_out() -> None:
    unit, scores = np.repeat([1, 2], 8).astype(np.int32), unlike(16)
    leads = np.tile([[0], [1]], (8, 1))
    scores[(unit == 1) & (leads[:, 0] == 1)] = 0.75
    tree = np.array([-1, 0, 0], dtype=np.int32)
    found = recode(tree, unit, np.ones(3, dtype=np.bool_), leads, scores, LENGTH, K)
    assert (found.used, found.node.tolist()) == ((), unit.tolist())


def test_rows_in_which_everybody_answered_alike_give_no_file() -> None:
    unit, scores = np.repeat([1, 2], 8).astype(np.int32), np.ones((16, 1))
    tree = np.array([-1, 0, 0], dtype=np.int32)
    with pytest.raises(ValueError, match="answered alike"):
        recode(tree, unit, np.ones(3, dtype=np.bool_), np.empty((16, 0), dtype=np.int64), scores, LENGTH, K)


def test_background_that_gives_a_published_figure_away_is_left_out() -> None:
    """A published category overlaps all but two of a cell: their sum would be the difference."""
    units, leads = [1] * 6 + [2] * 6, [[0], [0], [0], [1], [1], [1]] * 2
    assert recoded([-1, 0, 0], units, leads).used == (0,)
    almost = np.array([0, 1, 2, 3])
    assert recoded([-1, 0, 0], units, leads, published=[almost]).used == ()


def test_fewer_people_than_the_minimum_group_give_no_file() -> None:
    with pytest.raises(ValueError, match="fewer than the minimum group"):
        recoded([-1], [0, 0])


@st.composite
def _organisations(draw: st.DrawFn) -> tuple[list[int], list[int], list[list[int]]]:
    parents = [-1, *(draw(st.integers(0, node)) for node in range(draw(st.integers(1, 4))))]
    people = draw(st.integers(K, 11))
    unit = [draw(st.integers(0, len(parents) - 1)) for _ in range(people)]
    background = [[draw(st.integers(0, 1)), draw(st.integers(0, 2))] for _ in range(people)]
    return parents, unit, background


@given(_organisations())
@settings(max_examples=150)
def test_no_small_group_follows_from_the_rows_and_the_released_units(
    organisation: tuple[list[int], list[int], list[list[int]]],
) -> None:
    parents, unit, background = organisation
    tree, placed = np.array(parents, dtype=np.int32), np.array(unit)
    shown = protect_tree(tree, np.bincount(placed, minlength=len(tree)), K).shown
    below = covers(parents)
    released = [np.flatnonzero(np.isin(placed, list(below[n]))) for n in np.flatnonzero(shown).tolist()]
    # One more figure, as a breakdown at the top would give it.
    category = np.flatnonzero(np.array(background)[:, 1] == 0)
    known = [*released, category]
    insiders = np.flatnonzero(np.bincount(placed)[placed] == 1).tolist()
    if not is_safe([set(figure.tolist()) for figure in known], [1] * len(unit), K, insiders):
        return  # what was published before breaks the promise by itself
    try:
        found = recoded(parents, unit, background, published=known)
    except ValueError:
        return  # not even rows without units: no file at all
    columns = np.column_stack([found.node, np.array(background)[:, list(found.used)]])
    cells = [
        set(np.flatnonzero((columns == cell).all(axis=1)).tolist()) for cell in np.unique(columns, axis=0)
    ]
    if (found.node < 0).all() and not found.used:
        return
    assert is_safe([*cells, *(set(figure.tolist()) for figure in known)], [1] * len(unit), K, insiders)
