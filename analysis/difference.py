"""Whether a group's mean differs from others' on a scale with ends: for one reader's choice, without numpy.

The test goes with `intervals.bounded_interval`: the spread follows the mean (see there). All follows from n, mean and
standard deviation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.confidence import CONFIDENCE
from analysis.students_t import holm_within, two_sided_p

PRIOR: Final = 0.5
"""How much of one person answering at the ends is mixed into the spread: few who answer alike prove little.

The least of the weights tried that covers 94 % in every case of `benchmarks/claims.py`.
"""


@dataclass(frozen=True)
class Others:
    """What a group is compared with, on a scale from 0 to 1. n None: the mean is taken as it is."""

    mean: float
    n: int | None = None
    sd: float = math.nan


def dispersion_of(n: int, mean: float, sd: float) -> float:
    """φ: the variance as a share of the most there can be with this mean, μ(1 − μ), and half a person at the most.

    mean, sd: on a scale from 0 to 1. φ = ((n − 1)·s²/(μ(1 − μ)) + ½) / (n − ½). NaN for n < 2.

    >>> round(dispersion_of(9, 0.8, 0.2), 3), dispersion_of(1, 0.8, math.nan)
    (0.294, nan)
    """
    if n < 2 or math.isnan(sd):
        return math.nan
    most = mean * (1 - mean)
    # With the mean at an end a spread is impossible; what rounding leaves of one is none.
    share = sd**2 / most if sd > 0 and most > 0 else 0.0
    return ((n - 1) * share + PRIOR) / (n - 1 + PRIOR)


def difference_from(n: int, mean: float, sd: float, others: Others) -> float:
    """Two-sided p of a group's mean against that of others, none of whom is in the group.

    Were the group drawn from the others, its mean's variance would be φ·M(1 − M)/n, M their mean. To it comes the
    others' own S²/N, with Welch–Satterthwaite's degrees of freedom. NaN for n < 2, without a spread, or where the
    others are all at an end of the scale.

    >>> round(difference_from(7, 0.85, 0.15, Others(0.632)), 3)
    0.05
    """
    own = dispersion_of(n, mean, sd) * others.mean * (1 - others.mean) / max(n, 1)
    theirs = 0.0 if others.n is None else others.sd**2 / others.n
    if not own > 0 or math.isnan(theirs):
        return math.nan
    parts = own**2 / (n - 1) + (theirs**2 / (others.n - 1) if others.n is not None and theirs > 0 else 0.0)
    return two_sided_p((mean - others.mean) / math.sqrt(own + theirs), (own + theirs) ** 2 / parts)


def clear_differences(p: Sequence[float], confidence: float = CONFIDENCE) -> list[bool]:
    """Which of one group's differences are clear: Holm over all that are tested. NaN is never clear.

    >>> clear_differences([0.01, 0.04, math.nan])
    [True, True, False]
    """
    return [each < 1 - confidence for each in holm_within(p)]
