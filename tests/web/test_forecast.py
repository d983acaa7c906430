"""HR reads how many will have answered at the deadline, where the page tells the response rate exactly."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.hr.forecast import rate_at_closing
from surveys.hr.turnout import UnitTurnout
from surveys.organisation.tree import Node
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some
from tests.card_building import sign_in_as

OPENED = dt.date(2026, 3, 2)
PAGE = "/undersokelser/liten-2026"


def _survey(status: SurveyStatus = SurveyStatus.OPEN) -> Survey:
    return Survey(status=status, opens_on=OPENED, closes_on=OPENED + dt.timedelta(days=9))


def _unit(delivered: int | None, *, at_least: bool = False) -> UnitTurnout:
    return UnitTurnout(Node(1, None, "Enhet", "", 0), 100, delivered, at_least)


@pytest.mark.parametrize(
    ("delivered", "days", "expected"),
    [
        (50, 5, 0.75),  # half of those who are left answer in five days of ten
        (50, 9, 0.5),
        (0, 5, 0.0),
        (100, 5, 1.0),
        (97, 9, 0.97),  # never below what has come
        (50, 1, None),
        (50, 10, None),
    ],
)
def test_those_who_are_left_answer_at_the_pace_of_until_now(
    delivered: int, days: int, expected: float | None
) -> None:
    found = rate_at_closing(_unit(delivered), _survey(), OPENED + dt.timedelta(days=days))
    assert found == (None if expected is None else pytest.approx(expected))


def test_nothing_is_said_where_the_page_tells_in_steps_or_nothing_or_the_survey_is_closed() -> None:
    today = OPENED + dt.timedelta(days=5)
    assert rate_at_closing(_unit(50, at_least=True), _survey(), today) is None
    assert rate_at_closing(_unit(None), _survey(), today) is None
    assert rate_at_closing(_unit(50), _survey(SurveyStatus.CLOSED), today) is None


def test_hr_reads_it_for_the_whole_and_for_large_units_only(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    today = municipal_day()
    with app.app_context(), db.transaction() as session:
        days = {"opens_on": today - dt.timedelta(days=5), "closes_on": today + dt.timedelta(days=4)}
        survey = build_open_survey(app, session, **days)
        invite_some(app, session, survey, "A", 60)
        invite_some(app, session, survey, "B", 40)
        for number, invitation in enumerate(session.scalars(select(Invitation).order_by(Invitation.id))):
            invitation.delivered = number % 2 == 0
    sign_in_as(client, db, Role.HR)
    page = client.get(PAGE).text
    assert "har omtrent 75 % svart når undersøkelsen lukker" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Ved fristen, omtrent" in page
    table = page.partition("<tbody>")[2]
    # K and A; B is told in steps.
    assert [row.count("75\N{NO-BREAK SPACE}%") for row in table.split("<tr>")[1:4]] == [1, 1, 0]
