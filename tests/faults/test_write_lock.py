"""While a file is read or a password is tried, nobody waits for SQLite's one write lock."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from app import create_app
from surveys.access import passwords
from surveys.access.models import Role
from surveys.campaigns import public_links
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.models import Survey
from surveys.files import reading
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.platform.write_lock import holds_write_lock, without_write_lock
from tests.building import build_open_survey, invite_some
from tests.card_building import sign_in_as
from tests.conftest import Installations
from tests.respondent import Respondent

HEADINGS = b"kode;navn;overordnet\nkommune;Kommunen;\n"


@pytest.fixture
def sqlite_app(installations: Installations, tmp_path: Path) -> Iterator[Flask]:
    with installations("sqlite", tmp_path) as settings:
        application = create_app(settings)
        application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        yield application
        application.extensions["medvirk_database"].engine.dispose()


@pytest.fixture
def sqlite_db(sqlite_app: Flask) -> Database:
    found: Database = sqlite_app.extensions["medvirk_database"]
    return found


@pytest.fixture
def respondent(sqlite_app: Flask, sqlite_db: Database) -> Respondent:
    """Somebody before «Lever svarene», and HR in another browser."""
    with sqlite_db.transaction() as session:
        survey = build_open_survey(sqlite_app, session)
        [code] = invite_some(sqlite_app, session, survey)
    found = Respondent(sqlite_app.test_client(), code)
    found.answers_to_the_review(choose=2, comment="Mer tid.")
    return found


@pytest.fixture
def hr(sqlite_app: Flask, sqlite_db: Database, respondent: Respondent) -> FlaskClient:
    with sqlite_db.reading() as session:
        top = session.scalars(select(Unit.code).where(Unit.parent_id.is_(None))).one()
    client = sqlite_app.test_client()
    sign_in_as(client, sqlite_db, Role.HR, top)
    return client


UPLOADS: dict[str, tuple[str, dict[str, str]]] = {
    "organisation": ("/organisasjon/import", {"kind": "units"}),
    "people": ("/organisasjon/import", {"kind": "people"}),
    "history": ("/undersokelser/{key}/tidligere", {"kind": "history", "source": "KS"}),
    "history stored": ("/undersokelser/{key}/tidligere/legg-inn", {"kind": "history", "source": "KS"}),
}


def _key(db: Database) -> str:
    with db.reading() as session:
        return session.scalars(select(Survey.key)).one()


@pytest.mark.parametrize("name", UPLOADS)
def test_no_page_reads_a_file_while_it_holds_the_lock(
    name: str, hr: FlaskClient, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[bool] = []
    real = reading._written_rows

    def noted(*arguments: Any) -> Any:
        locked.append(holds_write_lock())
        return real(*arguments)

    monkeypatch.setattr(reading, "_written_rows", noted)
    address, fields = UPLOADS[name]
    sent = {**fields, "file": (io.BytesIO(HEADINGS), "fil.csv")}
    answer = hr.post(address.format(key=_key(sqlite_db)), data=sent)
    assert answer.status_code in {302, 422}, answer.text
    assert locked
    assert not any(locked)


def test_answers_are_delivered_while_a_file_is_being_read(
    hr: FlaskClient, respondent: Respondent, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_reading, may_go_on = threading.Event(), threading.Event()
    real = reading._written_rows

    def slow(*arguments: Any) -> Any:
        is_reading.set()
        assert may_go_on.wait(60)
        return real(*arguments)

    monkeypatch.setattr(reading, "_written_rows", slow)
    sent = {"kind": "units", "file": (io.BytesIO(HEADINGS), "fil.csv")}
    answers: list[int] = []
    upload = threading.Thread(
        target=lambda: answers.append(hr.post("/organisasjon/import", data=sent).status_code)
    )
    upload.start()
    try:
        assert is_reading.wait(60)
        pressed = respondent.client.post(f"{respondent.way}/lever")
        assert pressed.status_code == 303
        with sqlite_db.reading() as session:
            assert session.scalar(select(func.count()).select_from(Ballot)) == 1
    finally:
        may_go_on.set()
        upload.join(60)
    assert answers == [302]


def test_no_password_is_tried_while_the_lock_is_held(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[bool] = []

    class Slow:
        def hash(self, _password: str) -> str:
            locked.append(holds_write_lock())
            return "hash"

        def verify(self, _hash: str, _password: str) -> bool:
            locked.append(holds_write_lock())
            return True

    monkeypatch.setattr(passwords, "_hasher", Slow())
    with sqlite_db.transaction() as session:
        session.scalar(select(func.count()).select_from(Unit))
        assert holds_write_lock()
        passwords.hash_unjudged("x")
        passwords.is_right("hash", "x")
        passwords.hash_password("fjorten gule elefanter 71 sykler")
        assert holds_write_lock()
    assert locked == [False, False, False]


def test_typing_a_code_waits_for_nobody_who_writes(
    sqlite_app: Flask, sqlite_db: Database, respondent: Respondent, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[bool] = []
    real = public_links.find_link

    def noted(*arguments: Any) -> Any:
        locked.append(holds_write_lock())
        return real(*arguments)

    monkeypatch.setattr("surveys.respond.public_link.find_link", noted)
    assert sqlite_app.test_client().post("/svar", data={"kode": respondent.code}).status_code == 303
    assert locked == [False]


def test_what_was_written_is_kept_although_a_file_is_read_after_it(sqlite_db: Database) -> None:
    with sqlite_db.transaction() as session:
        session.add(Unit(code="A", name="A"))
        session.flush()
        with without_write_lock():
            assert holds_write_lock()
    with sqlite_db.transaction() as session:
        session.add(Unit(code="B", name="B"))
        with without_write_lock():
            pass
    with sqlite_db.reading() as session:
        assert set(session.scalars(select(Unit.code))) == {"A", "B"}


def test_what_others_wrote_meanwhile_is_seen_afterwards(sqlite_db: Database) -> None:
    with sqlite_db.transaction() as session:
        session.add(Unit(code="A", name="A"))
    with sqlite_db.transaction() as session:
        unit = session.scalars(select(Unit)).one()
        with without_write_lock():
            other = threading.Thread(target=_rename, args=(sqlite_db,))
            other.start()
            other.join()
        assert unit.name == "Ny"


def test_a_connection_without_a_session_gives_the_lock_back_too(sqlite_db: Database) -> None:
    with sqlite_db.connect(writes=True) as connection:
        assert connection.scalar(select(func.count()).select_from(Unit)) == 0
        assert holds_write_lock()
        with without_write_lock():
            assert not holds_write_lock()
            with sqlite_db.transaction() as session:
                session.add(Unit(code="A", name="A"))
        assert holds_write_lock()
        assert connection.scalar(select(func.count()).select_from(Unit)) == 1
    assert not holds_write_lock()


def test_what_a_connection_wrote_before_a_session_went_on_with_it_is_kept(sqlite_db: Database) -> None:
    with sqlite_db.connect(writes=True) as connection:
        connection.execute(insert(Unit).values(code="A", name="A", type=""))
        with sqlite_db.session_on(connection, writes=True) as session:
            assert session.scalars(select(Unit.code)).all() == ["A"]
            with without_write_lock():
                assert holds_write_lock()
            session.commit()
    with sqlite_db.reading() as session:
        assert session.scalars(select(Unit.code)).all() == ["A"]


def _rename(db: Database) -> None:
    with db.transaction() as session:
        session.scalars(select(Unit)).one().name = "Ny"
