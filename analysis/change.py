"""Year over year: what changed between two anonymous waves, and what could have been seen.

Nobody can be paired across waves, so the waves are two independent groups, compared by Welch's test from their
n, mean and sd alone. All functions work elementwise on arrays, usually (units, factors).

Which claim? The plain comparison asks about the conditions that produced the answers («er det blitt bedre å
jobbe her?»). With `finite_population` it asks only about those who were employed («mener de som jobber her, noe
annet enn de som jobbet her?»); it is right for that and finds far too many changes when read as the first.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.confidence import CONFIDENCE, FEWEST

Floats = NDArray[np.float64]
POWER: Final = 0.80


class Verdict(StrEnum):
    """What may be said of a change; the words are the page's."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_CHANGE = "no_clear_change"
    TOO_FEW = "too_few"


@dataclass(frozen=True, eq=False)
class Wave:
    """Scores of one year; arrays of one shape, e.g. (U, F).

    n: people with a score. mean: NaN where n = 0. sd: sample standard deviation, NaN where n < 2.
    population: people who were invited, only needed for the finite-population reading; at least n.
    """

    n: NDArray[np.int64]
    mean: Floats
    sd: Floats
    population: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class ChangeEstimate:
    """After minus before; arrays of the waves' shape. NaN where a wave has fewer than two people.

    difference, ci_low, ci_high: on the scale. p: two-sided, each comparison alone.
    p_holm: adjusted for the family, see `change`; NaN outside it.
    g, g_low, g_high: Hedges' g. Differences in standard deviations, corrected for small groups.
    detectable: the true change that gets the verdict four times of five, see `clear_change`; NaN outside the family.
    verdict: a `Verdict` per comparison.
    """

    difference: Floats
    ci_low: Floats
    ci_high: Floats
    p: Floats
    p_holm: Floats
    g: Floats
    g_low: Floats
    g_high: Floats
    detectable: Floats
    verdict: NDArray[np.object_]


def change(
    before: Wave,
    after: Wave,
    *,
    finite_population: bool = False,
    testable: NDArray[np.bool_] | None = None,
    confidence: float = CONFIDENCE,
    fewest: int = FEWEST,
) -> ChangeEstimate:
    """The change from one wave to the next: the one rule for what may be called a clear change.

    A change is clear when its Holm-adjusted p is below 1 − confidence. The family is everything of one unit (the last
    axis) that can be called changed: `fewest` people or more in both waves, a spread, and `testable` (None: all).
    Below `fewest` nothing is said. Two waves without any spread have no interval and no clear change.
    R: `t.test` from summaries (BSDA::tsum.test), `p.adjust(p, "holm")`, metafor::escalc("SMD").

    >>> before = Wave(np.array([40, 8]), np.array([3.6, 3.6]), np.array([0.6, 0.6]))
    >>> after = Wave(np.array([42, 9]), np.array([4.1, 4.1]), np.array([0.6, 0.6]))
    >>> found = change(before, after)
    >>> found.p_holm.round(4).tolist(), [verdict.value for verdict in found.verdict]
    ([0.0006, 0.1073], ['up', 'no_clear_change'])
    """
    from scipy.special import stdtr, stdtrit

    difference = after.mean - before.mean
    error, df = _welch(before, after, finite_population)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(df, -np.abs(difference) / error)
        margin = stdtrit(df, 0.5 + confidence / 2) * error
    known = finite_population & (error == 0) & np.isinf(df)  # everybody answered in both waves
    p = np.where(known, difference == 0, p)
    few = (np.minimum(before.n, after.n) < fewest) | np.isnan(error)
    family = ~(few | np.isnan(p)) if testable is None else ~(few | np.isnan(p)) & testable
    p_holm = holm(np.where(family, p, np.nan))
    g, g_low, g_high = hedges_g(before, after, confidence)
    tests = np.where(family, family.sum(axis=-1, keepdims=True), np.nan)
    return ChangeEstimate(
        difference,
        difference - margin,
        difference + margin,
        p,
        p_holm,
        g,
        g_low,
        g_high,
        clear_change(error, df, tests),
        _verdicts(difference, few, p_holm < 1 - confidence),
    )


