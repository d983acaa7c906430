"""Year over year: what Welch, Holm and Hedges say, and what must never be called a change."""

import math
from itertools import combinations

import numpy as np
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.change import (
    ChangeEstimate,
    Verdict,
    Wave,
    change,
    clear_change,
    false_discovery,
    finite_population_factor,
    hedges_g,
    holm,
    pooled,
)
from analysis.difference import InvitedScore, PlainScore, invited_change, plain_changes, pooled_score
from analysis.stability import unit_stability


def wave(n: list[int], mean: list[float], sd: list[float], population: list[int] | None = None) -> Wave:
    people = np.array(population) if population else None
    return Wave(np.array(n), np.array(mean), np.array(sd), people)


def of(people: list[list[float]]) -> Wave:
    with np.errstate(all="ignore"):
        return wave(
            [len(p) for p in people],
            [float(np.mean(p)) for p in people],
            [float(np.std(p, ddof=1)) for p in people],
        )


def two_years(seed: int, shift: float = 0.4) -> tuple[list[list[float]], list[list[float]]]:
    rng = np.random.default_rng(seed)
    return tuple(  # type: ignore[return-value]
        [rng.normal(3.5 + year * shift, rng.uniform(0.4, 1), rng.integers(5, 60)).tolist() for _ in range(6)]
        for year in range(2)
    )


def test_difference_interval_and_p_are_welchs() -> None:
    before, after = two_years(1)
    found = change(of(before), of(after))
    for i in range(6):
        welch = stats.ttest_ind(after[i], before[i], equal_var=False)
        interval = welch.confidence_interval(0.95)
        assert found.difference[i] == pytest.approx(np.mean(after[i]) - np.mean(before[i]))
        assert [found.ci_low[i], found.ci_high[i]] == pytest.approx([interval.low, interval.high], rel=1e-9)
        assert found.p[i] == pytest.approx(welch.pvalue, rel=1e-6)


def test_welch_equals_pingouin() -> None:
    before, after = two_years(2)
    found = change(of(before), of(after))
    table = pingouin.ttest(after[0], before[0], correction=True)
    assert found.p[0] == pytest.approx(table["p_val"].item(), rel=1e-6)
    assert [found.ci_low[0], found.ci_high[0]] == pytest.approx(list(table["CI95"].item()), abs=0.0051)


def test_hedges_g_equals_pingouin_up_to_its_rounded_correction() -> None:
    before, after = two_years(3)
    g, low, high = hedges_g(of(before), of(after))
    expected = [pingouin.compute_effsize(a, b, eftype="hedges") for a, b in zip(after, before, strict=True)]
    assert g.tolist() == pytest.approx(expected, rel=1e-3)
    assert (low < g).all()
    assert (g < high).all()


def test_hedges_g_equals_metafor() -> None:
    # metafor::escalc("SMD", m1i = 4.2, sd1i = 0.7, n1i = 12, m2i = 3.6, sd2i = 0.9, n2i = 15, vtype = "LS"):
    # its formula, written out.
    j = math.gamma(12.5) / (math.sqrt(12.5) * math.gamma(12))
    d = 0.6 / np.sqrt((11 * 0.49 + 14 * 0.81) / 25)
    error = np.sqrt(1 / 12 + 1 / 15 + (j * d) ** 2 / 54)
    g, low, high = hedges_g(wave([15], [3.6], [0.9]), wave([12], [4.2], [0.7]))
    assert g[0] == pytest.approx(j * d, rel=1e-6)
    assert [low[0], high[0]] == pytest.approx([j * d - 1.959964 * error, j * d + 1.959964 * error], rel=1e-6)


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=15)


@settings(max_examples=15)
@given(P_VALUES)
def test_holm_and_false_discovery_equal_pingouin(p: list[float]) -> None:
    assert holm(np.array(p)).tolist() == pytest.approx(pingouin.multicomp(p, method="holm")[1].tolist())
    assert false_discovery(np.array(p)).tolist() == pytest.approx(
        pingouin.multicomp(p, method="fdr_bh")[1].tolist()
    )


@given(P_VALUES, st.integers(1, 4))
def test_what_could_not_be_compared_does_not_cost_the_others(p: list[float], gaps: int) -> None:
    with_gaps = np.array([np.nan] * gaps + p)
    assert holm(with_gaps)[gaps:].tolist() == pytest.approx(holm(np.array(p)).tolist())
    assert false_discovery(with_gaps)[gaps:].tolist() == pytest.approx(false_discovery(np.array(p)).tolist())
    assert np.isnan(holm(with_gaps)[:gaps]).all()


