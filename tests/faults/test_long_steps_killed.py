"""A job worker that is killed in the middle of a long step leaves it to the next one, half-done nowhere."""

import os
import signal

from flask import Flask
from sqlalchemy import func, select

from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import LongStep, SurveyStatus
from surveys.hr.long_steps import ask
from surveys.hr.steps.counting import COUNT
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.queue import Jobs, current_jobs, jobs_of
from tests.building import answer_some, build_open_survey, sheet_of
from tests.faults.killing import kill_in

KEY = "liten-2026"


def take_steps_and_be_killed_in_the_middle() -> None:
    def kill(_jobs: Jobs, _survey_id: int, share: float | None) -> None:
        if share:
            os.kill(os.getpid(), signal.SIGKILL)

    Jobs.set_share_done = kill  # type: ignore[method-assign, assignment]
    current_jobs().work_steps.call_local()


def test_the_next_worker_takes_a_step_whose_worker_was_killed(
    app: Flask, db: Database, settings: Settings
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * 7)
        close_survey(session, survey)
        ask(session, survey, COUNT, None)
    kill_in(take_steps_and_be_killed_in_the_middle, settings)
    assert state(db) == (SurveyStatus.CLOSED, 7, 1)
    steps = jobs_of(app).work_steps
    steps.call_local()
    assert state(db) == (SurveyStatus.COUNTED, 0, 0)
    jobs_of(app).close()


def state(db: Database) -> tuple[SurveyStatus, int, int]:
    """The survey's status, and the numbers of ballots and of steps that are asked for."""
    with db.reading() as session:
        ballots = session.scalar(select(func.count()).select_from(Ballot)) or 0
        asked = session.scalar(select(func.count()).select_from(LongStep)) or 0
        return find_survey(session, KEY).status, ballots, asked
