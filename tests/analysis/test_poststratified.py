"""Weighted means from the moments of groups are those of the people in them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.poststratified import Stratum, poststratified_mean
from analysis.weights import post_stratified, weighted_mean

GROUP = st.tuples(st.floats(1, 1e6), st.lists(st.integers(1, 6), min_size=2, max_size=30))


@settings(max_examples=60)
@given(st.lists(GROUP, min_size=2, max_size=5))
def test_it_is_the_weighted_mean_of_the_people(groups: list[tuple[float, list[int]]]) -> None:
    strata = [
        Stratum(people, len(answers), float(np.mean(answers)), float(np.std(answers, ddof=1)))
        for people, answers in groups
    ]
    names = np.array([str(at) for at, (_people, answers) in enumerate(groups) for _answer in answers])
    values = np.array([answer for _people, answers in groups for answer in answers], dtype=float)
    weights = post_stratified(names, {str(at): people for at, (people, _answers) in enumerate(groups)})
    theirs, ours = weighted_mean(values, weights), poststratified_mean(strata)
    assert ours.n == theirs.n
    for name in ("mean", "standard_error", "low", "high", "design_effect", "effective_n"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-7, abs=1e-7), name


def test_shares_like_the_populations_change_nothing() -> None:
    found = poststratified_mean([Stratum(200, 20, 3.0, 1.0), Stratum(100, 10, 4.0, 1.0)])
    assert found.mean == pytest.approx(10 / 3)
    assert found.design_effect == pytest.approx(1)
    assert found.effective_n == pytest.approx(30)


def test_r_survey_gives_the_same() -> None:
    """d <- data.frame(x = c(rep(c(2, 4), 10), rep(c(3, 5), 5)), w = rep(c(7/20, 3/10), c(20, 10)))
    m <- svymean(~x, svydesign(ids = ~1, weights = ~w, data = d)); SE(m); confint(m, df = 29)"""
    found = poststratified_mean(
        [Stratum(7, 20, 3.0, math.sqrt(20 / 19)), Stratum(3, 10, 4.0, math.sqrt(10 / 9))]
    )
    assert found.mean == pytest.approx(3.3)
    assert found.standard_error == pytest.approx(0.203711256100563, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((2.88336370058704, 3.71663629941296), abs=1e-9)
