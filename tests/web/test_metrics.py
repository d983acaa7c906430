"""Prometheus' figures: for whoever has the token, right over all web processes, and silent about who answers when."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select, update

from app import create_app
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    LongStep,
    MessageKind,
    Survey,
    SurveyStatus,
)
from surveys.operating.health.metrics import RESPONDENTS_IN
from surveys.platform.clock import now
from surveys.platform.config import Settings, SettingsError
from surveys.platform.database import Database
from surveys.platform.heartbeats import beat
from surveys.platform.request_counts import RequestClass, RequestCounts, counts_of
from tests.building import build_open_survey, invite_some
from tests.mail_server import free_port

TOKEN = "a-token-that-is-long-enough"
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}
LABELS = {
    "class": {kind.value for kind in RequestClass},
    "status": {"2xx", "3xx", "4xx", "5xx", "waiting", "unsure", "sent", "failed"},
    "state": {"waiting", "failed"},
    "queue": {"dates", "steps", "mail"},
    "le": {"0.1", "0.5", "2.5", "10.0", "+Inf"},
}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    application = create_app(replace(settings, metrics_token=TOKEN))
    application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield application
    application.extensions["medvirk_database"].engine.dispose()


@pytest.fixture
def codes(app: Flask, db: Database) -> list[str]:
    """Of three people in a small unit, two invited by mail."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        found = invite_some(app, session, survey, count=2, email="kari@fjordvik.example")
        found += invite_some(app, session, survey)
        for invitation_id in session.scalars(select(Invitation.id).where(Invitation.email != "")):
            session.add(
                Delivery(invitation_id=invitation_id, kind=MessageKind.INVITATION, status=DeliveryStatus.SENT)
            )
            session.add(Delivery(invitation_id=invitation_id, kind=MessageKind.REMINDER))
    for queue in ("dates", "steps", "mail"):
        beat(db, queue)
    return found


def _scraped(client: FlaskClient) -> str:
    answer = client.get("/helse/metrics", headers=ALLOWED)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text


def _value(text: str, name: str, **labels: str) -> float:
    [found] = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    return found


def _without_ages(text: str) -> str:
    return re.sub(r"(?m)^medvirk_worker_heartbeat_age_seconds.*$", "", text)


def _answers(client: FlaskClient, code: str) -> Iterator[Callable[[], int]]:
    """Everything one respondent does, one request at a time."""
    way = f"/svar/{code}/nb"
    page = {"TRI01": "4", "TRI02": "5", "TRI03": "2", "ROL01": "3", "ROL02": "3"}
    yield lambda: client.get(f"/svar/{code}").status_code
    for number in (1, 2, 3):
        address = f"{way}/side/{number}"
        yield lambda address=address: client.get(address).status_code  # type: ignore[misc]
        yield lambda address=address: client.post(address, data=page).status_code  # type: ignore[misc]
    yield lambda: client.post(f"{way}/lever").status_code
    yield lambda: client.get(f"{way}/kvittering").status_code


class TestTheToken:
    def test_without_one_there_is_no_page_and_nothing_is_counted(self, settings: Settings) -> None:
        app = create_app(settings)
        assert (
            app.test_client().get("/helse/metrics", headers={"Authorization": "Bearer "}).status_code == 404
        )
        assert counts_of(app) is None
        app.extensions["medvirk_database"].engine.dispose()

    @pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer feil", f"Basic {TOKEN}", TOKEN, "Bearer æ"])
    @pytest.mark.usefixtures("db")
    def test_whoever_has_another_is_refused_and_told_nothing(self, client: FlaskClient, sent: str) -> None:
        answer = client.get("/helse/metrics", headers={"Authorization": sent})
        assert answer.status_code == 401
        assert "medvirk_" not in answer.text

    def test_a_short_one_is_refused_at_start(self, settings: Settings) -> None:
        with pytest.raises(SettingsError, match="MEDVIRK_METRICS_TOKEN"):
            create_app(replace(settings, metrics_token="kort"))

    def test_doctor_does_not_show_it(self, settings: Settings) -> None:
        assert TOKEN not in str(replace(settings, metrics_token=TOKEN).described())


class TestADelivery:
    def test_changes_nothing_that_is_scraped(
        self, client: FlaskClient, db: Database, codes: list[str]
    ) -> None:
        """Not at any step: no figure moves when somebody begins, answers or delivers."""
        first = _without_ages(_scraped(client))
        for do in _answers(client, codes[0]):
            assert do() in {200, 303}
            assert _without_ages(_scraped(client)) == first
        with db.reading() as session:
            assert session.scalar(select(func.count(Ballot.id))) == 1, "she did deliver"

    def test_is_among_fifty_when_the_class_of_respondents_moves(
        self, client: FlaskClient, codes: list[str]
    ) -> None:
        first = _scraped(client).splitlines()
        for _ in range(RESPONDENTS_IN):
            client.get(f"/svar/{codes[1]}")
        moved = [line for line in _without_ages(_scraped(client)).splitlines() if line not in first]
        assert moved
        assert all('class="respondent"' in line for line in moved if line)

    def test_no_reminder_is_told_since_one_waits_no_more_when_she_has_delivered(
        self, client: FlaskClient, db: Database, codes: list[str]
    ) -> None:
        assert codes
        assert _value(_scraped(client), "medvirk_invitation_mails", status="waiting") == 0
        with db.transaction() as session:
            for delivery in session.scalars(select(Delivery)):
                delivery.kind = MessageKind.INVITATION
                delivery.number += delivery.id
        assert _value(_scraped(client), "medvirk_invitation_mails", status="waiting") == 10
        assert _value(_scraped(client), "medvirk_invitation_mails", status="sent") == 10
        with db.transaction() as session:
            session.execute(update(Survey).values(status=SurveyStatus.CLOSED))
        assert _value(_scraped(client), "medvirk_invitation_mails", status="waiting") == 0

    def test_labels_have_fixed_words_and_never_a_unit_survey_code_or_address(
        self, client: FlaskClient, codes: list[str]
    ) -> None:
        for do in _answers(client, codes[0]):
            do()
        client.get("/svar/0123-4567-89AB")
        text = _scraped(client)
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                assert all(value in LABELS[name] for name, value in sample.labels.items()), sample
        for word in (*codes, "liten", "Enhet", "127.0.0.1", "kari"):
            assert word.lower() not in text.lower()


