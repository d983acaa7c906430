"""A questionnaire in use stays as it was: a changed file stops the site before it starts, and says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from questionnaires import files
from surveys.access.models import Role
from surveys.campaigns.changed_questionnaires import changed_files
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.commands import medvirk
from surveys.instruments.models import Instrument
from surveys.operating.examination import examine
from surveys.operating.starting import refuse_changed_questionnaires
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.building import (
    SMALL_SOURCE,
    build_installation,
    build_open_survey,
    build_survey,
    build_units,
)
from tests.card_building import sign_in_as

CHANGED = SMALL_SOURCE.replace(b"Jeg trives", b"Jeg liker meg")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the small instrument, as it was when surveys took it in use."""
    folder = tmp_path / "definitions"
    monkeypatch.setattr(files, "DEFINITIONS", folder)
    path = folder / "liten" / "v1.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(SMALL_SOURCE)
    return path


@pytest.fixture
def in_use(app: Flask, db: Database) -> Database:
    """An open survey and a draft of the small instrument."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        build_survey(session, survey.unit, key="liten-2028")
    return db


def _run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(medvirk, list(arguments), obj=lambda *_: app)
    return result.exit_code, result.output


def test_files_that_are_as_they_were_stop_nothing(app: Flask, in_use: Database, file: Path) -> None:
    refuse_changed_questionnaires(app)
    assert any("Spørreskjemaene som er i bruk, er som de var" in finding.what for finding in examine(app))


def test_a_missing_file_is_no_fault_for_the_text_is_in_the_database(
    app: Flask, in_use: Database, file: Path
) -> None:
    file.unlink()
    refuse_changed_questionnaires(app)
    with in_use.reading() as session:
        assert changed_files(session) == []


def test_a_changed_file_that_no_survey_has_used_may_change(app: Flask, db: Database, file: Path) -> None:
    file.write_bytes(CHANGED)
    refuse_changed_questionnaires(app)


@pytest.mark.parametrize("arguments", [["serve", "--port", "1"], ["worker"], ["demo", "--build-only"]])
def test_nothing_starts_when_a_used_file_is_changed(
    app: Flask, in_use: Database, file: Path, arguments: list[str]
) -> None:
    file.write_bytes(CHANGED)
    code, said = _run(app, *arguments)
    assert code == 1
    assert f"Filen {file} er endret" in said
    assert "liten-2026, liten-2028" in said
    assert f"lag en ny versjon av endringen: {file.with_name('v2.yaml')}" in said
    assert "version: 2" in said
    assert "http://" not in said


def test_the_demo_may_also_be_built_again(app: Flask, db: Database, file: Path) -> None:
    with db.transaction() as session:
        build_installation(session, synthetic=True)
        build_survey(session, build_units(session)["K"])
    file.write_bytes(CHANGED)
    assert f"slette mappen {app.config['SETTINGS'].instance}" in _run(app, "demo", "--build-only")[1]


def test_the_advice_names_the_next_version_that_is_free(app: Flask, in_use: Database, file: Path) -> None:
    file.write_bytes(CHANGED)
    file.with_name("v2.yaml").write_bytes(SMALL_SOURCE)
    assert "v3.yaml" in _run(app, "worker")[1]


def test_doctor_names_the_changed_file(app: Flask, in_use: Database, file: Path) -> None:
    file.write_bytes(CHANGED)
    code, said = _run(app, "doctor")
    assert code == 1
    assert f"[FEIL] Filen {file} er endret" in said


def test_a_survey_whose_questionnaire_was_changed_after_the_draft_is_not_opened(
    app: Flask, client: FlaskClient, db: Database, file: Path
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_survey(session, build_units(session)["K"])
    sign_in_as(client, db, Role.HR)
    file.write_bytes(CHANGED)
    response = client.post("/undersokelser/liten-2026/steg/open")
    assert response.status_code == 409
    assert "er endret etter at den ble tatt i bruk" in response.text
    with db.reading() as session:
        assert session.scalars(select(Survey.status)).one() == SurveyStatus.DRAFT


def test_a_database_without_tables_has_used_nothing(tmp_path: Path) -> None:
    from app import create_app

    empty = create_app(Settings(instance=tmp_path, secret_key="en hemmelighet for tester"))
    refuse_changed_questionnaires(empty)
    empty.extensions["medvirk_database"].engine.dispose()


def test_a_database_that_does_not_answer_is_said_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from app import create_app

    nowhere = f"postgresql://nobody@/nothing?host={tmp_path}"
    lost = create_app(
        Settings(instance=tmp_path, database_url=nowhere, secret_key="en hemmelighet for tester")
    )
    with pytest.raises(SystemExit):
        refuse_changed_questionnaires(lost)
    assert capsys.readouterr().err.startswith("Databasen svarer ikke: ")


def _medvirk(environment: dict[str, str], program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_message_stands_before_any_web_process_is_made(
    app: Flask, in_use: Database, environment: dict[str, str]
) -> None:
    with in_use.transaction() as session:
        session.execute(update(Instrument).values(key="medarbeider"))
    done = _medvirk(environment, "import app; app.main()", "serve", "--port", "1")
    assert done.returncode == 1
    assert "medarbeider" in done.stderr
    assert done.stderr.rstrip().endswith("spørreskjemaer som er i bruk, kan ikke endres.")
    assert "gunicorn" not in done.stderr
    assert done.stdout == ""


def test_the_examination_at_start_loads_no_number_library(
    app: Flask, in_use: Database, environment: dict[str, str]
) -> None:
    program = (
        "import app, sys; from surveys.operating.starting import refuse_changed_questionnaires;"
        "refuse_changed_questionnaires(app.create_app());"
        "print(sorted({'pandas', 'numpy', 'scipy', 'jsonschema'} & sys.modules.keys()))"
    )
    assert _medvirk(environment, program).stdout == "[]\n"
