"""Two processes that deliver with the same code at the same time put one ballot in the box, and lose nothing."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from questionnaires.answers import asked_keys
from questionnaires.coding import encode
from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.models import Invitation, Survey
from surveys.platform.database import Database
from surveys.respond.ballots import open_sheet
from tests.building import SMALL, build_open_survey, invite_some, keys_of, sheet_of
from tests.respondent import Respondent

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds

# A web process of its own: it has the review on the screen, says so, and presses «Lever svarene» when it is told to.
DELIVERS = """
import re, sys
from app import create_app

client, way = create_app().test_client(), sys.argv[1]
assert "Lever svarene" in client.get(f"{way}/oppsummering").text
print("has the review", flush=True)
sys.stdin.readline()
print("presses", flush=True)
pressed = client.post(f"{way}/lever", follow_redirects=True)
print(pressed.status_code, *re.findall("<h1[^>]*>([^<]*)", pressed.text), flush=True)
"""


@pytest.fixture
def person(app: Flask, db: Database, client: FlaskClient) -> Respondent:
    """Somebody who has answered everything and stands before «Lever svarene»."""
    with db.transaction() as session:
        [code] = invite_some(app, session, build_open_survey(app, session))
    found = Respondent(client, code)
    found.answers_to_the_review(choose=2, comment="Mer tid.")
    return found


@pytest.fixture
def browsers(person: Respondent, environment: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes, each with the person's review loaded."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", DELIVERS, person.way],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _browser in range(2)
    ]
    try:
        for browser in started:
            assert _line(browser) == "has the review"
        yield started
    finally:
        for browser in started:
            browser.kill()
            browser.communicate()


def test_two_who_deliver_the_same_answers_at_once_put_one_ballot_in_the_box(
    app: Flask, db: Database, person: Respondent, browsers: list[subprocess.Popen[str]]
) -> None:
    with _invitation_held(db):
        for browser in browsers:
            assert browser.stdin is not None
            browser.stdin.write("now\n")
            browser.stdin.flush()
        for browser in browsers:
            assert _line(browser) == "presses"
        _wait_until_both_would_write(db)
    # The second one's answers are in the box too, for they are the same draft's: both get the receipt.
    assert [_line(browser) for browser in browsers] == ["200 Takk! Svaret ditt er levert."] * 2

    with db.reading() as session:
        [survey] = session.scalars(select(Survey))
        [ballot] = session.scalars(select(Ballot))
        [invitation] = session.scalars(select(Invitation))
        assert invitation.delivered
        assert session.scalar(select(func.count()).select_from(Draft)) == 0
        sheet = open_sheet(keys_of(app).read(survey.id), ballot.sealed)
    assert sheet.comments == {"styrke": "Mer tid.", "bedre": "Mer tid."}
    assert sheet.answers == encode(SMALL, sheet_of(3, ansettelse=1), asked_keys(SMALL, "staff"))
    assert person.open(f"/svar/{person.code}").heading == "Svaret ditt er levert"


@contextmanager
def _invitation_held(db: Database) -> Iterator[None]:
    """Both get as far as to the writing and no further: on PostgreSQL past every check, on SQLite to the write lock."""
    with db.transaction() as session:
        session.execute(select(Invitation.id).with_for_update())
        yield


def _wait_until_both_would_write(db: Database) -> None:
    """SQLite does not tell who waits: there the processes may also come one after the other."""
    if db.engine.dialect.name == "sqlite":
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with db.reading() as session:
            if session.scalar(waiting) == 2:
                return
        time.sleep(0.02)
    pytest.fail("The two never waited for the same invitation")


def _line(browser: subprocess.Popen[str]) -> str:
    assert browser.stdout is not None
    return browser.stdout.readline().rstrip("\n")
