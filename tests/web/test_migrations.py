"""The migrations make exactly the tables that the models describe, and can be taken back."""

from sqlalchemy import inspect

from surveys.operating import migrating
from surveys.platform.database import Database


def test_the_migrated_database_is_in_step_with_the_models(db: Database) -> None:
    assert migrating.differences(db.engine) == []


def test_every_migration_can_be_undone_and_done_again(db: Database) -> None:
    migrating.downgrade(db.engine, "base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    migrating.upgrade(db.engine)
    assert migrating.differences(db.engine) == []
