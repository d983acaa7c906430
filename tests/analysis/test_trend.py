"""Three waves and more: the slope's test is Welch's, one step is no direction, and all themes are one family."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis.students_t import holm_within
from analysis.trend import TrendVerdict, WaveScore, _orthogonal, trend

YEARS = [2022.0, 2024.0, 2026.0]


def theme(*means: float, n: int = 20, sd: float = 0.6) -> list[WaveScore | None]:
    return [WaveScore(n, mean, sd) for mean in means]


def test_of_three_waves_two_years_apart_the_test_is_welchs_of_the_first_and_the_last() -> None:
    rng = np.random.default_rng(4)
    people = [rng.normal(mean, sd, n) for mean, sd, n in ((3.2, 0.5, 9), (3.4, 0.8, 30), (3.6, 0.9, 14))]
    [found] = trend(YEARS, [[WaveScore(len(each), each.mean(), each.std(ddof=1)) for each in people]])
    welch = stats.ttest_ind(people[2], people[0], equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert found.p_holm == pytest.approx(welch.pvalue)
    assert [found.ci_low, found.ci_high] == pytest.approx([interval.low / 4, interval.high / 4])


def test_the_slope_is_the_straight_lines() -> None:
    years = [2019.2, 2021.3, 2024.2, 2026.2]
    means = [3.1, 3.3, 3.2, 3.7]
    [found] = trend(years, [theme(*means)])
    assert found.slope == pytest.approx(np.polyfit(years, means, 1)[0])


def test_up_and_down_again_is_no_direction_and_neither_is_one_step() -> None:
    [up_and_down] = trend(YEARS, [theme(3.0, 4.0, 3.3, n=40)])
    assert up_and_down.verdict == TrendVerdict.UNEVEN
    years = [2016, 2018, 2020, 2022, 2024, 2026]
    [step] = trend(years, [theme(*[3.0] * 4, *[3.9] * 2, n=40)])
    assert step.slope > 0
    assert step.verdict == TrendVerdict.UNEVEN


def test_all_themes_are_one_family() -> None:
    rising = theme(3.0, 3.2, 3.42)
    [alone] = trend(YEARS, [rising])
    assert alone.verdict == TrendVerdict.UP
    first, *_others = trend(YEARS, [rising, *[theme(3.0, 3.0, 3.0)] * 9])
    assert first.verdict == TrendVerdict.NO_CLEAR_TREND
    assert first.p_holm == pytest.approx(holm_within([alone.p_holm, *[1.0] * 9])[0])


def test_a_wave_with_too_few_is_left_out_and_two_are_no_trend() -> None:
    rising = theme(3.0, 3.5, 4.0)
    few, alike, absent = (
        [rising[0], wave, rising[2]] for wave in (WaveScore(4, 3.5, 0.6), WaveScore(9, 3.5, 0), None)
    )
    found = trend(YEARS, [rising, few, alike, absent])
    assert [each.verdict for each in found] == [TrendVerdict.UP, *[TrendVerdict.TOO_FEW] * 3]
    assert all(math.isnan(each.slope) for each in found[1:])


def test_downwards_is_said_as_plainly() -> None:
    [found] = trend(YEARS, [theme(4.0, 3.5, 3.0)])
    assert found.verdict == TrendVerdict.DOWN


def test_curves_are_tested_by_the_contrasts_of_r() -> None:
    """`contr.poly(4, scores = c(2019, 2021, 2022, 2026))`: orthonormal, up to their sign."""
    times = [2019.0, 2021.0, 2022.0, 2026.0]
    expected, _ = np.linalg.qr(np.vander(np.array(times) - 2022, increasing=True))
    _line, *higher = _orthogonal(times)
    assert np.abs(np.array(higher) @ expected) == pytest.approx(np.eye(4)[2:], abs=1e-9)
