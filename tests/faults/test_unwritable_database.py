"""A full disk and a database that may only be read: the page says so, and nothing that was acknowledged is lost."""

import errno
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from surveys.access.models import Role
from surveys.access.permissions import open_to_everyone
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Invitation
from surveys.counting.models import Response
from surveys.platform import queue
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from tests.building import build_open_survey, invite_some, keys_of
from tests.card_building import sign_in_as
from tests.conftest import named, run_on
from tests.respondent import Respondent

KEY = "liten-2026"
PEOPLE = 12
_ROOM = 150_000
UNSAVED = {
    "nb": "Det du sendte nå, er ikke lagret. Det som var lagret fra før, er trygt.",
    "nn": "Det du sende no, er ikkje lagra. Det som var lagra frå før, er trygt.",
    "en": "What you sent now was not saved. What was saved before is safe.",
}


@pytest.fixture
def waiting(app: Flask, db: Database) -> list[Respondent]:
    """People who have answered everything and not delivered."""
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        codes = invite_some(app, session, survey, count=PEOPLE)
    found = [Respondent(app.test_client(), code) for code in codes]
    for one in found:
        one.answers_to_the_review(choose=2, comment="Mer tid. " * 100)
    return found


def test_those_who_deliver_while_the_disk_is_full_are_told_and_may_deliver_again(
    app: Flask, db: Database, waiting: list[Respondent]
) -> None:
    with _full_disk(db):
        acknowledged = [one for one in waiting if _delivers(one)]
        assert len(acknowledged) < PEOPLE
        refused = [one for one in waiting if one not in acknowledged]
    assert _stored(db) == len(acknowledged)
    assert all(_delivers(one) for one in refused)
    with db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == PEOPLE


def test_those_who_answer_while_the_database_may_only_be_read_keep_what_they_had(
    db: Database, waiting: list[Respondent]
) -> None:
    one = waiting[0]
    with _only_for_reading(db):
        assert not _delivers(one)
        assert one.goes_to("side/1").status == 200
        before = one.page.answers()
        assert _is_told(one.answers_all(choose=0), "nb")
        assert one.goes_to("side/1").answers() == before
    assert _delivers(one)
    assert _stored(db) == 1


def test_respondents_are_told_in_their_language_and_staff_with_a_number(
    app: Flask, db: Database, waiting: list[Respondent], client: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(client, db, Role.HR, "K")
    with _only_for_reading(db):
        told = {
            language: client.post(f"/svar/{waiting[0].code}/{language}/lever").text for language in UNSAVED
        }
        answer = client.post(f"/undersokelser/{KEY}/steg/close")
    for language, words in UNSAVED.items():
        assert words in told[language]
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert UNSAVED["nb"] in answer.text
    assert re.search("feilnummer [0-9a-f]{8}", answer.text)


def test_a_file_that_finds_no_room_is_told_as_a_database_that_finds_none(app: Flask) -> None:
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    errors = {"full": OSError(errno.ENOSPC, "No space left on device"), "other": OSError(errno.EIO, "I/O")}

    @open_to_everyone
    def fail(kind: str) -> str:
        raise errors[kind]

    app.add_url_rule("/svar/KODE/feil/<kind>", "fail", fail)
    assert app.test_client().get("/svar/KODE/feil/full").status_code == 503
    assert app.test_client().get("/svar/KODE/feil/other").status_code == 500


def test_a_page_that_has_saved_does_not_fail_because_the_queue_is_full(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_app: Flask) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(queue, "jobs_of", full)
    with app.app_context():
        queue.wake("outbox")
    assert "Jobben outbox kunne ikke settes i gang" in caplog.text


def _delivers(one: Respondent) -> bool:
    """Whether she got her receipt; if not, she was told that nothing was saved."""
    page = one.delivers()
    if page.status == 200:
        assert page.address.partition("?")[0].endswith("/kvittering")
        return True
    assert _is_told(page, "nb")
    assert one.goes_to("oppsummering").status == 200, "what she had answered is still there"
    return False


def _is_told(page: Any, language: str) -> bool:
    return bool(page.status == 503 and UNSAVED[language] in page.text)


def _stored(db: Database) -> int:
    """Ballots, which are as many as delivered invitations."""
    with db.reading() as session:
        ballots = session.scalar(select(func.count()).select_from(Ballot)) or 0
        assert ballots == session.scalar(select(func.count()).where(Invitation.delivered))
    return ballots


@contextmanager
def _full_disk(db: Database) -> Iterator[None]:
    """No file of SQLite's may grow by more than a few deliveries; PostgreSQL says what it says when a table cannot.

    `PRAGMA max_page_count` would not do: a delivery deletes a draft that has more pages than its ballot needs.
    """
    if db.engine.dialect.name == "sqlite":
        log = Path(f"{db.engine.url.database}-wal")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + _ROOM, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return
    address = db.engine.url.render_as_string(hide_password=False)
    run_on(
        address,
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT count(*) FROM ballot) >= 3 THEN"
        " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';"
        " END IF; RETURN NEW; END $$",
    )
    run_on(
        address, "CREATE TRIGGER full_disk BEFORE INSERT ON ballot FOR EACH ROW EXECUTE FUNCTION no_room()"
    )
    yield
    run_on(address, "DROP TRIGGER full_disk ON ballot")


@contextmanager
def _only_for_reading(db: Database) -> Iterator[None]:
    if db.engine.dialect.name == "sqlite":
        with _each_connection(db.engine, lambda connection: connection.execute("PRAGMA query_only = ON")):
            yield
        return
    url = db.engine.url.render_as_string(hide_password=False)
    server, name = named(url, "postgres"), db.engine.url.database
    run_on(server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    db.engine.dispose()
    yield
    run_on(server, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    db.engine.dispose()


@contextmanager
def _each_connection(engine: Engine, do: Callable[[Any], object]) -> Iterator[None]:
    def on_connect(connection: Any, _record: object) -> None:
        do(connection)

    engine.dispose()
    event.listen(engine, "connect", on_connect)
    yield
    event.remove(engine, "connect", on_connect)
    engine.dispose()
