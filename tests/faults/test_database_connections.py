"""Connections to the database: a rested one that was cut is replaced unseen, and readers hold no transaction."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from app import create_app
from surveys.organisation.models import Unit
from surveys.platform import database as database_module
from surveys.platform.compiled_statements import CompiledStatement
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.building import build_installation, build_open_survey, invite_some


@pytest.fixture
def postgresql(db: Database) -> Database:
    """The database with a municipality, PostgreSQL's own; SQLite has no connections that can be cut."""
    with db.transaction() as session:
        build_installation(session)
    return db


def _is_postgresql(db: Database) -> bool:
    return db.engine.dialect.name == "postgresql"


def _cut_all_connections(db: Database) -> None:
    """What a restart of the database does to those who are connected."""
    other = Database(db.engine.url.render_as_string(hide_password=False))
    with other.transaction() as session:
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert len(session.execute(text(cut)).all()) > 0
    other.engine.dispose()


def test_a_connection_that_was_cut_while_it_rested_is_replaced_unseen(
    postgresql: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/svar").status_code == 200
    if _is_postgresql(postgresql):
        _cut_all_connections(postgresql)
        monkeypatch.setattr(database_module, "_RESTED_SECONDS", 0.0)
    assert client.get("/svar").status_code == 200


def test_a_connection_that_was_cut_in_use_fails_once_and_then_all_is_well(postgresql: Database) -> None:
    if not _is_postgresql(postgresql):
        with postgresql.reading() as session:
            assert session.scalar(text("SELECT 1")) == 1
        return
    with postgresql.reading() as session:
        session.execute(text("SELECT 1"))
        _cut_all_connections(postgresql)
        with pytest.raises(OperationalError):
            session.execute(text("SELECT 1"))
    with postgresql.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_page_that_meets_a_server_that_is_gone_fails_alone(postgresql: Database) -> None:
    """The other connections that are kept were cut too: none of them is tried after that."""
    unit = CompiledStatement(select(Unit.code).where(Unit.code == bindparam("code")))
    with postgresql.connect(writes=False) as first, postgresql.connect(writes=False) as second:
        for connection in (first, second):
            assert unit.one_or_none(connection, {"code": "A"}) is None
    if not _is_postgresql(postgresql):
        return
    with postgresql.connect(writes=False) as connection:
        _cut_all_connections(postgresql)
        with pytest.raises(OperationalError) as lost:
            unit.one_or_none(connection, {"code": "A"})
        assert lost.value.connection_invalidated
    for _after in range(2):
        with postgresql.connect(writes=False) as connection:
            assert unit.one_or_none(connection, {"code": "A"}) is None


def test_a_reader_on_postgresql_holds_no_transaction_and_a_writer_does(postgresql: Database) -> None:
    if not _is_postgresql(postgresql):
        with postgresql.reading() as session:
            assert session.connection().in_transaction()
        return
    for session, state in ((postgresql.reading(), "idle"), (postgresql.writing(), "idle in transaction")):
        with session, postgresql.engine.connect() as watching:
            process = session.scalar(text("SELECT pg_backend_pid()"))
            found = watching.execute(
                text("SELECT state FROM pg_stat_activity WHERE pid = :process"), {"process": process}
            )
            assert found.scalar_one() == state


def test_a_writer_after_a_reader_on_the_same_connection_still_rolls_back(db: Database) -> None:
    with db.reading() as session:
        session.execute(text("SELECT 1"))
    with db.writing() as session:
        build_installation(session)
        session.flush()
    with db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM installation")).scalar_one() == 0


@pytest.fixture
def impatient(settings: Settings) -> Iterator[Flask]:
    """An application that waits one second for a lock, and whose errors become pages."""
    application = create_app(replace(settings, database_lock_seconds=1))
    yield application
    application.extensions["medvirk_database"].engine.dispose()


def test_a_lock_that_nobody_lets_go_gives_an_error_page_and_no_endless_wait(
    impatient: Flask, db: Database
) -> None:
    """On SQLite a reader waits for nobody: the page is there."""
    with db.transaction() as session:
        [code] = invite_some(impatient, session, build_open_survey(impatient, session))
    with db.engine.begin() as holder:
        if _is_postgresql(db):
            holder.execute(text("LOCK TABLE invitation IN ACCESS EXCLUSIVE MODE"))
        else:
            holder.execute(text("UPDATE invitation SET language = 'en'"))
        answer = impatient.test_client().get(f"/svar/{code}")
        if _is_postgresql(db):
            assert answer.status_code >= 500
            assert "<h1" in answer.text
        else:
            assert answer.status_code == 200
    assert impatient.test_client().get(f"/svar/{code}").status_code == 200


def test_every_limit_is_a_setting_and_reaches_the_server(settings: Settings) -> None:
    limited = replace(
        settings,
        database_connections=2,
        database_connect_seconds=3,
        database_lock_seconds=4,
        database_statement_seconds=5,
        database_idle_seconds=6,
    )
    db = Database(limited.database, limited.connection_limits)
    if _is_postgresql(db):
        with db.reading() as session:
            for name, value in (
                ("lock_timeout", "4s"),
                ("statement_timeout", "5s"),
                ("idle_in_transaction_session_timeout", "6s"),
            ):
                assert session.scalar(text(f"SHOW {name}")) == value
            driver = session.connection().connection.dbapi_connection
            assert driver is not None
            assert driver.info.get_parameters()["connect_timeout"] == "3"
            assert driver.info.get_parameters()["keepalives_idle"] == "30"
            pool = db.engine.pool
            assert isinstance(pool, QueuePool)
            with db.engine.connect():
                assert pool.checkedout() == 2
                assert pool.size() + pool._max_overflow == 2
    db.engine.dispose()
