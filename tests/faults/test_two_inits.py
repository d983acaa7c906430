"""Several processes that begin at once on an empty PostgreSQL: they take turns, and none waits for ever."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from app import create_app
from surveys.access.models import Account
from surveys.operating import migrating
from surveys.organisation.models import Installation, Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from surveys.platform.queue_tables import TABLES_TURN
from tests.conftest import drop, named, run_on

ROOT = Path(__file__).parents[2]
AT_ONCE = 3


@pytest.fixture
def empty_postgresql(postgresql_server: str) -> Iterator[str]:
    """The address of an empty database."""
    name = f"t{uuid.uuid4().hex}"
    run_on(postgresql_server, f"CREATE DATABASE {name}")
    yield named(postgresql_server, name)
    drop(postgresql_server, name)


def test_all_succeed_and_make_one_installation(empty_postgresql: str, tmp_path: Path) -> None:
    variables = {
        "MEDVIRK_INSTANCE": str(tmp_path),
        "MEDVIRK_SECRET_KEY": "a secret for tests only",
        "MEDVIRK_DATABASE_URL": empty_postgresql,
    }
    # Held by us until all of them wait for it: then they are surely at work at the same time.
    holder = create_engine(empty_postgresql)
    with holder.begin() as connection:
        migrating.take_turn(connection)
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", "import app; app.main()", "init", "--yes"],
                cwd=ROOT,
                env=os.environ | variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _process in range(AT_ONCE)
        ]
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        while connection.scalar(waiting) != AT_ONCE:
            assert all(process.poll() is None for process in processes)
            connection.execute(text("SELECT pg_sleep(0.05)"))
    holder.dispose()
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * AT_ONCE, said
    assert sum("Passord:" in each for each in said) == 1
    db = Database(empty_postgresql)
    with db.reading() as session:
        for table in (Account, Unit, Installation):
            assert session.scalar(select(func.count(table.id))) == 1
    db.engine.dispose()


def test_a_migration_gives_up_when_somebody_holds_a_table(
    empty_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a table keeps everybody behind waiting too."""
    monkeypatch.setattr(migrating, "_TABLE_TIMEOUT", "50ms")
    db = Database(empty_postgresql)
    migrating.upgrade(db.engine)
    with db.engine.begin() as reader:
        reader.execute(text("SELECT count(*) FROM installation"))
        with pytest.raises(OperationalError, match="lock timeout"):
            migrating.downgrade(db.engine, "base")
    migrating.downgrade(db.engine, "base")
    db.engine.dispose()


def test_no_connection_waits_for_ever(empty_postgresql: str) -> None:
    db = Database(empty_postgresql)
    with db.reading() as reading, db.writing() as writing:
        for session in (reading, writing):
            for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
                assert session.scalar(text(f"SHOW {name}")) != "0", name
    db.engine.dispose()


def test_a_site_and_its_workers_that_are_started_together_all_have_their_queues(
    empty_postgresql: str, tmp_path: Path
) -> None:
    settings = Settings(
        instance=tmp_path, secret_key="a secret for tests only", database_url=empty_postgresql
    )
    apps = [create_app(settings) for _process in range(AT_ONCE)]
    # Held by us until all of them wait: then none has seen another's tables.
    holder = create_engine(empty_postgresql)
    with ThreadPoolExecutor(AT_ONCE) as started:
        with holder.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TABLES_TURN})
            asked = [started.submit(jobs_of, app) for app in apps]
            waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            while connection.scalar(waiting) != AT_ONCE:
                assert not any(each.done() for each in asked)
                connection.execute(text("SELECT pg_sleep(0.05)"))
        assert [each.result().queues["mail"].pending_count() for each in asked] == [0] * AT_ONCE
    holder.dispose()
    for app in apps:
        for queue in jobs_of(app).queues.values():
            queue.storage.close()
        app.extensions["medvirk_database"].engine.dispose()
