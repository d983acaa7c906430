"""Whoever watches over an installation is told in one word what fails, at once, and nothing about anybody."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from app import create_app
from surveys.operating.examination import examine
from surveys.operating.findings import DoctorFinding
from surveys.operating.health import checks, readiness
from surveys.platform import queue as job_queue
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.heartbeats import WorkerHeartbeat, beat
from surveys.site import worker
from tests.building import build_open_survey, invite_some, keys_of

ALL_OK = dict.fromkeys(checks.ALL, "ok")


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question of a test sees what the test has just changed."""
    monkeypatch.setattr(readiness, "_FRESH_SECONDS", 0.0)


@pytest.fixture
def running(app: Flask, db: Database) -> Database:
    """An open survey, somebody invited, and a worker that has just been seen."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        invite_some(app, session, survey, email="kari@fjordvik.example")
    beat(db, "dates")
    return db


def _asked(client: FlaskClient, address: str = "/helse/klar") -> tuple[int, dict[str, str]]:
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert answer.json is not None
    assert answer.json["ready"] == (answer.status_code == 200)
    return answer.status_code, answer.json["checks"]


def _age_the_heartbeat(db: Database, minutes: int) -> None:
    with db.transaction() as session:
        moment = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
        session.execute(update(WorkerHeartbeat).values(seen_at=moment))


def _about(app: Flask, words: str) -> DoctorFinding:
    [found] = [finding for finding in examine(app) if words in finding.what]
    return found


class TestReady:
    @pytest.mark.usefixtures("running")
    def test_when_everything_works(self, client: FlaskClient) -> None:
        assert _asked(client) == (200, ALL_OK)

    @pytest.mark.usefixtures("running")
    def test_tells_neither_secret_nor_person_nor_survey(self, app: Flask, client: FlaskClient) -> None:
        told = client.get("/helse/klar").text
        settings = app.config["SETTINGS"]
        for word in ("fjordvik", "liten", str(settings.instance), settings.secret_key, "sqlite", "postgres"):
            assert word not in told.lower()

    def test_without_a_worker_the_installation_is_not_but_the_site_is(
        self, client: FlaskClient, running: Database
    ) -> None:
        _age_the_heartbeat(running, minutes=6)
        assert _asked(client) == (503, ALL_OK | {"worker": "late"})
        assert _asked(client, "/helse/klar/nettsted")[0] == 200
        with running.transaction() as session:
            session.execute(text("DELETE FROM worker_heartbeat"))
        assert _asked(client)[1]["worker"] == "never seen"

    def test_an_older_schema_is_told(self, client: FlaskClient, running: Database) -> None:
        with running.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        status, found = _asked(client, "/helse/klar/nettsted")
        assert (status, found["schema"], found["database"]) == (503, "other schema", "ok")

    @pytest.mark.usefixtures("running")
    def test_missing_keys_are_told_unless_they_are_known_to_be_lost(
        self, app: Flask, client: FlaskClient
    ) -> None:
        keys_of(app).destroy(1)
        assert _asked(client, "/helse/klar/nettsted")[1]["keys"] == "missing keys"
        app.config["LOST_KEYS_ACCEPTED"] = True
        assert _asked(client) == (200, ALL_OK)

    def test_keys_of_another_installation_are_told(self, client: FlaskClient, running: Database) -> None:
        with running.transaction() as session:
            session.execute(text("UPDATE installation SET keys_fingerprint = 'en annens'"))
        assert _asked(client)[1]["keys"] == "other keys"

    @pytest.mark.usefixtures("running")
    def test_a_full_disk_is_told(
        self, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        free = SimpleNamespace(free=checks.LEAST_FREE - 1)
        monkeypatch.setattr("shutil.disk_usage", lambda _folder: free)
        assert _asked(client, "/helse/klar/nettsted") == (503, _site(disk="full"))
        assert _about(app, "Disken").is_wrong


def _site(**others: str) -> dict[str, str]:
    return dict.fromkeys(checks.SITE_NEEDS, "ok") | others


class TestADatabaseThatDoesNotAnswer:
    @pytest.fixture
    def without_database(self, tmp_path: Path) -> Iterator[FlaskClient]:
        """Nobody listens on port 1."""
        address = "postgresql://nobody@127.0.0.1:1/none"
        app = create_app(Settings(instance=tmp_path, secret_key="for tester", database_url=address))
        yield app.test_client()
        app.extensions["medvirk_database"].engine.dispose()

    def test_the_process_lives_all_the_same(self, without_database: FlaskClient) -> None:
        answer = without_database.get("/helse/live")
        assert (answer.status_code, answer.json) == (200, {"live": True})
        assert answer.headers["Cache-Control"] == "no-store"

    def test_it_is_not_ready_and_says_so_at_once(self, without_database: FlaskClient) -> None:
        began = time.monotonic()
        status, found = _asked(without_database)
        assert (status, found["database"], found["schema"]) == (503, "no answer", "unknown")
        assert time.monotonic() - began < readiness.MOST_SECONDS + 1


def test_whatever_hangs_the_answer_comes_and_only_one_round_hangs(
    client: FlaskClient, running: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a folder on another machine does when that machine is gone."""
    monkeypatch.setattr(readiness, "MOST_SECONDS", 0.2)
    gone, rounds = threading.Event(), []

    def hangs(_folder: object) -> SimpleNamespace:
        rounds.append(1)
        gone.wait(60)
        return SimpleNamespace(free=checks.LEAST_FREE)

    monkeypatch.setattr("shutil.disk_usage", hangs)
    began = time.monotonic()
    assert [_asked(client)[0] for _ in range(5)] == [503] * 5
    assert _asked(client)[1] == dict.fromkeys(checks.ALL, "slow")
    assert time.monotonic() - began < 5
    assert rounds == [1]
    gone.set()


