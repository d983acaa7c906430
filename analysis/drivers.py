"""Which factors move together with an outcome: relative weights with a bootstrap interval. Co-movement, never cause.

Factors of one survey are themselves related, so a correlation with the outcome cannot be shared out among them as it
stands. Johnson's relative weights (2000) divide R² of the regression of the outcome on all of them into parts that are
never negative and add up to R².
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.one_core import one_core

Floats = NDArray[np.float64]

FEWEST_ROWS: Final = 100
"""Below this the weights say more about the sample than about the factors."""

_SEED: Final = 20260401


@dataclass(frozen=True, eq=False)
class Drivers:
    """n: complete rows. r_squared: 0–1. weights: (F,) shares of R² that add up to 1; low, high: 95 % bootstrap
    interval of each. correlations: (F,) plain correlation of each factor with the outcome.
    """

    n: int
    r_squared: float
    weights: Floats
    low: Floats
    high: Floats
    correlations: Floats


@one_core()
def drivers(predictors: Floats, outcome: Floats, replicates: int = 1000) -> Drivers | None:
    """Relative weights of F factors for one outcome, from persons' scores.

    predictors: (N, F), outcome: (N,); NaN for no score, complete rows are used. None when fewer than FEWEST_ROWS
    rows are complete, a column is constant, or some factor follows from the others.
    replicates: bootstrap samples of persons for the percentile interval; the same data always give the same.
    Source: Johnson (2000), Multivariate Behavioral Research 35, 1–19. R: `rwa::rwa`.

    >>> x = np.random.default_rng(1).normal(size=(500, 2))
    >>> found = drivers(x, 2 * x[:, 0] + x[:, 1], replicates=50)
    >>> round(found.r_squared, 6), found.weights.argmax()
    (1.0, np.int64(0))
    """
    rows = np.column_stack([predictors, outcome])
    rows = rows[~np.isnan(rows).any(axis=1)]
    if len(rows) < FEWEST_ROWS:
        return None
    whole = _weights(_correlation(rows, np.ones(len(rows))))
    if whole is None:
        return None
    samples = _bootstrapped(rows, replicates)
    low, high = np.percentile(samples, [2.5, 97.5], axis=0)
    r_squared = float(whole.sum())
    return Drivers(
        n=len(rows),
        r_squared=r_squared,
        weights=whole / r_squared,
        low=low,
        high=high,
        correlations=_correlation(rows, np.ones(len(rows)))[:-1, -1],
    )


def _bootstrapped(rows: Floats, replicates: int) -> Floats:
    """(replicates, F) shares of R² in samples of persons drawn with replacement."""
    random = np.random.default_rng(_SEED)
    people = len(rows)
    found = []
    for _ in range(replicates):
        drawn = np.bincount(random.integers(people, size=people), minlength=people)
        weights = _weights(_correlation(rows, drawn.astype(np.float64)))
        if weights is not None:
            found.append(weights / weights.sum())
    return np.array(found)


def _correlation(rows: Floats, counts: Floats) -> Floats:
    """Correlations of the columns, each row counted so many times. NaN for a constant column."""
    total = counts.sum()
    centred = rows - counts @ rows / total
    covariance = (centred * counts[:, np.newaxis]).T @ centred / total
    spread = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(covariance / np.outer(spread, spread))


def _weights(correlation: Floats) -> Floats | None:
    """Johnson's weights, adding up to R²; None without a solution.

    The orthogonal variables nearest to the predictors are Z; λ is how each predictor loads on them, β how the outcome
    regresses on them. A predictor's weight is Σ λ² β².
    """
    if not np.isfinite(correlation).all():
        return None
    among, with_outcome = correlation[:-1, :-1], correlation[:-1, -1]
    values, vectors = np.linalg.eigh(among)
    if values.min() < 1e-8:
        return None
    loading = vectors * np.sqrt(values) @ vectors.T
    coefficients = np.linalg.solve(loading, with_outcome)
    weights = loading**2 @ coefficients**2
    return weights if weights.sum() > 1e-12 else None
