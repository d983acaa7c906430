"""Three waves and more: the slope's test is Welch's, one step is no direction, and all themes are one family."""

import numpy as np
import pytest
from scipy import stats

from analysis.change import Wave, holm
from analysis.trend import TrendVerdict, trend

YEARS = np.array([2022.0, 2024.0, 2026.0])


def waves(means: list[list[float]], n: int = 20, sd: float = 0.6) -> Wave:
    """means: one list for each wave, of its themes."""
    found = np.array(means)
    return Wave(np.full(found.shape, n), found, np.full(found.shape, sd))


def test_of_three_waves_two_years_apart_the_test_is_welchs_of_the_first_and_the_last() -> None:
    rng = np.random.default_rng(4)
    people = [rng.normal(mean, sd, n) for mean, sd, n in ((3.2, 0.5, 9), (3.4, 0.8, 30), (3.6, 0.9, 14))]
    found = trend(
        YEARS,
        Wave(
            np.array([[len(each)] for each in people]),
            np.array([[each.mean()] for each in people]),
            np.array([[each.std(ddof=1)] for each in people]),
        ),
    )
    welch = stats.ttest_ind(people[2], people[0], equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert found.p_holm[0] == pytest.approx(welch.pvalue)
    assert [found.ci_low[0], found.ci_high[0]] == pytest.approx([interval.low / 4, interval.high / 4])


def test_the_slope_is_the_straight_lines() -> None:
    years = np.array([2019.2, 2021.3, 2024.2, 2026.2])
    means = [3.1, 3.3, 3.2, 3.7]
    found = trend(years, waves([[mean] for mean in means]))
    assert found.slope[0] == pytest.approx(np.polyfit(years, means, 1)[0])


def test_up_and_down_again_is_no_direction_and_neither_is_one_step() -> None:
    up_and_down = trend(YEARS, waves([[3.0], [4.0], [3.3]], n=40))
    assert up_and_down.verdict[0] == TrendVerdict.UNEVEN
    years = np.arange(2016.0, 2027.0, 2.0)
    step = trend(years, waves([[3.0]] * 4 + [[3.9]] * 2, n=40))
    assert step.slope[0] > 0
    assert step.verdict[0] == TrendVerdict.UNEVEN


def test_all_themes_are_one_family() -> None:
    alone = [[3.0], [3.2], [3.42]]
    assert trend(YEARS, waves(alone)).verdict[0] == TrendVerdict.UP
    ten = trend(YEARS, waves([[*wave, *[3.0] * 9] for wave in alone]))
    assert ten.verdict[0] == TrendVerdict.NO_CLEAR_TREND
    raw = trend(YEARS, waves(alone)).p_holm[0]
    assert ten.p_holm[0] == pytest.approx(holm(np.array([raw, *[1.0] * 9]))[0])


def test_a_wave_with_too_few_is_left_out_and_two_are_no_trend() -> None:
    three = waves([[3.0, 3.0], [3.5, 3.5], [4.0, 4.0]])
    three.n[1, 1] = 4
    found = trend(YEARS, three)
    assert found.verdict.tolist() == [TrendVerdict.UP, TrendVerdict.TOO_FEW]
    assert np.isnan(found.slope[1])


def test_downwards_is_said_as_plainly() -> None:
    assert trend(YEARS, waves([[4.0], [3.5], [3.0]])).verdict[0] == TrendVerdict.DOWN
