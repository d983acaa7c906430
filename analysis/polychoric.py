"""Polychoric correlations, and ordinal alpha from them: what alpha would be of the continuous answers behind the
steps of the scale. A labelled option beside alpha, never instead of it: it describes no score anybody uses.

All pairs of items are found at once: their tables lie side by side, (Q, C, C) for Q pairs and C categories.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.reliability import alpha_of

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
STRONGEST: Final = 0.9999
NODES: Final = 32
FAR: Final = 12.0  # in place of infinity among thresholds: nothing lies outside
LEAST: Final = 1e-12  # a cell's smallest probability, so that it can be divided by
MOST_STEPS: Final = 100
SMALLEST_STEP: Final = 1e-10
BATCH: Final = 500  # pairs at a time, so that 200 items do not fill the memory


@dataclass(frozen=True, eq=False)
class OrdinalItems:
    """index: (N, P) each answer's category. thresholds: (P, C + 1) from −∞ to ∞; an item with fewer categories than C
    has the last ones empty. categories: (P,).
    """

    index: Indices
    thresholds: Floats
    categories: Indices

    def pairs(self) -> tuple[Indices, Indices]:
        """(Q,) and (Q,): the two items of every pair, the order of the upper triangle by rows."""
        one, other = np.triu_indices(self.index.shape[1], 1)
        return one, other


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

    Thresholds come from each item's own distribution; nothing is added to empty cells, but where both items have two
    categories (`two_by_two`). R: `psych::polychoric(x, correct = 0)$rho`; `lavaan::lavCor(x, ordered = TRUE)`.

    >>> answers = np.array([[1, 1], [1, 1], [2, 2], [2, 1], [3, 3], [3, 2], [1, 2], [2, 3]])
    >>> polychoric(answers)[0, 1].round(2).item()
    0.69
    """
    items = ordinal_items(answers)
    one, other = items.pairs()
    correlations = np.eye(answers.shape[1])
    correlations[one, other] = correlations[other, one] = pair_correlations(items)
    constant = items.categories < 2
    correlations[constant] = correlations[:, constant] = np.nan
    return correlations


def ordinal_items(answers: Floats) -> OrdinalItems:
    """Each item's categories as answered, and the thresholds between them. answers: (n, K) complete.

    >>> ordinal_items(np.array([[1.0, 2], [5, 2], [5, 3], [1, 3]])).thresholds.round(1).tolist()
    [[-12.0, 0.0, 12.0], [-12.0, 0.0, 12.0]]
    """
    from scipy.special import ndtri

    n, count = answers.shape
    found = [np.unique(item, return_inverse=True, return_counts=True) for item in answers.T]
    categories = np.array([len(counts) for _, _, counts in found], dtype=np.intp)
    thresholds = np.full((count, int(categories.max(initial=1)) + 1), FAR)
    thresholds[:, 0] = -FAR
    for item, (_, _, counts) in enumerate(found):
        thresholds[item, 1 : len(counts)] = ndtri(np.cumsum(counts)[:-1] / max(n, 1))
    index = np.array([inverse for _, inverse, _ in found], dtype=np.intp).reshape(count, n).T
    return OrdinalItems(index, thresholds, categories)


def pair_correlations(items: OrdinalItems) -> Floats:
    """The correlation that makes each pair's table most likely, (Q,).

    >>> answers = np.array([[1, 1], [1, 1], [2, 2], [2, 1], [3, 3], [3, 2], [1, 2], [2, 3]])
    >>> pair_correlations(ordinal_items(answers)).round(2).tolist()
    [0.69]
    """
    one, other = items.pairs()
    parts = [
        _most_likely(items, one[start : start + BATCH], other[start : start + BATCH])
        for start in range(0, len(one), BATCH)
    ]
    return np.concatenate([np.empty(0), *parts])


def _most_likely(items: OrdinalItems, one: Indices, other: Indices) -> Floats:
    """Where the score is 0, by Fisher's steps inside a bracket that a step may not leave."""
    tables = two_by_two(pair_tables(items, one, other), items.categories[one], items.categories[other])
    x, y = items.thresholds[one][:, :, np.newaxis], items.thresholds[other][:, np.newaxis, :]
    low, high = np.full(len(one), -STRONGEST), np.full(len(one), STRONGEST)
    found = np.zeros(len(one))
    moving = np.arange(len(one))
    for _ in range(MOST_STEPS):
        now, table = found[moving], tables[moving]
        slopes = cell_scores(x[moving], y[moving], now)
        score = np.einsum("qab,qab->q", table, slopes)
        information = np.einsum("qab,qab->q", table, slopes**2)
        low[moving] = np.where(score > 0, now, low[moving])
        high[moving] = np.where(score > 0, high[moving], now)
        stepped = now + score / np.maximum(information, LEAST)
        inside = (stepped > low[moving]) & (stepped < high[moving])
        found[moving] = np.where(inside, stepped, (low[moving] + high[moving]) / 2)
        moving = moving[np.abs(found[moving] - now) >= SMALLEST_STEP]
        if not len(moving):
            break
    return found


