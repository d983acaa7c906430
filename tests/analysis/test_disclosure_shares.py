"""Shares of answers: that nobody gave an answer may be known, that somebody did may not (decision 054)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.disclosure import Answers, narrow_groups, protect_figures
from analysis.disclosure.microdata import recode

K = 5
Counts = NDArray[np.int64]


@st.composite
def counted(draw: st.DrawFn) -> tuple[list[frozenset[int]], Counts]:
    """(figures, (units, answers) how many gave each), where some answers are given by few or nobody."""
    one = st.sampled_from([0, 0, 0, 1, 2, 4, 9])
    units = draw(st.lists(st.tuples(one, one, one), min_size=3, max_size=6))
    counts = np.array(units, dtype=np.int64)
    own = [frozenset({unit}) for unit in range(len(units))]
    pairs = [frozenset({unit, unit + 1}) for unit in range(0, len(units) - 1, 2)]
    return [frozenset(range(len(units))), *pairs, *own], counts


def share_ends(
    published: list[frozenset[int]], counts: Counts, unit: int, answer: int
) -> tuple[float, float]:
    """Between which ends a unit's share lies for somebody who puts the shares of all answers together."""
    units, answers = counts.shape
    wanted = np.zeros((units, answers))
    wanted[unit, answer] = 1 / counts[unit].sum()
    rows, totals = [], []
    for figure in published:
        for code in range(answers):
            row = np.zeros((units, answers))
            row[sorted(figure), code] = 1
            rows.append(row.ravel())
            totals.append(counts[sorted(figure), code].sum())
    for each in range(units):
        row = np.zeros((units, answers))
        row[each] = 1
        rows.append(row.ravel())
        totals.append(counts[each].sum())
    least, minus_most = (
        linprog(sign * wanted.ravel(), A_eq=np.array(rows), b_eq=np.array(totals)) for sign in (1, -1)
    )
    assert least.fun is not None
    assert minus_most.fun is not None
    return least.fun, -minus_most.fun


@settings(max_examples=40, deadline=None)
@given(counted())
def test_nobody_finds_out_closely_how_many_in_a_small_unit_gave_an_answer(
    data: tuple[list[frozenset[int]], Counts],
) -> None:
    """Every answer of every hidden unit: its share may be nothing, or it is open by a quarter."""
    figures, counts = data
    sizes = np.repeat(counts.sum(axis=1)[:, np.newaxis], counts.shape[1], axis=1)
    answers = Answers(counts.astype(np.float64), 0.0, 1.0, of_shares=True)
    result = protect_figures(figures, sizes, K, answers=answers)
    published = [figure for figure, yes in zip(figures, result.shown, strict=True) if yes]
    for unit in np.flatnonzero((sizes[:, 0] > 0) & (sizes[:, 0] < K)).tolist():
        for answer in range(counts.shape[1]):
            low, high = share_ends(published, counts, unit, answer)
            assert low < 1e-6 or high - low > 0.25 - 1e-5


def test_an_answer_that_nobody_gave_hides_nothing() -> None:
    """Units of 20, 4 and 16: the unit of 16 is hidden to protect the small one, and no more than that."""
    figures = [frozenset({0, 1, 2}), frozenset({0}), frozenset({1}), frozenset({2})]
    counts = np.array([[8.0, 12.0, 0.0], [2.0, 2.0, 0.0], [9.0, 7.0, 0.0]])
    sizes = np.repeat(counts.sum(axis=1)[:, np.newaxis], 3, axis=1).astype(np.int64)
    found = protect_figures(figures, sizes, K, answers=Answers(counts, 0.0, 1.0, of_shares=True))
    assert found.status == ("shown", "shown", "hidden", "hidden")


def test_a_share_that_cannot_be_nothing_is_narrow_however_small() -> None:
    """From a hundredth on, somebody gave the answer."""
    answers = Answers(np.zeros(1), 0.0, 1.0, of_shares=True)
    assert answers.is_narrow(0.01, 0.2)
    assert not answers.is_narrow(0.0, 0.2)


@pytest.mark.parametrize("exact", [True, False])
def test_a_share_that_tells_that_somebody_gave_the_answer_is_narrow(*, exact: bool) -> None:
    """All 20 told together gave the first answer but for one, who may be any of them: at least three of four did."""
    counts, sizes = np.array([[3.0, 1.0], [16.0, 0.0]]), np.array([[4, 4], [16, 16]])
    answers = Answers(counts, 0.0, 1.0, width=0.3, of_shares=True)
    found = narrow_groups([{0, 1}], sizes, [{0}], answers, exact=exact)
    assert [(one.measure, round(one.low, 6), round(one.high, 6)) for one in found] == [(0, 0.75, 1.0)]


def test_rows_have_answers_that_nobody_gave_but_no_unit_where_all_gave_the_same() -> None:
    unit, tree = np.repeat([1, 2], 10).astype(np.int32), np.array([-1, 0, 0], dtype=np.int32)
    yes = np.array([1.0, 0.0] * 5 + [1.0] * 10)
    scores = np.stack([yes, 1 - yes, np.zeros(20)], axis=1)
    everywhere, nothing = np.ones(3, dtype=np.bool_), np.empty((20, 0), dtype=np.int64)
    found = recode(tree, unit, everywhere, nothing, scores, np.ones(3), K, of_shares=True)
    assert set(found.node.tolist()) == {0}
    scores[10:, 0], scores[10:, 1] = yes[:10], 1 - yes[:10]
    found = recode(tree, unit, everywhere, nothing, scores, np.ones(3), K, of_shares=True)
    assert found.node.tolist() == unit.tolist()
    scores[:] = [1.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="answered alike"):
        recode(tree, unit, everywhere, nothing, scores, np.ones(3), K, of_shares=True)
