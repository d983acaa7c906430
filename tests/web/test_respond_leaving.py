"""Leaving before one is done: coming back later, deleting what was begun, a draft that cannot be read."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveys.campaigns.ballot_box import Draft
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some
from tests.respondent import Respondent


@pytest.fixture
def person(app: Flask, db: Database, client: FlaskClient) -> Respondent:
    """Somebody who has answered the first page."""
    with db.transaction() as session:
        [code] = invite_some(app, session, build_open_survey(app, session))
    found = Respondent(client, code)
    found.goes_to("side/1")
    found.answers_all()
    return found


def drafts(db: Database) -> int:
    with db.reading() as session:
        return len(session.scalars(select(Draft)).all())


def test_the_pause_says_how_to_come_back_and_what_the_browser_remembers(person: Respondent) -> None:
    page = person.press(button="_senere")
    assert person.code in page.text
    assert "Lenken kan ligge i nettleserhistorikken." in page.text
    assert page.links()["Slett svarene og gå"] == f"{person.way}/slett"


def test_deleting_is_asked_about_first_and_says_what_it_does(db: Database, person: Respondent) -> None:
    page = person.goes_to("slett")
    for told in (
        "blir borte for godt",
        "Ingenting blir levert",
        "Lenken din virker fortsatt",
        "Vi kan ikke fjerne",
    ):
        assert told in page.text
    assert drafts(db) == 1


def test_deleting_leaves_no_answer_and_a_page_without_the_code(db: Database, person: Respondent) -> None:
    person.goes_to("slett")
    page = person.press()
    assert page.heading == "Svarene er slettet"
    assert person.code not in page.address + page.response.text
    assert page.response.headers["Clear-Site-Data"] == '"cache"'
    assert page.response.headers["Cache-Control"] == "no-store"
    assert drafts(db) == 0


def test_back_shows_nothing_after_deleting_and_one_may_begin_again(db: Database, person: Respondent) -> None:
    person.goes_to("slett")
    person.press()
    assert person.goes_to("side/1").answers() == {}
    assert "Start" in person.open(f"/svar/{person.code}").links()
    person.goes_to("side/1")
    person.answers_to_the_review()
    assert person.press().heading == "Takk! Svaret ditt er levert."


def test_deleting_twice_is_as_good_as_once(db: Database, client: FlaskClient, person: Respondent) -> None:
    for _press in range(2):
        answer = client.post(f"{person.way}/slett")
        assert (answer.status_code, answer.location) == (303, "/svar/slettet?sprak=nb")
    assert drafts(db) == 0


def test_a_delivered_answer_cannot_be_deleted(db: Database, client: FlaskClient, person: Respondent) -> None:
    person.delivers()
    page = person.goes_to("slett")
    assert page.heading == "Svaret ditt er levert"
    assert client.post(f"{person.way}/slett").location.startswith(f"/svar/{person.code}")


def test_a_page_sent_from_another_tab_after_deleting_begins_a_new_draft(
    app: Flask, db: Database, person: Respondent
) -> None:
    other = Respondent(app.test_client(), person.code)
    other.goes_to("side/2")
    person.goes_to("slett")
    person.press()
    other.press({"ROL01": "2"})
    assert other.goes_to("side/2").answers() == {"ROL01": "2"}
    assert other.goes_to("side/1").answers() == {}


def test_a_draft_that_cannot_be_read_locks_nobody_out(db: Database, person: Respondent) -> None:
    with db.transaction() as session:
        session.execute(update(Draft).values(ciphertext=b"x" * 1600))
    page = person.goes_to("side/2")
    assert page.status == 409
    assert page.heading == "Vi får ikke lest svarene du begynte på"
    assert "Ingenting er levert" in page.text
    page = person.press(button="_begynn")
    assert page.heading == "Liten undersøkelse 2026"
    assert drafts(db) == 0
