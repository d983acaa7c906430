"""Which units' turnout may be shown: no number about fewer people than the minimum group, not by subtraction either.

A unit's turnout counts everything below it. Shown are units with at least the minimum group invited, unless taking the
shown units below a unit from the unit itself would leave fewer than the minimum group: then one of them gives way.
Until the release, small units are shown in steps: nobody sees who has just answered.
"""

from collections.abc import Sequence, Set
from typing import Final, NamedTuple

STEP: Final = 5
"""Small units' turnout is shown as the largest multiple of this that it has reached."""

SMALL: Final = 50
"""Units with fewer invited than this are shown in steps while answers come in."""


class UnitGroup(NamedTuple):
    """A unit and everything below it. people: how many are invited; delivered, when nobody knows how many are."""

    unit_id: int
    parent_id: int | None
    people: int


def units_with_turnout_shown(
    units: Sequence[UnitGroup], minimum_group: int, kept: Set[int] = frozenset()
) -> set[int]:
    """The ids of the units whose turnout is shown.

    kept: units that give way only where no other can. Among equals the smallest gives way, and a unit only when it has
    a unit above it.

    >>> area, large, small, tiny = (1, None, 63), (2, 1, 47), (3, 1, 14), (4, 1, 2)
    >>> sorted(units_with_turnout_shown([UnitGroup(*each) for each in (area, large, small, tiny)], 5))
    [1, 2]
    """
    people = {unit.unit_id: unit.people for unit in units}
    shown = {unit.unit_id for unit in units if unit.people >= minimum_group}
    # Unit → the shown units nearest below it: what a reader would subtract.
    nearest: dict[int, set[int]] = {unit.unit_id: set() for unit in units}
    for unit in _bottom_up(units):
        below = nearest[unit.unit_id]
        if unit.unit_id in shown:
            while below and 0 < people[unit.unit_id] - sum(people[each] for each in below) < minimum_group:
                may_give_way = below | {unit.unit_id} if unit.parent_id in nearest else below
                smallest = min(may_give_way, key=lambda each: (each in kept, people[each], each))
                shown.discard(smallest)
                if smallest == unit.unit_id:
                    break
                below.discard(smallest)
                below |= nearest[smallest]
        if unit.parent_id in nearest:
            nearest[unit.parent_id] |= {unit.unit_id} if unit.unit_id in shown else below
    return shown


def shown_beside_the_nameless(
    units: Sequence[UnitGroup],
    named: Sequence[UnitGroup],
    minimum_group: int,
    kept: Set[int] = frozenset(),
) -> set[int]:
    """As `units_with_turnout_shown`, and safe too for somebody who gave every answer without a name herself.

    named: the same units by how many were invited, or where anyone could answer: how many answered by name. Where that
    is nobody, nothing is told of anybody with a name.
    """
    nobody = {unit.unit_id for unit in named if not unit.people}
    safe = units_with_turnout_shown(named, minimum_group, kept) | nobody
    return units_with_turnout_shown(units, minimum_group, kept) & safe


def _bottom_up(units: Sequence[UnitGroup]) -> list[UnitGroup]:
    """Every unit before the one it is below."""
    known = {unit.unit_id for unit in units}
    below: dict[int | None, list[UnitGroup]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    found: list[UnitGroup] = []
    waiting = list(below.get(None, ()))
    while waiting:
        unit = waiting.pop()
        found.append(unit)
        waiting += below.get(unit.unit_id, ())
    return found[::-1]


def in_steps(delivered: int) -> int:
    """The largest multiple of STEP that has been reached.

    >>> in_steps(14)
    10
    """
    return delivered - delivered % STEP


def leaves_nobody_alone(people: int, of: int, minimum_group: int) -> bool:
    """Whether a number about `people` of `of` may be shown beside the number of all: neither part is small."""
    return people >= minimum_group and (people == of or of - people >= minimum_group)
