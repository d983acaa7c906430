"""Where things stand in the picture of one measure: a dot with its interval on the whole scale."""

from dataclasses import dataclass
from typing import Final

from surveys.platform.localisation import localised, percent
from surveys.platform.texts import _
from surveys.release.comparisons.references import ReferenceChoice
from surveys.release.measures import MeasureKind
from surveys.release.models import Coding
from surveys.results.comparisons.reference_texts import choice_text, reference_text, standing_phrase
from surveys.results.comparisons.succession_texts import earlier_words
from surveys.results.queries import Line
from surveys.results.texts import change_word, mean_text, shown_value

WIDTH: Final = 320
MARGIN: Final = 14
"""Units of the picture's own coordinates; room for half a dot and half an axis label."""

MOST_TICKS: Final = 7


@dataclass(frozen=True)
class ScalePicture:
    """Horizontal places 0–WIDTH of everything in the picture, and its text alternative.

    ticks: (place, label) for the axis, its ends included. mean: None when only a bound is told; then low and high go
    from the bound to the end of the scale. reference: what is compared with, when it is one place.
    """

    ticks: tuple[tuple[float, str], ...]
    start: float
    end: float
    mean: float | None
    low: float
    high: float
    previous: float | None
    reference: float | None
    title: str
    description: str


@dataclass(frozen=True)
class ShareBar:
    """Where each of «low», «mid» and «high» begins and how wide it is, 0–WIDTH, and the shares in words.

    The middle of the middle answers is at WIDTH / 2 in every bar, so bars above each other can be compared.
    """

    parts: tuple[tuple[str, tuple[float, float]], ...]
    text: str


def share_bar(line: Line) -> ShareBar | None:
    """The diverging bar of a measure's answers; None where their distribution is not told."""
    if not line.distribution:
        return None
    low, middle, high = line.distribution
    # All low or all high answers reach the end of their half.
    point = WIDTH / 2
    start = WIDTH / 2 - middle * point / 2
    return ShareBar(
        tuple(
            (name, (round(begin), round(share * point)))
            for name, begin, share in (
                ("low", start - low * point, low),
                ("mid", start, middle),
                ("high", start + middle * point, high),
            )
            if share
        ),
        _(
            "Lave svar %(low)s, middels %(middle)s, høye %(high)s.",
            low=percent(low),
            middle=percent(middle),
            high=percent(high),
        ),
    )


def scale_picture(line: Line, choice: ReferenceChoice) -> ScalePicture | None:
    """The picture of a shown measure; None when there is nothing to show."""
    if line.mean is None:
        return None

    def place(value: float) -> float:
        share = (value - line.minimum) / (line.maximum - line.minimum)
        return round(MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN), 1)

    low, high = _told(line, line.mean)
    reference = line.reference.exact if line.reference else None
    step = 1 if line.maximum - line.minimum < MOST_TICKS else (line.maximum - line.minimum) // 2
    return ScalePicture(
        ticks=tuple(
            (place(value), _tick(line, value)) for value in range(line.minimum, line.maximum + 1, step)
        ),
        start=place(line.minimum),
        end=place(line.maximum),
        mean=place(line.mean) if line.coded == Coding.EXACT else None,
        low=place(low),
        high=place(high),
        previous=place(line.change.previous_mean) if line.change else None,
        reference=place(reference) if reference is not None else None,
        title=_title(line),
        description=_description(line, choice),
    )


def _told(line: Line, mean: float) -> tuple[float, float]:
    """From where to where the mean may be: its interval, or from its bound to the end of the scale."""
    if line.coded == Coding.AT_LEAST:
        return mean, line.maximum
    if line.coded == Coding.AT_MOST:
        return line.minimum, mean
    return (
        mean if line.ci_low is None else line.ci_low,
        mean if line.ci_high is None else line.ci_high,
    )


def _tick(line: Line, value: int) -> str:
    return shown_value(line, value) if line.kind == MeasureKind.SHARE else str(value)


def _title(line: Line) -> str:
    """The finding."""
    if line.kind == MeasureKind.SHARE:
        share: str = _(
            "%(measure)s: %(mean)s av svarene", measure=localised(line.title), mean=mean_text(line)
        )
        return f"{share}. {change_word(line.change)}." if line.change else f"{share}."
    finding: str = _(
        "%(measure)s: %(mean)s på en skala fra %(minimum)s til %(maximum)s",
        measure=localised(line.title),
        mean=mean_text(line),
        minimum=line.minimum,
        maximum=line.maximum,
    )
    return f"{finding}. {change_word(line.change)}." if line.change else f"{finding}."


def _description(line: Line, choice: ReferenceChoice) -> str:
    parts = []
    if line.ci_low is not None and line.ci_high is not None:
        parts.append(
            _(
                "Usikkerhet: %(low)s til %(high)s.",
                low=shown_value(line, line.ci_low),
                high=shown_value(line, line.ci_high),
            )
        )
    if line.change:
        parts.append(f"{earlier_words(line.change)}: {shown_value(line, line.change.previous_mean)}.")
    if line.reference is not None:
        parts.append(f"{standing_phrase(line, choice) or f'{choice_text(choice)}: {reference_text(line)}'}.")
    return " ".join(parts)