def pair_tables(items: OrdinalItems, one: Indices, other: Indices) -> Floats:
    """(Q, C, C): rows with each combination of categories.

    >>> items = ordinal_items(np.array([[1.0, 1], [2, 1], [2, 2]]))
    >>> pair_tables(items, np.array([0]), np.array([1])).tolist()
    [[[1.0, 0.0], [1.0, 1.0]]]
    """
    size = items.thresholds.shape[1] - 1
    # One 0/1 column for each category of each item: all the tables are one product.
    marked = (items.index[:, :, np.newaxis] == np.arange(size)).astype(np.float64)
    parts = [marked[:, first].T @ marked[:, second] for first, second in zip(one, other, strict=True)]
    return np.array(parts).reshape(len(one), size, size)


def two_by_two(tables: Floats, one: Indices, other: Indices) -> Floats:
    """Tables of two items with two categories each and one empty cell get half a person there, the margins kept: the
    correlation would be ±1 of too few people otherwise (lavaan's `zero.add = c(0.5, 0)`). one, other: categories.

    >>> two_by_two(np.array([[[3.0, 0], [2, 4]]]), np.array([2]), np.array([2])).tolist()
    [[[2.5, 0.5], [2.5, 3.5]]]
    """
    both = (one == 2) & (other == 2)
    if not both.any():
        return tables
    corner = tables[:, :2, :2]
    lonely = both & ((corner == 0).sum(axis=(1, 2)) == 1)
    on_diagonal = (corner[:, 0, 0] == 0) | (corner[:, 1, 1] == 0)
    sign = np.where(lonely, np.where(on_diagonal, 0.5, -0.5), 0.0)
    mended = tables.copy()
    mended[:, :2, :2] += sign[:, np.newaxis, np.newaxis] * np.array([[1.0, -1], [-1, 1]])
    return mended


def cell_probabilities(x: Floats, y: Floats, correlation: Floats) -> Floats:
    """(Q, C, C) from thresholds x (Q, C + 1, 1), y (Q, 1, C + 1) and correlations (Q,); at least LEAST.

    >>> half = np.array([-FAR, 0, FAR])
    >>> cell_probabilities(half[np.newaxis, :, np.newaxis], half[np.newaxis, np.newaxis], np.zeros(1)).tolist()
    [[[0.25, 0.25], [0.25, 0.25]]]
    """
    from scipy.special import ndtr

    below = np.zeros((len(x), x.shape[1], y.shape[2]))
    below[:, -1], below[:, :, -1] = ndtr(y[:, 0]), ndtr(x[:, :, 0])
    inner = x[:, 1:-1], y[:, :, 1:-1]
    below[:, 1:-1, 1:-1] = bivariate_normal(*inner, correlation[:, np.newaxis, np.newaxis])
    return np.maximum(np.diff(np.diff(below, axis=1), axis=2), LEAST)


def cell_scores(x: Floats, y: Floats, correlation: Floats) -> Floats:
    """∂log π/∂r of each cell, (Q, C, C): the density over the corners of the cell (Plackett 1954), over π.

    >>> half = np.array([-FAR, 0, FAR])
    >>> cell_scores(half[np.newaxis, :, np.newaxis], half[np.newaxis, np.newaxis], np.zeros(1)).round(3).tolist()
    [[[0.637, -0.637], [-0.637, 0.637]]]
    """
    r, (inner_x, inner_y) = correlation[:, np.newaxis, np.newaxis], (x[:, 1:-1], y[:, :, 1:-1])
    rest = 1 - r**2
    exponent = (inner_x**2 - 2 * r * inner_x * inner_y + inner_y**2) / (2 * rest)
    density = np.zeros((len(x), x.shape[1], y.shape[2]))
    density[:, 1:-1, 1:-1] = np.exp(-exponent) / (2 * np.pi * np.sqrt(rest))
    found: Floats = np.diff(np.diff(density, axis=1), axis=2) / cell_probabilities(x, y, correlation)
    return found


def bivariate_normal(x: Floats, y: Floats, correlation: Floats | float) -> Floats:
    """P(X ≤ x, Y ≤ y) of two standard normal variables, elementwise; |correlation| < 1.

    Φ(x)Φ(y) + (1/2π)·∫₀^arcsin r exp(−(x² + y² − 2xy·sin t)/(2cos² t)) dt by Gauss–Legendre (Sheppard 1899).
    R: `pbivnorm::pbivnorm(x, y, r)`.

    >>> round(bivariate_normal(np.array(0.0), np.array(0.0), 0.5).item(), 6)
    0.333333
    """
    from scipy.special import ndtr

    nodes, weights = _nodes_and_weights()
    reach = np.arcsin(correlation) / 2
    angle = np.asarray(reach)[..., np.newaxis] * (nodes + 1)
    sine, cosine_squared = np.sin(angle), np.cos(angle) ** 2
    exponent = (x**2 + y**2)[..., np.newaxis] - 2 * (x * y)[..., np.newaxis] * sine
    integral = np.exp(-exponent / (2 * cosine_squared)) @ weights * reach
    found: Floats = ndtr(x) * ndtr(y) + integral / (2 * np.pi)
    return found


@cache
def _nodes_and_weights() -> tuple[Floats, Floats]:
    """Where the integral is looked at, and how much each node counts: worked out once."""
    return np.polynomial.legendre.leggauss(NODES)
