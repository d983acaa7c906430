"""The migrations make exactly the tables that the models describe, and neither lose nor break what is in them."""

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, Index, MetaData, Table, delete, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from surveys.operating import migrating
from surveys.operating.drift import differing_tables
from surveys.operating.revisions import SchemaAge
from surveys.operating.tables import metadata
from surveys.platform.database import Database
from tests.database.demo_rows import Rows, rows_of

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


@dataclass(frozen=True)
class StoredTable:
    """A table's columns and rows as the database's driver hands them over: much faster than by way of a model."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def holds_the_same_as(self, other: "StoredTable") -> bool:
        """Whatever the order of columns and rows, which a table that was made anew may have changed."""
        return self == other or self._in_order() == other._in_order()

    def _in_order(self) -> list[str]:
        return sorted(repr(sorted(zip(self.columns, row, strict=True))) for row in self.rows)


def _stored_in(engine: Engine) -> dict[str, StoredTable]:
    with engine.connect() as connection:
        return {
            name: StoredTable(tuple(found.keys()), [tuple(row) for row in found])
            for name in inspect(connection).get_table_names()
            for found in [connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
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
    # Not even in words: `medvirk doctor` would import Alembic to find out that nothing is wrong.
    assert differing_tables(db.engine, metadata) == []


def test_the_migrations_are_numbered_in_a_line() -> None:
    """Without that, `revisions` would not know which is the newest from the files' names."""
    before = "None"
    for file in sorted((migrating.FOLDER / "versions").glob("*.py")):
        number = f'"{file.name.partition("_")[0]}"'
        assert f"\nrevision = {number}\ndown_revision = {before}\n" in file.read_text()
        before = number


CHANGES_BY_HAND = {
    "checklist_tick": "DROP TABLE checklist_tick",
    "colour": "CREATE TABLE colour (id INTEGER)",
    "goal": "ALTER TABLE goal ADD COLUMN colour VARCHAR",
    "indicator": "CREATE INDEX ix_indicator_colour ON indicator (code)",
    "success_factor": "ALTER TABLE success_factor RENAME COLUMN title TO colour",
    "unit": "DROP INDEX ix_unit_parent_id",
}


def test_what_somebody_changed_by_hand_is_found(db: Database) -> None:
    """Each kind of change is seen at a glance, and each is a difference when it is looked into."""
    with db.engine.begin() as connection:
        for statement in CHANGES_BY_HAND.values():
            connection.execute(text(statement))
    assert migrating.changed_tables(db.engine) == list(CHANGES_BY_HAND)
    assert {_table_of(difference) for difference in migrating.differences(db.engine)} == set(CHANGES_BY_HAND)


def _table_of(difference: Any) -> str:
    """What Alembic calls a difference: a word, then a table, or its schema and name, or an index."""
    match difference:
        case (_, Table() as table):
            return table.name
        case (_, Index(table=Table() as table)):
            return table.name
        case (_, None, str() as table, *_column):
            return table
    raise AssertionError(difference)