def test_each_unit_is_a_family_of_its_own() -> None:
    p = np.array([[0.01, 0.04], [0.03, 0.04]])
    assert holm(p).tolist() == [holm(p[0]).tolist(), holm(p[1]).tolist()]


def test_without_holm_three_hundred_units_raise_false_alarms_and_with_it_few() -> None:
    rng = np.random.default_rng(7)
    n = np.full((300, 10), 20)
    means = rng.normal(4, 0.65 / np.sqrt(20), (2, 300, 10))
    sds = np.sqrt(0.65**2 * rng.chisquare(19, (2, 300, 10)) / 19)
    found = change(Wave(n, means[0], sds[0]), Wave(n, means[1], sds[1]))
    assert 100 < (found.p < 0.05).sum() < 200
    assert np.isin(found.verdict, [Verdict.UP, Verdict.DOWN]).sum() < 30


def verdict_of(found: ChangeEstimate) -> list[Verdict]:
    return list(found.verdict)


def test_the_verdict_follows_the_adjusted_p_and_the_direction() -> None:
    before = wave([80, 80, 80], [3.0, 4.0, 3.5], [0.5, 0.5, 0.5])
    after = wave([80, 80, 80], [4.0, 3.0, 3.6], [0.5, 0.5, 0.5])
    assert verdict_of(change(before, after)) == [Verdict.UP, Verdict.DOWN, Verdict.NO_CLEAR_CHANGE]


def test_a_p_below_five_percent_is_no_clear_change_when_holm_lifts_it() -> None:
    before = wave([30] * 10, [3.5] * 10, [0.6] * 10)
    after = wave([30] * 10, [3.85] + [3.5] * 9, [0.6] * 10)
    found = change(before, after)
    assert found.p[0] < 0.05 < found.p_holm[0]
    assert found.verdict[0] is Verdict.NO_CLEAR_CHANGE


def test_few_people_or_nobody_in_a_wave_is_too_few() -> None:
    before = wave([4, 1, 0, 50], [1.0, 1.0, np.nan, 1.0], [0.1, np.nan, np.nan, 0.1])
    after = wave([50, 50, 50, 50], [5.0] * 4, [0.1] * 4)
    found = change(before, after)
    assert verdict_of(found) == [Verdict.TOO_FEW] * 3 + [Verdict.UP]
    assert np.isnan(found.difference).tolist() == [False, False, True, False]
    assert np.isnan(found.ci_low).tolist() == [False, True, True, False]


def test_few_people_in_the_last_wave_are_too_few_as_well() -> None:
    found = change(wave([50], [1.0], [0.1]), wave([4], [5.0], [0.1]))
    assert verdict_of(found) == [Verdict.TOO_FEW]
    assert verdict_of(change(wave([50], [1.0], [0.1]), wave([4], [5.0], [0.1]), fewest=3)) == [Verdict.UP]


def test_two_years_without_spread_give_no_interval_and_no_clear_change() -> None:
    same = wave([20], [4.0], [0.0])
    found = change(same, wave([20], [5.0], [0.0]))
    assert np.isnan([found.p, found.ci_low, found.g]).all()
    assert verdict_of(found) == [Verdict.NO_CLEAR_CHANGE]


def test_the_finite_population_reading_is_narrower_and_exact_when_everybody_answered() -> None:
    before, after = wave([14], [3.5], [0.6], [16]), wave([14], [3.7], [0.6], [16])
    plain, finite = change(before, after), change(before, after, finite_population=True)
    assert finite.ci_high - finite.ci_low < (plain.ci_high - plain.ci_low) * 0.5
    everybody = [
        wave([14, 14], [3.5, 3.5], [0.6, 0.6], [14, 14]),
        wave([14, 14], [3.6, 3.5], [0.6, 0.6], [14, 14]),
    ]
    census = change(*everybody, finite_population=True)
    assert census.ci_low.tolist() == census.difference.tolist() == census.ci_high.tolist()
    assert verdict_of(census) == [Verdict.UP, Verdict.NO_CLEAR_CHANGE]


