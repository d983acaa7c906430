"""A form is taken from our own pages only, on https too; headers of proxies nobody told of are refused, loudly."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from app import create_app
from surveys.access.models import Role
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.building import build_installation, build_units
from tests.card_building import sign_in_as

ADDRESS = "https://medvirk.kommunen.no"
Make = Callable[..., Flask]


@pytest.fixture
def make(settings: Settings) -> Iterator[Make]:
    """An application with other settings than the usual ones, on https."""
    made: list[Flask] = []

    def make_app(**changes: object) -> Flask:
        made.append(create_app(replace(settings, **({"base_url": ADDRESS} | changes))))  # type: ignore[arg-type]
        return made[-1]

    yield make_app
    for app in made:
        app.extensions["medvirk_database"].engine.dispose()


def _signed_in(app: Flask) -> tuple[FlaskClient, str]:
    """HR's browser, and the token that is in its pages."""
    db: Database = app.extensions["medvirk_database"]
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    client = app.test_client()
    sign_in_as(client, db, Role.HR)
    with app.test_request_context():
        token = generate_csrf()
        from flask import session as cookie

        raw = cookie["csrf_token"]
    with client.session_transaction() as own:
        own["csrf_token"] = raw
    return client, token


def test_a_form_on_https_needs_no_referer(make: Make) -> None:
    client, token = _signed_in(make())
    sent = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert client.post("/logg-ut", data={"csrf_token": token}, headers=sent).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ADDRESS},
        {"Origin": "https://andre.kommunen.no"},
        {"Origin": "http://medvirk.kommunen.no"},
        {"Origin": "https://medvirk.kommunen.no.example"},
    ],
)
def test_another_site_is_refused_even_with_the_right_token(make: Make, sent: dict[str, str]) -> None:
    client, token = _signed_in(make())
    answer = client.post("/logg-ut", data={"csrf_token": token}, headers=sent)
    assert answer.status_code == 400
    assert "Skjemaet ble sendt fra et annet nettsted" in answer.text
    assert client.get("/").status_code == 200, "still signed in"


@pytest.mark.parametrize("sent", [{"Sec-Fetch-Site": "none"}, {"Origin": ADDRESS}, {"Origin": "null"}, {}])
def test_without_the_token_nothing_is_taken_whatever_the_browser_says(
    make: Make, sent: dict[str, str]
) -> None:
    client, token = _signed_in(make())
    assert client.post("/logg-ut", headers=sent).status_code == 400
    assert client.post("/logg-ut", data={"csrf_token": token}, headers=sent).status_code == 302


def test_a_link_from_another_site_opens(make: Make) -> None:
    client, _token = _signed_in(make())
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"X-Forwarded-For": "192.0.2.1"},
        {"Forwarded": "for=192.0.2.1"},
        {"X-Real-IP": "192.0.2.1"},
        {"X-Forwarded-Proto": "https"},
    ],
)
def test_a_proxy_that_nobody_told_of_is_refused_and_logged_once_without_address(
    make: Make, sent: dict[str, str]
) -> None:
    app = make()
    _signed_in(app)
    lines = _lines(app)
    answers = [app.test_client().get("/svar", headers=sent) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {400}
    assert "MEDVIRK_PROXIES" in answers[0].text
    assert len(lines) == 1
    assert "MEDVIRK_PROXIES er 0" in lines[0]
    assert "192.0.2" not in lines[0]
    assert app.test_client().get("/svar").status_code == 200, "who sends no such header is let in"


def test_fewer_proxies_than_said_are_refused_too(make: Make) -> None:
    """Otherwise the nearest proxy would be everybody's address."""
    app = make(proxies=2)
    _signed_in(app)
    statuses = {
        forwarded: app.test_client().get("/svar", headers={"X-Forwarded-For": forwarded}).status_code
        for forwarded in ("192.0.2.1", "192.0.2.1, 192.0.2.2", "192.0.2.9, 192.0.2.1, 192.0.2.2", ", ,")
    }
    assert list(statuses.values()) == [400, 200, 200, 400]
    assert app.test_client().get("/svar").status_code == 400
    assert app.test_client().get("/helse/live").status_code == 200, "asked past the proxy"


@pytest.mark.parametrize("base_url", [ADDRESS, "http://medvirk.kommunen.no"])
def test_no_header_changes_scheme_host_or_prefix(make: Make, base_url: str) -> None:
    app = make(proxies=1, base_url=base_url)
    seen: list[str] = []
    app.before_request_funcs[None].append(lambda: seen.append(request.url))
    for scheme in ("http", "https"):
        sent = {
            "X-Forwarded-For": "192.0.2.1",
            "X-Forwarded-Proto": scheme,
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Port": "81",
            "X-Forwarded-Prefix": "/evil",
            "Host": "medvirk.kommunen.no",
        }
        app.test_client().get("/svar", headers=sent)
    assert seen == [f"{base_url}/svar"] * 2


def _lines(app: Flask) -> list[str]:
    """What is written in the log from now on."""
    lines: list[str] = []
    handler: logging.Handler = app.logger.handlers[0]
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    return lines
