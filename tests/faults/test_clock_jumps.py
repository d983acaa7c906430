"""A clock that was ahead and is set back: what was saved meanwhile holds no longer, and stops nothing for good."""

import datetime as dt
import time

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.access.models import Account
from surveys.access.one_time_links import account_behind, make_link
from surveys.access.sessions import sign_in_of, start_session
from surveys.campaigns import deadline
from surveys.campaigns.closing import close_overdue
from surveys.campaigns.deliveries import Outcome, send_queued
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.outbox import queue_invitations
from surveys.organisation.models import Unit
from surveys.platform import clock
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import build_installation, build_open_survey
from tests.mail_server import open_post_office

NOW = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
A_YEAR = dt.timedelta(days=365)
A_MINUTE = dt.timedelta(minutes=1)
KEY = "liten-2026"


@pytest.fixture
def account(db: Database) -> int:
    with db.transaction() as session:
        build_installation(session)
        made = Account(username="hanne", name="Hanne", email="hanne@example.no")
        session.add(made)
        session.flush()
        return made.id


@pytest.mark.parametrize(("ahead", "is_signed_in"), [(A_MINUTE, True), (A_YEAR, False)])
def test_whoever_signed_in_while_the_clock_was_ahead_is_not_signed_in_until_then(
    db: Database, account: int, ahead: dt.timedelta, is_signed_in: bool
) -> None:
    with db.transaction() as session:
        token = start_session(session, session.get_one(Account, account), NOW + ahead)
    with db.reading() as session:
        assert (sign_in_of(session, token, NOW) is not None) == is_signed_in


@pytest.mark.parametrize(("ahead", "opens"), [(A_MINUTE, True), (A_YEAR, False)])
def test_a_link_made_while_the_clock_was_ahead_does_not_hold_until_then(
    db: Database, account: int, ahead: dt.timedelta, opens: bool
) -> None:
    with db.transaction() as session:
        token = make_link(session, session.get_one(Account, account), NOW + ahead)
    with db.reading() as session:
        assert (account_behind(session, token, NOW) is not None) == opens


def test_mail_postponed_while_the_clock_was_ahead_is_sent_all_the_same(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        invite(session, survey, [Recipient(unit.id, "kari@example.no")], app.config["SECRETS"].codes)
        queue_invitations(session, survey)
    with open_post_office() as office, app.app_context():
        office.answer_content = lambda _message: "452 fullt"
        assert send_queued(db, office.settings(app), NOW + A_YEAR) == Outcome(postponed=1)
        office.answer_content = lambda _message: "250 OK"
        assert send_queued(db, office.settings(app), NOW) == Outcome(sent=1)
        assert send_queued(db, office.settings(app), NOW + A_YEAR) == Outcome(), "and once"


def test_a_survey_is_open_until_its_deadline_has_come_again(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        build_open_survey(app, session, closes_automatically=True)

    def shows(moment: dt.datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    for day, takes in ((19, True), (22, False), (19, True)):
        shows(dt.datetime(2026, 3, day, 9, tzinfo=dt.UTC))
        with db.reading() as session:
            survey = find_survey(session, KEY)
            assert deadline.takes_answers(survey.closes_on, closes_automatically=True, begun=False) == takes
    assert close_overdue(db) == []
    shows(dt.datetime(2026, 3, 22, 9, tzinfo=dt.UTC))
    assert close_overdue(db) == [KEY]
    shows(dt.datetime(2026, 3, 19, 9, tzinfo=dt.UTC))
    assert close_overdue(db) == []
    with db.reading() as session:
        assert session.scalars(select(Survey.status)).one() == SurveyStatus.CLOSED, "closed is closed"


def test_jobs_put_in_the_queue_while_the_clock_was_ahead_are_worked_at_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(app)
    true_time = time.time
    monkeypatch.setattr(time, "time", lambda: true_time() + A_YEAR.total_seconds())
    jobs.work_outbox()
    monkeypatch.setattr(time, "time", true_time)
    task = jobs.queues["mail"].dequeue()
    assert task is not None
    assert task.name == "work_outbox"
    jobs.queues["mail"].execute(task)
    assert jobs.queues["mail"].scheduled_count() == 0, "nothing waits for a year"
    jobs.close()