@given(
    st.lists(
        st.tuples(st.integers(2, 60), st.floats(1, 5), st.floats(0.05, 2), st.integers(0, 40)),
        min_size=2,
        max_size=5,
    )
)
def test_the_reading_for_those_invited_is_the_same_in_plain_arithmetic(
    rows: list[tuple[int, float, float, int]],
) -> None:
    scores = [InvitedScore(n, mean, sd, n + more) for n, mean, sd, more in rows]
    *earlier, now = scores
    columns = zip(*((one.n, one.mean, one.sd, one.invited) for one in earlier), strict=True)
    n, mean, sd, people = (np.array(column) for column in columns)
    then = pooled(Wave(n, mean, sd, people), np.zeros(len(earlier), dtype=np.int64), 1)
    after = Wave(np.array([now.n]), np.array([now.mean]), np.array([now.sd]), np.array([now.invited]))
    found = change(then, after, finite_population=True)
    plain = invited_change(pooled_score(earlier), now)
    assert plain is not None
    if then.n[0] < people.sum() or now.n < now.invited:
        assert plain == pytest.approx((found.ci_low[0], found.ci_high[0]), rel=1e-9, abs=1e-9)
    else:
        assert plain == pytest.approx((found.difference[0],) * 2)


score = st.builds(PlainScore, st.integers(2, 60), st.floats(1, 5), st.just(0.0) | st.floats(0.05, 2))


@settings(max_examples=60)
@given(st.lists(st.tuples(score, score), min_size=1, max_size=10))
def test_one_units_changes_in_plain_arithmetic_are_those_of_all_units(
    pairs: list[tuple[PlainScore, PlainScore]],
) -> None:
    first, second = (
        wave([one.n for one in side], [one.mean for one in side], [one.sd for one in side])
        for side in zip(*pairs, strict=True)
    )
    found = change(first, second)
    plain = plain_changes(pairs)
    assert [one.low for one in plain] == pytest.approx(found.ci_low.tolist(), abs=1e-9, nan_ok=True)
    assert [one.high for one in plain] == pytest.approx(found.ci_high.tolist(), abs=1e-9, nan_ok=True)
    assert [one.few for one in plain] == [verdict == Verdict.TOO_FEW for verdict in found.verdict]
    assert [one.clear for one in plain] == [
        verdict in {Verdict.UP, Verdict.DOWN} for verdict in found.verdict
    ]


def test_the_finite_population_reading_needs_to_know_the_population() -> None:
    with pytest.raises(ValueError, match="invited"):
        change(wave([9], [1], [1]), wave([9], [1], [1]), finite_population=True)


# power.t.test(n, sd = .65, sig.level = .05 / tests, power = .8)$delta, solved from its own equation in R 4.2.
R_POWER = {1: [1.17, 0.86, 0.72, 0.48]}


def seen(n: list[int], sd: float, tests: int = 1) -> list[float]:
    people = np.array(n)
    delta: list[float] = clear_change(sd * np.sqrt(2 / people), 2.0 * people - 2, tests).tolist()
    return delta


def test_what_can_be_seen_is_power_t_tests_delta() -> None:
    assert np.round(seen([6, 10, 14, 30], 0.65), 2).tolist() == R_POWER[1]


@pytest.mark.parametrize("tests", [1, 4, 10])
def test_the_stated_change_is_found_four_times_of_five_with_holm_over_the_themes(tests: int) -> None:
    """By the noncentral t distribution, which `power.t.test` solves."""
    for n, delta in zip([6, 10, 14, 30], seen([6, 10, 14, 30], 0.65, tests), strict=True):
        critical = stats.t.ppf(1 - 0.05 / 2 / tests, 2 * n - 2)
        assert stats.nct.sf(critical, 2 * n - 2, delta / (0.65 * np.sqrt(2 / n))) == pytest.approx(
            0.8, abs=1e-6
        )


def test_each_theme_has_its_own_and_the_family_is_those_that_are_shown() -> None:
    before = wave([14, 30, 14, 3], [3.0] * 4, [0.65, 0.5, 0.9, 0.5])
    found = change(before, before, testable=np.array([True, True, False, True]))
    assert found.detectable[:2].tolist() == pytest.approx([seen([14], 0.65, 2)[0], seen([30], 0.5, 2)[0]])
    assert np.isnan(found.detectable[2:]).all()
    assert np.isnan(found.p_holm[2:]).all()
    assert verdict_of(found) == [Verdict.NO_CLEAR_CHANGE] * 3 + [Verdict.TOO_FEW]


