"""The way back from an import of units: every unit and every stated succession as it was."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveys.organisation.models import EarlierUnit, Succession, SuccessionKind, Unit
from surveys.organisation.references import referred_to

_KEPT = ("code", "name", "type", "parent_id", "valid_from", "valid_to")
_KEPT_EARLIER = ("unit_id", "until", "name", "type", "parent_id")


@dataclass(frozen=True)
class OrganisationSnapshot:
    """Unit id → what it was, succession id → its kind, and unit id → its rows of `EarlierUnit`."""

    units: Mapping[int, tuple[Any, ...]]
    kinds: Mapping[int, str]
    earlier: Mapping[int, list[list[Any]]]


def snapshot(session: Session) -> OrganisationSnapshot:
    columns = (getattr(Unit, name) for name in _KEPT)
    units = {key: tuple(map(_plain, row)) for key, *row in session.execute(select(Unit.id, *columns))}
    kinds = {key: kind.value for key, kind in session.execute(select(Succession.id, Succession.kind))}
    earlier: dict[int, list[list[Any]]] = defaultdict(list)
    for row in session.execute(select(*(getattr(EarlierUnit, name) for name in _KEPT_EARLIER))):
        earlier[row.unit_id].append(list(map(_plain, row)))
    return OrganisationSnapshot(units, kinds, earlier)


def way_back(session: Session, before: OrganisationSnapshot) -> dict[str, Any]:
    """What `undo` needs, after the change: ids that are new, and the others as they were."""
    session.flush()
    now = snapshot(session)
    changed = [key for key, row in before.units.items() if now.units.get(key) != row]
    return {
        "new": [key for key in now.units if key not in before.units],
        "before": [[key, *before.units[key]] for key in changed],
        "earlier": [row for key in changed for row in before.earlier.get(key, ())],
        "new_successions": [key for key in now.kinds if key not in before.kinds],
        "kinds": [[key, kind] for key, kind in before.kinds.items() if now.kinds.get(key) != kind],
    }


def undo(session: Session, stored: Mapping[str, Any], today: dt.date) -> int:
    """The units as they were. A new unit that something belongs to by now is ended instead of removed.

    Returns how many those are.
    """
    session.execute(delete(Succession).where(Succession.id.in_(stored["new_successions"])))
    for key, kind in stored["kinds"]:
        session.execute(update(Succession).where(Succession.id == key).values(kind=SuccessionKind(kind)))
    # Codes may have changed hands: nobody has these.
    for key, *_row in stored["before"]:
        session.execute(update(Unit).where(Unit.id == key).values(code=f"\u2192{key}"))
    new, restored = list(stored["new"]), [key for key, *_row in stored["before"]]
    # Taken into use before there were earlier states: there is nothing about them.
    has_earlier = "earlier" in stored
    if has_earlier:
        session.execute(delete(EarlierUnit).where(EarlierUnit.unit_id.in_(restored)))
    kept = _removed(session, new, restored)
    for key, *row in stored["before"]:
        values = dict(zip(_KEPT, row, strict=True))
        for name in ("valid_from", "valid_to"):
            values[name] = dt.date.fromisoformat(values[name]) if values[name] else None
        session.execute(update(Unit).where(Unit.id == key).values(**values))
    for row in stored["earlier"] if has_earlier else ():
        known = dict(zip(_KEPT_EARLIER, row, strict=True))
        session.add(EarlierUnit(**known | {"until": dt.date.fromisoformat(known["until"])}))
    for key in kept:
        session.execute(update(Unit).where(Unit.id == key).values(valid_to=today - dt.timedelta(days=1)))
    session.flush()
    session.expire_all()
    return len(kept)


def _removed(session: Session, new: list[int], restored: list[int]) -> set[int]:
    """Removes the new units that nothing belongs to. Those that stay keep the units above them."""
    session.execute(update(Unit).where(Unit.id.in_(restored)).values(parent_id=None))
    waiting = set(new)
    while free := waiting - referred_to(session, Unit, waiting):
        session.execute(delete(Unit).where(Unit.id.in_(free)))
        waiting -= free
    return waiting


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
