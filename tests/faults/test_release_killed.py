"""Counting and releasing that are killed inside their transaction: all or nothing, whoever dies."""

import os
import signal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import SurveyStatus
from surveys.counting.models import Response
from surveys.platform.config import Settings
from surveys.platform.database import Database, database
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.release.models import Figure, Release, Turnout
from tests.building import answer_some, build_open_survey, keys_of, sheet_of
from tests.faults.killing import kill_in

KEY = "liten-2026"
ANSWERS = 7


def release_until(table: str) -> None:
    """Releases, and is killed after the first row of the table; «commit»: after everything is written."""

    def kill(*_arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def after(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if f"INSERT INTO {'turnout' if table == 'commit' else table} " not in statement:
            return
        if table == "commit":
            event.listen(engine, "commit", kill)
        else:
            kill()

    engine = database().engine
    event.listen(engine, "after_cursor_execute", after)
    release(database(), key_store(), KEY)


@pytest.fixture
def closed(app: Flask, db: Database) -> Database:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * ANSWERS)
        close_survey(session, survey)
    return db


@pytest.mark.parametrize("table", ["response", "release", "figure", "turnout", "commit"])
def test_a_release_killed_in_its_transaction_has_published_nothing_and_is_done_anew(
    app: Flask, closed: Database, settings: Settings, table: str
) -> None:
    kill_in(release_until, settings, table)
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