def test_what_cannot_be_called_changed_costs_the_others_nothing() -> None:
    before, after = wave([20, 20], [3.0, 3.0], [0.6, 0.6]), wave([20, 20], [3.42, 3.1], [0.6, 0.6])
    together = change(before, after)
    alone = change(before, after, testable=np.array([True, False]))
    assert verdict_of(together) == [Verdict.NO_CLEAR_CHANGE] * 2
    assert verdict_of(alone) == [Verdict.UP, Verdict.NO_CLEAR_CHANGE]


@given(st.lists(st.lists(st.integers(1, 5), max_size=6), min_size=1, max_size=6))
def test_pooled_predecessors_are_the_people_together(units: list[list[int]]) -> None:
    n = np.array([len(u) for u in units])
    mean = np.array([np.mean(u) if u else np.nan for u in units])
    sd = np.array([np.std(u, ddof=1) if len(u) > 1 else np.nan for u in units])
    into = np.array([i % 3 - 1 for i in range(len(units))])
    found = pooled(Wave(n, mean, sd, n * 2), into, 2)
    for group in range(2):
        together = [x for i, u in enumerate(units) if into[i] == group for x in u]
        assert found.n[group] == len(together)
        assert found.population is not None
        assert found.population[group] == 2 * len(together)
        expected = np.mean(together) if together else np.nan
        assert found.mean[group] == pytest.approx(expected, nan_ok=True)
        spread = np.std(together, ddof=1) if len(together) > 1 else np.nan
        assert found.sd[group] == pytest.approx(spread, nan_ok=True, abs=1e-9)


def test_a_spread_that_is_not_known_is_not_taken_for_none() -> None:
    """The second group's ten people have a mean and no spread; the third group's one person never has any."""
    groups = wave([20, 10, 1], [3.0, 4.0, 5.0], [0.5, np.nan, np.nan])
    found = pooled(groups, np.array([0, 0, 1]), 2)
    assert (found.n.tolist(), found.mean.tolist()) == ([30, 1], [pytest.approx(10 / 3), 5.0])
    assert np.isnan(found.sd).all()
    known = pooled(groups, np.array([0, -1, 0]), 1)
    assert known.sd[0] == pytest.approx(np.sqrt((19 * 0.25 + 20 * (2 / 21) ** 2 + (40 / 21) ** 2) / 20))


def test_the_finite_population_factor_gives_the_spread_of_the_mean_over_all_possible_samples() -> None:
    """Every sample of 4 from 7: the variance of their means is S²/n times the factor's square, exactly."""
    people = np.array([1, 2, 2, 3, 4, 5, 5])
    means = [np.mean(sample) for sample in combinations(people, 4)]
    factor = float(finite_population_factor(4, 7))
    assert np.var(means) == pytest.approx(np.var(people, ddof=1) / 4 * factor**2)
    assert np.var(means) == pytest.approx(np.var(people) / 4 * (7 - 4) / (7 - 1))
    assert finite_population_factor(np.array([7, 9]), 7).tolist() == [0.0, 0.0]


def test_pooling_keeps_the_factors_apart() -> None:
    one = Wave(
        np.array([[10, 20], [10, 0]]),
        np.array([[3.0, 4.0], [4.0, np.nan]]),
        np.array([[1, 0.5], [1, np.nan]]),
    )
    found = pooled(one, np.array([0, 0]), 1)
    assert found.n.tolist() == [[20, 20]]
    assert found.mean.tolist() == [[3.5, 4.0]]
    assert found.sd[0, 1] == pytest.approx(0.5)


def test_unit_stability_is_the_correlation_of_units_present_in_both_waves() -> None:
    rng = np.random.default_rng(4)
    before = rng.normal(4, 0.3, 40)
    after = before + rng.normal(0, 0.2, 40)
    before[3] = np.nan
    found = unit_stability(before, after)
    kept = np.arange(40) != 3
    expected = stats.pearsonr(before[kept], after[kept])
    assert found.units == 39
    assert found.r == pytest.approx(expected.statistic)
    assert [found.low, found.high] == pytest.approx(list(expected.confidence_interval()))


def test_unit_stability_of_too_few_or_equal_units_is_undefined() -> None:
    assert np.isnan(unit_stability(np.array([1.0, 2.0]), np.array([1.0, 3.0])).r)
    assert np.isnan(unit_stability(np.array([1.0, 1.0, 1.0]), np.array([1.0, 3.0, 2.0])).r)
    assert np.isnan(unit_stability(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])).low)
