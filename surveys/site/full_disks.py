"""Whether a fault says that nothing can be written: the disk is full, or may only be read."""

import errno
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError

# A database that PostgreSQL has made a copy of another, or been told to keep as it is, refuses with the second.
_POSTGRESQL: Final = frozenset({"53100", "25006"})
_SQLITE: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY})
# What SQLite says when a file's own limit or quota is met, or a journal cannot grow.
_SQLITE_WRITING: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
    }
)
_FILES: Final = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG})


def cannot_save(error: BaseException | None) -> bool:
    """A database's or a file's fault, that everything but writing would have got past."""
    if isinstance(error, DBAPIError):
        return cannot_save(error.orig)
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)  # Python's own errors of the module have none
        return code & 0xFF in _SQLITE or code in _SQLITE_WRITING
    if isinstance(error, OSError):
        return error.errno in _FILES
    return getattr(error, "sqlstate", "") in _POSTGRESQL
