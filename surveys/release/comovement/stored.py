"""What a quality report holds of what moves together, as types. Written by `comovement.computing`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StoredShare:
    """How much of an outcome's spread goes with one factor, 0–1, with its interval."""

    weight: float
    low: float
    high: float
    opposite: bool


@dataclass(frozen=True)
class StoredOutcome:
    r_squared: float
    shares: Mapping[str, StoredShare]


@dataclass(frozen=True)
class StoredCoMovement:
    """What moves together. why: a word of `comovement.computing.Why` when there is nothing; then the rest is empty."""

    why: str | None = None
    n: int = 0
    left_out: tuple[str, ...] = ()
    outcomes: Mapping[str, StoredOutcome] = field(default_factory=dict)
