"""A mail server that takes its time delays mail, and nothing else that the worker has to do."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select

from surveys.audit.models import AuditEntry
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.campaigns.models import Delivery, DeliveryStatus, SurveyStatus
from surveys.campaigns.outbox import queue_invitations
from surveys.counting.models import Response
from surveys.hr.long_steps import ask
from surveys.hr.steps.counting import COUNT
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.turns import LONG_STEPS, only_one
from surveys.site.worker import work
from tests.building import answer_some, build_open_survey, build_survey, keys_of, sheet_of
from tests.faults.killing import at_work
from tests.mail_server import PostOffice, open_post_office

ROOT = Path(__file__).parents[2]
PATIENCE = 600  # seconds: only a busy machine waits so long
FAR_AWAY = dt.date(2099, 3, 20)
MAILS = 3
ANSWERS = 7


def test_closing_and_counting_go_on_while_the_mail_server_has_not_answered(
    app: Flask, db: Database, environment: dict[str, str]
) -> None:
    _build(app, db)
    may_answer = threading.Event()
    with open_post_office() as office, _working(environment, office) as worker:
        office.answer_content = lambda _message: "250 OK" if may_answer.wait(PATIENCE) else "451 for sent"
        assert office.content_arrived.wait(PATIENCE)
        _wait(lambda: worker.poll() is None, lambda: _status(db, "telles-2026") == SurveyStatus.COUNTED)
        _wait(lambda: worker.poll() is None, lambda: _status(db, "lukkes-2026") == SurveyStatus.CLOSED)
        assert office.taken == [], "all this time the first mail was on its way"
        may_answer.set()
        _wait(lambda: worker.poll() is None, lambda: _sent(db) == MAILS)
        assert len(office.taken) == MAILS


def test_two_workers_at_once_send_and_count_everything_once(app: Flask, db: Database) -> None:
    _build(app, db)
    with (
        open_post_office() as office,
        at_work(take_jobs, office.settings(app)) as worker,
        at_work(take_jobs, office.settings(app)),
    ):
        _wait(worker.is_alive, lambda: _status(db, "telles-2026") == SurveyStatus.COUNTED)
        _wait(worker.is_alive, lambda: _status(db, "lukkes-2026") == SurveyStatus.CLOSED)
        _wait(worker.is_alive, lambda: _sent(db) == MAILS)
    assert len(set(office.recipients)) == len(office.recipients) == MAILS
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == ANSWERS
        counted = select(func.count()).where(AuditEntry.action == "survey.counted")
        assert session.scalar(counted) == 1


def _build(app: Flask, db: Database) -> None:
    """A survey that sends mail, one that has closed and is to be counted, and one whose last day is over."""
    with db.transaction() as session:
        sends = build_open_survey(app, session, closes_on=FAR_AWAY)
        top = session.scalars(select(Unit).where(Unit.code == "K")).one()
        people = [Recipient(top.id, f"nr{number}@example.no") for number in range(MAILS)]
        invite(session, sends, people, app.config["SECRETS"].codes)
        queue_invitations(session, sends)
        counts = build_survey(session, top, "telles-2026")
        closes = build_survey(session, top, "lukkes-2026", closes_automatically=True)
        for survey in (counts, closes):
            open_survey(session, survey, keys_of(app))
        answer_some(app, session, counts, "A", [sheet_of(3)] * ANSWERS)
        close_survey(session, counts)
        ask(session, counts, COUNT, None)


@contextmanager
def _working(environment: dict[str, str], office: PostOffice) -> Iterator["subprocess.Popen[bytes]"]:
    mail = {"MEDVIRK_SMTP_HOST": "127.0.0.1", "MEDVIRK_SMTP_PORT": str(office.port)}
    process = subprocess.Popen(
        [sys.executable, "-c", "import app; app.main()", "worker"],
        cwd=ROOT,
        env=os.environ | environment | mail,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def take_jobs() -> None:
    work(current_app._get_current_object())  # type: ignore[attr-defined]


def _wait(is_at_work: Callable[[], bool], wanted: Callable[[], bool]) -> None:
    last = time.monotonic() + PATIENCE
    while not wanted():
        assert is_at_work()
        assert time.monotonic() < last
        time.sleep(0.02)


def _status(db: Database, key: str) -> SurveyStatus:
    with db.reading() as session:
        return find_survey(session, key).status


def _sent(db: Database) -> int:
    with db.reading() as session:
        sent = select(func.count()).where(Delivery.status == DeliveryStatus.SENT)
        return session.scalar(sent) or 0


def test_one_takes_long_steps_and_whoever_dies_lets_go(
    app: Flask, db: Database, environment: dict[str, str]
) -> None:
    settings: Settings = app.config["SETTINGS"]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    with only_one(db, settings, LONG_STEPS) as ours:
        assert not ours
    with only_one(db, settings, LONG_STEPS + 1) as ours:
        assert ours, "other things are nobody else's"
    holder.kill()
    holder.communicate()

    def free() -> bool:
        with only_one(db, settings, LONG_STEPS) as ours:
            return ours

    last = time.monotonic() + PATIENCE
    while not free():
        assert time.monotonic() < last
    with only_one(db, settings, LONG_STEPS) as ours, only_one(db, settings, LONG_STEPS) as second:
        assert (ours, second) == (True, False)
    assert free()


HOLDER = """
import sys
from app import create_base
from surveys.platform.turns import LONG_STEPS, only_one
app = create_base()
with only_one(app.extensions["medvirk_database"], app.config["SETTINGS"], LONG_STEPS) as ours:
    print(ours, flush=True)
    sys.stdin.readline()
"""
