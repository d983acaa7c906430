"""SQLite has one write lock: whoever holds it keeps every other writer waiting, respondents who deliver too.

A request that posts takes it with its first look in the database. Slow work that needs no database (reading a file,
argon2) is done with the lock given back, wherever it is called from: `without_write_lock`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction

_CONNECTION = "writing_connection"
_CHANGES = "changes_at_begin"


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.connections: WeakSet[Connection] = WeakSet()
        self.sessions: WeakSet[Session] = WeakSet()


_own = _OfThread()


class WritingSession(Session):
    """A session that is known as one on a connection that takes SQLite's write lock in this thread."""

    def __init__(self, bind: Engine | Connection, **options: Any) -> None:
        super().__init__(bind, **options)
        _own.sessions.add(self)


# Once for the class: for every session it would cost as much as a query.
@event.listens_for(WritingSession, "after_begin")
def _note_session(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    session.info[_CONNECTION] = connection


def note_lock(connection: Connection) -> None:
    """A transaction of this connection has just taken SQLite's write lock, with a session above it or without."""
    connection.info[_CHANGES] = _total_changes(connection)
    _own.connections.add(connection)


@contextmanager
def without_write_lock() -> Iterator[None]:
    """Gives back the write locks of this thread while slow work is done, and takes them again afterwards.

    Only of transactions that have written nothing: one that has keeps its lock, since giving it back would undo what it
    wrote. What a session had read is read again when it is next used: others may have written meanwhile.
    """
    given_back = [connection for connection in _own.connections if _has_only_read(connection)]
    for connection in given_back:
        connection.exec_driver_sql("ROLLBACK")
    try:
        yield
    finally:
        for connection in given_back:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for session in _sessions_on(connection):
                session.expire_all()


def holds_write_lock() -> bool:
    """Whether a connection of this thread holds SQLite's write lock now."""
    return any(_is_locked(connection) for connection in _own.connections)


def _has_only_read(connection: Connection) -> bool:
    if not _is_locked(connection) or connection.in_nested_transaction():
        return False
    if any(session.new or session.dirty or session.deleted for session in _sessions_on(connection)):
        return False
    return bool(_total_changes(connection) == connection.info[_CHANGES])


def _is_locked(connection: Connection) -> bool:
    return not connection.closed and connection.in_transaction() and bool(_driver(connection).in_transaction)


def _sessions_on(connection: Connection) -> list[Session]:
    return [session for session in _own.sessions if session.info.get(_CONNECTION) is connection]


def _total_changes(connection: Connection) -> int:
    return int(_driver(connection).total_changes)


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
