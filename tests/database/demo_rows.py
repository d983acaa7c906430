"""Every row of a small demo, by table: what migrations and backups must not lose."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, MetaData, select

from surveys.platform.database import Database

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def rows_of(db: Database, tables: MetaData) -> Rows:
    """The rows of every table, in the order of the primary key."""
    return rows_in(db.engine, tables)


def rows_in(engine: Engine, tables: MetaData) -> Rows:
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in tables.sorted_tables
        }
