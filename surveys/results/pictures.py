"""Where things stand in the picture of one measure: a dot with its interval on the whole scale."""

from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _

from surveys.localisation import localised, number
from surveys.results.reading import Line
from surveys.results.wording import change_word

WIDTH: Final = 320
MARGIN: Final = 14
"""Units of the picture's own coordinates; room for half a dot and half an axis label."""

MOST_TICKS: Final = 7


@dataclass(frozen=True)
class ScalePicture:
    """Horizontal places 0–WIDTH of everything in the picture, and its text alternative.

    ticks: (place, label) for the axis, its ends included.
    """

    ticks: tuple[tuple[float, str], ...]
    start: float
    end: float
    mean: float
    low: float
    high: float
    previous: float | None
    top: float | None
    title: str
    description: str


def scale_picture(line: Line, top_name: str) -> ScalePicture | None:
    """The picture of a shown measure; None when there is nothing to show."""
    if line.mean is None:
        return None

    def place(value: float) -> float:
        share = (value - line.minimum) / (line.maximum - line.minimum)
        return round(MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN), 1)

    step = 1 if line.maximum - line.minimum < MOST_TICKS else (line.maximum - line.minimum) // 2
    return ScalePicture(
        ticks=tuple((place(value), str(value)) for value in range(line.minimum, line.maximum + 1, step)),
        start=place(line.minimum),
        end=place(line.maximum),
        mean=place(line.mean),
        low=place(line.mean if line.ci_low is None else line.ci_low),
        high=place(line.mean if line.ci_high is None else line.ci_high),
        previous=place(line.change.previous_mean) if line.change else None,
        top=place(line.top_mean) if line.top_mean is not None else None,
        title=_title(line, line.mean),
        description=_description(line, top_name),
    )


def _title(line: Line, mean: float) -> str:
    """The finding."""
    finding: str = _(
        "%(measure)s: %(mean)s på en skala fra %(minimum)s til %(maximum)s",
        measure=localised(line.title),
        mean=number(mean),
        minimum=line.minimum,
        maximum=line.maximum,
    )
    return f"{finding}. {change_word(line.change)}." if line.change else f"{finding}."


def _description(line: Line, top_name: str) -> str:
    parts = []
    if line.ci_low is not None and line.ci_high is not None:
        parts.append(
            _("Usikkerhet: %(low)s til %(high)s.", low=number(line.ci_low), high=number(line.ci_high))
        )
    if line.change:
        parts.append(
            _("I %(year)s: %(mean)s.", year=line.change.year, mean=number(line.change.previous_mean))
        )
    if line.top_mean is not None:
        parts.append(f"{top_name}: {number(line.top_mean)}.")
    return " ".join(parts)
