"""What is the municipality's own comes out in open files, and into an empty installation as it was."""

import csv
import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, MetaData, Table, inspect, select
from sqlalchemy.orm import Session

from app import create_app
from surveys.access.models import Account, Grant, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.commands import medvirk
from surveys.counting.models import Response
from surveys.operating import migrating
from surveys.operating.archive.cells import cell_of, value_of
from surveys.operating.archive.contents import ARCHIVED, LEFT_OUT, archived_tables
from surveys.operating.archive.description import ArchiveError
from surveys.operating.archive.exporting import export_archive
from surveys.operating.archive.importing import import_archive
from surveys.operating.beginning import Beginning, begin
from surveys.operating.revisions import newest_revision
from surveys.operating.tables import metadata
from surveys.organisation.models import Installation, Person, Unit
from surveys.platform.config import Settings
from surveys.platform.database import Base, Database
from surveys.publishing.releasing import correct
from surveys.release.analysts.microdata import export_microdata
from surveys.release.items.models import ItemFigure
from surveys.release.models import FigureStatus, QualityDiscussion, Release
from surveys.release.weighting.models import (
    CountedWeightedMean,
    DeclaredMargin,
    ReleasedWeightedMean,
    SurveyWeighting,
    WeightSource,
)
from tests.card_building import sign_in_as
from tests.conftest import Installations
from tests.database.conftest import fill
from tests.database.demo_rows import Rows, rows_in, rows_of
from tests.page_tokens import without_tokens

RELEASED = "foresatte-2023"


@pytest.fixture
def archive(full: Database, tmp_path: Path) -> Path:
    """The archive of the database `full`, which is given a quality discussion and a weighted mean."""
    return _archived(full, tmp_path / "arkiv")


