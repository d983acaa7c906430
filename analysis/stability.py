"""Do units keep their place from one wave to the next? Stability of unit scores, which alpha says nothing of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidence import CONFIDENCE

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stability:
    """The correlation of unit scores over two waves.

    units: units with a score in both. r: −1–1, NaN for fewer than three units or no differences between them.
    low, high: Fisher's interval, NaN for fewer than four units.
    """

    units: int
    r: float
    low: float
    high: float


def unit_stability(before: Floats, after: Floats, confidence: float = CONFIDENCE) -> Stability:
    """Pearson's r between the units' means in two waves, with Fisher's z interval. R: `cor.test(x, y)`.

    before, after: (U,) means of the same units in the same order, NaN where a unit has none.

    >>> unit_stability(np.array([3.0, 3.5, 4.0, np.nan]), np.array([3.1, 3.4, 4.2, 4.0])).units
    3
    """
    from scipy.special import ndtri

    both = ~(np.isnan(before) | np.isnan(after))
    x, y = before[both], after[both]
    units = len(x)
    if units < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Stability(units, np.nan, np.nan, np.nan)
    r = float(np.corrcoef(x, y)[0, 1])
    if units < 4 or abs(r) >= 1:
        return Stability(units, r, np.nan, np.nan)
    margin = ndtri(0.5 + confidence / 2) / np.sqrt(units - 3)
    low, high = np.tanh(np.arctanh(r) + np.array([-margin, margin]))
    return Stability(units, r, float(low), float(high))
