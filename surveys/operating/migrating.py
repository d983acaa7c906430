"""Bringing a database to the newest schema, telling whether it is there, and writing the next migration.

A run of migrations is one transaction on both databases, and two runs at once take turns. SQLite changes a column or a
constraint by making the table anew, which it only can while foreign keys are not enforced: they are off while
migrations run, and every one of them is checked before anything is committed.

Alembic and the tables are imported where they are needed: the web processes come from a command that can migrate, and
need not carry them, and `medvirk init` on a database that is up to date starts in half the time.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection

from surveys.operating.revisions import SchemaAge, age_of, newest_revision
from surveys.platform.database import Database
from surveys.platform.site_files import site_files
from surveys.platform.texts import _

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = site_files() / "migrations"

# «medvirk», as a number that other programs in the same database are unlikely to use.
_TURN: Final = int.from_bytes(b"medvirk")
_TURN_TIMEOUT: Final = "10min"
_TABLE_TIMEOUT: Final = "30s"
# Making a large table anew may take minutes.
_STATEMENT_TIMEOUT: Final = "30min"


class BrokenReferencesError(Exception):
    """Rows would refer to rows that do not exist. Nothing was changed; the message says in which tables."""


class UnknownRevisionError(Exception):
    """A schema that this version of Medvirk does not know: a newer one wrote it."""


class NewerDatabaseError(Exception):
    """The database is at a migration that this version does not have. Nothing was changed."""


def upgrade(engine: Engine, revision: str = "head", folder: Path = FOLDER) -> None:
    """Runs every migration up to the revision, all or nothing. Raises BrokenReferencesError, NewerDatabaseError."""
    age = schema_age(engine, folder)
    if age is SchemaAge.UNKNOWN:
        raise NewerDatabaseError(
            _(
                "Databasen er ikke endret. En nyere versjon av Medvirk har oppdatert den før. "
                "Installer den versjonen, og prøv igjen."
            )
        )
    if age is SchemaAge.NEWEST and revision == "head":
        return
    from alembic import command

    with _all_or_nothing(engine) as connection:
        command.upgrade(_config(connection, folder), revision)


def schema_age(engine: Engine, folder: Path = FOLDER) -> SchemaAge:
    """Whether every migration in the folder has run on the database."""
    with engine.connect() as connection:
        return age_of(connection, folder)


def downgrade(engine: Engine, revision: str, folder: Path = FOLDER) -> None:
    """Takes back every migration after the revision, all or nothing. Raises BrokenReferencesError."""
    from alembic import command

    with _all_or_nothing(engine) as connection:
        command.downgrade(_config(connection, folder), revision)


@contextmanager
def at_revision(engine: Engine, revision: str, folder: Path = FOLDER) -> Iterator[Connection]:
    """A connection to a database whose schema is that of an older version, brought to the newest at the end.

    All or nothing, what is done in between included. Raises UnknownRevisionError when this version does not know the
    revision, and BrokenReferencesError.
    """
    from alembic import command
    from alembic.util import CommandError

    with _all_or_nothing(engine) as connection:
        config = _config(connection, folder)
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise UnknownRevisionError(revision) from error
        yield connection
        if revision != newest_revision(folder):
            command.upgrade(config, "head")


def write_migration(message: str, folder: Path = FOLDER) -> Path:
    """Writes the migration that brings a database at the newest migration in step with the models."""
    from alembic import command
    from alembic.script import ScriptDirectory

    with tempfile.TemporaryDirectory() as temporary:
        engine = Database(f"sqlite:///{temporary}/newest.sqlite3").engine
        upgrade(engine, folder=folder)
        with engine.begin() as connection:
            config = _config(connection, folder)
            script = ScriptDirectory.from_config(config)
            number = 1 + max(int(found.revision) for found in script.walk_revisions())
            written: Any = command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()
    return Path(written.path)


def differences(engine: Engine) -> list[Any]:
    """What the models have that the migrated database lacks, or the other way round; empty when in step."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from surveys.operating.check_constraints import comparison_options
    from surveys.operating.tables import metadata

    with engine.connect() as connection:
        options = {"compare_type": True, **comparison_options(connection, metadata)}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def changed_tables(engine: Engine) -> list[str]:
    """The tables of a database at the newest migration that somebody has changed by other means."""
    from surveys.operating.drift import differing_tables
    from surveys.operating.tables import metadata

    suspected = differing_tables(engine, metadata)
    return suspected if suspected and differences(engine) else []


@contextmanager
def _all_or_nothing(engine: Engine) -> Iterator[Connection]:
    """A transaction for migrations. On SQLite it has the write lock from its start."""
    with (
        engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection,
        _foreign_keys_off(connection),
        connection.begin(),
    ):
        take_turn(connection)
        yield connection
        _refuse_broken_references(connection)


def take_turn(connection: Connection) -> None:
    """Waits until no other `medvirk init` is at work, and keeps others waiting until the transaction ends.

    On SQLite the write lock does that. On PostgreSQL a migration then waits only a short while for each table: whoever
    uses one is not to be stopped by a migration that stands first in the queue for it.
    """
    if connection.dialect.name != "postgresql":
        return
    connection.execute(text(f"SET LOCAL lock_timeout = '{_TURN_TIMEOUT}'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    connection.execute(text(f"SET LOCAL lock_timeout = '{_TABLE_TIMEOUT}'"))
    connection.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'"))


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite only: rebuilding a table deletes it, and with it what refers to it while foreign keys are on."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Not through SQLAlchemy, which begins a transaction: inside one the pragma does nothing.
    driver: Any = connection.connection.dbapi_connection
    [before] = driver.execute("PRAGMA foreign_keys").fetchone()
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA foreign_keys = {before}")


def _refuse_broken_references(connection: Connection) -> None:
    """PostgreSQL has refused them already."""
    if connection.dialect.name != "sqlite":
        return
    broken = Counter((row.table, row.parent) for row in connection.execute(text("PRAGMA foreign_key_check")))
    if broken:
        tables = ", ".join(f"{table} → {parent} ({rows})" for (table, parent), rows in sorted(broken.items()))
        raise BrokenReferencesError(
            _(
                "Databasen er ikke endret. Rader ville ha vist til rader som ikke finnes: %(tables)s. "
                "Bruk forrige versjon, og meld feilen til utviklerne.",
                tables=tables,
            )
        )


def _config(connection: Connection, folder: Path) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    return config