@pytest.fixture(scope="module")
def exported_once(
    installations: Installations, demo_rows: Rows, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    with installations("sqlite", folder) as settings:
        db = Database(settings.database)
        fill(db, demo_rows)
        archive = _archived(db, folder / "arkiv")
        db.engine.dispose()
    return archive


@pytest.fixture
def received(exported_once: Path, tmp_path: Path) -> Path:
    """An archive that somebody has sent us, to change as the test likes."""
    shutil.copytree(exported_once, tmp_path / "mottatt")
    return tmp_path / "mottatt"


@pytest.fixture
def empty(settings: Settings) -> Iterator[Engine]:
    """A database to take an archive in: this version's tables and no rows."""
    engine = Database(settings.database).engine
    yield engine
    engine.dispose()


def _archived(full: Database, folder: Path) -> Path:
    with full.transaction() as session:
        survey = session.scalars(select(Survey).where(Survey.key == RELEASED)).one()
        author = session.scalars(select(Grant).limit(1)).one().account
        session.add(
            QualityDiscussion(
                survey_id=survey.id,
                account_id=author.id,
                author=author.name,
                written_on=dt.date(2026, 9, 1),
                text="=Vi så på\r\n«alfa», og den er høy.",
            )
        )
        session.add_all(_weighted(session, survey))
    export_archive(full, folder)
    return folder


def _weighted(session: Session, survey: Survey) -> list[Base]:
    release = session.scalars(select(Release).where(Release.survey_id == survey.id)).first()
    assert release is not None
    cost = {"n": 90, "design_effect": 1.25, "effective_n": 72.0}
    return [
        DeclaredMargin(
            survey_id=survey.id, question="k", people={"a": 1}, source="SSB", stated_on=dt.date(2026, 9, 1)
        ),
        SurveyWeighting(
            **cost,
            survey_id=survey.id,
            source=WeightSource.MARGINS,
            names=["k"],
            minimum_group=5,
            moved=0,
            smallest=0.5,
            largest=2.0,
            problem=None,
        ),
        ReleasedWeightedMean(
            **cost, release_id=release.id, measure="M", mean=3.1, standard_error=0.1, ci_low=2.9, ci_high=3.3
        ),
        ItemFigure(
            release_id=release.id,
            unit_id=survey.unit_id,
            item="M01",
            factor="M",
            status=FigureStatus.SHOWN,
            n=12,
            mean=3.1,
        ),
        CountedWeightedMean(
            **cost, survey_id=survey.id, measure="M", mean=3.1, standard_error=0.1, ci_low=2.9, ci_high=3.3
        ),
    ]


def own_rows(db: Database) -> dict[str, list[dict[str, Any]]]:
    with db.engine.connect() as connection:
        return {
            each.table.name: [dict(row) for row in connection.execute(each.rows()).mappings()]
            for each in archived_tables()
        }


def test_every_table_has_its_place() -> None:
    assert set(metadata.tables) == ARCHIVED | set(LEFT_OUT)
    assert not ARCHIVED & set(LEFT_OUT)


def test_a_column_that_is_left_out_can_be_missing() -> None:
    for each in archived_tables():
        for column in set(each.table.columns) - set(each.columns):
            assert column.nullable or column.server_default is not None, column


def test_it_comes_back_on_the_other_kind_of_database_and_goes_out_the_same(
    full: Database, archive: Path, bare_elsewhere: Settings, tmp_path: Path
) -> None:
    other = Database(bare_elsewhere.database)
    longest = csv.field_size_limit()
    import_archive(archive, other.engine)
    assert csv.field_size_limit() == longest, "cells that others upload are no longer"
    mine, theirs = own_rows(full), own_rows(other)
    assert mine == theirs
    assert all(mine[name] for name in ("figure", "measurement", "scorecard_line", "quality_report", "target"))
    assert all(mine[name] for name in ("declared_margin", "survey_weighting", "released_weighted_mean"))
    assert rows_of(other, metadata)["counted_weighted_mean"] == []
    assert [row["key"] for row in theirs["survey"]] == [RELEASED]
    export_archive(other, tmp_path / "igjen")
    for file in sorted(archive.rglob("*")):
        if file.is_file() and file.name != "LESMEG.md":
            assert (tmp_path / "igjen" / file.relative_to(archive)).read_bytes() == file.read_bytes(), file
    with other.transaction() as session:
        session.add(Unit(code="NY", name="Ny", type="", parent_id=1))
    other.engine.dispose()


def test_it_has_no_answer_no_person_and_nothing_of_what_is_open(full: Database, archive: Path) -> None:
    written = b"".join(file.read_bytes() for file in archive.rglob("*") if file.is_file())
    with full.reading() as session:
        people = session.scalars(select(Person)).all()
        answers = session.scalars(select(Response.answers)).all()
        ballots = session.scalars(select(Ballot.sealed)).all()
        acted = set(session.scalars(select(Account.name)))
    assert people
    assert answers
    assert ballots
    for person in people:
        assert person.email.encode() not in written
        # Whoever replied, entered values or wrote about quality did it for the municipality.
        assert person.name in acted or person.name.encode() not in written
    assert b"medarbeider-2026" not in written.replace((archive / "LESMEG.md").read_bytes(), b"")
    assert "medarbeider-2026" in (archive / "LESMEG.md").read_text()
    columns = {
        name
        for resource in json.loads((archive / "datapackage.json").read_text())["resources"]
        for name in [field["name"] for field in resource.get("schema", {}).get("fields", [])]
    }
    assert not columns & {
        "account_id",
        "person_id",
        "public_key",
        "keys_fingerprint",
        "password_hash",
        "answers",
    }


def test_whoever_began_the_installation_keeps_her_access_and_its_keys(
    received: Path, settings: Settings
) -> None:
    app = create_app(settings)
    other: Database = app.extensions["medvirk_database"]
    begin(app, Beginning("Tom kommune", username="ny", password="fjorten gule elefanter 71"))
    with other.reading() as session:
        fingerprint = session.scalars(select(Installation.keys_fingerprint)).one()
    import_archive(received, other.engine)
    with other.reading() as session:
        installation = session.scalars(select(Installation)).one()
        assert (installation.municipality, installation.keys_fingerprint) == ("Fjordvik kommune", fingerprint)
        assert installation.synthetic
        grant = session.scalars(select(Grant)).one()
        assert (grant.account.username, grant.unit.code) == ("ny", "FK")
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "installation.imported"
    with pytest.raises(ArchiveError, match="ikke tom"):
        import_archive(received, other.engine)
    other.engine.dispose()


def test_the_pages_say_the_same_and_the_figures_cannot_be_corrected(
    app: Flask, full: Database, archive: Path, elsewhere: Settings
) -> None:
    there = create_app(elsewhere)
    other: Database = there.extensions["medvirk_database"]
    import_archive(archive, other.engine)
    begin(there, Beginning("", username="hr", password="fjorten gule elefanter 71"))
    readers = [_signed_in(app, full), _signed_in(there, other)]
    for path in (f"/resultater/{RELEASED}/FK", "/styringskort/FK"):
        here, copied = [_main(reader, path) for reader in readers]
        assert here == copied
    with pytest.raises(SurveyError, match="svarene er ikke her"):
        correct(other, RELEASED, "Feil i treet")
    with other.reading() as session, pytest.raises(SurveyError, match="svarene er ikke her"):
        export_microdata(session, find_survey(session, RELEASED), [], dt.date(2026, 9, 1))
    assert "Derfor kan de ikke rettes her." in _main(readers[1], f"/undersokelser/{RELEASED}/frigivelse")
    audited = there.test_cli_runner().invoke(medvirk, ["audit-disclosure"], obj=lambda: there)
    assert f"{RELEASED}: " in audited.output
    assert "Ingen er prøvd." in audited.output
    assert audited.exit_code == 1
    package = there.test_cli_runner().invoke(medvirk, ["audit-package", RELEASED, "p"], obj=lambda: there)
    assert "svarene er ikke her" in package.output
    other.engine.dispose()


def _signed_in(app: Flask, db: Database) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, db, Role.HR, "FK")
    return client


