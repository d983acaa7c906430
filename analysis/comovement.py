"""Which factors move together: relative weights of the others, for every factor as the outcome. Never cause.

Factors of one survey are themselves related, so a correlation with the outcome cannot be shared out among them as it
stands. Johnson's relative weights (2000) divide R² of the regression of the outcome on all of them into parts that are
never negative and add up to R².

For the intervals people are gathered in random groups once, and the groups' moments are resampled: with one person in
each group that is the ordinary bootstrap, and with more it is the same for smooth statistics at a cost that no longer
grows with the number of people.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.one_core import one_core

Floats = NDArray[np.float64]

FEWEST_ROWS: Final = 100
"""Below this the weights say more about the sample than about the factors."""

ANSWERED: Final = 0.8
"""Share of people a factor must have a score for. A factor that only leaders are asked would leave only leaders."""

MOST_GROUPS: Final = 5_000
_SEED: Final = 20260401
_SMALLEST_EIGENVALUE: Final = 1e-8
_SMALLEST_R_SQUARED: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Drivers:
    """Of one outcome. n: complete rows. r_squared: 0–1. weights: (F,) shares of R² that add up to 1; low, high: 95 %
    bootstrap interval of each. correlations: (F,) plain correlation of each factor with the outcome.
    """

    n: int
    r_squared: float
    weights: Floats
    low: Floats
    high: Floats
    correlations: Floats


@dataclass(frozen=True, eq=False)
class CoMovement:
    """used: indices of the K factors that most people have a score for. by_outcome: one `Drivers` for each of them,
    whose arrays are (K − 1,), the other used factors in order; None where there is no solution.
    """

    used: tuple[int, ...]
    n: int
    by_outcome: tuple[Drivers | None, ...]


@one_core()
def co_movement(scores: Floats, replicates: int = 1000) -> CoMovement | None:
    """Relative weights for each factor as the outcome of the others.

    scores: (N, F) persons' scores, NaN for none. Only people with a score on every used factor count. None when they
    are fewer than FEWEST_ROWS, or fewer than two factors are used. An outcome has no solution when a factor is constant
    or follows from the others. replicates: samples of people for the interval; the same data always give the same.
    Source: Johnson (2000), Multivariate Behavioral Research 35, 1–19. R: `rwa::rwa`.

    >>> x = np.random.default_rng(1).normal(size=(500, 2))
    >>> found = co_movement(np.column_stack([x, 2 * x[:, 0] + 0.1 * x[:, 1]]), replicates=50)
    >>> found.n, found.by_outcome[2].weights.argmax()
    (500, np.int64(0))
    """
    used = np.flatnonzero((~np.isnan(scores)).mean(axis=0) >= ANSWERED) if len(scores) else np.array([], int)
    rows = scores[:, used]
    rows = rows[~np.isnan(rows).any(axis=1)]
    if len(used) < 2 or len(rows) < FEWEST_ROWS:
        return None
    groups = _group_moments(rows)
    whole = _correlations(groups.sum(axis=0)[np.newaxis])
    samples = _correlations(np.tensordot(_draws(len(groups), replicates), groups, axes=1))
    found = tuple(_drivers(whole, samples, outcome, len(rows)) for outcome in range(len(used)))
    return CoMovement(tuple(used.tolist()), len(rows), found)


def _group_moments(rows: Floats) -> Floats:
    """(G, K + 1, K + 1): for each random group of people, the sum of the outer products of (1, scores)."""
    people = len(rows)
    # Around the mean: sums of squares far from zero would lose digits.
    homogeneous = np.column_stack([np.ones(people), rows - rows.mean(axis=0)])
    order = np.random.default_rng(_SEED).permutation(people)
    groups = min(people, MOST_GROUPS)
    starts = np.arange(groups) * people // groups
    outer = np.empty((groups, homogeneous.shape[1], homogeneous.shape[1]))
    shuffled = homogeneous[order]
    for column in range(homogeneous.shape[1]):
        outer[:, column] = np.add.reduceat(shuffled * shuffled[:, [column]], starts, axis=0)
    return outer


def _draws(groups: int, replicates: int) -> Floats:
    """(replicates, groups): how often each group was drawn."""
    random = np.random.default_rng(_SEED + 1)
    drawn = [np.bincount(random.integers(groups, size=groups), minlength=groups) for _ in range(replicates)]
    return np.array(drawn, dtype=np.float64)


def _correlations(moments: Floats) -> Floats:
    """(R, K + 1, K + 1) moments → (R, K, K) correlations; NaN for a constant factor."""
    n = moments[:, 0, 0][:, np.newaxis, np.newaxis]
    mean = moments[:, 0, 1:] / n[:, 0]
    covariance = moments[:, 1:, 1:] / n - mean[:, :, np.newaxis] * mean[:, np.newaxis, :]
    spread = np.sqrt(np.maximum(np.einsum("rkk->rk", covariance), 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = covariance / (spread[:, :, np.newaxis] * spread[:, np.newaxis, :])
    return found


def _drivers(whole: Floats, samples: Floats, outcome: int, n: int) -> Drivers | None:
    weights = _weights(whole, outcome)
    drawn = _weights(samples, outcome)
    if not len(weights) or not len(drawn):
        return None
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    r_squared = float(weights[0].sum())
    return Drivers(
        n=n,
        r_squared=r_squared,
        weights=weights[0] / r_squared,
        low=low,
        high=high,
        correlations=np.delete(whole[0, :, outcome], outcome),
    )


def _weights(correlations: Floats, outcome: int) -> Floats:
    """Johnson's weights of the other factors for every correlation matrix with a solution: (at most R, K − 1).

    The orthogonal variables nearest to the others are Z; λ is how each of them loads on Z, β how the outcome regresses
    on Z. A factor's weight is Σ λ² β².
    """
    others = np.delete(np.arange(correlations.shape[1]), outcome)
    usable = correlations[np.isfinite(correlations).all(axis=(1, 2))]
    among, with_outcome = usable[:, others][:, :, others], usable[:, others, outcome]
    if not len(usable):
        return np.empty((0, len(others)))
    values, vectors = np.linalg.eigh(among)
    solvable = values.min(axis=1) >= _SMALLEST_EIGENVALUE
    values, vectors, with_outcome = values[solvable], vectors[solvable], with_outcome[solvable]
    loading = vectors * np.sqrt(values)[:, np.newaxis] @ vectors.transpose(0, 2, 1)
    coefficients = np.linalg.solve(loading, with_outcome[:, :, np.newaxis])
    found: Floats = (loading**2 @ coefficients**2)[:, :, 0]
    solved: Floats = found[found.sum(axis=1) > _SMALLEST_R_SQUARED]
    return solved
