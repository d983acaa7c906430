"""Polychoric correlations, and ordinal alpha from them: what alpha would be of the continuous answers behind the
steps of the scale. A labelled option beside alpha, never instead of it: it describes no score anybody uses.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.reliability import alpha_of

Floats = NDArray[np.float64]
STRONGEST: Final = 0.9999
NODES: Final = 32
FAR: Final = 12.0  # stands for infinity among thresholds: nothing lies outside
LEAST: Final = 1e-12  # a cell's smallest probability, so that its logarithm exists


@dataclass(frozen=True, eq=False)
class _Margin:
    """One item's categories: each row's place (N,), and thresholds (C + 1,) from −∞ to ∞."""

    index: NDArray[np.intp]
    thresholds: Floats


def ordinal_alpha(answers: Floats) -> float:
    """Standardised alpha of the polychoric correlations (Zumbo, Gadermann & Zeisser 2007).

    answers: (n, K) complete, scored, whole numbers. NaN for fewer than two items or an item without variance.
    R: `psych::alpha(psych::polychoric(x)$rho)$total$raw_alpha`.

    >>> answers = np.array([[1, 1], [1, 1], [2, 2], [2, 1], [3, 3], [3, 2], [1, 2], [2, 3]])
    >>> round(ordinal_alpha(answers), 2)
    0.82
    """
    return alpha_of(polychoric(answers))


def polychoric(answers: Floats) -> Floats:
    """Polychoric correlations (K, K) by two-step maximum likelihood (Olsson 1979); NaN for a constant item.

    Thresholds come from each item's own distribution; nothing is added to empty cells.
    R: `psych::polychoric(x, correct = 0)$rho`.

    >>> answers = np.array([[1, 1], [1, 1], [2, 2], [2, 1], [3, 3], [3, 2], [1, 2], [2, 3]])
    >>> polychoric(answers)[0, 1].round(2).item()
    0.69
    """
    items = answers.shape[1]
    correlations = np.eye(items)
    margins = [_margin(item) for item in answers.T]
    for one, other in combinations(range(items), 2):
        found = _pair(margins[one], margins[other])
        correlations[one, other] = correlations[other, one] = found
    constant = [index for index, margin in enumerate(margins) if len(margin.thresholds) < 3]
    correlations[constant] = correlations[:, constant] = np.nan
    return correlations


def _margin(item: Floats) -> _Margin:
    from scipy.special import ndtri

    _, index, counts = np.unique(item, return_inverse=True, return_counts=True)
    below = np.cumsum(counts)[:-1] / max(len(item), 1)
    return _Margin(index, np.concatenate([[-FAR], ndtri(below), [FAR]]))


def _pair(one: _Margin, other: _Margin) -> float:
    """The correlation that makes the table of two items' answers most likely."""
    from scipy.optimize import minimize_scalar

    rows, columns = len(one.thresholds) - 1, len(other.thresholds) - 1
    if rows < 2 or columns < 2:
        return float("nan")
    table = np.bincount(one.index * columns + other.index, minlength=rows * columns)
    grid = np.meshgrid(one.thresholds, other.thresholds, indexing="ij")

    def unlikeliness(correlation: float) -> float:
        below = bivariate_normal(grid[0], grid[1], correlation)
        cells = np.diff(np.diff(below, axis=0), axis=1).ravel()
        return -float(table @ np.log(np.maximum(cells, LEAST)))

    found = minimize_scalar(
        unlikeliness, bounds=(-STRONGEST, STRONGEST), method="bounded", options={"xatol": 1e-8}
    )
    return float(found.x)


def bivariate_normal(x: Floats, y: Floats, correlation: float) -> Floats:
    """P(X ≤ x, Y ≤ y) of two standard normal variables, elementwise; |correlation| < 1.

    Φ(x)Φ(y) + (1/2π)·∫₀^arcsin r exp(−(x² + y² − 2xy·sin t)/(2cos² t)) dt by Gauss–Legendre (Sheppard 1899).
    R: `pbivnorm::pbivnorm(x, y, r)`.

    >>> round(bivariate_normal(np.array(0.0), np.array(0.0), 0.5).item(), 6)
    0.333333
    """
    from scipy.special import ndtr

    nodes, weights = _nodes_and_weights()
    reach = np.arcsin(correlation) / 2
    angle = reach * (nodes + 1)
    sine, cosine_squared = np.sin(angle), np.cos(angle) ** 2
    exponent = (x**2 + y**2)[..., np.newaxis] - 2 * (x * y)[..., np.newaxis] * sine
    integral = np.exp(-exponent / (2 * cosine_squared)) @ weights * reach
    found: Floats = ndtr(x) * ndtr(y) + integral / (2 * np.pi)
    return found


@cache
def _nodes_and_weights() -> tuple[Floats, Floats]:
    """Where the integral is looked at, and how much each place counts: worked out once."""
    return np.polynomial.legendre.leggauss(NODES)