def _verdicts(difference: Floats, few: NDArray[np.bool_], clear: NDArray[np.bool_]) -> NDArray[np.object_]:
    verdicts = np.array([*Verdict], dtype=np.object_)  # up, down, no clear change, too few
    index = np.select([few, clear & (difference > 0), clear & (difference < 0)], [3, 0, 1], default=2)
    found: NDArray[np.object_] = verdicts[index]
    return found


def _welch(before: Wave, after: Wave, finite_population: bool) -> tuple[Floats, Floats]:
    """Standard error of the difference and its degrees of freedom (Welch–Satterthwaite); NaN below two people.

    Finite population: each standard error times `finite_population_factor`.
    """
    errors = []
    for wave in (before, after):
        with np.errstate(divide="ignore", invalid="ignore"):
            squared = np.where(wave.n > 1, wave.sd**2 / wave.n, np.nan)
        if finite_population:
            if wave.population is None:
                msg = "the finite-population reading needs the number of people invited in both waves"
                raise ValueError(msg)
            squared = squared * finite_population_factor(wave.n, wave.population) ** 2
        errors.append(squared)
    total = errors[0] + errors[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = errors[0] ** 2 / (before.n - 1) + errors[1] ** 2 / (after.n - 1)
        df = np.where(total > 0, total**2 / spread, np.inf if finite_population else np.nan)
    return np.sqrt(total), df


def finite_population_factor(
    n: NDArray[np.integer] | int, population: NDArray[np.integer] | int
) -> NDArray[np.float64]:
    """What a standard error shrinks by when n of the N people it is about have answered: √(1 − n/N); 0 when all have.

    For a sample sd with n − 1 in it; the same as √((N − n)/(N − 1)) with the sd of the whole population, N in it
    (Cochran 1977, 2.6). A population below n counts as n. R: `survey::svymean(~x, svydesign(~1, fpc = N))`.

    >>> finite_population_factor(np.array([9, 31, 36]), np.array([36, 36, 36])).round(3).tolist()
    [0.866, 0.373, 0.0]
    """
    people = np.maximum(np.asarray(n), 1)
    return np.asarray(np.sqrt(1 - np.asarray(n) / np.maximum(population, people)))


def holm(p: Floats) -> Floats:
    """Holm's step-down adjustment (1979) within the last axis; NaN stays NaN and does not count.

    R: `p.adjust(p, "holm")`.

    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).round(4)
    array([0.03, 0.06,  nan, 0.06])
    """
    order = np.argsort(p, axis=-1)  # NaN last
    ordered = np.take_along_axis(p, order, axis=-1)
    tests = (~np.isnan(p)).sum(axis=-1, keepdims=True)
    stepped = np.maximum.accumulate(ordered * (tests - np.arange(p.shape[-1])), axis=-1)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.minimum(stepped, 1.0), axis=-1)
    return adjusted


