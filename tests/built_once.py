"""Databases that many tests begin with: built by the first test of a process, and copied for the others.

A survey taken from draft to release costs a third of a second, and a copy of its files a fraction of that:

    @pytest.fixture
    def two_years(app: Flask, db: Database) -> None:
        build_once(app, db, _two_years)

Each test has its copy for itself. What builds must be a function of a module, and nothing but the application may
decide what it builds: no clock that a test has set, no patched function.
"""

import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

from flask import Flask
from sqlalchemy import URL, func, select

from surveys.organisation.models import Installation
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.conftest import drop, run_on

Builder = Callable[[Flask, Database], None]

_kept: Final[dict[tuple[str, str, str], tuple[tempfile.TemporaryDirectory[str], str]]] = {}
"""Kind of database and builder → the folder with the installation's files, and PostgreSQL's database."""


def build_once(app: Flask, db: Database, build: Builder) -> None:
    """Fills an empty installation with what `build` makes of it."""
    with db.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Installation)), "the database is not empty"
    settings: Settings = app.config["SETTINGS"]
    key = (db.engine.dialect.name, build.__module__, build.__qualname__)
    if key not in _kept:
        build(app, db)
        db.engine.dispose()
        _kept[key] = _copied(settings.instance), _copied_database(db.engine.url)
        return
    folder, database = _kept[key]
    db.engine.dispose()
    shutil.rmtree(settings.instance)
    shutil.copytree(folder.name, settings.instance)
    if database:
        name = db.engine.url.database or ""
        drop(_server(db.engine.url), name)
        _copy(_server(db.engine.url), database, name)


def _copied(instance: Path) -> tempfile.TemporaryDirectory[str]:
    """Goes when the process does."""
    folder = tempfile.TemporaryDirectory(prefix="medvirk-kept-", dir=instance.parents[1])
    shutil.copytree(instance, folder.name, dirs_exist_ok=True)
    return folder


def _copied_database(url: URL) -> str:
    """The name of a copy in PostgreSQL, which goes when its server does; SQLite's is among the files."""
    if url.get_backend_name() == "sqlite":
        return ""
    name = f"kept{uuid.uuid4().hex}"
    _copy(_server(url), url.database or "", name)
    return name


def _server(url: URL) -> str:
    return url.set(database="postgres").render_as_string(hide_password=False)


def _copy(server: str, source: str, name: str) -> None:
    run_on(server, f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
