"""The site and the worker start only on a database and a key store that are theirs, and say in one line why not."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_base
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import SurveyStatus
from surveys.commands import medvirk
from surveys.operating import migrating
from surveys.operating.examination import examine
from surveys.operating.revisions import newest_revision
from surveys.organisation.models import Installation
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.building import build_open_survey

COMMANDS = ("serve", "worker")
STARTING = pytest.mark.parametrize("command", COMMANDS)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which of the two were started, instead of running for ever."""
    found: list[str] = []
    monkeypatch.setattr("surveys.operating.serving.Server.run", lambda _self: found.append("serve"))
    # The tests' application has its pages already.
    monkeypatch.setattr("surveys.site.application.add_pages", lambda app: app)
    monkeypatch.setattr("surveys.site.worker.work", lambda *_arguments: found.append("worker"))
    return found


@pytest.fixture
def begun(app: Flask) -> Flask:
    assert _run(app, "init", "--yes")[0] == 0
    return app


@pytest.fixture
def other_node(begun: Flask) -> Iterator[Flask]:
    """A machine with the same database and keys of its own making."""
    settings: Settings = begun.config["SETTINGS"]
    folder = settings.instance.parent / "other"
    folder.mkdir()
    url = settings.database_url or settings.database
    node = create_base(replace(settings, instance=folder, secret_key="", database_url=url))
    yield node
    node.extensions["medvirk_database"].engine.dispose()


def _run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(medvirk, list(arguments), obj=lambda: app)
    return result.exit_code, result.output


def _wrong(app: Flask) -> str:
    return "\n".join(finding.what for finding in examine(app) if finding.is_wrong)


@STARTING
def test_they_start_on_what_init_has_made(begun: Flask, started: list[str], command: str) -> None:
    assert _run(begun, command)[0] == 0
    assert started == [command]


def test_an_outdated_schema_and_an_empty_database_are_refused_in_one_line(
    begun: Flask, started: list[str]
) -> None:
    engine = begun.extensions["medvirk_database"].engine
    migrating.downgrade(engine, "0001")
    refusal = (
        "Medvirk starter ikke. Databasen er ikke oppdatert: den er på trinn 0001, og denne versjonen trenger "
        f"{newest_revision(migrating.FOLDER)}. Kjør «medvirk init».\n"
    )
    for command in COMMANDS:
        assert _run(begun, command) == (1, refusal)
    assert "på trinn 0001" in _wrong(begun)
    migrating.downgrade(engine, "base")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    for command in COMMANDS:
        assert "den er tom. Kjør «medvirk init»" in _run(begun, command)[1]
    assert started == []


@STARTING
def test_a_newer_schema_is_refused_in_one_line(begun: Flask, started: list[str], command: str) -> None:
    db: Database = begun.extensions["medvirk_database"]
    with db.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    code, said = _run(begun, command)
    assert (code, started) == (1, [])
    assert "nyere versjon av Medvirk: den er på trinn 9999" in said
    assert len(said.splitlines()) == 1
    code, said = _run(begun, "init", "--yes")
    assert code == 1
    assert "nyere versjon" in said
    assert "nyere versjon" in _wrong(begun)


@STARTING
def test_keys_of_another_installation_are_refused(
    other_node: Flask, started: list[str], command: str
) -> None:
    code, said = _run(other_node, command)
    assert (code, started) == (1, [])
    assert "hører til en annen installasjon enn databasen" in said
    assert len(said.splitlines()) == 1
    assert "hører til en annen installasjon" in _wrong(other_node)


def test_init_leaves_a_database_with_other_keys_alone_unless_they_are_lost(
    begun: Flask, other_node: Flask, started: list[str]
) -> None:
    code, said = _run(other_node, "init", "--yes")
    assert code == 1
    assert "hører til en annen installasjon" in said
    assert _run(begun, "serve")[0] == 0
    assert _run(other_node, "init", "--yes", "--accept-lost-keys")[0] == 0
    assert _run(other_node, "serve")[0] == 0
    assert _run(begun, "serve")[0] == 1


@STARTING
@pytest.mark.parametrize("status", [SurveyStatus.OPEN, SurveyStatus.CLOSED])
def test_a_key_store_without_a_surveys_keys_is_refused_unless_they_are_lost(
    app: Flask, db: Database, started: list[str], command: str, status: SurveyStatus
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        if status == SurveyStatus.CLOSED:
            close_survey(session, survey)
    assert _run(app, command)[0] == 0
    shutil.rmtree(app.config["SETTINGS"].keys / "surveys")
    code, said = _run(app, command)
    assert (code, started) == (1, [command])
    assert "mangler nøklene til liten-2026" in said
    assert len(said.splitlines()) == 1
    assert "«liten-2026» mangler" in _wrong(app)
    assert _run(app, command, "--accept-lost-keys")[0] == 0


def test_a_counted_survey_needs_no_keys(app: Flask, db: Database, started: list[str]) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        close_survey(session, survey)
        survey.status = SurveyStatus.COUNTED
    shutil.rmtree(app.config["SETTINGS"].keys / "surveys")
    assert _run(app, "serve")[0] == 0


def test_a_database_from_before_is_given_the_fingerprint_only_with_all_its_keys(
    app: Flask, db: Database
) -> None:
    with db.transaction() as session:
        build_open_survey(app, session)
    folder = app.config["SETTINGS"].keys / "surveys"
    folder.rename(folder.with_name("elsewhere"))
    _run(app, "init", "--yes")
    assert _fingerprint(db) == ""
    folder.with_name("elsewhere").rename(folder)
    _run(app, "init", "--yes")
    assert _fingerprint(db) == app.config["SECRETS"].fingerprint.hex()


def test_the_fingerprint_is_none_of_the_secrets(app: Flask) -> None:
    secrets = app.config["SECRETS"]
    assert len({secrets.fingerprint, secrets.master, secrets.codes, secrets.session, secrets.limits}) == 5


def _fingerprint(db: Database) -> str:
    with db.reading() as session:
        return session.get_one(Installation, 1).keys_fingerprint