class TestFigures:
    def test_requests_by_class_and_status(self, client: FlaskClient, codes: list[str]) -> None:
        assert codes
        client.get("/logg-inn")
        client.get("/undersokelser")
        client.get("/finnes-ikke")
        client.get("/helse/live")
        text = _scraped(client)
        assert _value(text, "medvirk_requests_total", **{"class": "sign_in", "status": "2xx"}) == 1
        assert _value(text, "medvirk_requests_total", **{"class": "staff", "status": "3xx"}) == 1
        assert _value(text, "medvirk_requests_total", **{"class": "staff", "status": "4xx"}) == 1
        assert _value(text, "medvirk_request_seconds_count", **{"class": "staff"}) == 2

    def test_failed_sign_ins(self, client: FlaskClient, codes: list[str]) -> None:
        assert codes
        client.post("/logg-inn", data={"username": "kari", "password": "feil"})
        assert _value(_scraped(client), "medvirk_sign_in_failures_total") == 1

    def test_faults(self, app: Flask, codes: list[str]) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.extensions["medvirk_database"].engine.dispose()
        client = app.test_client()
        with app.extensions["medvirk_database"].engine.begin() as connection:
            connection.exec_driver_sql("UPDATE survey SET title = '1'")
        assert client.get(f"/svar/{codes[0]}").status_code == 500
        text = _scraped(client)
        assert _value(text, "medvirk_errors_total") == 1
        assert _value(text, "medvirk_requests_total", **{"class": "respondent", "status": "5xx"}) == 1

    def test_long_steps_and_the_worker(self, client: FlaskClient, db: Database, codes: list[str]) -> None:
        assert codes
        with db.transaction() as session:
            survey_id = session.scalars(select(Survey.id)).one()
            session.add(LongStep(survey_id=survey_id, name="count", details={}, asked_at=now()))
        text = _scraped(client)
        assert _value(text, "medvirk_long_steps", state="waiting") == 1
        assert 0 <= _value(text, "medvirk_long_step_age_seconds") < 60
        assert 0 <= _value(text, "medvirk_worker_heartbeat_age_seconds", queue="mail") < 60
        assert _value(text, "medvirk_database_up") == 1

    def test_without_the_database_the_rest_is_told(self, tmp_path: object) -> None:
        settings = Settings(
            instance=tmp_path,  # type: ignore[arg-type]
            secret_key="for tester",
            metrics_token=TOKEN,
            database_url="postgresql://nobody@127.0.0.1:1/none",
        )
        app = create_app(settings)
        text = _scraped(app.test_client())
        assert _value(text, "medvirk_database_up") == 0
        assert _value(text, "medvirk_errors_total") == 0
        app.extensions["medvirk_database"].engine.dispose()


def test_slots_of_processes_add_up_and_a_dead_ones_numbers_stay() -> None:
    counts = RequestCounts()
    for process in (1, 2, 3, 300):
        counts.use_slot(process)
        counts.answered(RequestClass.STAFF, 200, 0.2)
        counts.answered(RequestClass.RESPONDENT, 303, 20.0)
        counts.sign_in_failed()
    found = dict(counts.by_class())
    assert found[RequestClass.STAFF].by_status["2xx"] == 4
    assert found[RequestClass.STAFF].by_limit == [0, 4, 0, 0, 0]
    assert found[RequestClass.RESPONDENT].by_limit == [0, 0, 0, 0, 4]
    assert found[RequestClass.RESPONDENT].seconds == 80
    assert (counts.failed_sign_ins, counts.errors) == (4, 0)


@pytest.mark.usefixtures("codes")
def test_all_web_processes_are_counted_whichever_is_asked(environment: dict[str, str]) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", "import app; app.main()", "serve", "--port", str(port), "--workers", "3"],
        env=os.environ | environment | {"MEDVIRK_METRICS_TOKEN": TOKEN},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        for _worker in range(3):
            while "Booting worker" not in (line := server.stderr.readline()):
                assert line
        for _ in range(40):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/logg-inn", timeout=120) as answer:
                assert answer.status == 200
        told = {
            _value(_scraped_from(port), "medvirk_requests_total", **{"class": "sign_in", "status": "2xx"})
            for _ in range(10)
        }
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/helse/live", timeout=120) as answer:
            assert json.loads(answer.read()) == {"live": True}
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate()
    assert told == {40}


def _scraped_from(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", "/helse/metrics", headers=ALLOWED)
        return connection.getresponse().read().decode()
    finally:
        connection.close()
