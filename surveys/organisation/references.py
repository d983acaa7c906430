"""Which rows other tables refer to: those cannot be taken away. Read from the tables themselves, in any package."""

from collections.abc import Collection, Iterator

from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from surveys.platform.database import Base


def referred_to(session: Session, table: type[Base], ids: Collection[int]) -> set[int]:
    """Those of the ids that a row somewhere needs. What the database empties by itself needs nothing."""
    wanted = set(ids)
    found: set[int] = set()
    if wanted:
        for column in _columns_to(table):
            used = session.scalars(select(column).where(column.is_not(None)).distinct())
            found |= wanted.intersection(used)
    return found


def _columns_to(table: type[Base]) -> Iterator["Column[int]"]:
    name = table.__tablename__
    for other in Base.metadata.tables.values():
        for key in other.foreign_keys:
            if key.target_fullname == f"{name}.id" and key.ondelete is None:
                yield key.parent
