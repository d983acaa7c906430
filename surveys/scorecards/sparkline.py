"""A small line of a value over time, as numbers for an SVG: points where measured, gaps where not."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

WIDTH: Final = 132
HEIGHT: Final = 36
_MARGIN: Final = 5.0


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
    """Coordinates in a box of WIDTH × HEIGHT, the origin at the top left. `lines` are SVG point lists."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    last: tuple[float, float]
    # The height of the green bound, when it is inside the picture.
    target: float | None


def spark(moments: Sequence[Moment], target: float | None = None, span: float = 0.0) -> Spark | None:
    """The picture of moments in time order; None with fewer than two values.

    The picture spans the values and the target, and at least `span`, so that small noise does not look dramatic.
    """
    values = [moment.value for moment in moments if moment.value is not None]
    if len(values) < 2:
        return None
    bounds = values if target is None else [*values, target]
    low, high = _widened(min(bounds), max(bounds), span)
    first = moments[0].time
    length = moments[-1].time - first or 1.0

    def place(time: float, value: float) -> tuple[float, float]:
        across = _MARGIN + (time - first) / length * (WIDTH - 2 * _MARGIN)
        return round(across, 1), round(_down(value, low, high), 1)

    runs = [[place(time, value) for time, value in run] for run in _runs(moments)]
    dots = [dot for run in runs for dot in run]
    return Spark(
        lines=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(dots[:-1]),
        last=dots[-1],
        target=None if target is None else round(_down(target, low, high), 1),
    )


def _widened(low: float, high: float, span: float) -> tuple[float, float]:
    missing = max(span - (high - low), 0.0) or (1.0 if high == low else 0.0)
    return low - missing / 2, high + missing / 2


def _down(value: float, low: float, high: float) -> float:
    return _MARGIN + (high - value) / (high - low) * (HEIGHT - 2 * _MARGIN)


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
