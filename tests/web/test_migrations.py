"""The migrations make exactly the tables that the models describe, and neither lose nor break what is in them."""

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, delete, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app import create_app
from surveys.demo.cards import build_cards
from surveys.demo.fjordvik import SEED
from surveys.demo.municipality import build_municipality
from surveys.demo.rounds import Fjordvik, planned_rounds
from surveys.operating import migrating
from surveys.operating.tables import metadata
from surveys.platform.database import Database
from tests.conftest import Installations

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

# One survey that is released and feeds the cards, one that is open with ballots in its box.
ROUNDS = ("foresatte-2023", "medarbeider-2026")

CHANGE_A_CHECK = """
def upgrade():
    with op.batch_alter_table("indicator") as table:
        table.drop_constraint(op.f("ck_indicator_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_indicator_kind"), sa.text("kind IN ('steering', 'development', 'other')")
        )
"""
BREAK_A_REFERENCE = """
def upgrade():
    op.add_column("indicator", sa.Column("colour", sa.String()))
    op.execute("DELETE FROM success_factor")
"""
BREAK_OFF = """
def upgrade():
    op.add_column("indicator", sa.Column("colour", sa.String()))
    op.execute("UPDATE indicator SET title = '{}'")
    raise RuntimeError("stopped in the middle")
"""


@pytest.fixture(scope="session")
def demo_rows(installations: Installations, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Every row of a small demo, by table, as the drivers of both databases take them."""
    with installations("sqlite", tmp_path_factory.mktemp("demo-rows")) as settings:
        app = create_app(settings)
        with app.app_context():
            db: Database = app.extensions["medvirk_database"]
            with db.transaction() as session:
                build_municipality(session, SEED)
                build_cards(session)
            fjordvik = Fjordvik(SEED)
            for planned in planned_rounds(dt.date(2026, 9, 1)):
                if planned.key in ROUNDS:
                    fjordvik.play(planned)
            return _rows(db, metadata)


@pytest.fixture
def full(db: Database, demo_rows: Rows) -> Iterator[Database]:
    """A database full of the demo's rows."""
    with db.engine.begin() as connection:
        for table in metadata.sorted_tables:
            if rows := demo_rows[table.name]:
                connection.execute(table.insert(), list(rows))
    yield db
    db.engine.dispose()


def _rows(db: Database, tables: MetaData) -> Rows:
    with db.engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in tables.sorted_tables
        }


def _kept_in(before: Rows, reflected: MetaData) -> Rows:
    """The rows of the tables and the values of the columns that an older schema has too."""
    return {
        table.name: [
            {column: value for column, value in row.items() if column in table.c}
            for row in before[table.name]
        ]
        for table in reflected.sorted_tables
        if table.name in before
    }


def _with_migration(folder: Path, body: str) -> Path:
    """A copy of the migrations with one more at the end."""
    shutil.copytree(migrating.FOLDER, folder)
    newest = max(path.stem.partition("_")[0] for path in (folder / "versions").glob("0*.py"))
    (folder / "versions" / "9999_test.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', '{newest}', None, None\n{body}"
    )
    return folder


def test_the_migrated_database_is_in_step_with_the_models(db: Database) -> None:
    assert migrating.differences(db.engine) == []


