"""A dot for each unit in a picture of two indicators, as numbers for an SVG. No unit is named in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surveys.scorecards.cross_view.unit_comovement import UnitPoint

WIDTH: Final = 320
HEIGHT: Final = 220
_MARGIN: Final = 14.0


@dataclass(frozen=True)
class Scatter:
    """dots: from the top left of WIDTH × HEIGHT. one, other: lowest and highest value, across and upwards."""

    dots: tuple[tuple[float, float], ...]
    one: tuple[float, float]
    other: tuple[float, float]


def scatter(points: Sequence[UnitPoint]) -> Scatter:
    """The picture of one or more units."""
    one = min(point.one for point in points), max(point.one for point in points)
    other = min(point.other for point in points), max(point.other for point in points)
    dots = [
        (
            round(_MARGIN + _share(point.one, one) * (WIDTH - 2 * _MARGIN), 1),
            round(_MARGIN + (1 - _share(point.other, other)) * (HEIGHT - 2 * _MARGIN), 1),
        )
        for point in points
    ]
    return Scatter(tuple(dots), one, other)


def _share(value: float, ends: tuple[float, float]) -> float:
    return (value - ends[0]) / (ends[1] - ends[0]) if ends[1] > ends[0] else 0.5
