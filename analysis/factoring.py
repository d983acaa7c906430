"""Exploratory factoring: minimum residuals, rotated so that each item belongs where it can (oblimin)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_ROTATIONS: Final = 2_000
ROTATED: Final = 1e-6  # the projected gradient's length at which the axes stand still
SMALLEST_ROTATION: Final = 1e-12
RANDOM_STARTS: Final = 5
START_SEED: Final = 20_260_605  # the same starts every time
LEAST_UNIQUENESS: Final = 0.005  # as psych::fa; a uniqueness pressed down to it is a Heywood case


@dataclass(frozen=True, eq=False)
class Factoring:
    """An unrotated solution of M factors for K items.

    loadings: (K, M), each column's sum ≥ 0. uniqueness: (K,), 0.005–1.
    residual: half the sum of squared residual correlations.
    converged: the search found a minimum. heywood: some uniqueness stands at its lower limit.
    """

    loadings: Floats
    uniqueness: Floats
    residual: float
    converged: bool
    heywood: bool


def minres(correlation: Floats, factors: int) -> Factoring:
    """Factors that leave the smallest squared residual correlations (Harman & Jones 1966; Comrey 1962).

    correlation: (K, K), K > `factors`. Minimises ½Σ(R − ΛΛ′ − Ψ)² over Ψ, with Λ the best for each Ψ: the
    first eigenvectors of R − Ψ. Its gradient by ψᵢ is −Σ γⱼwᵢⱼ² over the eigenvalues γⱼ that are left out.
    R: `psych::fa(r, nfactors, rotate = "none", fm = "minres")`.

    >>> r = np.array([[1, 0.72, 0.63], [0.72, 1, 0.56], [0.63, 0.56, 1]])
    >>> minres(r, 1).loadings.round(4).ravel().tolist()
    [0.9, 0.8, 0.7]
    """
    from scipy.optimize import minimize

    items = len(correlation)

    def badness(uniqueness: Floats) -> tuple[float, Floats]:
        values, vectors = np.linalg.eigh(correlation - np.diag(uniqueness))
        left_out = values[: items - factors]
        gradient = -(vectors[:, : items - factors] ** 2 @ left_out)
        return 0.5 * float(left_out @ left_out), gradient

    found = minimize(
        badness,
        _starting_uniqueness(correlation, factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_UNIQUENESS, 1.0)] * items,
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5_000},
    )
    uniqueness = found.x
    values, vectors = np.linalg.eigh(correlation - np.diag(uniqueness))
    loadings = vectors[:, : -factors - 1 : -1] * np.sqrt(np.maximum(values[: -factors - 1 : -1], 0))
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    heywood = bool((uniqueness <= LEAST_UNIQUENESS * 1.001).any())
    # L-BFGS-B reports an abnormal line search when it can no longer improve the last digits.
    converged = bool(found.success or np.abs(found.jac).max() < 1e-5)
    return Factoring(loadings, uniqueness, float(found.fun), converged, heywood)


def _starting_uniqueness(correlation: Floats, factors: int) -> Floats:
    """Jöreskog's start (1 − M/2K)/diag(R⁻¹), or a half each where R has no inverse."""
    items = len(correlation)
    if np.linalg.matrix_rank(correlation, hermitian=True) < items:
        return np.full(items, 0.5)
    start = (1 - 0.5 * factors / items) / np.diag(np.linalg.inv(correlation))
    bounded: Floats = np.clip(start, LEAST_UNIQUENESS * 2, 0.995)
    return bounded


@dataclass(frozen=True, eq=False)
class Exploration:
    """A rotated solution: pattern loadings (P, M), factor correlations (M, M), communalities (P,).

    Factors are ordered by the variance they explain, each with a positive sum of loadings.
    """

    loadings: Floats
    correlations: Floats
    communalities: Floats


