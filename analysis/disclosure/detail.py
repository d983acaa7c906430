"""How much of a shown figure may be told: the mean, three classes, or every answer.

A mean at the very end of the scale tells what everybody answered. It is replaced by a bound, and so is every mean near
the end, or the bound itself would give it away.

Answer counts add up over the tree just as sums do, so a distribution can be subtracted from another. What is
shown in more detail must therefore obey the rule with a larger group: solve once with k for means and spread, once
with `CLASSES_FROM` for three classes, once with `POINTS_FROM` for all answers. Spread has a rule of its own (`spread`).
"""

import numpy as np
from numpy.typing import NDArray

from analysis.scale_ends import MARGIN, ROUNDING

CLASSES_FROM = 10  # respondents behind any three-class distribution, shown or derived
POINTS_FROM = 20  # respondents behind any distribution over all answers
LEAST_SPREAD = 0.05  # of the scale; a smaller standard deviation is not told: all but a few answered alike
_VARIANCE_ROUNDING = 1e-7


def tells_all_alike(
    n: NDArray[np.float64], sums: NDArray[np.float64], squares: NDArray[np.float64], length: float
) -> NDArray[np.bool_]:
    """Where mean and spread together say that all but a few answered alike. sums, squares: of shares of the scale.

    >>> tells_all_alike(np.array([6.0, 6.0]), np.array([3.0, 3.0]), np.array([1.5, 1.9]), 4.0).tolist()
    [True, False]
    """
    mean = sums / np.maximum(n, 1)
    variance = (squares - sums * mean) / np.maximum(n - 1, 1)
    return np.asarray(
        (n <= 1) | is_near_an_end(mean, n, length) | (variance < LEAST_SPREAD**2 - _VARIANCE_ROUNDING)
    )


def is_near_an_end(mean: NDArray[np.float64], n: NDArray[np.float64], length: float) -> NDArray[np.bool_]:
    """Where `coded_mean` gives a bound. mean: as a share of the scale; length: of the scale in answers.

    >>> is_near_an_end(np.array([0.99, 0.55]), np.array([12.0, 12.0]), 4.0).tolist()
    [True, False]
    """
    margin = np.maximum(MARGIN, 1 / (np.maximum(n, 1) * length)) + ROUNDING
    return np.asarray((mean >= 1 - margin) | (mean <= margin))
