"""Internal consistency of a scale: how well its items hang together. It is neither stability nor validity.

The functions take complete rows or their covariance matrix; rows with a gap are left out before (`complete_rows`).
K is the number of items, n the number of complete rows. What is undefined is NaN.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.confidence import CONFIDENCE
from analysis.factoring import minres
from analysis.moments import Moments
from analysis.scores import mean_and_sd
from analysis.split_half import halves, odd_even, split_halves

Floats = NDArray[np.float64]
ROUNDING: Final = 1e-10  # a variance this small beside its parts is none
FEWEST_TO_JUDGE: Final = 50
"""Fewest complete rows that say something about an item: alpha's standard deviation is .5–.8 at n = 3–9."""
FEWEST_TO_NAME: Final = 10
"""Fewest complete rows in which an item that everybody answered alike is worth naming; below, it is chance."""


@dataclass(frozen=True, eq=False)
class ScaleReliability:
    """What one scale's complete rows say. Shapes in K items; NaN where undefined.

    items, n_complete: K and the number of complete rows.
    alpha, alpha_low, alpha_high: raw alpha with Feldt's interval. standardised_alpha: from correlations.
    omega: omega total of one factor; NaN for fewer than three items, a Heywood case or no convergence.
    mean_interitem_r: mean of the K(K − 1)/2 correlations.
    split_half: odd against even items. splits: (S,) over all splits, or 1,000 random ones.
    item_rest: (K,) each item with the sum of the others. alpha_if_deleted: (K,).
    """

    items: int
    n_complete: int
    alpha: float
    alpha_low: float
    alpha_high: float
    standardised_alpha: float
    omega: float
    mean_interitem_r: float
    split_half: float
    splits: Floats
    item_rest: Floats
    alpha_if_deleted: Floats


def reliability(answers: Floats, confidence: float = CONFIDENCE) -> ScaleReliability:
    """Every measure of consistency for one scale. answers: (n, K) scored, no NaN.

    R: `psych::alpha(x)`, `psych::omega(x, nfactors = 1)`, `psych::splitHalf(x, raw = TRUE)`.

    >>> answers = np.array([[1, 2, 2], [2, 2, 3], [4, 3, 4], [5, 5, 4], [3, 3, 2], [4, 5, 5.0]])
    >>> found = reliability(answers)
    >>> round(found.alpha, 3), round(found.omega, 3), found.item_rest.round(3).tolist()
    (0.918, 0.921, [0.86, 0.875, 0.784])
    """
    rows, items = answers.shape
    covariance = covariance_of(answers)
    correlation = correlation_of(covariance)
    alpha = alpha_of(covariance)
    low, high = feldt_interval(alpha, rows, items, confidence)
    return ScaleReliability(
        items=items,
        n_complete=rows,
        alpha=alpha,
        alpha_low=float(low),
        alpha_high=float(high),
        standardised_alpha=alpha_of(correlation),
        omega=omega_total(correlation),
        mean_interitem_r=mean_interitem_r(correlation),
        split_half=odd_even(covariance),
        splits=split_halves(covariance, halves(items)),
        item_rest=item_rest(covariance),
        alpha_if_deleted=alpha_if_deleted(covariance),
    )


def covariance_of(answers: Floats) -> Floats:
    """Sample covariances (n − 1) of complete rows, (K, K); NaN for fewer than two rows. R: `cov(x)`.

    >>> covariance_of(np.array([[1.0, 2], [2, 2], [3, 5]])).tolist()
    [[1.0, 1.5], [1.5, 3.0]]
    """
    rows, items = answers.shape
    if rows < 2:
        return np.full((items, items), np.nan)
    centred = answers - answers.mean(axis=0)
    covariance: Floats = centred.T @ centred / (rows - 1)
    constant = (answers == answers[0]).all(axis=0)
    covariance[constant] = covariance[:, constant] = 0.0
    return covariance