def _main(reader: FlaskClient, path: str) -> str:
    page = reader.get(path)
    assert page.status_code == 200, path
    return without_tokens(page.text.split("<main")[1].split("</main>")[0])


def _cut(archive: Path) -> None:
    file = archive / "data" / "figure.csv"
    file.write_bytes(file.read_bytes()[:-40])


def _raised(archive: Path) -> None:
    file = archive / "data" / "figure.csv"
    file.write_text(file.read_text().replace(",4.", ",5.", 1))


def _gone(archive: Path) -> None:
    (archive / "data" / "unit.csv").unlink()


def _no_description(archive: Path) -> None:
    (archive / "datapackage.json").write_text("{")


def _outside(archive: Path) -> None:
    file = archive / "datapackage.json"
    file.write_text(file.read_text().replace("data/unit.csv", "../../etc/passwd"))


def _another_table(archive: Path) -> None:
    _change(archive, lambda found: found["resources"][0].update(name="account"))


def _change(archive: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = archive / "datapackage.json"
    found = json.loads(file.read_text())
    change(found)
    file.write_text(json.dumps(found))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_cut, "endret etter at de ble skrevet: data/figure.csv"),
        (_raised, "endret etter at de ble skrevet: data/figure.csv"),
        (_gone, "unit.csv"),
        (_no_description, "skadet"),
        (_outside, "utenfor mappen"),
        (_another_table, "ikke hører til her: account"),
    ],
)
def test_what_is_changed_or_gone_is_told_and_nothing_is_taken_in(
    received: Path, empty: Engine, damage: Callable[[Path], None], says: str
) -> None:
    damage(received)
    with pytest.raises(ArchiveError, match=says):
        import_archive(received, empty)
    assert not any(rows_in(empty, metadata).values())


def test_one_of_a_newer_version_is_refused(received: Path, bare_elsewhere: Settings) -> None:
    _change(received, lambda found: found["medvirk"].update(schema="9999"))
    other = Database(bare_elsewhere.database)
    with pytest.raises(ArchiveError, match="nyere utgave"):
        import_archive(received, other.engine)
    assert not inspect(other.engine).get_table_names()
    other.engine.dispose()


