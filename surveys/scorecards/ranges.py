"""Which values an indicator can have, and which are usual: what nobody stated follows from its unit of measure."""

import re
from dataclasses import dataclass
from typing import Final

from analysis.scorecards import Direction
from surveys.scorecards.models import Indicator

_SCALE: Final = re.compile(r"(\d+)\s*[–-]\s*(\d+)")


@dataclass(frozen=True)
class ValueRange:
    """From `low` to `high`, both included; None: no bound."""

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def possible_range(indicator: Indicator) -> ValueRange:
    """What a value must be within. A scale has its ends; a share whose limits are all above 0 is never below it."""
    if indicator.possible_low is not None or indicator.possible_high is not None:
        return ValueRange(indicator.possible_low, indicator.possible_high)
    if scale := _SCALE.fullmatch(indicator.unit_of_measure.strip()):
        return ValueRange(float(scale[1]), float(scale[2]))
    if indicator.unit_of_measure == "%" and indicator.targets and not may_be_negative(indicator):
        return ValueRange(low=0.0)
    return ValueRange()


def plausible_range(indicator: Indicator) -> ValueRange:
    """What a value usually is within: outside it somebody must say that it is right."""
    if indicator.plausible_low is not None or indicator.plausible_high is not None:
        return ValueRange(indicator.plausible_low, indicator.plausible_high)
    if indicator.unit_of_measure == "%":
        return ValueRange(-100.0 if may_be_negative(indicator) else 0.0, 100.0)
    return ValueRange()


def may_be_negative(indicator: Indicator) -> bool:
    """A deviation: it says so, something is stated below 0, or a limit that more is better than is 0."""
    if indicator.possible_low is not None:
        return indicator.possible_low < 0
    if indicator.direction is Direction.SIGNED:
        return True
    if (indicator.plausible_low or 0) < 0:
        return True
    limits = [bound for target in indicator.targets for bound in (target.green, target.yellow)]
    return any(bound < 0 or (bound == 0 and indicator.direction is not Direction.LOWER) for bound in limits)
