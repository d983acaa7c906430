"""Counting and releasing that are killed inside their transaction: all or nothing, whoever dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import SurveyStatus
from surveys.counting.models import Response
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.release.models import Figure, Release, Turnout
from tests.building import answer_some, build_open_survey, keys_of, sheet_of

KEY = "liten-2026"
ANSWERS = 7
ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from sqlalchemy import event
from app import create_app
from surveys.campaigns.keystore import key_store
from surveys.platform.database import database
from surveys.publishing.releasing import release

def kill(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)

with create_app().app_context():
    table = sys.argv[1]
    if table == "commit":
        # The second transaction: everything is written, and nothing is committed.
        event.listen(database().engine, "after_cursor_execute",
            lambda _c, _k, sql, *_r: "INSERT INTO turnout" in sql and event.listen(database().engine, "commit", kill))
    else:
        event.listen(database().engine, "after_cursor_execute",
            lambda _c, _k, sql, *_r: f"INSERT INTO {table} " in sql and kill())
    release(database(), key_store(), "liten-2026")
"""


@pytest.fixture
def closed(app: Flask, db: Database) -> Database:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * ANSWERS)
        close_survey(session, survey)
    return db


@pytest.mark.parametrize("table", ["response", "release", "figure", "turnout", "commit"])
def test_a_release_killed_in_its_transaction_has_published_nothing_and_is_done_anew(
    app: Flask, closed: Database, environment: dict[str, str], table: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, table],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    counted = table != "response"
    status = SurveyStatus.COUNTED if counted else SurveyStatus.CLOSED
    assert _state(closed) == (status, 0 if counted else ANSWERS, ANSWERS if counted else 0)
    assert _published(closed) == (0, False, False)
    assert release(closed, keys_of(app), KEY) == 1
    assert _state(closed) == (SurveyStatus.RELEASED, 0, ANSWERS)
    assert _published(closed) == (1, True, True)


def test_counting_whose_database_process_dies_has_changed_nothing(app: Flask, closed: Database) -> None:
    """PostgreSQL's own process for the connection ends in the middle; SQLite has none."""
    if closed.engine.dialect.name == "sqlite":
        return

    def cut(step: str, _share: float) -> None:
        if step == "ballots_deleted":
            with closed.engine.connect() as other:
                other.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND state = 'idle in transaction'"
                    )
                )

    with pytest.raises(DBAPIError):
        count(closed, keys_of(app), KEY, cut)
    closed.engine.dispose()
    assert _state(closed) == (SurveyStatus.CLOSED, ANSWERS, 0)
    count(closed, keys_of(app), KEY)
    assert _state(closed) == (SurveyStatus.COUNTED, 0, ANSWERS)


def _state(db: Database) -> tuple[SurveyStatus, int, int]:
    """The survey's status, and the numbers of ballots and responses."""
    with db.reading() as session:
        ballots = session.scalar(select(func.count()).select_from(Ballot)) or 0
        responses = session.scalar(select(func.count()).select_from(Response)) or 0
        return find_survey(session, KEY).status, ballots, responses


def _published(db: Database) -> tuple[int, bool, bool]:
    """How many releases there are, and whether there are figures and turnout."""
    with db.reading() as session:
        releases, figures, turnout = (
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Release, Figure, Turnout)
        )
    return releases, figures > 0, turnout > 0
