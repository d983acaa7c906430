"""The opposite of a change of a unit, filled in with what was before: how it is undone."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry
from surveys.organisation.models import Unit
from surveys.organisation.moving_people import MOVED, is_moved_back, still_there
from surveys.platform.clock import municipal_day


def opposite(session: Session, unit: Unit, entry: AuditEntry, *, may_restructure: bool) -> str:
    """The address of the form that undoes the entry; «» when that is done, overtaken or not hers to do."""
    was = entry.detail
    if entry.action == "organisation.unit_renamed":
        stands = (unit.name, unit.type) == (was["new_name"], was["new_type"])
        address = _address("rename_unit", unit, navn=was["old_name"], type=was["old_type"], **_from(was))
        return address if stands else ""
    if entry.action == MOVED:
        can = not is_moved_back(session, entry) and bool(still_there(session, entry))
        return url_for("organisation.undo_people_move", move_number=entry.id) if can else ""
    if not may_restructure:
        return ""
    match entry.action:
        case "organisation.unit_moved":
            parent = session.scalar(select(Unit).where(Unit.code == was["old_parent"]))
            stands = unit.parent is not None and unit.parent.code == was["new_parent"] and parent is not None
            under = parent.code if parent else ""
            return _address("move_unit", unit, under=under, **_from(was)) if stands else ""
        case "organisation.unit_ended":
            return _address("reopen_unit", unit) if unit.valid_to == _day(was["to_day"]) else ""
        case "organisation.unit_reopened":
            return _address("end_unit", unit, dag=was["old_last_day"]) if unit.valid_to is None else ""
        case "organisation.unit_created":
            last = max(municipal_day(), unit.valid_from or dt.date.min)
            return _address("end_unit", unit, dag=last.isoformat()) if unit.valid_to is None else ""
    return ""


def _address(change: str, unit: Unit, **values: Any) -> str:
    return url_for(f"organisation.{change}", unit_code=unit.code, **values)


def _from(was: Mapping[str, Any]) -> dict[str, str]:
    """The day it held from, so that nothing is left of it; older entries have none."""
    return {"fra": was["on"]} if "on" in was else {}


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
