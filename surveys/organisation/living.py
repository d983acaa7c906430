"""Whether a unit is there on a day: up to and with its last one. When it began is another question."""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from surveys.organisation.models import Unit
from surveys.platform.database import asked_once


def has_ended(unit: Unit, day: dt.date) -> bool:
    return unit.valid_to is not None and unit.valid_to < day


def is_living(day: dt.date) -> ColumnElement[bool]:
    """The same of `Unit` in a query: it has not ended."""
    return Unit.valid_to.is_(None) | (Unit.valid_to >= day)


def living_units(session: Session, unit_ids: Collection[int], day: dt.date) -> Mapping[int, Unit]:
    """Id → unit, of those that have not ended. Shared by the parts of a page."""
    wanted = frozenset(unit_ids)

    def ask() -> dict[int, Unit]:
        found = session.scalars(select(Unit).where(Unit.id.in_(wanted), is_living(day)))
        return {unit.id: unit for unit in found}

    return asked_once(session, ("living", wanted, day), ask)
