"""What a respondent's visit leaves behind: nothing in the browser, nothing at other hosts, nothing in the log."""

import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.campaigns.models import Survey
from surveys.platform.database import Database
from surveys.platform.logs import without_codes
from tests.building import build_open_survey, invite_some
from tests.respondent import Respondent


@pytest.fixture
def codes(app: Flask, db: Database) -> list[str]:
    with db.transaction() as session:
        return invite_some(app, session, build_open_survey(app, session), count=3)


@pytest.fixture
def visited(app: Flask, codes: list[str]) -> list[TestResponse]:
    """Every kind of answer the respondent's pages give, redirects, errors and receipts included."""
    client, seen = app.test_client(), []
    fresh, half, done = (f"/svar/{code}/nb" for code in codes)
    Respondent(app.test_client(), codes[1]).goes_to("side/1")
    seen.append(client.post(f"{half}/side/1", data={"TRI01": "1"}))
    seen.append(client.post(f"{half}/side/1", data={"TRI01": "77"}))
    seen.append(client.post(f"{half}/side/1?endre=1", data={"_sprak": "en"}))
    Respondent(app.test_client(), codes[2]).answers_to_the_review()
    seen += [client.post(f"{done}/lever"), client.post(f"{done}/lever")]
    seen += [client.post("/svar", data={"kode": typed}) for typed in ("tull", codes[0])]
    gets = [f"{fresh}/{page}" for page in ("", "side/1", "side/3", "side/4", "side/99")]
    gets += [f"{half}/{page}" for page in ("side/1?mangler=1", "side/1?endre=1", "pause", "oppsummering")]
    gets += [f"{done}/kvittering", f"{done}/side/1", f"/svar/{codes[2]}"]
    gets += ["/svar", f"/svar/{codes[0]}", f"/svar/{codes[0]}?sprak=en", "/svar/0000-0000-0000"]
    gets += ["/tilgjengelighet?sprak=nb", "/anonymitet?sprak=en", "/informasjonskapsler?sprak=nn"]
    return seen + [client.get(address) for address in gets]


def test_no_respondent_page_sets_a_cookie(visited: list[TestResponse]) -> None:
    assert {response.status_code for response in visited} == {200, 303, 404, 422}
    for response in visited:
        assert "Set-Cookie" not in response.headers, response.request.path


def test_no_respondent_page_lets_the_code_leave_in_a_referer(visited: list[TestResponse]) -> None:
    for response in visited:
        assert response.headers["Referrer-Policy"] == "no-referrer", response.request.path


def test_no_respondent_page_is_kept_by_browser_or_proxy(visited: list[TestResponse]) -> None:
    for response in visited:
        assert response.headers["Cache-Control"] == "no-store", response.request.path


def test_no_respondent_page_names_another_host(visited: list[TestResponse]) -> None:
    for response in visited:
        fetched = re.findall(r"""(?:src|href|action|content|url\()\s*=?\s*["']?([^"'\s>)]+)""", response.text)
        outside = [address for address in fetched if re.match(r"(?:[a-z]+:)?//", address)]
        assert outside == [], response.request.path


def test_no_respondent_page_has_inline_script_or_style(visited: list[TestResponse]) -> None:
    for response in visited:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", response.text), (
            response.request.path
        )


def test_pages_do_not_differ_for_somebody_who_carries_a_cookie(app: Flask, codes: list[str]) -> None:
    plain, signed = app.test_client(), app.test_client()
    signed.set_cookie("medvirk", "a broken session")
    address = Respondent(plain, codes[0]).page.links()["Start"]
    assert plain.get(address).data == signed.get(address).data


def test_a_page_never_shows_another_respondents_code_or_answers(app: Flask, codes: list[str]) -> None:
    first = Respondent(app.test_client(), codes[0])
    first.goes_to("side/1")
    first.answers_all(choose=2)
    second = Respondent(app.test_client(), codes[1])
    for page in ("side/1", "side/2", "oppsummering"):
        shown = second.goes_to(page)
        assert codes[0] not in shown.response.text
        assert shown.answers() == {}


def test_a_code_never_reaches_the_log(app: Flask, codes: list[str]) -> None:
    lines: list[str] = []
    handler = app.logger.handlers[0]
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.logger.error("Exception on %s [%s]", f"/svar/{codes[0]}/nb/side/1", "GET")
    app.logger.error("/svar/%s", codes[1].lower())
    assert len(lines) == 2
    assert all("/svar/…" in line for line in lines)
    assert not any(code.lower() in line.lower() for code in codes for line in lines)


def test_log_lines_carry_the_day_and_no_time(app: Flask) -> None:
    line = app.logger.handlers[0].format(logging.LogRecord("x", logging.INFO, "", 0, "message", (), None))
    assert re.match(r"\d{4}-\d\d-\d\d INFO", line)
    assert not re.search(r"\d\d:\d\d", line)


def test_answering_writes_no_log_line_at_all(
    app: Flask, codes: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    app.logger.propagate = True
    with caplog.at_level(logging.DEBUG):
        person = Respondent(app.test_client(), codes[0])
        person.answers_to_the_review()
        person.press()
    assert [
        record.getMessage() for record in caplog.records if record.name.startswith(("medvirk", "surveys"))
    ] == []


@pytest.mark.parametrize(
    "address",
    [
        "/svar/ABCD-EFGH-JKMN",
        "/svar/abcdefghjkmn/nb/side/1",
        "/svar/ABCDEFGHJKMN?sprak=nb",
        "/svar/abcd%20efgh/nb/side/1",
        "/svar/abcd efgh/nb",
    ],
)
def test_codes_are_masked_however_they_are_written(address: str) -> None:
    masked = without_codes(f"GET {address} 200")
    assert masked.startswith("GET /svar/…")
    assert "efgh" not in masked.lower()


def test_the_audit_trail_says_nothing_of_respondents(app: Flask, db: Database, codes: list[str]) -> None:
    from surveys.audit.models import AuditEntry

    with db.reading() as session:
        before = len(session.scalars(select(AuditEntry)).all())
    person = Respondent(app.test_client(), codes[0])
    person.answers_to_the_review()
    person.press()
    with db.reading() as session:
        assert len(session.scalars(select(AuditEntry)).all()) == before
        assert session.scalars(select(Survey)).one().key == "liten-2026"


def test_a_client_that_follows_every_step_ends_without_cookies(client: FlaskClient, codes: list[str]) -> None:
    person = Respondent(client, codes[0])
    person.answers_to_the_review()
    person.press()
    assert client.get_cookie("medvirk") is None
