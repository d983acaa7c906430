"""How much of a shown figure may be told: the mean, three classes, or every answer.

A mean at the very end of the scale tells what everybody answered, and so does a share of all or nothing. Such
values are replaced by a bound, and so is every value near the end, or the bound itself would give it away.

Answer counts add up over the tree just as sums do, so a distribution can be subtracted from another. What is
shown in more detail must therefore obey the rule with a larger group: solve once with k for means and spread, once
with `CLASSES_FROM` for three classes, once with `POINTS_FROM` for all answers, and combine with `details`. Spread has
its own rule beside (`spread`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

CLASSES_FROM = 10  # respondents behind any three-class distribution, shown or derived
POINTS_FROM = 20  # respondents behind any distribution over all answers
LEAST_SPREAD = 0.05  # of the scale; a smaller standard deviation is not told: all but a few answered alike
_MARGIN = 0.05  # of the scale: a mean so near an end is told as a bound
_ROUNDING = 1e-9

Detail = Literal["nothing", "mean", "classes", "points"]
Bound = Literal["exact", "at_least", "at_most"]


@dataclass(frozen=True)
class Coded:
    """A value as it may be printed: exact, or only as a bound («4,8 eller høyere», «95 % eller mer»)."""

    value: float
    bound: Bound = "exact"


def details(
    means: NDArray[np.bool_], classes: NDArray[np.bool_], points: NDArray[np.bool_]
) -> tuple[Detail, ...]:
    """Per figure the most that may be told, from the masks for k, `CLASSES_FROM` and `POINTS_FROM`.

    A figure is never shown in more detail than the coarser masks allow; showing fewer is always safe.
    """
    levels = means.astype(int) + (means & classes) + (means & classes & points)
    names: tuple[Detail, ...] = ("nothing", "mean", "classes", "points")
    return tuple(names[level] for level in levels.tolist())


def coded_mean(mean: float, n: int, low: float, high: float) -> Coded:
    """A mean at or near the end of the scale becomes a bound; others stay exact.

    n: respondents; low, high: the ends of the scale. The margin is a twentieth of the scale, or one step of
        one
    respondent where that is more, so the bound never means that all answered alike: on 1–5 a mean of 4.8 or
    more is «4.8 or higher».
    """
    margin = max((high - low) * _MARGIN, 1 / n)
    if mean >= high - margin - _ROUNDING:
        return Coded(high - margin, "at_least")
    if mean <= low + margin + _ROUNDING:
        return Coded(low + margin, "at_most")
    return Coded(mean)


def is_near_an_end(mean: NDArray[np.float64], n: NDArray[np.float64], length: float) -> NDArray[np.bool_]:
    """Where `coded_mean` gives a bound. mean: as a share of the scale; length: of the scale in answers."""
    margin = np.maximum(_MARGIN, 1 / (np.maximum(n, 1) * length)) + _ROUNDING
    return np.asarray((mean >= 1 - margin) | (mean <= margin))


def coded_shares(counts: NDArray[np.int64]) -> tuple[Coded, ...]:
    """Shares of the answers, those near all or nothing as bounds.

    counts: (categories,) people in each. The margin is one person in ten below 20 people and one in twenty
        from
    there, so that a bound always leaves open whether someone answered otherwise. All zeros gives all zeros.
    """
    n = int(counts.sum())
    margin = 0.1 if n < POINTS_FROM else 0.05
    return tuple(_coded_share(count / n if n else 0.0, margin) for count in counts.tolist())


def _coded_share(share: float, margin: float) -> Coded:
    if share >= 1 - margin:
        return Coded(1 - margin, "at_least")
    return Coded(share)


def three_classes(
    counts: NDArray[np.int64], values: Sequence[int], favourable_from: int
) -> NDArray[np.int64]:
    """Counts of low, middle and high answers.

    counts: (points,) people per answer; values: the answers, ascending. High is `favourable_from` and above,
        low the
    same number of answers at the other end, middle the rest. Raises ValueError when low and high overlap.
    """
    low_to = values[0] + values[-1] - favourable_from
    if low_to >= favourable_from or not values[0] <= low_to:
        msg = f"answers from {favourable_from} cannot be the high class of {values[0]}–{values[-1]}"
        raise ValueError(msg)
    scale = np.asarray(values)
    low, high = scale <= low_to, scale >= favourable_from
    return np.array([counts[low].sum(), counts[~low & ~high].sum(), counts[high].sum()])
