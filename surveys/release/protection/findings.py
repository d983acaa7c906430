"""What an attack on everything released finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DisclosureFinding:
    """Something that everything released gives away, or a figure that is not what it says."""

    measure: str
    text: str


@dataclass(frozen=True)
class NarrowestRange:
    """The hidden group whose mean can be bounded most closely. width, least: on the measure's own scale."""

    measure: str
    group: str
    width: float
    least: float
