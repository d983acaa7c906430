"""Turnout that may be handed out: no number that tells of a group under the minimum, not by subtraction either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.release.models import Release, Turnout


@dataclass(frozen=True)
class ProtectedTurnout:
    """A unit with everything below it. delivered: None where it is not told."""

    unit_id: int
    invited: int | None
    delivered: int | None


@dataclass(frozen=True)
class _Unit:
    """group: how many could be told of."""

    unit_id: int
    parent_id: int | None
    invited: int | None
    delivered: int

    @property
    def group(self) -> int:
        return self.delivered if self.invited is None else self.invited


def protected_turnout(session: Session, release: Release) -> list[ProtectedTurnout]:
    """Every unit of the release's tree."""
    rows = session.execute(
        select(Turnout.unit_id, Turnout.parent_id, Turnout.invited, Turnout.delivered)
        .where(Turnout.release_id == release.id)
        .order_by(Turnout.unit_id)
    )
    units = {row.unit_id: _Unit(*row) for row in rows}
    shown = shown_units(units, release.minimum_group)
    return [
        ProtectedTurnout(unit.unit_id, unit.invited, unit.delivered if unit.unit_id in shown else None)
        for unit in units.values()
    ]


def shown_units(units: Mapping[int, _Unit], minimum_group: int) -> set[int]:
    """The units whose number is told: large enough, and what is left of each unit above them is so too."""
    shown = {unit.unit_id for unit in units.values() if unit.group >= minimum_group}
    children: dict[int | None, list[int]] = {}
    for unit in units.values():
        children.setdefault(unit.parent_id, []).append(unit.unit_id)
    changed = True
    while changed:
        changed = False
        for unit_id in sorted(shown):
            told = _topmost_shown(children, shown, unit_id)
            rest = units[unit_id].group - sum(units[below].group for below in told)
            if told and 0 < rest < minimum_group:
                shown.discard(min(told, key=lambda below: (units[below].group, below)))
                changed = True
                break
    return shown


def _topmost_shown(children: Mapping[int | None, Sequence[int]], shown: set[int], unit_id: int) -> list[int]:
    found, waiting = [], list(children.get(unit_id, ()))
    while waiting:
        below = waiting.pop()
        if below in shown:
            found.append(below)
        else:
            waiting.extend(children.get(below, ()))
    return found