def false_discovery(p: Floats) -> Floats:
    """Benjamini–Hochberg adjustment (1995) over everything in `p`: the screening of all units at once.

    Calling those below q changed keeps the expected share of false calls at q. NaN stays NaN and does not count.
    R: `p.adjust(p, "BH")`.

    >>> false_discovery(np.array([0.01, 0.04, np.nan, 0.03])).round(4)
    array([0.03, 0.04,  nan, 0.04])
    """
    flat = p.ravel()
    order = np.argsort(-flat)  # largest first, NaN last
    tests = int((~np.isnan(flat)).sum())
    rank = tests - np.arange(len(flat), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        stepped = np.minimum.accumulate(flat[order] * tests / rank)
    adjusted = np.full(len(flat), np.nan)
    adjusted[order[:tests]] = np.minimum(stepped[:tests], 1.0)
    return adjusted.reshape(p.shape)


def hedges_g(before: Wave, after: Wave, confidence: float = CONFIDENCE) -> tuple[Floats, Floats, Floats]:
    """Hedges' g with its large-sample interval; NaN below two people or without any spread.

    g = J·(after − before)/s, s the pooled standard deviation, J = Γ(m/2)/(√(m/2)·Γ((m − 1)/2)), m = n₁ + n₂ − 2;
    variance 1/n₁ + 1/n₂ + g²/2(n₁ + n₂) (Hedges 1981; Hedges & Olkin 1985). R: metafor::escalc("SMD").

    >>> before = Wave(np.array([15]), np.array([3.6]), np.array([0.9]))
    >>> after = Wave(np.array([12]), np.array([4.2]), np.array([0.7]))
    >>> [value.round(3).item() for value in hedges_g(before, after)]
    [0.711, -0.071, 1.494]
    """
    from scipy.special import gammaln, ndtri

    df = before.n + after.n - 2
    enough = np.minimum(before.n, after.n) > 1
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled_variance = ((before.n - 1) * before.sd**2 + (after.n - 1) * after.sd**2) / df
        correction = np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2)
        g = correction * (after.mean - before.mean) / np.sqrt(pooled_variance)
        g = np.where(enough & (pooled_variance > 0), g, np.nan)
        error = np.sqrt(1 / before.n + 1 / after.n + g**2 / (2 * (before.n + after.n)))
    margin = ndtri(0.5 + confidence / 2) * error
    return g, g - margin, g + margin


def clear_change(error: Floats, df: Floats, tests: Floats | float, *, power: float = POWER) -> Floats:
    """The true change in one theme that is called clear with the given power, when nothing else has changed.

    error, df: of Welch's comparison. tests: how many comparisons Holm's correction is over; its first step asks for
    p ≤ 0.05 / tests. δ = nc · error, where a noncentral t with df and nc passes t(1 − 0.05 / 2 / tests; df) with
    the given power. NaN where any of them is, or nobody differs.
    R: `power.t.test(n, sd = sd, sig.level = .05 / tests, power = .8)$delta` for two waves of n people.

    >>> n = np.array([6, 10, 14, 30])
    >>> clear_change(0.65 * np.sqrt(2 / n), 2.0 * n - 2, 1).round(2).tolist()
    [1.17, 0.86, 0.72, 0.48]
    """
    from scipy.special import nctdtrinc, stdtrit

    with np.errstate(divide="ignore", invalid="ignore"):
        critical = stdtrit(df, 1 - (1 - CONFIDENCE) / 2 / np.asarray(tests, dtype=np.float64))
        shift = nctdtrinc(df, 1 - power, critical)
    return np.asarray(np.where(np.isfinite(critical) & np.isfinite(df), shift * error, np.nan))


def pooled(wave: Wave, into: NDArray[np.integer], groups: int) -> Wave:
    """One wave's scores with its rows pooled: row i belongs to group `into[i]`, or to none when that is −1.

    What the predecessors of a merged unit had together, exact from their n, mean and sd:
    (N − 1)·s² = Σ(nᵢ − 1)·sᵢ² + Σnᵢ·(mᵢ − M)². Arrays (U, …) become (groups, …). Where the spread of two people
    or more is not known (NaN), that of the whole is not either.

    >>> wave = Wave(np.array([10, 30]), np.array([3.0, 4.0]), np.array([0.5, 0.5]))
    >>> found = pooled(wave, np.array([0, 0]), 1)
    >>> found.n.tolist(), found.mean.tolist(), found.sd.round(3).tolist()
    ([40], [3.75], [0.66])
    """
    members = np.flatnonzero(into >= 0)
    group = into[members]

    def total(values: NDArray[np.generic]) -> Floats:
        result = np.zeros((groups, *values.shape[1:]))
        np.add.at(result, group, values)
        return result

    n, mean = wave.n[members], np.nan_to_num(wave.mean[members])
    sd = np.where(n > 1, wave.sd[members], 0.0)
    people = total(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = total(n * mean) / people
        squares = total(np.maximum(n - 1, 0) * sd**2) + total(n * (mean - overall[group]) ** 2)
        spread = np.sqrt(np.where(people > 1, squares / (people - 1), np.nan))
    invited = None if wave.population is None else total(wave.population[members]).astype(np.int64)
    return Wave(people.astype(np.int64), overall, spread, invited)
