"""What a unit came from: whom its people were counted under before units were renamed, moved, merged or split."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.organisation.models import Succession, SuccessionKind


@dataclass(frozen=True)
class SuccessionStep:
    """On a day, one unit or a part of it became (a part of) another."""

    predecessor: int
    successor: int
    kind: SuccessionKind
    on: dt.date


@dataclass(frozen=True)
class Origin:
    """The ids of the units that a unit's people would have been counted under, earlier.

    units: empty for a unit of new people. whole: False when others have got a part of those units.
    """

    units: frozenset[int]
    whole: bool = True


class SuccessionSteps:
    """The steps from one day to another, asked backwards."""

    def __init__(self, steps: Iterable[SuccessionStep]) -> None:
        self._steps = tuple(steps)
        self._into: dict[int, list[SuccessionStep]] = defaultdict(list)
        self._out_of: dict[int, list[SuccessionStep]] = defaultdict(list)
        for step in self._steps:
            self._into[step.successor].append(step)
            self._out_of[step.predecessor].append(step)

    def since(self, day: dt.date) -> "SuccessionSteps":
        """Those later than `day`."""
        return SuccessionSteps(step for step in self._steps if step.on > day)

    def origin(self, unit: int, existing: Collection[int]) -> Origin:
        """Where the unit came from. existing: the units that stood in the tree at the beginning.

        A unit that took in another is itself one of the units it came from, if it existed. A unit that gave
        something away is no longer the whole of itself.
        """
        return self._origin(unit, existing, dt.date.max)

    def _origin(self, unit: int, existing: Collection[int], before: dt.date) -> Origin:
        into = [step for step in self._into[unit] if step.on < before]
        if not into:
            return Origin(frozenset({unit}), not any(step.on < before for step in self._out_of[unit]))
        day = max(step.on for step in into)
        found = [self._through(step, existing) for step in into if step.on == day]
        earlier = self._origin(unit, existing, day)
        if earlier.units - {unit} or unit in existing:
            kept = frozenset(one for one in earlier.units if one != unit or unit in existing)
            found.append(Origin(kept, earlier.whole))
        units = frozenset[int]().union(*(origin.units for origin in found))
        return Origin(units, all(origin.whole for origin in found))

    def _through(self, step: SuccessionStep, existing: Collection[int]) -> Origin:
        earlier = self._origin(step.predecessor, existing, step.on)
        return Origin(earlier.units, earlier.whole and self._is_whole(step))

    def _is_whole(self, step: SuccessionStep) -> bool:
        """False when the successor got a part, or others got one too."""
        steps = self._out_of.get(step.predecessor, ())
        shared = any(other.successor != step.successor for other in steps)
        return not shared and step.kind is not SuccessionKind.SPLIT

    @property
    def predecessors(self) -> frozenset[int]:
        return frozenset(unit for unit, steps in self._out_of.items() if steps)

    def became(self, unit: int) -> int:
        """The unit that it wholly became, however often it was renamed or merged; itself when it became none."""
        day, seen = dt.date.min, {unit}
        while True:
            steps = [step for step in self._out_of.get(unit, ()) if step.on >= day and self._is_whole(step)]
            if not steps or (steps[0].successor in seen and steps[0].on == day):
                return unit
            unit, day = steps[0].successor, steps[0].on
            seen.add(unit)

    def gave_parts_to(self, unit: int) -> frozenset[int]:
        """The units of which it got a part, and not the whole."""
        return frozenset(step.predecessor for step in self._into.get(unit, ()) if not self._is_whole(step))

    def touches(self, unit: int) -> bool:
        """False when nothing happened to the unit itself."""
        return unit in self._into or unit in self._out_of


def steps_between(session: Session, after: dt.date, until: dt.date) -> SuccessionSteps:
    """Steps later than `after` and no later than `until`."""
    rows = session.scalars(select(Succession).where(Succession.on > after, Succession.on <= until))
    return SuccessionSteps(
        SuccessionStep(row.predecessor_id, row.successor_id, row.kind, row.on) for row in rows
    )


def outermost(units: Iterable[int], parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """The units that stand below none of the others, in order: whoever is above counts them already.

    >>> outermost([1, 2, 3], {1: None, 2: 1, 3: None})
    (1, 3)
    """
    chosen = set(units)

    def is_below(unit: int) -> bool:
        above = parents.get(unit)
        while above is not None and above not in chosen:
            above = parents.get(above)
        return above is not None

    return tuple(sorted(unit for unit in chosen if not is_below(unit)))
