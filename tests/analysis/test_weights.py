"""Weights for citizen surveys: means, design effect and linearised intervals from their formulas."""

import numpy as np
import pytest

from analysis.weights import WeightsError, check_weights, post_stratified, weighted_mean

VALUES = np.array([2.0, 5, 3, 4, 1, 4, 5, 3])
WEIGHTS = np.array([0.5, 2.0, 1.0, 1.5, 0.8, 1.2, 0.4, 0.6])


def test_equal_weights_give_the_plain_mean_and_interval() -> None:
    found = weighted_mean(VALUES, np.full(8, 3.7))
    assert found.mean == pytest.approx(VALUES.mean())
    assert found.standard_error == pytest.approx(VALUES.std(ddof=1) / np.sqrt(8))
    assert (found.design_effect, found.effective_n) == pytest.approx((1, 8))


def test_the_linearised_error_is_the_spread_of_the_scores_of_the_ratio() -> None:
    """Särndal, Swensson & Wretman 1992, (5.7.4): residuals of the ratio over the estimated total, with replacement."""
    found = weighted_mean(VALUES, WEIGHTS)
    mean = (VALUES * WEIGHTS).sum() / WEIGHTS.sum()
    scores = WEIGHTS * (VALUES - mean) / WEIGHTS.sum()
    variance = 8 * np.var(scores, ddof=1)
    assert found.mean == pytest.approx(mean)
    assert found.standard_error == pytest.approx(np.sqrt(variance))
    assert found.high - found.mean == pytest.approx(2.364624 * np.sqrt(variance), rel=1e-6)
    assert found.effective_n == pytest.approx(8.0**2 / (WEIGHTS**2).sum())


def test_the_jackknife_tells_about_the_same_error() -> None:
    rng = np.random.default_rng(1)
    values, weights = rng.normal(3, 1, 400), rng.uniform(0.5, 3, 400)
    left_out = np.array([weighted_mean(np.delete(values, i), np.delete(weights, i)).mean for i in range(400)])
    jackknife = np.sqrt(399 / 400 * ((left_out - left_out.mean()) ** 2).sum())
    assert weighted_mean(values, weights).standard_error == pytest.approx(jackknife, rel=0.01)


def test_missing_answers_take_their_weights_with_them_and_few_have_no_interval() -> None:
    gapped = np.append(VALUES, np.nan)
    assert weighted_mean(gapped, np.append(WEIGHTS, 9.0)) == weighted_mean(VALUES, WEIGHTS)
    assert np.isnan(weighted_mean(VALUES[:1], WEIGHTS[:1]).low)
    assert weighted_mean(VALUES[:0], WEIGHTS[:0]).n == 0


def test_post_stratification_brings_each_stratum_to_its_share() -> None:
    strata = np.array(["ung"] * 2 + ["gammel"] * 8)
    weights = post_stratified(strata, {"ung": 600, "gammel": 400})
    assert weights[strata == "ung"].sum() / weights.sum() == pytest.approx(0.6)
    assert weights.mean() == pytest.approx(1)
    for margins in ({"ung": 600}, {"ung": 600, "gammel": 400, "middels": 100}):
        with pytest.raises(WeightsError):
            post_stratified(strata, margins)


@pytest.mark.parametrize("kind", ["employee", "user"])
def test_weights_are_refused_for_everybody_but_citizens(kind: str) -> None:
    with pytest.raises(WeightsError):
        check_weights(kind, WEIGHTS)


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_a_weight_must_be_a_positive_number(wrong: float) -> None:
    with pytest.raises(WeightsError):
        check_weights("citizen", np.array([1.0, wrong]))