def test_what_only_the_words_differ_in_is_no_change(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveys.operating.drift.differing_tables", lambda *_: ["goal"])
    assert migrating.changed_tables(db.engine) == []


def test_a_database_that_is_up_to_date_is_not_migrated_again(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "upgrade", lambda *_: pytest.fail("Alembic was asked"))
    migrating.upgrade(db.engine)


def test_a_newer_versions_database_is_left_alone(db: Database, tmp_path: Path) -> None:
    migrating.upgrade(
        db.engine, folder=_with_migration(tmp_path / "migrations", "def upgrade():\n    pass\n")
    )
    assert migrating.schema_age(db.engine) is SchemaAge.UNKNOWN
    with pytest.raises(migrating.NewerDatabaseError, match="nyere versjon"):
        migrating.upgrade(db.engine)


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


def test_rows_survive_going_back_to_the_first_schema_and_forward_again_and_a_providers_roles_do_not(
    full: Database,
) -> None:
    """Both may have given the same role on the same unit, which the schema before OpenID Connect has room for once."""
    before = rows_of(full, metadata)
    _let_the_provider_give_a_role_again(full.engine)
    with pytest.raises(IntegrityError), full.engine.begin() as connection:
        connection.execute(text("UPDATE account SET oidc_issuer = NULL WHERE id = 1"))
    migrating.downgrade(full.engine, "0001")
    oldest = MetaData()
    oldest.reflect(full.engine)
    migrating.upgrade(full.engine)
    assert migrating.differences(full.engine) == []
    after = rows_of(full, metadata)
    assert _kept_in(after, oldest) == _kept_in(before, oldest)
    assert after["role_grant"] == before["role_grant"]


def _let_the_provider_give_a_role_again(engine: Engine) -> None:
    grants = metadata.tables["role_grant"]
    with engine.begin() as connection:
        given = connection.execute(select(grants).order_by(grants.c.id)).mappings().all()
        unused = max(row["id"] for row in given) + 1
        connection.execute(grants.insert(), dict(given[0]) | {"id": unused, "source": "oidc"})
        connection.execute(
            text("UPDATE account SET oidc_issuer = 'https://porten.example', oidc_subject = 'a' WHERE id = 1")
        )


def test_each_migration_by_itself_is_undone_and_done_with_rows_in_the_database(full: Database) -> None:
    """Down one, up again, and down for good: from the newest to the first, with the rows that each schema can hold."""
    before = _stored_in(full.engine)
    numbers = sorted(file.name[:4] for file in (migrating.FOLDER / "versions").glob("0*.py"))
    for older, number in reversed(list(pairwise(numbers))):
        migrating.downgrade(full.engine, older)
        kept = _stored_in(full.engine)
        migrating.upgrade(full.engine, number)
        migrating.downgrade(full.engine, older)
        again = _stored_in(full.engine)
        assert kept.keys() == again.keys(), number
        assert [name for name in kept if not kept[name].holds_the_same_as(again[name])] == [], number
        assert [
            name for name in kept.keys() & before if len(kept[name].rows) != len(before[name].rows)
        ] == [], number
    migrating.downgrade(full.engine, "base")
    assert set(inspect(full.engine).get_table_names()) == {"alembic_version"}
    migrating.upgrade(full.engine, numbers[0])


def test_changed_and_missing_checks_are_differences(db: Database, tmp_path: Path) -> None:
    changed = (
        ("indicator", "ck_indicator_kind", "kind IN ('steering')"),
        ("measurement", "ck_measurement_part", "part BETWEEN 0 AND 11"),
        ("unit", "ck_unit_not_its_own_parent", None),
    )
    body = "def upgrade():\n"
    for table, check, change in changed:
        made = f'table.create_check_constraint(op.f("{check}"), sa.text("{change}"))' if change else "pass"
        body += (
            f"    with op.batch_alter_table('{table}') as table:\n"
            f"        table.drop_constraint(op.f('{check}'), type_='check')\n        {made}\n"
        )
    migrating.upgrade(db.engine, folder=_with_migration(tmp_path / "migrations", body))
    found = sorted((what, constraint.name) for what, constraint in migrating.differences(db.engine))
    assert found == [
        *(("add_constraint", check) for _, check, _ in changed),
        *(("remove_constraint", check) for _, check, change in changed if change),
    ]
    assert differing_tables(db.engine, metadata) == [table for table, _, _ in changed]


def test_a_table_that_others_refer_to_can_be_rebuilt_with_rows_in_it(full: Database, tmp_path: Path) -> None:
    before = rows_of(full, metadata)
    migrating.upgrade(full.engine, folder=_with_migration(tmp_path / "migrations", CHANGE_A_CHECK))
    assert rows_of(full, metadata) == before
    with full.engine.begin() as connection:
        connection.execute(text("UPDATE indicator SET kind = 'other'"))
    [(_remove, removed), (_add, added)] = migrating.differences(full.engine)
    assert removed.name == added.name == "ck_indicator_kind"


def test_who_was_asked_to_take_an_invitation_along_is_read_from_the_trail(full: Database) -> None:
    """Before 0032 the trail was the only note of it: moving people (every survey), reconciling (one survey)."""
    invitations, trail = metadata.tables["invitation"], metadata.tables["audit_entry"]
    rows = select(invitations.c.id, invitations.c.person_id).where(invitations.c.person_id.is_not(None))
    with full.engine.connect() as connection:
        [(one, asked), (other, reconciled), *_rest] = connection.execute(
            rows.order_by(invitations.c.id)
        ).all()
    migrating.downgrade(full.engine, "0031")
    entries = (
        ("organisation.people_moved", "A", {"people": [asked], "invitations": True}),
        ("organisation.people_moved", "A", {"people": [reconciled], "invitations": False}),
        ("survey.reconciled", "another-survey", {"people": [reconciled]}),
        ("survey.reconciled", "medarbeider-2026", {"people": [reconciled]}),
    )
    for count, expected in ((3, {one}), (4, {one, other})):
        with full.engine.begin() as connection:
            for action, subject, before in entries[:count]:
                connection.execute(
                    trail.insert().values(
                        at=dt.datetime.now(dt.UTC), action=action, subject=subject, detail={"before": before}
                    )
                )
        migrating.upgrade(full.engine, "0032")
        with full.engine.connect() as connection:
            marked = select(invitations.c.id).where(invitations.c.asked_along)
            assert set(connection.scalars(marked)) == expected
        migrating.downgrade(full.engine, "0031")


def test_a_phrase_from_before_there_were_seals_is_chosen_again_until_the_key_is_shared_out(
    full: Database,
) -> None:
    """Else the key could not be made, with an alarm that somebody has written in the database."""
    holders, surveys = metadata.tables["key_holder"], metadata.tables["survey"]
    free = select(func.max(surveys.c.id)).where(surveys.c.id.not_in(select(holders.c.survey_id)))
    with full.engine.connect() as connection:
        survey_id = connection.scalar(free)
    migrating.downgrade(full.engine, "0034")
    values = {"survey": survey_id, "bytes": b"x" * 16, "key": b"y" * 32}
    with full.engine.begin() as connection:
        for account, share in ((1, None), (2, b"locked")):
            connection.execute(
                text(
                    "INSERT INTO key_holder (survey_id, account_id, salt, public_key, share) "
                    "VALUES (:survey, :account, :bytes, :key, :share)"
                ),
                values | {"account": account, "share": share},
            )
    migrating.upgrade(full.engine, "0035")
    with full.engine.connect() as connection:
        chosen = select(holders.c.account_id).where(
            holders.c.survey_id == survey_id, holders.c.salt.is_not(None)
        )
        assert connection.scalars(chosen).all() == [2]


def test_foreign_keys_are_enforced_again_after_a_migration(full: Database) -> None:
    newest, last = sorted(file.name[:4] for file in (migrating.FOLDER / "versions").glob("0*.py"))[-2:]
    migrating.downgrade(full.engine, newest)
    migrating.upgrade(full.engine, last)
    goals = metadata.tables["goal"]
    with pytest.raises(IntegrityError), full.engine.begin() as connection:
        connection.execute(delete(goals))


@pytest.mark.parametrize("body", [BREAK_A_REFERENCE, BREAK_OFF])
def test_a_migration_that_breaks_a_reference_or_off_changes_nothing(
    full: Database, tmp_path: Path, body: str
) -> None:
    before = rows_of(full, metadata)
    folder = _with_migration(tmp_path / "migrations", body)
    with pytest.raises((migrating.BrokenReferencesError, IntegrityError, RuntimeError)) as refusal:
        migrating.upgrade(full.engine, folder=folder)
    if body is BREAK_A_REFERENCE and full.engine.dialect.name == "sqlite":
        assert isinstance(refusal.value, migrating.BrokenReferencesError)
        assert "indicator → success_factor" in str(refusal.value)
    assert rows_of(full, metadata) == before
    assert migrating.differences(full.engine) == []


def test_a_migration_is_written_from_what_the_models_have_and_the_migrations_lack(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """The newest migration is taken away from a copy; what is written instead does the same, and undoes it."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.FOLDER, folder)
    *_older, last, newest = sorted((folder / "versions").glob("0*.py"))
    newest.unlink()
    written = migrating.write_migration("What was lost", folder=folder)
    assert written.name.endswith("what_was_lost.py")
    shutil.copyfile(sqlite_template, tmp_path / "test.sqlite3")
    engine = Database(f"sqlite:///{tmp_path}/test.sqlite3").engine
    migrating.downgrade(engine, last.name[:4])
    before = differing_tables(engine, metadata)
    migrating.upgrade(engine, folder=folder)
    assert migrating.differences(engine) == []
    migrating.downgrade(engine, last.name[:4], folder=folder)
    assert differing_tables(engine, metadata) == before != []
    engine.dispose()


def test_a_migration_needs_a_message() -> None:
    command = [sys.executable, "-m", "migrations.write", " "]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=migrating.FOLDER.parent)
    assert done.returncode == 1
    assert "MESSAGE" in done.stderr
