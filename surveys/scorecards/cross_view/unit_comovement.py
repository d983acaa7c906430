"""Whether two indicators go together over the units: r with its interval, and never a word of cause.

Everything follows from values that the reader sees on the units' own cards, so it tells nothing that those do not.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order
from surveys.scorecards.cross_view.unit_values import (
    Period,
    SeenValues,
    cards_of_units,
    seen_values,
    shared_periods,
)


class Togetherness(StrEnum):
    """What may be said."""

    TOGETHER = "together"
    OPPOSITE = "opposite"
    # The interval has zero in it.
    UNSURE = "unsure"
    FEW = "few"
    # Every unit has the same value of one of them.
    NO_DIFFERENCE = "no_difference"
    # r is 1 or −1, and has no interval.
    ONE_NUMBER = "one_number"


@dataclass(frozen=True)
class UnitPoint:
    """A unit with its values of the two indicators."""

    code: str
    name: str
    one: float
    other: float


@dataclass(frozen=True)
class UnitCoMovement:
    """points: in the organisation's order. r, low, high: None unless it may be told.

    one_period, other_period: of the values; None when there are none.
    """

    verdict: Togetherness
    points: tuple[UnitPoint, ...] = ()
    one_period: Period | None = None
    other_period: Period | None = None
    r: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def units(self) -> int:
        return len(self.points)


def unit_comovement(
    session: Session, account: Account, pair: tuple[int, int], units: Sequence[Unit], today: dt.date
) -> UnitCoMovement:
    """Of two indicators, over those of the units that have both. units: those whose cards the account may open.

    The newest period with enough units; with none the one that most units have.
    """
    values = seen_values(session, account, pair, [unit.id for unit in units], today)
    period, unit_ids = _best_period(session, pair, values, units)
    if period is None:
        return UnitCoMovement(Togetherness.FEW)
    one, other = values[pair[0]][period[0]], values[pair[1]][period[1]]
    points = [
        UnitPoint(unit.code, unit.name, one[unit.id], other[unit.id]) for unit in _in_order(units, unit_ids)
    ]
    return judged(tuple(points), period)


def _best_period(
    session: Session, pair: tuple[int, int], values: SeenValues, units: Collection[Unit]
) -> tuple[tuple[Period, Period] | None, list[int]]:
    from analysis.details import FEWEST_UNITS

    cards = cards_of_units(session, pair, units)
    best: tuple[tuple[Period, Period] | None, list[int]] = (None, [])
    for first, second in shared_periods(values[pair[0]], values[pair[1]]):
        both = _having(values[pair[0]][first], values[pair[1]][second])
        found = cards.lowest_with_all(both, first[0]) if len(both) > len(best[1]) else []
        if len(found) > len(best[1]):
            best = ((first, second), found)
        if len(found) >= FEWEST_UNITS:
            break
    return best


def _having(one: Mapping[int, float], other: Mapping[int, float]) -> list[int]:
    return [unit_id for unit_id in one if unit_id in other]


def _in_order(units: Collection[Unit], wanted: Collection[int]) -> list[Unit]:
    known = {unit.id: unit for unit in units}
    tree = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units)
    return [known[node.unit_id] for node in tree if node.unit_id in wanted]


def judged(points: tuple[UnitPoint, ...], period: tuple[Period, Period]) -> UnitCoMovement:
    """By the number of units and the interval, as the stability of units is."""
    import numpy as np

    from analysis.details import FEWEST_UNITS
    from analysis.stability import unit_stability

    if len(points) < FEWEST_UNITS:
        return UnitCoMovement(Togetherness.FEW, points, *period)
    found = unit_stability(
        np.array([point.one for point in points]), np.array([point.other for point in points])
    )
    if np.isnan(found.r):
        return UnitCoMovement(Togetherness.NO_DIFFERENCE, points, *period)
    if np.isnan(found.low):
        return UnitCoMovement(Togetherness.ONE_NUMBER, points, *period)
    return UnitCoMovement(_verdict(found.low, found.high), points, *period, found.r, found.low, found.high)


def _verdict(low: float, high: float) -> Togetherness:
    if low > 0:
        return Togetherness.TOGETHER
    return Togetherness.OPPOSITE if high < 0 else Togetherness.UNSURE
