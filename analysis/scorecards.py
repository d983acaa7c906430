"""The rules of the styringskort: status against the ambition level, trend, age and roll-up.

Pure rules on stored values: nothing is rounded before it is judged. Bounds are inclusive on the better side, as in
Molde's card: 5.0 is green where green starts at 5, and 4.96 is yellow although a page shows it as 5,0.
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from analysis.messages import N_, Message


class Direction(StrEnum):
    """What is good: more, less (sykefravær), staying inside a band (turnover), or not falling short.

    SIGNED is a deviation, such as budget minus accounts: judged as HIGHER, and written with its sign.
    """

    HIGHER = "higher"
    LOWER = "lower"
    BAND = "band"
    SIGNED = "signed"


MORE_IS_BETTER: Final = frozenset({Direction.HIGHER, Direction.SIGNED})


class IndicatorStatus(StrEnum):
    """What a value means against the ambition level, or why nothing can be said."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NOT_MEASURED = "not_measured"
    NOT_DUE = "not_due"
    HIDDEN = "hidden"
    NO_TARGET = "no_target"


class TargetError(ValueError):
    """An ambition level that contradicts itself; the message says which bounds."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class TargetLimits:
    """The ambition level: green from `green`, yellow from `yellow`, red beyond (`Direction` says which way).

    A band is green in [green, green_to] and yellow in the rest of [yellow, yellow_to]. Same unit as the value.
    """

    green: float
    yellow: float
    green_to: float | None = None
    yellow_to: float | None = None

    def check(self, direction: Direction) -> None:
        """Raises TargetError when the bounds cannot belong to the direction."""
        if direction is Direction.BAND:
            if self.green_to is None or self.yellow_to is None:
                raise TargetError(Message(N_("Et bånd må ha både nedre og øvre grense for grønn og gul.")))
            if not self.yellow <= self.green <= self.green_to <= self.yellow_to:
                raise TargetError(Message(N_("Det grønne båndet må ligge inne i det gule.")))
            return
        if self.green_to is not None or self.yellow_to is not None:
            raise TargetError(Message(N_("Bare et bånd kan ha øvre grenser.")))
        if direction in MORE_IS_BETTER and self.yellow > self.green:
            raise TargetError(Message(N_("Grensen for gul kan ikke være høyere enn grensen for grønn.")))
        if direction is Direction.LOWER and self.yellow < self.green:
            raise TargetError(Message(N_("Grensen for gul kan ikke være lavere enn grensen for grønn.")))


def status(
    value: float | None,
    direction: Direction,
    target: TargetLimits | None,
    *,
    hidden: bool = False,
    due: bool = True,
) -> IndicatorStatus:
    """The status of a stored value. A hidden value says so whatever else is known about it.

    `target` is None for an utviklingstrekk, which is never coloured, and for an indicator without ambition level.
    Without a value: NOT_MEASURED, or NOT_DUE when its period has not ended.

    >>> goal = TargetLimits(green=4.0, yellow=3.5)
    >>> status(3.7, Direction.HIGHER, goal).value, status(None, Direction.HIGHER, goal, hidden=True).value
    ('yellow', 'hidden')
    """
    if hidden:
        return IndicatorStatus.HIDDEN
    if value is None:
        return IndicatorStatus.NOT_MEASURED if due else IndicatorStatus.NOT_DUE
    if target is None:
        return IndicatorStatus.NO_TARGET
    if _within(value, direction, target.green, target.green_to):
        return IndicatorStatus.GREEN
    return (
        IndicatorStatus.YELLOW
        if _within(value, direction, target.yellow, target.yellow_to)
        else IndicatorStatus.RED
    )


def _within(value: float, direction: Direction, bound: float, upper: float | None) -> bool:
    if direction is Direction.LOWER:
        return value <= bound
    return bound <= value and (direction in MORE_IS_BETTER or upper is None or value <= upper)


def possible_statuses(
    low: float, high: float, direction: Direction, target: TargetLimits
) -> frozenset[IndicatorStatus]:
    """The colours of the values from `low` to `high`: what a score may be, by its interval.

    >>> goal = TargetLimits(green=4.0, yellow=3.5)
    >>> sorted(possible_statuses(3.8, 5.0, Direction.HIGHER, goal))
    [<IndicatorStatus.GREEN: 'green'>, <IndicatorStatus.YELLOW: 'yellow'>]
    """
    bounds = (target.green, target.yellow, target.green_to, target.yellow_to)
    points = {low, high}
    for bound in bounds:
        if bound is not None:
            points |= {bound, math.nextafter(bound, -math.inf), math.nextafter(bound, math.inf)}
    return frozenset(status(point, direction, target) for point in points if low <= point <= high)


MOST_DECIMALS: Final = 15
"""A double has no more that can be trusted."""


def decimals_shown(value: float, direction: Direction, target: TargetLimits | None, decimals: int) -> int:
    """The fewest decimals, `decimals` or more, with which the rounded value has the colour of the stored one.

    >>> goal = TargetLimits(green=5.0, yellow=4.0)
    >>> [decimals_shown(value, Direction.HIGHER, goal, 1) for value in (4.94, 4.972, 4.9996, 5.0)]
    [1, 2, 4, 1]
    """
    colour = status(value, direction, target)
    wanted = range(decimals, max(decimals, MOST_DECIMALS) + 1)
    return next((d for d in wanted if status(round(value, d), direction, target) == colour), wanted[-1])


class Movement(StrEnum):
    UP = "up"
    DOWN = "down"
    # No clear change: no arrow is drawn for noise.
    STEADY = "steady"


class Meaning(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Trend:
    """A change since the last comparable value, in the value's own unit, and what it means."""

    change: float
    movement: Movement
    meaning: Meaning


