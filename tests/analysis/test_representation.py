"""Who answered: rates, skew between groups, and how far the mean could be from what was measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.representation import mean_bounds, mean_if_missing_differ, response_rates, skew


def test_rates_are_per_group_and_over_all() -> None:
    found = response_rates(np.array([40, 10, 0]), np.array([30, 2, 0]))
    assert found.rate.tolist() == pytest.approx([0.75, 0.2, np.nan], nan_ok=True)
    assert found.overall == 0.64
    assert np.isnan(response_rates(np.array([0]), np.array([0])).overall)


def test_more_answers_than_invitations_are_refused() -> None:
    with pytest.raises(ValueError, match="more people"):
        response_rates(np.array([3]), np.array([4]))


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=2, max_size=6))
def test_skew_is_pearsons_test_of_equal_rates(groups: list[tuple[int, int]]) -> None:
    invited = np.array([n for n, _ in groups])
    answered = np.minimum(invited, [a for _, a in groups])
    found = skew(np.append(invited, 0), np.append(answered, 0))
    if answered.sum() in {0, invited.sum()}:
        assert np.isnan([found.chi2, found.p, found.cramers_v]).all()
        return
    expected = stats.chi2_contingency(np.stack([answered, invited - answered]), correction=False)
    assert found.chi2 == pytest.approx(expected.statistic, abs=1e-9)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.cramers_v == pytest.approx(
        stats.contingency.association(np.stack([answered, invited - answered])), abs=1e-9
    )
    assert found.share_invited.sum() == pytest.approx(1)


def test_one_group_has_nothing_to_be_compared_with() -> None:
    assert np.isnan(skew(np.array([10]), np.array([4])).p)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20), st.integers(0, 20), st.integers(1, 5))
def test_whatever_the_missing_would_have_answered_lies_within_the_bounds(
    answers: list[int], missing: int, value: int
) -> None:
    invited = len(answers) + missing
    mean = float(np.mean(answers))
    low, high = mean_bounds(mean, len(answers), invited, 1, 5)
    true = np.mean(answers + [value] * missing)
    assert low - 1e-9 <= true <= high + 1e-9
    told = mean_if_missing_differ(mean, len(answers), invited, value - mean)
    assert told == pytest.approx(true)


def test_nobody_answered_leaves_the_whole_scale_open() -> None:
    low, high = mean_bounds(np.nan, 0, 10, 1, 5)
    assert [float(low), float(high)] == [1, 5]
    assert np.isnan(mean_bounds(3.0, 0, 0, 1, 5)).all()
