"""The recipe in docs/guides/operators.md, step by step with real wheels: upgrade beside the old one, and roll back."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from surveys.operating import migrating
from surveys.operating.revisions import newest_revision
from tests.architecture.wheel import Installed, build, copy_of_the_source, fetched, install

NEXT_MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("of_the_next_version", sa.Column("id", sa.Integer(), primary_key=True))
"""
UNITS = "kode;navn;type;overordnet\nkommune;Fjordvik kommune;kommune;\nHE;Helse og mestring;sektor;kommune\n"


@pytest.fixture(scope="module")
def next_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a version after this one, whose database has one table more, installed beside it."""
    source = copy_of_the_source(tmp_path_factory.mktemp("next-source"))
    project = source / "pyproject.toml"
    project.write_text(
        re.sub(r'^version = ".*"', 'version = "99.0"', project.read_text(), flags=re.MULTILINE)
    )
    (source / "migrations" / "versions" / "9999_next_version.py").write_text(
        NEXT_MIGRATION.format(newest=newest_revision(migrating.FOLDER))
    )
    folder = tmp_path_factory.mktemp("next")
    built = build(source, folder)
    assert built.returncode == 0, built.stderr
    return install(folder / "medvirk-99.0-py3-none-any.whl", folder / "venv")


def _signing_in_works(installed: Installed) -> bool:
    with installed.serving() as address:
        return "For ledere, HR" in fetched(f"{address}/logg-inn")


def test_upgrade_beside_the_old_version_and_roll_back(
    medvirk: Path, next_version: Path, tmp_path: Path
) -> None:
    old = Installed(medvirk, tmp_path / "instance")
    old.run("init", "--yes", "--municipality", "Fjordvik kommune")
    units = tmp_path / "enheter.csv"
    units.write_text(UNITS)
    old.run("import-organisation", str(units), "--apply")
    assert _signing_in_works(old)

    # Upgrade: backup with everything stopped, then `init` of the new version.
    old.run("backup", str(tmp_path / "before"))
    refused = old.tried("restore", str(tmp_path / "before"), "--apply")
    assert refused.returncode == 1, "an installation in use is not replaced"
    assert "ikke tom" in refused.stderr
    new = Installed(next_version, old.instance)
    refused = new.tried("serve", "--port", "1")
    assert refused.returncode == 1
    assert "ikke oppdatert" in refused.stderr
    new.run("init", "--yes")
    assert _signing_in_works(new)
    refused = old.tried("serve", "--port", "1")
    assert refused.returncode == 1
    assert "nyere" in refused.stderr

    # Roll back: what was changed after the backup is lost, so something is changed.
    new.run("account", "add", "ny", "--name", "Ny Bruker", "--role", "hr", "--unit", "HE")
    assert _stored(new, "SELECT name FROM account") == {"Administrator", "Ny Bruker"}
    again = Installed(medvirk, tmp_path / "rolled-back")
    again.instance.mkdir(mode=0o700)
    shutil.copytree(old.instance / "keys", again.instance / "keys")
    again.run("restore", str(tmp_path / "before"), "--apply")
    again.run("doctor")
    assert _signing_in_works(again)
    assert _stored(again, "SELECT name FROM account") == {"Administrator"}
    assert _stored(again, "SELECT code FROM unit") == {"kommune", "HE"}, "the unit from before the backup"


def _stored(installed: Installed, question: str) -> set[str]:
    with closing(sqlite3.connect(installed.instance / "medvirk.sqlite3")) as connection:
        return {answer for (answer,) in connection.execute(question)}
