"""What must hold for an installation to do its work, each told in one word that betrays nothing.

They run while respondents wait for their pages: a few short queries, and never a wait of ours for somebody's lock.
"""

import shutil
from collections.abc import Iterator
from typing import Final, Literal

from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from surveys.campaigns.key_faults import has_foreign_keys, surveys_without_keys
from surveys.campaigns.keystore import KeyStore
from surveys.operating.migrating import FOLDER
from surveys.operating.revisions import newest_revision, stored_revision
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.heartbeats import heartbeats

Verdict = Literal[
    "ok", "no answer", "other schema", "other keys", "missing keys", "never seen", "late", "full"
]

SITE_NEEDS: Final = ("database", "schema", "keys", "disk")
"""Without one of these the site cannot take an answer."""

ALL: Final = (*SITE_NEEDS, "worker")

LEAST_FREE: Final = 100 * 1024**2
"""Bytes. An SQLite database, its log and the job queue grow in the instance folder."""

_SECONDS: Final = 2


def engine_for_checks(settings: Settings, db: Database) -> Engine:
    """PostgreSQL is asked over a connection that gives up soon, and is not one of those that pages wait for.

    A reader of SQLite waits for nobody.
    """
    if db.engine.dialect.name == "sqlite":
        return db.engine
    gives_up = {"connect_timeout": _SECONDS, "options": f"-c statement_timeout={_SECONDS * 1000}"}
    return create_engine(settings.database, poolclass=NullPool, connect_args=gives_up, hide_parameters=True)


def verdicts(app: Flask, engine: Engine) -> Iterator[tuple[str, Verdict]]:
    """Check → verdict, each as soon as it is known. Without a database nothing can be said of what it knows."""
    settings: Settings = app.config["SETTINGS"]
    yield "disk", _disk(settings)
    try:
        with engine.connect() as connection:
            has_schema = stored_revision(connection) == newest_revision(FOLDER)
            yield "database", "ok"
            yield "schema", "ok" if has_schema else "other schema"
            if has_schema:
                with Session(connection) as session:
                    yield "keys", _keys(app, session)
                    yield "worker", _worker(session)
    except SQLAlchemyError:
        yield "database", "no answer"


def _disk(settings: Settings) -> Verdict:
    try:
        return "ok" if shutil.disk_usage(settings.instance).free >= LEAST_FREE else "full"
    except OSError:
        return "no answer"


def _keys(app: Flask, session: Session) -> Verdict:
    """Another machine's folder that is not mounted looks like an empty one. Keys known to be lost are not missed."""
    settings, secrets = app.config["SETTINGS"], app.config["SECRETS"]
    if has_foreign_keys(session, secrets):
        return "other keys"
    if app.config.get("LOST_KEYS_ACCEPTED"):
        return "ok"
    try:
        lacking = surveys_without_keys(session, KeyStore.of(settings.keys, secrets))
    except OSError:
        return "no answer"
    return "missing keys" if lacking else "ok"


def _worker(session: Session) -> Verdict:
    found = heartbeats(session)
    if found.age is None:
        return "never seen"
    return "late" if found.is_late else "ok"