def test_every_migration_can_be_undone_and_done_again(db: Database) -> None:
    migrating.downgrade(db.engine, "base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    migrating.upgrade(db.engine)
    assert migrating.differences(db.engine) == []


def test_the_rows_of_the_demo_are_many(demo_rows: Rows) -> None:
    for table in (
        "unit",
        "indicator",
        "measurement",
        "figure",
        "invitation",
        "ballot",
        "response",
        "comment",
    ):
        assert len(demo_rows[table]) >= 10, table


def test_rows_survive_going_back_to_the_first_schema_and_forward_again(full: Database) -> None:
    before = _rows(full, metadata)
    migrating.downgrade(full.engine, "0001")
    oldest = MetaData()
    oldest.reflect(full.engine)
    migrating.upgrade(full.engine)
    assert migrating.differences(full.engine) == []
    assert _kept_in(_rows(full, metadata), oldest) == _kept_in(before, oldest)


@pytest.mark.parametrize(
    ("table", "change", "check"),
    [
        ("indicator", "kind IN ('steering')", "ck_indicator_kind"),
        ("measurement", "part BETWEEN 0 AND 11", "ck_measurement_part"),
        ("measurement", None, "ck_measurement_part"),
    ],
)
def test_a_changed_or_missing_check_is_a_difference(
    db: Database, table: str, change: str | None, check: str, tmp_path: Path
) -> None:
    made = f'table.create_check_constraint(op.f("{check}"), sa.text("{change}"))' if change else "pass"
    folder = _with_migration(
        tmp_path / "migrations",
        f"def upgrade():\n    with op.batch_alter_table('{table}') as table:\n"
        f"        table.drop_constraint(op.f('{check}'), type_='check')\n        {made}\n",
    )
    migrating.upgrade(db.engine, folder=folder)
    found = {(what, constraint.name) for what, constraint in migrating.differences(db.engine)}
    assert found == {("add_constraint", check)} | ({("remove_constraint", check)} if change else set())


def test_a_table_that_others_refer_to_can_be_rebuilt_with_rows_in_it(full: Database, tmp_path: Path) -> None:
    before = _rows(full, metadata)
    migrating.upgrade(full.engine, folder=_with_migration(tmp_path / "migrations", CHANGE_A_CHECK))
    assert _rows(full, metadata) == before
    with full.engine.begin() as connection:
        connection.execute(text("UPDATE indicator SET kind = 'other'"))
    [(_remove, removed), (_add, added)] = migrating.differences(full.engine)
    assert removed.name == added.name == "ck_indicator_kind"


def test_going_back_before_openid_connect_takes_the_providers_roles_and_leaves_the_others(
    full: Database,
) -> None:
    """Both may have given the same role on the same unit, which the older schema has room for once."""
    grants = metadata.tables["role_grant"]
    with full.engine.begin() as connection:
        before = connection.execute(select(grants).order_by(grants.c.id)).mappings().all()
        unused = max(row["id"] for row in before) + 1
        again = dict(before[0]) | {"id": unused, "source": "oidc"}
        connection.execute(grants.insert(), again)
        connection.execute(
            text("UPDATE account SET oidc_issuer = 'https://porten.example', oidc_subject = 'a' WHERE id = 1")
        )
    with pytest.raises(IntegrityError), full.engine.begin() as connection:
        connection.execute(text("UPDATE account SET oidc_issuer = NULL WHERE id = 1"))
    migrating.downgrade(full.engine, "0009")
    migrating.upgrade(full.engine)
    with full.engine.connect() as connection:
        assert connection.execute(select(grants).order_by(grants.c.id)).mappings().all() == before


def test_foreign_keys_are_enforced_again_after_a_migration(full: Database) -> None:
    migrating.downgrade(full.engine, "0001")
    migrating.upgrade(full.engine)
    goals = metadata.tables["goal"]
    with pytest.raises(IntegrityError), full.engine.begin() as connection:
        connection.execute(delete(goals))


@pytest.mark.parametrize("body", [BREAK_A_REFERENCE, BREAK_OFF])
def test_a_migration_that_breaks_a_reference_or_off_changes_nothing(
    full: Database, tmp_path: Path, body: str
) -> None:
    before = _rows(full, metadata)
    folder = _with_migration(tmp_path / "migrations", body)
    with pytest.raises((migrating.BrokenReferencesError, IntegrityError, RuntimeError)) as refusal:
        migrating.upgrade(full.engine, folder=folder)
    if body is BREAK_A_REFERENCE and full.engine.dialect.name == "sqlite":
        assert isinstance(refusal.value, migrating.BrokenReferencesError)
        assert "indicator → success_factor" in str(refusal.value)
    assert _rows(full, metadata) == before
    assert migrating.differences(full.engine) == []


def test_a_migration_is_written_from_what_the_models_have_and_the_migrations_lack(tmp_path: Path) -> None:
    """The newest migration is taken away from a copy; what is written instead does the same."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.FOLDER, folder)
    max((folder / "versions").glob("0*.py")).unlink()
    written = migrating.write_migration("What was lost", folder=folder)
    engine = Database(f"sqlite:///{tmp_path}/test.sqlite3").engine
    migrating.upgrade(engine, folder=folder)
    assert written.name.endswith("what_was_lost.py")
    assert migrating.differences(engine) == []
    migrating.downgrade(engine, "base", folder=folder)
    engine.dispose()


def test_a_migration_needs_a_message() -> None:
    command = [sys.executable, "-m", "migrations.write", " "]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=migrating.FOLDER.parent)
    assert done.returncode == 1
    assert "MESSAGE" in done.stderr
