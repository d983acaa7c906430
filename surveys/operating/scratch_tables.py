"""The models' tables, empty, in a scratch place of the same kind of database: what that database makes of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.engine import Connection


@contextmanager
def models_tables(connection: Connection, metadata: MetaData) -> Iterator[Connection]:
    """A connection that sees them: a database in memory on SQLite, temporary tables that vanish on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        with create_engine("sqlite://").begin() as scratch:
            metadata.create_all(scratch, checkfirst=False)
            yield scratch
        return
    savepoint = connection.begin_nested()
    try:
        # Tables made from here on, without a schema in their name, are temporary ones.
        connection.execute(text("SET LOCAL search_path TO pg_temp"))
        metadata.create_all(connection, checkfirst=False)
        yield connection
    finally:
        savepoint.rollback()