def trend(
    value: float,
    before: float,
    direction: Direction | None,
    target: TargetLimits | None = None,
    *,
    clear: bool = True,
    smallest: float = 0.0,
) -> Trend:
    """How a value moved since `before`, and whether that is better, worse or neither.

    `direction` None is an utviklingstrekk: it moves, but neither way is better. `clear` False is a survey score whose
    tested change says nothing sure. Changes below `smallest` (half of the last shown decimal) would be shown as 0
    and count as none. In a band, nearer the green part is better; inside it nothing is.

    >>> found = trend(4.2, 4.0, Direction.HIGHER)
    >>> found.movement.value, found.meaning.value
    ('up', 'better')
    """
    change = value - before
    if not clear or change == 0 or abs(change) < smallest:
        return Trend(change, Movement.STEADY, Meaning.NEUTRAL)
    movement = Movement.UP if change > 0 else Movement.DOWN
    return Trend(change, movement, _meaning(value, before, direction, target))


def _meaning(
    value: float, before: float, direction: Direction | None, target: TargetLimits | None
) -> Meaning:
    if direction is None:
        return Meaning.NEUTRAL
    if direction is Direction.BAND:
        gain = 0.0 if target is None else _distance(before, target) - _distance(value, target)
    else:
        gain = value - before if direction in MORE_IS_BETTER else before - value
    if gain == 0:
        return Meaning.NEUTRAL
    return Meaning.BETTER if gain > 0 else Meaning.WORSE


def _distance(value: float, target: TargetLimits) -> float:
    """How far outside the green band, 0 inside it."""
    upper = target.green if target.green_to is None else target.green_to
    return max(target.green - value, value - upper, 0.0)


def is_old(measured: int, shown: int, years_valid: int) -> bool:
    """True when a value measured in one year is too old for the card of another.

    >>> is_old(2022, 2026, 2), is_old(2024, 2026, 2)
    (True, False)
    """
    return shown - measured > years_valid


def is_due(year: int, parts: int, today: dt.date) -> bool:
    """True when the year's first period is over, so that a value may be expected.

    `parts` is how many periods the year has: a divisor of 12, such as 3 for the tertial.

    >>> is_due(2026, 3, dt.date(2026, 4, 30)), is_due(2026, 3, dt.date(2026, 5, 1))
    (False, True)
    """
    next_period = year * 12 + 12 // parts
    return today >= dt.date(next_period // 12, next_period % 12 + 1, 1)


@dataclass(frozen=True)
class RollUp:
    """How many indicators of a perspective stand at each colour; `other` has none."""

    green: int
    yellow: int
    red: int
    other: int

    @property
    def total(self) -> int:
        return self.green + self.yellow + self.red + self.other


def roll_up(statuses: Iterable[IndicatorStatus]) -> RollUp:
    """Counts per colour. Colours are never averaged or weighed: two green do not make up for a red.

    >>> roll_up([IndicatorStatus.GREEN, IndicatorStatus.GREEN, IndicatorStatus.RED])
    RollUp(green=2, yellow=0, red=1, other=0)
    """
    listed = list(statuses)
    green, yellow, red = (
        listed.count(colour)
        for colour in (IndicatorStatus.GREEN, IndicatorStatus.YELLOW, IndicatorStatus.RED)
    )
    return RollUp(green, yellow, red, len(listed) - green - yellow - red)
