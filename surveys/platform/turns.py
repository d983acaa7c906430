"""One at a time over all processes and machines of an installation. Whoever dies lets go: nothing is to be cleared."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text

from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.private_files import make_private_file

# PostgreSQL names a lock with two numbers: ours, and one for each thing to take turns with.
_OURS: Final = int.from_bytes(b"mdv")
LONG_STEPS: Final = 1


@contextmanager
def only_one(db: Database, settings: Settings, what: int) -> Iterator[bool]:
    """True for whoever is alone in doing `what` until the end of the block; False at once for all others."""
    if db.engine.dialect.name == "sqlite":
        with _held_file(settings.instance / f"turn-{what}.lock") as ours:
            yield ours
        return
    # Not a transaction, which might be idle for longer than our connections may be.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"ours": _OURS, "what": what}
        ours = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:ours, :what)"), key))
        try:
            yield ours
        finally:
            if ours:
                connection.execute(text("SELECT pg_advisory_unlock(:ours, :what)"), key)


@contextmanager
def _held_file(file: Path) -> Iterator[bool]:
    make_private_file(file)
    with file.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
