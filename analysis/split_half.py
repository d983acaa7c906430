"""Split-half reliability: how alike two halves of a scale score people, for one split or for all of them."""

from itertools import combinations
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDING: Final = 1e-10  # what rounding leaves of 1 + r where r is −1
MOST_SPLITS: Final = 1_000
SPLIT_SEED: Final = 20_260_605  # the same splits every time: a report drawn twice is the same report


def odd_even(covariance: Floats) -> float:
    """Split-half reliability of odd- against even-numbered items, in the scale's order (Spearman–Brown).

    R: with r the correlation of the two half sums, `2 * r / (1 + r)`.

    >>> covariance = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]])
    >>> round(odd_even(covariance), 3)
    0.647
    """
    items = len(covariance)
    if items < 2:
        return float("nan")
    odd = (np.arange(items) % 2 == 0)[np.newaxis]
    return float(split_halves(covariance, odd)[0])


def split_halves(covariance: Floats, first_half: NDArray[np.bool_]) -> Floats:
    """Spearman–Brown 2r/(1 + r) of two halves' sums, for each split. first_half: (S, K). Returns (S,).

    >>> covariance = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]])
    >>> split_halves(covariance, halves(3)).round(3).tolist()
    [0.716, 0.647, 0.576]
    """
    first = first_half.astype(np.float64)
    second = 1 - first
    between = np.einsum("si,ij,sj->s", first, covariance, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = between / np.sqrt(
            np.einsum("si,ij,sj->s", first, covariance, first)
            * np.einsum("si,ij,sj->s", second, covariance, second)
        )
        found: Floats = np.where(1 + r > ROUNDING, 2 * r / (1 + r), np.nan)
    return found


def halves(items: int, most: int = MOST_SPLITS) -> NDArray[np.bool_]:
    """Splits of K items in two halves that differ by one item at most: all of them, or `most` random ones.

    Returns (S, K), True for the first half. Random splits come from a fixed seed. R: `psych::splitHalf`.

    >>> halves(3).astype(int).tolist()
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    >>> len(halves(4)), len(halves(11)), len(halves(20))
    (3, 462, 1000)
    """
    size = items // 2
    every = comb(items, size)
    distinct = every // 2 if items % 2 == 0 else every
    if distinct <= most:
        # In an even scale each split turns up twice; the one that holds the first item stands for both.
        chosen = [c for c in combinations(range(items), size) if items % 2 or 0 in c]
        return np.isin(np.arange(items), chosen) if not chosen else _membership(chosen, items)
    rng = np.random.default_rng(SPLIT_SEED)
    order = rng.permuted(np.tile(np.arange(items), (most, 1)), axis=1)
    return order < size


def _membership(chosen: list[tuple[int, ...]], items: int) -> NDArray[np.bool_]:
    member = np.zeros((len(chosen), items), dtype=np.bool_)
    for row, places in zip(member, chosen, strict=True):
        row[list(places)] = True
    return member
