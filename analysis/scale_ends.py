"""How a mean may be told: a mean at the very end of the scale says what everybody answered, so it becomes a bound.

And so does every mean near the end, or the bound itself would give it away. Imports nothing heavy: pages ask it too.
"""

from dataclasses import dataclass
from typing import Final, Literal

MARGIN: Final = 0.05
"""Of the scale: a mean so near an end is told as a bound."""

ROUNDING: Final = 1e-9

Bound = Literal["exact", "at_least", "at_most"]


@dataclass(frozen=True)
class Coded:
    """A mean as it may be printed: exact, or only as a bound («4,8 eller høyere»)."""

    value: float
    bound: Bound = "exact"


def coded_mean(mean: float, n: int, low: float, high: float) -> Coded:
    """A mean at or near the end of the scale becomes a bound; others stay exact.

    n: respondents; low, high: the ends of the scale. The margin is a twentieth of the scale, or one step of one
    respondent where that is more, so the bound never means that all answered alike: on 1–5 a mean of 4.8 or more is
    «4.8 or higher».

    >>> coded_mean(4.9, 12, 1, 5), coded_mean(3.2, 12, 1, 5)
    (Coded(value=4.8, bound='at_least'), Coded(value=3.2, bound='exact'))
    """
    margin = max((high - low) * MARGIN, 1 / n)
    if mean >= high - margin - ROUNDING:
        return Coded(high - margin, "at_least")
    if mean <= low + margin + ROUNDING:
        return Coded(low + margin, "at_most")
    return Coded(mean)
