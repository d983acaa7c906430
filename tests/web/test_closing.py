"""A survey that is to close by itself does so when its last day is over in Norway, once, however late."""

import datetime as dt
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from huey.api import Task
from sqlalchemy import func, select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns import closing
from surveys.campaigns.ballot_box import Draft
from surveys.campaigns.closing import close_overdue
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.platform import clock
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import build_installation, build_open_survey, build_survey, build_units, invite_some
from tests.card_building import sign_in_as
from tests.respondent import Respondent

LAST_DAY = dt.date(2026, 3, 20)
DAY_AFTER = dt.date(2026, 3, 21)
LONG_AFTER = dt.date(2026, 5, 2)


@pytest.fixture
def code(app: Flask, db: Database) -> str:
    """A way into an open survey that closes by itself after 20 March."""
    with db.transaction() as session:
        survey = build_open_survey(app, session, closes_on=LAST_DAY, closes_automatically=True)
        return invite_some(app, session, survey)[0]


def _status(db: Database, key: str = "liten-2026") -> SurveyStatus:
    with db.reading() as session:
        return session.scalars(select(Survey.status).where(Survey.key == key)).one()


def _closings(db: Database) -> list[AuditEntry]:
    with db.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.closed")))


def test_the_survey_is_open_through_its_last_day_and_closed_the_day_after(db: Database, code: str) -> None:
    assert close_overdue(db, LAST_DAY) == []
    assert _status(db) == SurveyStatus.OPEN
    assert close_overdue(db, DAY_AFTER) == ["liten-2026"]
    assert _status(db) == SurveyStatus.CLOSED


@pytest.mark.parametrize(("hour", "closed"), [("23:59:59", []), ("00:00:00", ["liten-2026"])])
def test_it_waits_an_hour_after_midnight_for_those_who_have_begun(
    db: Database, code: str, monkeypatch: pytest.MonkeyPatch, hour: str, closed: list[str]
) -> None:
    day = "20" if hour.startswith("23") else "21"
    moment = dt.datetime.fromisoformat(f"2026-03-{day}T{hour}+00:00")  # UTC: an hour behind Norway
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert close_overdue(db) == closed


def test_a_worker_that_was_down_for_weeks_closes_when_it_is_back(db: Database, code: str) -> None:
    assert close_overdue(db, LONG_AFTER) == ["liten-2026"]
    assert _status(db) == SurveyStatus.CLOSED


def test_closing_again_changes_nothing_and_the_trail_says_once_that_the_system_did_it(
    db: Database, code: str
) -> None:
    close_overdue(db, DAY_AFTER)
    assert close_overdue(db, DAY_AFTER) == []
    [entry] = _closings(db)
    assert entry.account_id is None
    assert entry.detail.items() >= {"by": "systemet", "deadline": "2026-03-20"}.items()
    assert entry.subject == "liten-2026"


def test_two_workers_at_once_close_it_once(db: Database, code: str) -> None:
    workers = [Thread(target=close_overdue, args=(db, DAY_AFTER)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(_closings(db)) == 1


def test_only_open_surveys_that_asked_for_it_are_closed(app: Flask, db: Database, code: str) -> None:
    with db.transaction() as session:
        top = session.scalars(select(Survey)).one().unit
        build_survey(session, top, key="kladd", closes_on=LAST_DAY, closes_automatically=True)
        by_hand = build_survey(session, top, key="for-hand", closes_on=LAST_DAY)
        by_hand.status, by_hand.public_key = SurveyStatus.OPEN, b"key"
        later = build_survey(session, top, key="senere", closes_on=DAY_AFTER, closes_automatically=True)
        later.status, later.public_key = SurveyStatus.OPEN, b"key"
    assert close_overdue(db, DAY_AFTER) == ["liten-2026"]
    assert _status(db, "kladd") == SurveyStatus.DRAFT
    assert _status(db, "for-hand") == _status(db, "senere") == SurveyStatus.OPEN


def test_a_survey_made_before_the_choice_existed_is_closed_by_hand(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_open_survey(app, session)
    assert close_overdue(db, LONG_AFTER) == []
    assert _status(db) == SurveyStatus.OPEN


def test_what_was_begun_and_not_delivered_is_deleted(
    client: FlaskClient, db: Database, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC))
    respondent = Respondent(client, code)
    respondent.goes_to("side/1")
    respondent.answers_all()
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 1
    close_overdue(db, DAY_AFTER)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0
    assert respondent.goes_to("side/2").heading == "Undersøkelsen er avsluttet"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-20T22:59:59+00:00", LAST_DAY),  # 23.59 in winter
        ("2026-03-20T23:00:00+00:00", DAY_AFTER),  # midnight in winter
        ("2026-07-20T21:59:59+00:00", dt.date(2026, 7, 20)),
        ("2026-07-20T22:00:00+00:00", dt.date(2026, 7, 21)),  # midnight in summer
    ],
)
def test_the_day_ends_at_midnight_in_norway(moment: str, day: dt.date) -> None:
    assert municipal_day(dt.datetime.fromisoformat(moment)) == day


def test_the_worker_looks_every_minute(
    app: Flask, db: Database, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "last_day_to_deliver", lambda: DAY_AFTER)
    queue = jobs_of(app, immediate=True).queues["dates"]
    due: list[Task] = queue.read_periodic(dt.datetime(2026, 3, 21, 0, 0))  # noqa: DTZ001 -- Huey's own clock is naive
    [task] = [each for each in due if each.name == "work_deadlines_every_minute"]
    queue.execute(task)
    assert _status(db) == SurveyStatus.CLOSED


def test_a_survey_that_would_close_at_once_is_not_opened(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_survey(session, build_units(session)["K"], closes_on=LAST_DAY, closes_automatically=True)
    sign_in_as(client, db, Role.HR)
    response = client.post("/undersokelser/liten-2026/steg/open")
    assert response.status_code == 409
    assert "ville lukket seg med en gang" in response.text
    assert _status(db) == SurveyStatus.DRAFT


FORM = {
    "questionnaire": "medarbeider:2",
    "title_nb": "Ny",
    "purpose_nb": "Vi vil vite det.",
    "purpose_nn": "Vi vil vite det på nynorsk.",
    "purpose_en": "  ",
    "opens_on": "2026-03-02",
    "closes_on": "2026-03-20",
    "minimum_group": "5",
    "visible_leaders": "2026-04-01",
}


@pytest.mark.parametrize(("sent", "chosen"), [({"closes_automatically": "y"}, True), ({}, False)])
def test_hr_chooses_in_the_form_and_new_surveys_close_by_themselves_unless_she_does_not_want_it(
    app: Flask,
    client: FlaskClient,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    sent: dict[str, str],
    chosen: bool,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 2, 20, 12, tzinfo=dt.UTC))
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        unit = str(build_units(session)["K"].id)
    sign_in_as(client, db, Role.HR)
    assert 'name="closes_automatically" value="y" checked' in client.get("/undersokelser/ny").text
    assert client.post("/undersokelser/ny", data=FORM | {"unit": unit} | sent).status_code == 302
    with db.reading() as session:
        survey = session.scalars(select(Survey)).one()
    assert survey.closes_automatically is chosen
    assert survey.purpose == {"nb": "Vi vil vite det.", "nn": "Vi vil vite det på nynorsk."}
