"""A small line of a value over time, as numbers for an SVG: points where measured, gaps where not."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

WIDTH: Final = 132
HEIGHT: Final = 36
_MARGIN: Final = 5.0


@dataclass(frozen=True)
class SparkFrame:
    """The picture's width and height, and the first and last time it shows: None for those of the moments."""

    width: float = WIDTH
    height: float = HEIGHT
    first: float | None = None
    last: float | None = None

    def across(self, time: float, moments: Sequence["Moment"]) -> float:
        first = moments[0].time if self.first is None else self.first
        length = (moments[-1].time if self.last is None else self.last) - first or 1.0
        return _MARGIN + (time - first) / length * (self.width - 2 * _MARGIN)

    def down(self, value: float, low: float, high: float) -> float:
        return _MARGIN + (high - value) / (high - low) * (self.height - 2 * _MARGIN)


CARD_FRAME: Final = SparkFrame()


@dataclass(frozen=True)
class Moment:
    """A period: `time` in years (2026.33 for the second tertial), `value` None where it is not shown.

    Moments of different `series` cannot be compared: no line is drawn between them.
    """

    time: float
    value: float | None
    series: Hashable = None


@dataclass(frozen=True)
class Spark:
    """Coordinates in the frame, the origin at the top left. `lines` are SVG point lists."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    last: tuple[float, float]
    # The height of the green bound, when it is inside the picture.
    target: float | None


def spark(
    moments: Sequence[Moment],
    target: float | None = None,
    span: float = 0.0,
    frame: SparkFrame = CARD_FRAME,
) -> Spark | None:
    """The picture of moments in time order; None with fewer than two values.

    The picture spans the values and the target, and at least `span`, so that small noise does not look dramatic.
    """
    values = [moment.value for moment in moments if moment.value is not None]
    if len(values) < 2:
        return None
    bounds = values if target is None else [*values, target]
    low, high = _widened(min(bounds), max(bounds), span)

    def place(time: float, value: float) -> tuple[float, float]:
        return round(frame.across(time, moments), 1), round(frame.down(value, low, high), 1)

    runs = [[place(time, value) for time, value in run] for run in _runs(moments)]
    dots = [dot for run in runs for dot in run]
    return Spark(
        lines=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(dots[:-1]),
        last=dots[-1],
        target=None if target is None else round(frame.down(target, low, high), 1),
    )


def _widened(low: float, high: float, span: float) -> tuple[float, float]:
    missing = max(span - (high - low), 0.0) or (1.0 if high == low else 0.0)
    return low - missing / 2, high + missing / 2


def _runs(moments: Sequence[Moment]) -> list[list[tuple[float, float]]]:
    """Values that follow each other at the usual interval, in one series."""
    usual = min((after.time - before.time for before, after in pairwise(moments)), default=0.0)
    runs: list[list[tuple[float, float]]] = []
    previous: Moment | None = None
    for moment in moments:
        if moment.value is not None:
            follows = (
                previous is not None
                and previous.value is not None
                and previous.series == moment.series
                and moment.time - previous.time < usual * 1.5
            )
            if not follows:
                runs.append([])
            runs[-1].append((moment.time, moment.value))
        previous = moment
    return runs
