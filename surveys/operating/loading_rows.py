"""Rows that are put into an empty database as they were in another one: their numbers and references with them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import JSON, MetaData, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.schema import AddConstraint, DropConstraint


def reflected_tables(connection: Connection) -> MetaData:
    """The tables that the database has now, which may be those of an older version."""
    tables = MetaData()
    tables.reflect(connection)
    for table in tables.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return tables


@contextmanager
def references_afterwards(connection: Connection, tables: MetaData) -> Iterator[None]:
    """PostgreSQL checks references row by row: they are taken away, and made anew when every row is there.

    On SQLite they are off in a migration, and are all checked at its end.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    references = [
        constraint for table in tables.tables.values() for constraint in table.foreign_key_constraints
    ]
    for constraint in references:
        connection.execute(DropConstraint(constraint))
    yield
    for constraint in references:
        connection.execute(AddConstraint(constraint))


def number_on(connection: Connection, tables: MetaData) -> None:
    """PostgreSQL's counters go on after the highest number that was put back."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables.tables.values():
        for column in table.primary_key.columns:
            counter = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
            highest = connection.scalar(select(func.max(column))) if counter else None
            if highest is not None:
                connection.execute(select(func.setval(counter, highest)))
