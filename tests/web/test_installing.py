"""An installation is begun once, examined, and served without a trace of its respondents."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app import create_app, create_base
from surveys.access.accounts import authenticate
from surveys.access.models import Account, Grant, Role
from surveys.campaigns.lifecycle import SurveyError, close_survey
from surveys.campaigns.models import SurveyStatus
from surveys.commands import COMMANDS, medvirk
from surveys.operating.examination import examine
from surveys.operating.key_examination import keys_are_apart
from surveys.operating.serving import DiscreetLogger
from surveys.organisation.models import Installation, Unit
from surveys.platform.config import Settings
from surveys.platform.database import Base, Database, database
from surveys.publishing.counting_ballots import count
from tests.building import answer_some, build_open_survey, keys_of, sheet_of
from tests.mail_server import free_port


def _run(app: Flask, *arguments: str, typed: str = "") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(medvirk, list(arguments), obj=lambda: app, input=typed)
    return result.exit_code, result.output


def _wrong(app: Flask) -> str:
    return "\n".join(finding.what for finding in examine(app) if finding.is_wrong)


def test_init_makes_the_municipality_and_an_administrator_who_can_sign_in(app: Flask, db: Database) -> None:
    code, said = _run(app, "init", "--yes", "--municipality", "Fjordvik kommune", "--username", "Kari")
    assert code == 0
    password = re.findall(r"Passord: (\S+)", said)[0]
    with db.reading() as session:
        account = authenticate(session, "kari", password)
        assert account is not None
        assert [(grant.role, grant.unit.name) for grant in account.grants] == [
            (Role.ADMINISTRATOR, "Fjordvik kommune")
        ]


def test_init_again_changes_nothing_and_shows_no_password(app: Flask, db: Database) -> None:
    _run(app, "init", "--yes", "--municipality", "Fjordvik kommune")
    code, said = _run(app, "init", "--yes", "--municipality", "Lillevik", "--username", "en-annen")
    assert code == 0
    assert "Passord" not in said
    with db.reading() as session:
        assert session.get_one(Installation, 1).municipality == "Fjordvik kommune"
        for table in (Account, Grant, Unit):
            assert session.scalar(select(func.count(table.id))) == 1


def test_init_asks_for_what_it_was_not_told(app: Flask, db: Database) -> None:
    typed = "Fjordvik kommune\nkari\net langt passord\net langt passord\n"
    code, said = _run(app, "init", typed=typed)
    assert code == 0
    assert "et langt passord" not in said
    with db.reading() as session:
        assert authenticate(session, "kari", "et langt passord")


def test_init_refuses_a_short_password_and_makes_nobody(app: Flask, db: Database) -> None:
    code, said = _run(app, "init", typed="Fjordvik\nkari\nkort\nkort\n")
    assert code == 1
    assert "minst 12 tegn" in said
    with db.reading() as session:
        assert session.scalar(select(func.count(Account.id))) == 0


def test_init_refuses_a_name_that_was_encoded_twice_and_says_what_was_meant(app: Flask, db: Database) -> None:
    code, said = _run(app, "init", "--yes", "--municipality", "GjÃ¸vik kommune")
    assert code == 1
    assert "«Gjøvik kommune»" in said
    with db.reading() as session:
        assert session.scalar(select(func.count(Installation.id))) == 0
    assert _run(app, "init", "--yes", "--municipality", "Gjøvik kommune")[0] == 0


def test_init_brings_an_empty_database_up_to_date(tmp_path: Path) -> None:
    from app import create_app

    empty = create_app(Settings(instance=tmp_path, secret_key="en hemmelighet for tester"))
    assert _run(empty, "init", "--yes")[0] == 0
    assert "Databasen" not in _wrong(empty)
    empty.extensions["medvirk_database"].engine.dispose()


def test_doctor_ends_with_1_when_something_is_wrong_and_never_shows_a_secret(app: Flask) -> None:
    code, said = _run(app, "doctor")
    assert code == 1
    assert "Nøkkellageret" in said
    assert "MEDVIRK_SECRET_KEY = satt" in said
    assert app.config["SETTINGS"].secret_key not in said


def test_doctor_finds_an_old_database(tmp_path: Path) -> None:
    from app import create_app

    old = create_app(Settings(instance=tmp_path, secret_key="en hemmelighet for tester"))
    assert "Databasen er ikke oppdatert" in _wrong(old)
    old.extensions["medvirk_database"].engine.dispose()


def test_doctor_and_init_refuse_a_newer_versions_database(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "nyere versjon av Medvirk" in _wrong(app)
    code, said = _run(app, "init", "--yes")
    assert code == 1
    assert "nyere versjon av Medvirk" in said


def test_doctor_names_the_tables_that_somebody_changed(app: Flask, db: Database) -> None:
    assert "endret databasen" not in _wrong(app)
    with db.transaction() as session:
        session.execute(text("ALTER TABLE goal ADD COLUMN colour VARCHAR"))
    assert "Disse tabellene er ikke som de skal: goal." in _wrong(app)


def test_doctor_says_when_a_natural_copy_would_take_both_halves(tmp_path: Path) -> None:
    inside, outside = tmp_path / "instance", tmp_path / "disk"
    together = Settings(instance=inside)
    apart = Settings(instance=inside, keys_folder=outside)
    elsewhere = Settings(instance=inside, database_url="postgresql://medvirk@/medvirk")
    linked = Settings(instance=inside, keys_folder=tmp_path / "link")
    inside.mkdir()
    (tmp_path / "link").symlink_to(inside)
    said = {
        name: next(iter(keys_are_apart(create_base(settings))))
        for name, settings in {
            "together": together, "apart": apart, "elsewhere": elsewhere, "linked": linked
        }.items()
    }  # fmt: skip
    assert "tar med både databasen og nøklene" in said["together"].what
    assert said["together"].is_note
    assert "tar med både" in said["linked"].what
    assert "ligger utenfor" in said["apart"].what
    assert "Ta kopi av dem hver for seg" in said["elsewhere"].what


def test_a_copy_of_the_instance_folder_opens_nothing_when_the_keys_are_elsewhere(tmp_path: Path) -> None:
    """With the keys, nobody sees them in the folder; without them, another machine neither starts nor counts."""
    settings = Settings(instance=tmp_path / "instance", keys_folder=tmp_path / "disk")
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(database().engine)
        with database().transaction() as session:
            survey = build_open_survey(app, session)
            answer_some(app, session, survey, "A", [sheet_of(4)] * 5)
            close_survey(session, survey)
        database().engine.dispose()
    assert next(settings.keys.rglob("*.key"))
    assert not [path for path in settings.instance.rglob("*") if "key" in path.name]
    shutil.copytree(settings.instance, tmp_path / "copy")
    thief = create_app(Settings(instance=tmp_path / "copy"))
    with thief.app_context(), pytest.raises(SurveyError):
        count(database(), keys_of(thief), "liten-2026")
    with app.app_context():
        count(database(), keys_of(app), "liten-2026")


def test_doctor_finds_keys_that_others_can_read(app: Flask, db: Database) -> None:
    app.config["SETTINGS"].keys.mkdir(mode=0o700)
    with db.transaction() as session:
        build_open_survey(app, session)
    assert "Andre kan lese" not in _wrong(app)
    key = next(app.config["SETTINGS"].keys.rglob("*.key"))
    key.chmod(0o640)
    assert f"Andre kan lese {key}. Kjør «chmod 600 {key}»." in _wrong(app)


def test_doctor_destroys_the_left_over_key_of_a_counted_survey_and_no_other(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        survey_id = survey.id
    examine(app)
    assert keys_of(app).has(survey_id)
    with db.transaction() as session:
        found = session.get_one(type(survey), survey_id)
        close_survey(session, found)
        found.status = SurveyStatus.COUNTED
    assert any("«liten-2026» lå igjen" in finding.what for finding in examine(app))
    assert not keys_of(app).has(survey_id)


def test_doctor_finds_missing_files(app: Flask, tmp_path: Path) -> None:
    app.static_folder = str(tmp_path)
    app.config["ROOT"] = tmp_path
    wrong = _wrong(app)
    assert "design.css" in wrong
    assert "Oversettelsene til nn, en" in wrong


@pytest.mark.parametrize(
    ("base_url", "proxies", "mark", "words"),
    [
        ("https://medvirk.kommunen.no", 0, "FEIL", "MEDVIRK_PROXIES er 0"),
        ("https://medvirk.kommunen.no", 1, " OK ", "foran nettstedet: 1"),
        ("http://medvirk.kommunen.no", 1, "MERK", "begynner ikke med https"),
    ],
)
def test_doctor_judges_proxies(app: Flask, base_url: str, proxies: int, mark: str, words: str) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url=base_url, proxies=proxies)
    [found] = [
        finding
        for finding in examine(app)
        if "mellomtjenere" in finding.what.lower() or "PROXIES" in finding.what
    ]
    assert (found.mark, words in found.what) == (mark, True)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    from click.testing import CliRunner

    result = CliRunner().invoke(medvirk, [command, "--help"], obj=lambda: None)
    assert result.exit_code == 0
    assert len(result.output.splitlines()) >= 4


def test_the_server_answers_and_logs_no_code(
    app: Flask, client: FlaskClient, db: Database, environment: dict[str, str]
) -> None:
    with db.transaction() as session:
        build_open_survey(app, session)
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", "import app; app.main()", "serve", "--port", str(port), "--workers", "1"],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    log = ""
    try:
        while "Booting worker" not in log:
            line = server.stderr.readline()
            assert line, log
            log += line
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/svar/0123-4567-89AB", timeout=120)
    finally:
        server.send_signal(signal.SIGTERM)
        log += server.communicate()[1]
    assert server.returncode == 0
    assert "0123" not in log
    assert not re.search(r"\d\d:\d\d:\d\d", log)


def test_the_servers_own_errors_are_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    from gunicorn.config import Config  # type: ignore[import-untyped]

    logger = DiscreetLogger(Config())
    logger.error("Error handling request %s from ip=%s", "/svar/0123-4567-89AB", "10.0.0.7")
    said = capsys.readouterr().err
    assert "/svar/…" in said
    assert "0123" not in said
    assert "10.0.0.7" not in said