def correlation_of(covariance: Floats) -> Floats:
    """Correlations from covariances; NaN for an item without variance. R: `cov2cor(S)`.

    >>> correlation_of(np.array([[4.0, 1], [1, 1]])).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / np.sqrt(np.diag(covariance))
        correlation: Floats = covariance * scale[:, np.newaxis] * scale
    np.fill_diagonal(correlation, np.where(np.isfinite(scale), 1.0, np.nan))
    return correlation


def alpha_of(covariance: Floats) -> float:
    """Cronbach's alpha (1951) from a covariance matrix: K/(K − 1)·(1 − Σvar(item)/var(total)).

    From a correlation matrix it is standardised alpha. NaN for one item or a total without variance.
    R: `psych::alpha(S)$total$raw_alpha`.

    >>> round(alpha_of(np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])), 3)
    0.75
    """
    items = len(covariance)
    total = covariance.sum()
    if items < 2 or not total > ROUNDING * np.trace(covariance):
        return float("nan")
    return float(items / (items - 1) * (1 - np.trace(covariance) / total))


def feldt_interval(
    alpha: float | Floats,
    rows: int | NDArray[np.integer],
    items: int | NDArray[np.integer],
    confidence: float = CONFIDENCE,
) -> tuple[Floats, Floats]:
    """Feldt's interval for alpha (Feldt, Woodruff & Salih 1987), elementwise; NaN below two rows or items.

    1 − (1 − α)·F(1 − p; n − 1, (n − 1)(K − 1)) for the two tails p. R: `psych::alpha.ci(alpha, n, K)`.

    >>> low, high = feldt_interval(0.8, 100, 5)
    >>> low.round(4).item(), high.round(4).item()
    (0.7306, 0.8559)
    """
    from scipy.special import fdtri

    rows, items = np.broadcast_arrays(rows, items)
    wider = int(items.max(initial=0)) + 1
    pairs, index = np.unique(rows * wider + items, return_inverse=True)  # units share few sizes
    n, k = np.divmod(pairs, wider)
    df1 = np.where((n > 1) & (k > 1), n - 1.0, np.nan)
    df2 = df1 * (k - 1)
    tail = (1 - confidence) / 2
    upper, lower = (fdtri(df1, df2, p)[index].reshape(rows.shape) for p in (1 - tail, tail))
    return 1 - (1 - np.asarray(alpha)) * upper, 1 - (1 - np.asarray(alpha)) * lower


def item_rest(covariance: Floats) -> Floats:
    """Correlation of each item with the sum of the others, (K,). R: `psych::alpha(x)$item.stats$r.drop`.

    >>> covariance = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]])
    >>> item_rest(covariance).round(3).tolist()
    [0.558, 0.478, 0.404]
    """
    with_rest = covariance.sum(axis=1) - np.diag(covariance)
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + np.diag(covariance)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = with_rest / np.sqrt(np.diag(covariance) * np.maximum(rest, 0))
    return found


def alpha_if_deleted(covariance: Floats) -> Floats:
    """Alpha of the scale without each item, (K,); NaN for two items. R: `psych::alpha(x)$alpha.drop`.

    >>> covariance = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]])
    >>> alpha_if_deleted(covariance).round(3).tolist()
    [0.462, 0.571, 0.667]
    """
    places = range(len(covariance))
    return np.array([alpha_of(np.delete(np.delete(covariance, i, 0), i, 1)) for i in places])


def mean_interitem_r(correlation: Floats) -> float:
    """Mean of the correlations between different items. R: `psych::alpha(x)$total$average_r`.

    >>> covariance = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]])
    >>> round(mean_interitem_r(covariance), 3)
    0.4
    """
    items = len(correlation)
    if items < 2:
        return float("nan")
    return float((correlation.sum() - items) / (items * (items - 1)))


def omega_total(correlation: Floats) -> float:
    """McDonald's omega total of one minres factor: 1 − Σuniqueness/ΣR.

    NaN for fewer than three items (not identified), an item without variance, a Heywood case or a search
    that does not converge. R: `psych::omega(x, nfactors = 1)$omega.tot`.

    >>> r = np.array([[1, 0.72, 0.63], [0.72, 1, 0.56], [0.63, 0.56, 1]])
    >>> round(omega_total(r), 4)
    0.8446
    """
    if len(correlation) < 3 or np.isnan(correlation).any():
        return float("nan")
    solution = minres(correlation, 1)
    if solution.heywood or not solution.converged:
        return float("nan")
    return float(1 - solution.uniqueness.sum() / correlation.sum())


@dataclass(frozen=True, eq=False)
class UnitAlpha:
    """Alpha of each of U units (or nodes) and F factors, (U, F) each; NaN where undefined.

    n: complete rows. Below 50 an alpha is noise (standard deviation 0.5–0.8 at n = 3–9): never report it.
    """

    n: NDArray[np.int64]
    alpha: Floats
    low: Floats
    high: Floats


def unit_alpha(moments: Moments, confidence: float = CONFIDENCE) -> UnitAlpha:
    """Raw alpha with Feldt's interval for every unit at once; equal to `alpha_of` on each unit's complete rows.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> unit_alpha(moments(RESPONSES)).alpha.round(3).ravel().tolist()
    [0.75, nan]
    """
    n = moments.complete.astype(np.int64)
    items = np.array([scoring.items for scoring in moments.scorings])
    _, sd = mean_and_sd(n, moments.totals, moments.total_squares)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = items / (items - 1) * (1 - item_variances(moments, n) / sd**2)
    alpha[(sd == 0) | np.broadcast_to(items < 2, alpha.shape)] = np.nan
    low, high = feldt_interval(alpha, n, np.broadcast_to(items, n.shape), confidence)
    return UnitAlpha(n, alpha, low, high)


def item_variances(moments: Moments, n: NDArray[np.int64]) -> Floats:
    """The sum over a factor's items of each item's variance over complete rows, (U, F); NaN below two rows.

    n: (U, F), `moments.complete`.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> item_variances(moments(RESPONSES), moments(RESPONSES).complete).round(3).ravel().tolist()
    [2.0, 1.0]
    """
    starts = [scoring.columns.start for scoring in moments.scorings]
    squared_sums = np.add.reduceat(moments.item_sums.astype(np.float64) ** 2, starts, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = (moments.item_squares - squared_sums / n) / (n - 1)
    return np.where(n > 1, variances, np.nan)
