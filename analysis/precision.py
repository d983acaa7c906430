"""How precisely a figure of few people may be told: the one rule, asked when a figure is stored.

From n, a mean and a standard deviation with all their digits the answers of few people can be worked out like a puzzle.
How few digits stop that was found by simulation (`benchmarks/small_numbers.py`, decision 036): what counts is how many
answers are left when two of the people know their own, (n − 2) · items. Imports nothing heavy: pages ask it too.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EXACT_FROM: Final = 10
"""People behind any figure, told or subtracted, that is told with all its digits and an exact spread."""

ONE_DECIMAL: Final = 0.1
HALF: Final = 0.5
STEPS: Final = (ONE_DECIMAL, 0.2, HALF, 1.0)
"""Of a point on the scale: what a mean may be rounded to, finest first."""

_HALF_UP_TO: Final = 6
_SPREAD_FROM: Final = 12
_FLOATS: Final = 1e-9

SPREAD_EDGES: Final = (0.15, 0.25, 0.4)
"""Of the scale: «answer alike», «somewhat differently» and «very differently» end here; nearly nobody is over the last.

A spread that is told in words is told as the end of its class, so that its interval is never too short.
"""


class SpreadDetail(StrEnum):
    """How a standard deviation may be told."""

    NOTHING = "nothing"
    # The end of its class: as much as three words say.
    CLASS = "class"
    EXACT = "exact"


@dataclass(frozen=True)
class Precision:
    """step: what the mean is rounded to, in points of the scale that people answered on; 0 for not at all."""

    step: float
    spread: SpreadDetail


def precision_for(n: int, items: int) -> Precision:
    """How a theme's figure of `n` people may be told, whatever its scale; items: in the theme.

    >>> [precision_for(n, items).step for n, items in ((5, 1), (6, 4), (10, 1))]
    [0.5, 0.1, 0.0]
    """
    if n >= EXACT_FROM:
        return Precision(0.0, SpreadDetail.EXACT)
    left = (n - 2) * items
    if left <= _HALF_UP_TO:
        return Precision(HALF, SpreadDetail.NOTHING)
    return Precision(ONE_DECIMAL, SpreadDetail.CLASS if left >= _SPREAD_FROM else SpreadDetail.NOTHING)


def coarser(step: float) -> float | None:
    """The next step after `step`; None after the last.

    >>> coarser(0.0), coarser(0.5), coarser(1.0)
    (0.1, 1.0, None)
    """
    return next((each for each in STEPS if each > step), None)


def rounded(value: float, step: float) -> float:
    """`value` to the nearest multiple of `step`, halves upwards; as it is when the step is 0.

    >>> rounded(3.25, 0.1), rounded(3.25, 0.5), rounded(3.25, 0)
    (3.3, 3.5, 3.25)
    """
    if not step:
        return value
    return round(math.floor(value / step + 0.5 + _FLOATS) * step, 10)


def rounded_inside(value: float, step: float, edges: tuple[float, float]) -> float:
    """As `rounded`; the nearest step before where that would be beyond the edges, for there a mean is told as a bound.

    >>> rounded_inside(4.7, 0.5, (1.2, 4.8)), rounded_inside(4.79, 0.5, (1.2, 4.8))
    (4.5, 4.5)
    """
    found = rounded(value, step)
    return found + step * ((found < edges[0] - _FLOATS) - float(found > edges[1] + _FLOATS))


def cell_inside(value: float, step: float, edges: tuple[float, float]) -> tuple[float, float]:
    """As `rounding_cell`, for whoever knows `rounded_inside`, and that the mean is told as no bound.

    >>> cell_inside(4.7, 0.5, (1.2, 4.8)), cell_inside(3.7, 0.5, (1.2, 4.8))
    ((4.25, 4.8), (3.25, 3.75))
    """
    middle = rounded_inside(value, step, edges)
    low = edges[0] if middle - step < edges[0] - _FLOATS else middle - step / 2
    return low, edges[1] if middle + step > edges[1] + _FLOATS else middle + step / 2


def has_step_inside(step: float, edges: tuple[float, float]) -> bool:
    """Whether there is anything to round to between the edges.

    >>> has_step_inside(0.5, (0.05, 0.95)), has_step_inside(1.0, (0.05, 0.95))
    (True, False)
    """
    return math.floor(edges[1] / step + _FLOATS) * step >= edges[0] - _FLOATS


def rounding_cell(value: float, step: float) -> tuple[float, float]:
    """The ends between which a mean lies that is told rounded, when its true value is `value`.

    >>> rounding_cell(3.25, 0.5)
    (3.25, 3.75)
    """
    middle = rounded(value, step)
    return middle - step / 2, middle + step / 2


def spread_class(sd: float, length: float) -> float:
    """The end of the class that a standard deviation is in; length: of the scale.

    >>> [spread_class(sd, 4.0) for sd in (0.0, 0.6, 0.61, 2.1)]
    [0.6, 0.6, 1.0, 1.6]
    """
    edges = [edge * length for edge in SPREAD_EDGES]
    return round(next((edge for edge in edges if sd <= edge + _FLOATS), edges[-1]), 10)