def explore(correlation: Floats, factors: int) -> Exploration | None:
    """Minres factors rotated by oblimin; None when the solution does not converge or is a Heywood case.

    R: `psych::fa(r, nfactors, rotate = "oblimin", fm = "minres")`, up to the order and sign of the factors.

    >>> r = np.kron(np.diag([0.64, 0.49]), np.ones((3, 3)))
    >>> np.fill_diagonal(r, 1)
    >>> np.abs(explore(r, 2).loadings).round(2).tolist()
    [[0.8, 0.0], [0.8, 0.0], [0.8, 0.0], [0.0, 0.7], [0.0, 0.7], [0.0, 0.7]]
    """
    solution = minres(correlation, factors)
    if solution.heywood or not solution.converged:
        return None
    communalities = 1 - solution.uniqueness
    if factors == 1:
        return Exploration(solution.loadings, np.ones((1, 1)), communalities)
    rotated = oblimin(solution.loadings)
    if rotated is None:
        return None
    loadings, between = rotated
    order = np.argsort(-np.diag(between @ loadings.T @ loadings))
    sign = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)[order]
    return Exploration(
        loadings[:, order] * sign, between[np.ix_(order, order)] * np.outer(sign, sign), communalities
    )


def oblimin(loadings: Floats) -> tuple[Floats, Floats] | None:
    """Rotated loadings and factor correlations (direct quartimin, γ = 0); None when it does not converge.

    Minimises ¼·Σ over pairs of factors of Σλᵢ²λⱼ² by projected gradients (Jennrich 2002; Bernaards & Jennrich
    2005), from the unrotated axes and from a few random ones, since a start may lie on a ridge.
    R: `GPArotation::oblimin(loadings, randomStarts = 5)`.

    >>> loadings, between = oblimin(np.array([[0.6, 0.6], [0.4, 0.4], [0.5, -0.5], [0.4, -0.4]]))
    >>> np.sort(np.abs(loadings)).round(2).tolist()
    [[0.0, 0.85], [0.0, 0.57], [0.0, 0.71], [0.0, 0.57]]
    """
    rng = np.random.default_rng(START_SEED)
    size = loadings.shape[1]
    starts = [np.eye(size)] + [np.linalg.qr(rng.normal(size=(size, size)))[0] for _ in range(RANDOM_STARTS)]
    found = [solution for start in starts if (solution := _rotated(loadings, start)) is not None]
    if not found:
        return None
    _, rotated, between = min(found, key=lambda solution: round(solution[0], 9))
    return rotated, between


def _rotated(loadings: Floats, axes: Floats) -> tuple[float, Floats, Floats] | None:
    """Badness, loadings and factor correlations where projected gradients lead from these axes."""
    rotated, badness, slope = _quartimin(loadings, axes)
    step = 1.0
    for _ in range(MOST_ROTATIONS):
        along = slope - axes * (axes * slope).sum(axis=0)
        size = float(np.sqrt((along**2).sum()))
        if size < ROTATED:
            return badness, rotated, axes.T @ axes
        step *= 2
        while True:
            moved = axes - step * along
            moved = moved / np.sqrt((moved**2).sum(axis=0))
            tried, tried_badness, tried_slope = _quartimin(loadings, moved)
            if tried_badness < badness - 0.5 * step * size**2 or step < SMALLEST_ROTATION:
                break
            step /= 2
        axes, rotated, badness, slope = moved, tried, tried_badness, tried_slope
    return None


def _quartimin(loadings: Floats, axes: Floats) -> tuple[Floats, float, Floats]:
    """Loadings on these axes, how badly they are spread over factors, and its slope by the axes."""
    inverse = np.linalg.inv(axes)
    rotated = loadings @ inverse.T
    squares = rotated**2
    others = squares.sum(axis=1, keepdims=True) - squares
    badness = float((squares * others).sum() / 4)
    slope = -((rotated.T @ (rotated * others)) @ inverse).T
    return rotated, badness, slope


def explored(correlation: Floats, factors: int) -> Exploration | None:
    """The exploration; None when there are so many factors that any correlations would fit.

    >>> explored(np.eye(3), 2) is None
    True
    """
    items = len(correlation)
    if (items - factors) ** 2 < items + factors or factors >= items:
        return None
    return explore(correlation, factors)
