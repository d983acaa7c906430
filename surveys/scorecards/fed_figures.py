"""What a card is fed with that is no `Figure` of a release."""

from dataclasses import dataclass

from surveys.release.models import FigureStatus


@dataclass(frozen=True)
class FedFigure:
    """A unit's value of a whole measure or of a statement, with the fields of a `Figure` that feeding reads."""

    unit_id: int
    measure: str
    status: FigureStatus
    reason: str = ""
    n: int | None = None
    mean: float | None = None
