"""Counts of failed attempts that all processes and machines of an installation share (docs/decisions/027).

They are in PostgreSQL, in a table that is not logged, or in a small file beside an SQLite database: a guesser must not
take the write lock that respondents need.

A page of a respondent asks twice whether a limit is reached. It is answered from memory: what is high in the table is
read anew every two seconds, so another process's count is felt that much later, and pages cost no query of their own.
"""

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from flask import Flask, current_app
from limits.storage import Storage
from sqlalchemy import Engine, case, create_engine, delete, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.clock import now
from surveys.platform.config import Settings
from surveys.platform.database import Base, Database
from surveys.platform.private_files import make_private_file

SCHEME: Final = "database"
_SECONDS_REMEMBERED: Final = 2.0
_SECONDS_BETWEEN_SWEEPS: Final = 60.0
# The lowest limit is 10. What is below half of it is never looked at, and most guessers never come further.
_WORTH_KNOWING: Final = 5
_MOST_REMEMBERED: Final = 10_000


class LimitCount(Base):
    """So many failures under a key, which is a keyed hash with a key of the day, until the count begins anew."""

    __tablename__ = "limit_count"

    key: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int]
    expires_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Counted:
    amount: int
    expires_at: dt.datetime


class SharedCounts:
    """The counts of one application. Raises SQLAlchemyError when the table cannot be reached."""

    def __init__(self, engine: Engine, *, make_table: bool = False) -> None:
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._make_table = make_table
        self._remembered: dict[str, Counted] = {}
        self._read_at = self._swept_at = float("-inf")
        self._lock = Lock()

    def add(self, key: str, seconds: int, amount: int) -> int:
        """Counts, and returns how many there are now. The first of a window says when it ends."""
        moment = now()
        with self.engine.connect() as connection:
            self._prepare(connection.engine)
            row = connection.execute(
                self._upsert(key, amount, moment, moment + dt.timedelta(seconds=seconds))
            )
            found = Counted(*row.one())
        with self._lock:
            self._remembered[key] = found
        return found.amount

    def find(self, key: str) -> Counted | None:
        """What is counted under the key, at most two seconds old; None when it is little or nothing."""
        with self._lock:
            self._read_when_old()
            found = self._remembered.get(key)
        return found if found and found.expires_at > now() else None

    def find_any(self) -> bool:
        """Whether anything is counted that `find` would tell of: mostly there is nothing."""
        with self._lock:
            self._read_when_old()
            return bool(self._remembered)

    def forget(self, key: str | None = None) -> None:
        """Begins anew, with one key or all."""
        with self.engine.connect() as connection, self._lock:
            self._prepare(connection.engine)
            wanted = delete(LimitCount)
            connection.execute(wanted if key is None else wanted.where(LimitCount.key == key))
            self._remembered.clear()

    def _read_when_old(self) -> None:
        if time.monotonic() - self._read_at > _SECONDS_REMEMBERED:
            self._read()

    def _read(self) -> None:
        """Remembers the highest, and now and then sweeps what is over."""
        moment = now()
        with self.engine.connect() as connection:
            self._prepare(connection.engine)
            if time.monotonic() - self._swept_at > _SECONDS_BETWEEN_SWEEPS:
                connection.execute(delete(LimitCount).where(LimitCount.expires_at <= moment))
                self._swept_at = time.monotonic()
            rows = connection.execute(
                select(LimitCount.key, LimitCount.amount, LimitCount.expires_at)
                .where(LimitCount.amount >= _WORTH_KNOWING)
                .order_by(LimitCount.amount.desc())
                .limit(_MOST_REMEMBERED)
            )
            self._remembered = {key: Counted(amount, expires_at) for key, amount, expires_at in rows}
        self._read_at = time.monotonic()

    def _prepare(self, engine: Engine) -> None:
        if self._make_table:
            LimitCount.metadata.tables[LimitCount.__tablename__].create(engine, checkfirst=True)
            self._make_table = False

    def _upsert(self, key: str, amount: int, moment: dt.datetime, ends: dt.datetime) -> Any:
        insert: Any = sqlite.insert if self.engine.dialect.name == "sqlite" else postgresql.insert
        adding: Any = insert(LimitCount).values(key=key, amount=amount, expires_at=ends)
        is_over = LimitCount.expires_at <= moment
        return adding.on_conflict_do_update(
            index_elements=[LimitCount.key],
            set_={
                "amount": case((is_over, amount), else_=LimitCount.amount + amount),
                "expires_at": case((is_over, adding.excluded.expires_at), else_=LimitCount.expires_at),
            },
        ).returning(LimitCount.amount, LimitCount.expires_at)


class SharedStorage(Storage):
    """What the limits package needs of a storage, in the counts of the application at work."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (as the package writes it)

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return _counts().add(key, expiry, amount)

    def get(self, key: str) -> int:
        found = _counts().find(key)
        return found.amount if found else 0

    def get_expiry(self, key: str) -> float:
        found = _counts().find(key)
        return found.expires_at.timestamp() if found else time.time()

    def check(self) -> bool:
        _counts().find("")
        return True

    def reset(self) -> int | None:
        _counts().forget()
        return None

    def clear(self, key: str) -> None:
        _counts().forget(key)


def nothing_is_counted() -> bool:
    """True when no key can have reached its limit by these counts. Raises SQLAlchemyError as they do."""
    return not _counts().find_any()


def _counts() -> SharedCounts:
    found: SharedCounts = current_app.extensions["medvirk_limit_counts"]
    return found


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    db: Database = app.extensions["medvirk_database"]
    if db.engine.dialect.name == "sqlite":
        counts = SharedCounts(_file_engine(settings.instance / "limits.sqlite3"), make_table=True)
    else:
        counts = SharedCounts(db.engine)
    app.extensions["medvirk_limit_counts"] = counts


def _file_engine(file: Path) -> Engine:
    """Counts that a power cut may take: nothing waits for the disk."""
    engine = create_engine(f"sqlite:///{file.resolve()}", hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def before_connect(*_arguments: object) -> None:
        make_private_file(file)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "busy_timeout = 5000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