@pytest.mark.parametrize(
    ("cell", "says"),
    [("tolv", "linje 2, kolonne delivered: «tolv»"), ("1,2", "linje 2: 5 celler, skal ha 4")],
)
def test_a_cell_that_cannot_be_read_is_named(received: Path, empty: Engine, cell: str, says: str) -> None:
    file = received / "data" / "audience_turnout.csv"
    headings, first, *rest = file.read_text().splitlines()
    file.write_text("\n".join([headings, ",".join([*first.split(",")[:-1], cell]), *rest]) + "\n")
    _change(received, lambda found: _sum_anew(found, file))
    with pytest.raises(ArchiveError, match=says):
        import_archive(received, empty)


def _sum_anew(found: dict[str, Any], file: Path, rows: int | None = None) -> None:
    for resource in found["resources"]:
        if resource["path"].endswith(file.name):
            resource["rows"] = rows or resource["rows"]
            resource["hash"] = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("survey_id,audience,invited,delivered\n1,\xe5,1,1\n".encode("latin-1"), "ikke en CSV-fil i UTF-8"),
        (b'survey_id,audience,invited,delivered\n1,"a"b,1,1\n', "ikke en CSV-fil i UTF-8"),
        (b"survey_id,audience,invited,delivered\n99,staff,1,1\n", "henger ikke sammen"),
        (b"survey_id,audience,invited,delivered\n1,staff,-1,1\n", "henger ikke sammen|skal ha"),
    ],
)
def test_a_file_that_was_written_by_another_hand_is_refused_in_words(
    received: Path, empty: Engine, content: bytes, says: str
) -> None:
    file = received / "data" / "audience_turnout.csv"
    file.write_bytes(content)
    _change(received, lambda found: _sum_anew(found, file, rows=1))
    with pytest.raises(ArchiveError, match=says):
        import_archive(received, empty)


def test_a_column_of_an_unknown_kind_is_a_damaged_description(received: Path, empty: Engine) -> None:
    _change(received, lambda found: found["resources"][0]["schema"]["fields"][0].update(type="geopoint"))
    with pytest.raises(ArchiveError, match="skadet"):
        import_archive(received, empty)


def test_one_of_an_older_version_is_brought_up_to_this_one(
    received: Path, empty: Engine, tmp_path: Path
) -> None:
    newer = tmp_path / "migrations"
    shutil.copytree(migrating.FOLDER, newer)
    (newer / "versions" / "9000_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9000'\ndown_revision = '{newest_revision(migrating.FOLDER)}'\n"
        "branch_labels = None\ndepends_on = None\n"
        "def upgrade():\n    op.add_column('series', sa.Column('later', sa.String(), server_default='ja'))\n"
        "def downgrade():\n    op.drop_column('series', 'later')\n"
    )
    import_archive(received, empty, newer)
    with empty.connect() as connection:
        series = Table("series", MetaData(), autoload_with=connection)
        assert set(connection.scalars(select(series.c.later))) == {"ja"}


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")), st.booleans())
def test_any_text_comes_back_as_it_was(text: str, may_be_missing: bool) -> None:
    cell = cell_of(text, may_be_missing=may_be_missing)
    assert value_of(cell, "string", may_be_missing=may_be_missing) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_commands_take_it_out_and_in(
    app: Flask, full: Database, bare_elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "arkiv")
    run = app.test_cli_runner()
    done = run.invoke(medvirk, ["export-all", folder], obj=lambda: app)
    assert done.exit_code == 0
    assert "Ikke med, for de er ikke frigitt: medarbeider-2026." in done.output
    again = run.invoke(medvirk, ["export-all", folder], obj=lambda: app)
    assert again.exit_code == 1
    assert "er ikke tom" in again.output
    monkeypatch.setenv("MEDVIRK_INSTANCE", str(bare_elsewhere.instance))
    monkeypatch.setenv("MEDVIRK_DATABASE_URL", bare_elsewhere.database_url or "")
    taken_in = run.invoke(medvirk, ["import-all", folder])
    assert taken_in.exit_code == 0, taken_in.output
    assert "Fjordvik kommune: " in taken_in.output
    with full.reading() as session:
        assert session.scalar(select(Survey.status).where(Survey.key == RELEASED)) == SurveyStatus.RELEASED
