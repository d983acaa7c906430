"""Which migration a database is at, told by one row and the migrations' file names.

Alembic knows it too, but it takes a command as long to import Alembic as everything else it needs: a database that is
up to date is recognised without it. `tests/web/test_migrations.py` holds that the files are numbered in a line.
"""

from enum import StrEnum
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection


class SchemaAge(StrEnum):
    """The database beside the migrations of this version of Medvirk."""

    OLD = "old"  # or empty
    NEWEST = "newest"
    UNKNOWN = "unknown"  # at a migration that this version does not have: a newer one has been here


def age_of(connection: Connection, folder: Path) -> SchemaAge:
    """Compares the migration the database is at with those in the folder."""
    numbers = _known_in(folder)
    stored = stored_revision(connection)
    if stored == numbers[-1]:
        return SchemaAge.NEWEST
    return SchemaAge.OLD if stored is None or stored in numbers else SchemaAge.UNKNOWN


def newest_revision(folder: Path) -> str:
    """The last migration in the folder."""
    return _known_in(folder)[-1]


def stored_revision(connection: Connection) -> str | None:
    """None for a database that no migration has run on."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _known_in(folder: Path) -> list[str]:
    return sorted(path.stem.partition("_")[0] for path in (folder / "versions").glob("[0-9]*_*.py"))
