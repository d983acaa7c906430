"""Which units stand above and below a unit, asked of the database in one query."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from surveys.organisation.models import Unit
from surveys.platform.database import asked_once


def ids_below(tops: Iterable[int]) -> Select[int]:
    """A query for the ids of the units and of everything below them."""
    return _subtrees(Unit.id.in_(list(tops)))


def units_below(session: Session, tops: Iterable[int]) -> frozenset[int]:
    """The ids of the units and of everything below them."""
    wanted = frozenset(tops)

    def ask() -> frozenset[int]:
        return frozenset(session.scalars(_below(), {"tops": sorted(wanted)}))

    return asked_once(session, ("below", wanted), ask)


@cache
def _below() -> Select[int]:
    """Made once: making a recursive query takes longer than asking it."""
    return _subtrees(Unit.id.in_(bindparam("tops", expanding=True)))


def _subtrees(is_top: ColumnElement[bool]) -> Select[int]:
    below = select(Unit.id).where(is_top).cte(recursive=True)
    child = _next()
    below = below.union(select(child.id).join(below, child.parent_id == below.c.id))
    return select(below.c.id)


@cache
def _next() -> type[Unit]:
    """Made once: a new name for a table costs as much as the rest of the query."""
    return aliased(Unit)


def lineage(session: Session, unit_id: int) -> tuple[int, ...]:
    """The ids of the unit and everything above it, the unit first and the top last."""
    return asked_once(session, ("above", unit_id), lambda: _lineage(session, unit_id))


def _lineage(session: Session, unit_id: int) -> tuple[int, ...]:
    rows = session.execute(_above(), {"unit_id": unit_id})
    parents: dict[int, int | None] = {row.id: row.parent_id for row in rows}
    found = [unit_id]
    while (next_up := parents.get(found[-1])) is not None:
        found.append(next_up)
    return tuple(found)


@cache
def _above() -> Select[tuple[int, int | None]]:
    """Made once: making a recursive query takes longer than asking it."""
    above = select(Unit.id, Unit.parent_id).where(Unit.id == bindparam("unit_id")).cte(recursive=True)
    parent = _next()
    above = above.union(select(parent.id, parent.parent_id).join(above, parent.id == above.c.parent_id))
    return select(above.c.id, above.c.parent_id)
