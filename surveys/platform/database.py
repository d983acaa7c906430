"""The database: one declarative base, named constraints, and sessions that know whether they will write."""

import datetime as dt
import json
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from flask import Flask, current_app, g, request
from sqlalchemy import JSON, DateTime, Engine, Enum, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from surveys.platform.connection_limits import ConnectionLimits
from surveys.platform.private_files import make_private_file
from surveys.platform.write_lock import WritingSession, note_lock

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A connection to PostgreSQL that has been idle for longer is asked whether it still works.
_RESTED_SECONDS = 1.0

# How a transaction that will write begins on SQLite: with the write lock.
_LOCKING = "IMMEDIATE"

# An option of connections that only read.
_ONLY_READS = "medvirk_only_reads"

# How many connections the pool keeps open while nobody uses them.
_KEPT_OPEN = 5

# What has been answered, in the session of a request that only reads.
_ANSWERS = "answers"

Answer = TypeVar("Answer")


def json_text(value: object) -> str:
    """What a JSON column stores. Raises ValueError for NaN and infinity: PostgreSQL refuses them, SQLite does not."""
    return json.dumps(value, allow_nan=False)


identity = Annotated[int, mapped_column(primary_key=True)]
wording = Annotated[dict[str, str], mapped_column(JSON)]


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC moment on both databases (SQLite stores no zone)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map: ClassVar = {dt.datetime: UtcDateTime}


def choice(values: type[StrEnum], name: str) -> Enum:
    """A column type that stores an enum's value as text, held by a CHECK constraint."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Database:
    """The engine and its two ways in: sessions that read and sessions that will write.

    On PostgreSQL a reading session has no transaction: every statement sees what was committed before it, as it would
    inside one (READ COMMITTED), and each page saves the way to the server and back that BEGIN and ROLLBACK cost.

    On SQLite a writing session takes the write lock at its start (BEGIN IMMEDIATE): a transaction that reads
    first and writes later would otherwise fail when another one has written in between.
    """

    def __init__(self, url: str, limits: ConnectionLimits | None = None) -> None:
        if url.startswith("sqlite"):
            self.engine = create_engine(url, hide_parameters=True, json_serializer=json_text)
            _prepare_sqlite(self.engine)
            self._reading = self.engine.execution_options(**{_ONLY_READS: True})
        else:
            self.engine = _postgresql_engine(url, limits or ConnectionLimits())
            _check_rested_connections(self.engine)
            self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT", **{_ONLY_READS: True})
        self._writing = self.engine.execution_options(sqlite_begin=_LOCKING)

    def reading(self) -> Session:
        return Session(self._reading)

    def writing(self) -> Session:
        return WritingSession(self._writing)

    def connect(self, *, writes: bool) -> Connection:
        """What a session would have under it, alone: a session costs a page as much as two queries."""
        return (self._writing if writes else self._reading).connect()

    def session_on(self, connection: Connection, *, writes: bool) -> Session:
        """A session that goes on in this connection's transaction, and may end it."""
        kind = WritingSession if writes else Session
        return kind(connection, join_transaction_mode="control_fully")

    def forget_deleted(self, *tables: str) -> None:
        """Has the database let go of the bytes of rows that were deleted from these tables.

        SQLite overwrites them (`secure_delete`); here its write-ahead log is emptied too, unless somebody is reading
        from it: the next checkpoint does it then. PostgreSQL gives the space free and writes over it later; its own
        write-ahead log goes by the server's settings.
        """
        with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            for table in tables:
                connection.exec_driver_sql(f'VACUUM "{table}"')

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing session that commits at the end, or rolls back on any exception."""
        with self.writing() as session, session.begin():
            yield session


def only_reads(connection: Connection) -> bool:
    """Whether the connection was asked for to read: `Database.connect(writes=False)` or a reading session's."""
    return _ONLY_READS in connection.get_execution_options()


def _prepare_sqlite(engine: Engine) -> None:
    file = engine.url.database

    @event.listens_for(engine, "do_connect")
    def before_connect(*_arguments: object) -> None:
        if file and file != ":memory:":
            make_private_file(Path(file))

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "busy_timeout = 15000",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        statement = f"BEGIN {mode}"
        try:
            # By the driver: SQLAlchemy's own way to it would be a tenth of what a respondent's page costs.
            _driver_of(connection).execute(statement)
        except sqlite3.Error as error:
            raise DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True) from error
        if mode == _LOCKING:
            note_lock(connection)


def _driver_of(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _postgresql_engine(url: str, limits: ConnectionLimits) -> Engine:
    kept = min(_KEPT_OPEN, limits.connections)
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=json_text,
        pool_size=kept,
        max_overflow=limits.connections - kept,
        connect_args=limits.for_the_driver(),
    )
    _limit_waiting(engine, limits)
    return engine


def _limit_waiting(engine: Engine, limits: ConnectionLimits) -> None:
    """PostgreSQL waits for ever for a lock, unless it is told how long."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.autocommit = True
        for name, value in limits.on_the_server().items():
            connection.execute(f"SET {name} = '{value}'")
        connection.autocommit = False


def _check_rested_connections(engine: Engine) -> None:
    """Before a connection that has rested is used, asks the server whether it is still there; else a new one is made.

    The pool's own check asks before every request. A connection that worked a moment ago does: while requests come
    one after another, those in flight meet a server's restart first, and the pool is emptied then.
    """

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: object, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _proxy: object) -> None:
        since = record.info.get("rests_since")
        if since is not None and time.monotonic() - since > _RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error


def database() -> Database:
    """The current application's database."""
    found: Database = current_app.extensions["medvirk_database"]
    return found


def session() -> Session:
    """The request's session: reading for GET and HEAD, writing for everything else."""
    if "database_session" not in g:
        writes = _writes()
        if "database_connection" in g:
            g.database_session = database().session_on(g.database_connection, writes=writes)
        else:
            g.database_session = database().writing() if writes else database().reading()
        if not writes:
            g.database_session.info[_ANSWERS] = {}
    found: Session = g.database_session
    return found


def asked_once(session: Session, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """What `ask` answers, which a page that only reads asks once however many of its parts want to know.

    Any other session, one that may write or lives longer than a page, asks every time. question: tells it from all
    others, with everything that the answer depends on. The answer is shared: it may not be changed.
    """
    answers: dict[Hashable, Answer] | None = session.info.get(_ANSWERS)
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    return answers[question]


def connection() -> Connection:
    """The request's connection without a session: for pages that are opened so often that a session is too dear.

    A session that is asked for later in the request goes on in the same transaction.
    """
    if "database_session" in g:
        return session().connection()
    if "database_connection" not in g:
        g.database_connection = database().connect(writes=_writes())
    found: Connection = g.database_connection
    return found


def _writes() -> bool:
    return request.method not in {"GET", "HEAD", "OPTIONS"}


def init_app(app: Flask, url: str, limits: ConnectionLimits) -> None:
    app.extensions["medvirk_database"] = Database(url, limits)

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        for name in ("database_session", "database_connection"):
            opened = g.pop(name, None)
            if opened is not None:
                opened.close()
