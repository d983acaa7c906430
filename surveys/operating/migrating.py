"""Bringing a database to the newest schema, and telling whether it is there.

Alembic is imported where it works: the web processes come from a command that can migrate, and need not carry it.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from surveys.operating.tables import metadata
from surveys.platform.site_files import site_files

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = site_files() / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Runs every migration up to the revision in one transaction."""
    from alembic import command

    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    from alembic import command

    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def write_migration(engine: Engine, message: str) -> None:
    """Writes a new migration from the difference between the database and the models."""
    from alembic import command

    with engine.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def differences(engine: Engine) -> list[Any]:
    """What the models have that the migrated database lacks, or the other way round; empty when in step."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
