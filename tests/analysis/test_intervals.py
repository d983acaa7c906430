"""Intervals on a scale with ends, and the test of a mean against others: one method, and it keeps what it promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.difference import Others, clear_differences, difference_from, dispersion_of
from analysis.intervals import bounded_interval


@given(st.lists(st.integers(0, 12), min_size=2, max_size=60))
@settings(max_examples=60)
def test_an_interval_holds_its_mean_and_never_leaves_the_scale(answers: list[int]) -> None:
    scores = np.array(answers) / 12
    mean, sd = np.array([scores.mean()]), np.array([scores.std(ddof=1)])
    low, high = (end.item() for end in bounded_interval(np.array([len(answers)]), mean, sd))
    assert 0 <= low <= mean.item() <= high <= 1
    assert low < high


def test_the_test_and_the_interval_say_the_same() -> None:
    """The ends of the interval are the means that the group differs from with p = 0.05."""
    n, mean, sd = np.array([5, 9, 14, 40]), np.array([0.8, 0.3, 0.9, 0.5]), np.array([0.2, 0.1, 0.15, 0.3])
    for end in bounded_interval(n, mean, sd):
        found = [difference_from(*each[:3], Others(each[3])) for each in zip(n, mean, sd, end, strict=True)]
        assert found == pytest.approx([0.05] * 4)


def test_of_large_groups_in_the_middle_it_is_welchs_test() -> None:
    p = difference_from(400, 0.53, 0.2, Others(0.5, 900, 0.2))
    welch = stats.ttest_ind_from_stats(0.53, 0.2, 400, 0.5, 0.2, 900, equal_var=False).pvalue
    assert p == pytest.approx(welch, rel=0.1)


def test_few_who_answer_alike_prove_little() -> None:
    alike = np.array([0.0])
    assert dispersion_of(5, 0.8, 0.0) == pytest.approx(0.5 / 4.5)
    low, high = bounded_interval(np.array([5]), np.array([0.8]), alike)
    assert high[0] - low[0] > 0.2


def test_without_a_spread_or_of_one_person_there_is_none() -> None:
    one, unknown = np.array([1]), np.array([np.nan])
    assert np.isnan(bounded_interval(one, np.array([0.5]), unknown)[0])
    assert np.isnan(difference_from(9, 0.5, np.nan, Others(0.4)))
    assert np.isnan(difference_from(1, 0.5, 0.2, Others(0.4)))
    assert np.isnan(difference_from(9, 0.5, 0.2, Others(1.0)))
    assert np.isnan(difference_from(9, 0.5, 0.2, Others(0.4, 20)))


def test_a_difference_is_clear_among_all_that_are_tested() -> None:
    assert clear_differences([0.012, 0.9, 0.9, 0.9]) == [True, False, False, False]
    assert clear_differences([0.013, 0.9, 0.9, 0.9]) == [False] * 4