class TestTheWorkersSignsOfLife:
    def test_each_queue_has_its_own(self, app: Flask, running: Database) -> None:
        jobs = job_queue.jobs_of(app, immediate=True)
        for name in job_queue.QUEUES:
            jobs.every[f"alive_{name}"]()
        with running.reading() as session:
            assert set(session.scalars(text("SELECT queue FROM worker_heartbeat"))) == set(job_queue.QUEUES)

    def test_a_worker_writes_them_at_once(self, app: Flask, client: FlaskClient, db: Database) -> None:
        with db.transaction() as session:
            build_open_survey(app, session)
        threads = worker.WorkerThreads(app)
        for job in job_queue.jobs_of(app).every.values():
            job()
        threads.start()
        try:
            waited = time.monotonic() + 60
            while _asked(client)[1]["worker"] != "ok" and time.monotonic() < waited:
                time.sleep(0.2)
        finally:
            threads.stop()
        assert _asked(client)[1]["worker"] == "ok"

    def test_a_machine_whose_clock_is_ahead_is_not_late(self, client: FlaskClient, running: Database) -> None:
        _age_the_heartbeat(running, minutes=-3)
        assert _asked(client)[1]["worker"] == "ok"


class TestDoctor:
    @pytest.mark.usefixtures("running")
    def test_is_content(self, app: Flask) -> None:
        assert _about(app, "Bakgrunnstjenesten").mark == " OK "
        assert not _about(app, "Disken").is_wrong

    def test_misses_a_worker_that_was_there(self, app: Flask, running: Database) -> None:
        _age_the_heartbeat(running, minutes=200)
        found = _about(app, "Bakgrunnstjenesten")
        assert found.is_wrong
        assert "3 timer" in found.what

    def test_only_mentions_a_worker_that_never_was(self, app: Flask) -> None:
        assert _about(app, "Bakgrunnstjenesten har ikke").is_note

    @pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
    def test_has_no_other_clock_to_compare_with_on_sqlite(self, app: Flask) -> None:
        assert [finding.what for finding in examine(app) if "Klokka" in finding.what] == []

    @pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
    def test_compares_the_clocks(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not _about(app, "Klokka").is_wrong
        wrong = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=61)
        monkeypatch.setattr("surveys.operating.examination.now", lambda: wrong)
        assert "61 sekunder" in _about(app, "Klokka").what


def test_a_proxy_more_than_said_does_not_close_the_watchers_way(settings: Settings) -> None:
    app = create_app(replace(settings, proxies=2, base_url="https://medvirk.kommunen.no"))
    assert app.test_client().get("/helse/live").status_code == 200
    app.extensions["medvirk_database"].engine.dispose()
