"""A job worker that is killed in the middle of a long step leaves it to the next one, half-done nowhere."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import LongStep, SurveyStatus
from surveys.hr.long_steps import ask
from surveys.hr.steps.counting import COUNT
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import answer_some, build_open_survey, sheet_of

KEY = "liten-2026"
ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal
from app import create_app
from surveys.platform import queue as jobs

def kill_in_the_middle(self, survey_id, share):
    if share:
        os.kill(os.getpid(), signal.SIGKILL)

jobs.Jobs.set_share_done = kill_in_the_middle
jobs.jobs_of(create_app()).work_steps.call_local()
"""


def test_the_next_worker_takes_a_step_whose_worker_was_killed(
    app: Flask, db: Database, environment: dict[str, str]
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * 7)
        close_survey(session, survey)
        ask(session, survey, COUNT, None)
    worker = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )
    assert worker.returncode == -signal.SIGKILL, worker.stderr.decode()
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
