"""Error pages need no database, carry every header, and speak the reader's language; no input makes a 500."""

import logging
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from app import create_app
from surveys.access.models import Role
from surveys.access.permissions import open_to_everyone
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.security import _HEADERS
from tests.building import build_installation
from tests.card_building import sign_in_as
from tests.conftest import Installations

UNSAVED = {
    "nb": "Ingenting er lagret halvveis",
    "nn": "Ingenting er lagra halvvegs",
    "en": "Nothing has been saved only in part",
}
NOT_RESPONDING = {
    "nb": "Databasen svarer ikke",
    "nn": "Databasen svarer ikkje",
    "en": "The database does not respond",
}


def _as_error_page(answer: TestResponse, language: str) -> None:
    for name, value in _HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'<html lang="{language}"' in answer.text


@pytest.fixture
def faulty(app: Flask) -> FlaskClient:
    """Pages that fail, for staff and for respondents."""
    app.config.update(PROPAGATE_EXCEPTIONS=False)

    @open_to_everyone
    def fail(code: int) -> str:
        if code == 500:
            raise RuntimeError("ABCD-EFGH-JKMN is nobody's business")
        abort(code)

    app.add_url_rule("/feil/<int:code>", "fail", fail)
    app.add_url_rule(
        "/svar/KODE/<language>/feil/<int:code>",
        "fail_respondent",
        open_to_everyone(lambda code, **_language: fail(code)),
    )
    return app.test_client()


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("code", [400, 403, 413, 500, 503])
def test_an_error_page_says_that_nothing_was_half_saved(
    faulty: FlaskClient, code: int, language: str
) -> None:
    for answer in (
        faulty.get(f"/feil/{code}", headers={"Accept-Language": language}),
        faulty.get(f"/svar/KODE/{language}/feil/{code}"),
    ):
        assert answer.status_code == code
        assert UNSAVED[language] in answer.text
        _as_error_page(answer, language)


@pytest.mark.parametrize("code", [404, 405, 429])
def test_other_error_pages_carry_the_headers_too(faulty: FlaskClient, code: int) -> None:
    answer = faulty.get(f"/feil/{code}", headers={"Accept-Language": "nn"})
    assert answer.status_code == code
    _as_error_page(answer, "nn")
    assert ("Retry-After" in answer.headers) == (code == 429)


def test_staff_get_a_number_that_the_log_has_and_respondents_do_not(
    faulty: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    log = faulty.application.logger
    log.addHandler(caplog.handler)
    caplog.set_level(logging.ERROR, logger=log.name)
    page = faulty.get("/feil/500").text
    found = re.search(r"feilnummer ([0-9a-f]{8}), klokken (\d\d:\d\d:\d\d)", page)
    assert found
    # Heard once or twice: by the handler we added, and by the root if the log passes lines on.
    [line] = {line for line in caplog.messages if found[1] in line}
    assert found[2] in line
    assert "ABCD" not in line
    caplog.clear()
    assert "feilnummer" not in faulty.get("/svar/KODE/nb/feil/500").text
    assert not any("kl. " in line or "KODE" in line for line in caplog.messages if line.startswith("Feil"))
    log.removeHandler(caplog.handler)


@pytest.fixture
def stopped(tmp_path: Path) -> FlaskClient:
    """A site whose PostgreSQL is not there."""
    instance = tmp_path / "instance"
    instance.mkdir()
    address = "postgresql+psycopg://medvirk@127.0.0.1:9/medvirk?connect_timeout=2"
    settings = Settings(
        instance=instance,
        secret_key="a secret for tests only",
        base_url="http://localhost",
        database_url=address,
    )
    return create_app(settings).test_client()


def _wait_briefly(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 20")


@pytest.fixture
def locked(installations: Installations, tmp_path: Path) -> Iterator[FlaskClient]:
    """A site whose SQLite file another program holds."""
    with installations("sqlite", tmp_path) as settings:
        app = create_app(replace(settings))
        engine = app.extensions["medvirk_database"].engine
        # Before ours, which asks for the file's mode and would wait for it.
        event.listen(engine, "connect", _wait_briefly, insert=True)
        app.config["WTF_CSRF_ENABLED"] = False
        holder = sqlite3.connect(settings.instance / "medvirk.sqlite3", isolation_level=None)
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        yield app.test_client()
        holder.close()
        engine.dispose()


@pytest.mark.parametrize("kind", ["stopped", "locked"])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_database_that_does_not_respond_is_told_in_words(
    request: pytest.FixtureRequest, kind: str, language: str
) -> None:
    client: FlaskClient = request.getfixturevalue(kind)
    for answer in (
        client.get(f"/svar/ABCD-EFGH-JKMN/{language}/"),
        client.get("/tilgjengelighet", headers={"Accept-Language": language}),
    ):
        assert answer.status_code == 503
        assert NOT_RESPONDING[language] in answer.text
        assert UNSAVED[language] in answer.text
        assert answer.headers["Retry-After"] == "60"
        _as_error_page(answer, language)


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    with db.transaction() as session:
        build_installation(session)
        session.add(Unit(code="kommune", name="Kommunen"))
    sign_in_as(client, db, Role.HR, "kommune")
    return client


HOSTILE = (
    "\0",
    "a\0b",
    "a\r\nSet-Cookie: b=c",
    "9" * 19,
    "9" * 30,
    "9" * 5_000,
    "-1",
    "²",
    "\ufffd" * 50,
    "%ff%fe",
    "x" * 20_000,
)


def test_no_route_fails_by_what_stands_in_the_address(hr: FlaskClient) -> None:
    """Every rule, with every hostile value in each of its places."""
    from urllib.parse import quote

    for rule in hr.application.url_map.iter_rules():
        if not rule.arguments or rule.endpoint == "static":
            continue
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        for value in HOSTILE:
            address = re.sub("<[^>]+>", quote(value, safe="%"), rule.rule)
            answer = hr.open(address, method=method)
            assert answer.status_code < 500, (method, rule.rule, value[:30], answer.status_code)


def test_an_error_speaks_the_accounts_language_in_a_foreign_browser(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    with db.transaction() as session:
        build_installation(session)
        session.add(Unit(code="K", name="Kommunen"))
    sign_in_as(client, db, Role.HR)
    answer = client.get("/undersokelser/finnes-ikke", headers={"Accept-Language": "en-US"})
    assert answer.status_code == 404
    _as_error_page(answer, "nb")


@pytest.mark.parametrize("value", HOSTILE)
def test_neste_never_fails_and_never_leads_away(hr: FlaskClient, value: str) -> None:
    for target in (value, f"/{value}", f"//{value}", f"/\\{value}", "/[", "//["):
        answer = hr.get("/sprak/nn", query_string={"neste": target})
        assert answer.status_code == 302
        assert "Set-Cookie: b" not in str(answer.headers).replace("\r", "")
        assert answer.location.startswith("/")
        assert not answer.location.startswith("//")


def test_what_cannot_be_stored_is_left_out_of_forms(hr: FlaskClient) -> None:
    with hr.application.test_request_context(
        "/?a=1%002&b=%ed%a0%80", method="POST", data={"c\0": "x\0y"}
    ) as context:
        assert context.request.args["a"] == "12"
        assert context.request.form.to_dict() == {"c": "xy"}
        assert "\ud800" not in context.request.args["b"]
