"""A counting process that is killed leaves everything sealed or everything counted, and can be run again."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Invitation, SurveyStatus, SurveyUnit
from surveys.counting.models import Response
from surveys.platform.config import Settings
from surveys.platform.database import Database, database
from surveys.publishing.counting_ballots import count
from surveys.release.models import QualityReport
from tests.building import answer_some, build_open_survey, keys_of, sheet_of
from tests.faults.killing import kill_in

KEY = "liten-2026"

SEALED = ["opened", "responses_stored", "ballots_deleted", "before_commit"]
COUNTED = ["committed", "key_destroyed"]


def count_until(wanted: str) -> None:
    """Counts, and is killed at the step."""

    def kill(step: str, _share: float) -> None:
        if step == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    count(database(), key_store(), KEY, kill)


@pytest.mark.parametrize("step", [*SEALED, *COUNTED])
def test_a_killed_count_is_finished_by_counting_again(
    app: Flask, db: Database, settings: Settings, step: str
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * 7, comments={"bedre": "Mer tid."})
        close_survey(session, survey)
        survey_id = survey.id
    kill_in(count_until, settings, step)
    if step in SEALED:
        assert state(db) == (SurveyStatus.CLOSED, 7, 0, 7)
        assert keys_of(app).has(survey_id)
    else:
        assert state(db) == (SurveyStatus.COUNTED, 0, 7, 7)
        assert keys_of(app).has(survey_id) == (step == "committed")
    count(db, keys_of(app), KEY)
    assert state(db) == (SurveyStatus.COUNTED, 0, 7, 7)
    assert not keys_of(app).has(survey_id)
    with db.reading() as session:
        assert session.get(QualityReport, survey_id)


def state(db: Database) -> tuple[SurveyStatus, int, int, int]:
    """The survey's status, and the numbers of ballots, responses and those who have delivered."""
    with db.reading() as session:
        ballots, responses, delivered = (
            session.scalar(select(func.count()).select_from(Ballot)) or 0,
            session.scalar(select(func.count()).select_from(Response)) or 0,
            session.scalar(select(func.count()).where(Invitation.delivered))
            or session.scalar(select(func.sum(SurveyUnit.delivered)))
            or 0,
        )
        return find_survey(session, KEY).status, ballots, responses, delivered


def test_two_counters_at_once_count_everything_once(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * 7)
        close_survey(session, survey)
    keys = keys_of(app)
    with ThreadPoolExecutor(2) as pool:
        for waiting in [pool.submit(count, db, keys, KEY) for _ in range(2)]:
            waiting.result()
    assert state(db) == (SurveyStatus.COUNTED, 0, 7, 7)
