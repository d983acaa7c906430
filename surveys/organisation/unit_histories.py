"""What units were called and where they were, day by day, so that a survey shows them as on the day it opened.

`Unit` has what holds now, and `EarlierUnit` what held before, each row up to and with a day.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.organisation.models import EarlierUnit, Unit

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class UnitState:
    """What can change about a unit from a day on."""

    name: str
    type: str
    parent_id: int | None


class LaterChangeError(ValueError):
    """The same was changed again later. day: when."""

    def __init__(self, day: dt.date) -> None:
        super().__init__(day)
        self.day = day


class UnitHistories:
    """The earlier states of every unit, read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[int, list[EarlierUnit]] = defaultdict(list)
        for row in session.scalars(select(EarlierUnit).order_by(EarlierUnit.until)):
            self._rows[row.unit_id].append(row)

    def on(self, unit: Unit, day: dt.date) -> UnitState:
        """The unit as it was on the day."""
        rows = self._rows.get(unit.id, ())
        return _state(next((row for row in rows if row.until >= day), unit))

    def change(self, unit: Unit, day: dt.date, **wanted: Any) -> bool:
        """The unit has these values from the day on; False when it had them already.

        wanted: fields of `UnitState`. Raises LaterChangeError when one of them got a third value later than the day;
        then nothing is changed.
        """
        before, first = self.on(unit, day - _ONE_DAY), self.on(unit, day)
        held = [row for row in self._rows.get(unit.id, ()) if row.until >= day]
        states: list[EarlierUnit | Unit] = [*held, unit]
        for name, value in wanted.items():
            for index, state in enumerate(states):
                if getattr(state, name) not in (getattr(first, name), value):
                    raise LaterChangeError(held[index - 1].until + _ONE_DAY)
        if all(getattr(state, name) == value for state in states for name, value in wanted.items()):
            return False
        for state in states:
            for name, value in wanted.items():
                setattr(state, name, value)
        self._keep(unit, day - _ONE_DAY, before)
        self._join_equal(unit)
        return True

    def has_ring_since(self, day: dt.date) -> bool:
        """Whether units are below each other on the day or later."""
        self._session.flush()
        now: dict[int, int | None] = {
            row.id: row.parent_id for row in self._session.execute(select(Unit.id, Unit.parent_id))
        }
        days = {day, *(r.until + _ONE_DAY for rows in self._rows.values() for r in rows if r.until >= day)}
        return any(_has_ring(self._parents_on(now, each)) for each in days)

    def _parents_on(self, now: Mapping[int, int | None], day: dt.date) -> dict[int, int | None]:
        parents = dict(now)
        for unit_id, rows in self._rows.items():
            held = next((row for row in rows if row.until >= day), None)
            if held is not None:
                parents[unit_id] = held.parent_id
        return parents

    def _keep(self, unit: Unit, until: dt.date, state: UnitState) -> None:
        """Nothing was before the unit's first day."""
        rows = self._rows[unit.id]
        begun = unit.valid_from is None or unit.valid_from <= until
        if begun and all(row.until != until for row in rows):
            row = EarlierUnit(
                unit_id=unit.id, until=until, name=state.name, type=state.type, parent_id=state.parent_id
            )
            self._session.add(row)
            rows.append(row)
            rows.sort(key=lambda each: each.until)

    def _join_equal(self, unit: Unit) -> None:
        """A row that says the same as what followed it says nothing."""
        rows = self._rows[unit.id]
        following: EarlierUnit | Unit = unit
        for row in reversed(list(rows)):
            if _state(row) == _state(following):
                self._forget(row)
                rows.remove(row)
            else:
                following = row

    def _forget(self, row: EarlierUnit) -> None:
        if row in self._session.new:
            self._session.expunge(row)
        else:
            self._session.delete(row)


def states_on(session: Session, units: Mapping[int, Unit], top_id: int, day: dt.date) -> dict[int, UnitState]:
    """The units as they were on the day, as one tree under `top_id`.

    A unit that was below something outside `units` that day is put right under the top.
    """
    histories = UnitHistories(session)

    def placed(unit: Unit) -> UnitState:
        state = histories.on(unit, day)
        if unit.id == top_id:
            return replace(state, parent_id=None)
        return state if state.parent_id in units else replace(state, parent_id=top_id)

    return {unit.id: placed(unit) for unit in units.values()}


def _state(held: EarlierUnit | Unit) -> UnitState:
    return UnitState(held.name, held.type, held.parent_id)


def _has_ring(parents: Mapping[int, int | None]) -> bool:
    settled: set[int] = set()
    for start in parents:
        way = list(_way_up(parents, start, settled))
        if len(set(way)) < len(way):
            return True
        settled.update(way)
    return False


def _way_up(parents: Mapping[int, int | None], start: int, settled: set[int]) -> Iterator[int]:
    """Ends after the first unit that comes twice."""
    seen: set[int] = set()
    at: int | None = start
    while at is not None and at not in settled:
        yield at
        if at in seen:
            return
        seen.add(at)
        at = parents.get(at)
