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


class _SessionsOfThread(threading.local):
    def __init__(self) -> None:
        self.found: WeakSet[Session] = WeakSet()


_sessions = _SessionsOfThread()


class WritingSession(Session):
    """A session that is known as one that takes SQLite's write lock in this thread."""

    def __init__(self, bind: Engine | Connection, **options: Any) -> None:
        super().__init__(bind, **options)
        _sessions.found.add(self)


# Once for the class: for every session it would cost as much as a query.
@event.listens_for(WritingSession, "after_begin")
def _note_begin(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and not session.in_nested_transaction():
        session.info[_CONNECTION] = connection
        session.info[_CHANGES] = _total_changes(connection)


@contextmanager
def without_write_lock() -> Iterator[None]:
    """Gives back the write locks of this thread while slow work is done, and takes them again afterwards.

    Only of transactions that have written nothing: one that has keeps its lock, since giving it back would undo what it
    wrote. What a session had read is read again when it is next used: others may have written meanwhile.
    """
    given_back = [session for session in _sessions.found if _has_only_read(session)]
    for session in given_back:
        session.info[_CONNECTION].exec_driver_sql("ROLLBACK")
    try:
        yield
    finally:
        for session in given_back:
            session.info[_CONNECTION].exec_driver_sql("BEGIN IMMEDIATE")
            session.expire_all()


def holds_write_lock() -> bool:
    """Whether a session of this thread holds SQLite's write lock now."""
    return any(_is_locked(session) for session in _sessions.found)


def _has_only_read(session: Session) -> bool:
    if not _is_locked(session) or session.in_nested_transaction():
        return False
    if session.new or session.dirty or session.deleted:
        return False
    return bool(_total_changes(session.info[_CONNECTION]) == session.info[_CHANGES])


def _is_locked(session: Session) -> bool:
    connection = session.info.get(_CONNECTION)
    return (
        connection is not None
        and not connection.closed
        and session.in_transaction()
        and connection.in_transaction()
        and bool(_driver(connection).in_transaction)
    )


def _total_changes(connection: Connection) -> int:
    return int(_driver(connection).total_changes)


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
