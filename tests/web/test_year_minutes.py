"""Before a survey opens, HR sees how many minutes its people have been asked for that year."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.year_minutes import minutes_in_year, told
from surveys.hr.steps.opening import OPEN
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from tests.building import build_installation, build_survey, build_units


@pytest.fixture
def draft(db: Database) -> Database:
    """A draft of three minutes for everybody in 2026."""
    with db.transaction() as session:
        build_installation(session)
        build_survey(session, build_units(session)["K"])
    return db


def _builtin(key: str) -> dict[str, Any]:
    source = loading.definition_path(key, 1).read_bytes()
    return {"questionnaire": loading.builtin(key, 1), "source": source}


def _held(session: Session, key: str, unit: str = "K", year: int = 2026, **changes: Any) -> Survey:
    """A survey that has been released, of the unit and everything below it."""
    top = session.scalars(select(Unit).where(Unit.code == unit)).one()
    days = {"opens_on": dt.date(year, 1, 5), "closes_on": dt.date(year, 1, 20)}
    survey = build_survey(session, top, key, **days, **changes)
    survey.status = SurveyStatus.RELEASED
    return survey


def _minutes(db: Database) -> tuple[int, int]:
    with db.reading() as session:
        survey = session.scalars(select(Survey).where(Survey.key == "liten-2026")).one()
        found = minutes_in_year(session, survey)
        assert found.year == 2026
        return found.asked, found.added


def test_surveys_of_the_same_year_and_the_same_people_are_added_up(draft: Database) -> None:
    with draft.transaction() as session:
        _held(session, "en", **_builtin("medarbeider"))
        _held(session, "to")
        _held(session, "i-fjor", year=2025)
        _held(session, "innbyggere", **_builtin("innbygger"))
    assert _minutes(draft) == (loading.builtin("medarbeider", 1).minutes + 3, 3)  # type: ignore[operator]


def test_different_units_are_different_people(draft: Database) -> None:
    with draft.transaction() as session:
        _held(session, "bare-a", "A")
        _held(session, "bare-b", "B")
    assert _minutes(draft) == (3, 3)


def test_a_draft_has_asked_nobody(draft: Database) -> None:
    with draft.transaction() as session:
        _held(session, "kladd").status = SurveyStatus.DRAFT
    assert _minutes(draft) == (0, 3)


def test_the_users_of_one_service_are_not_those_of_another(draft: Database) -> None:
    with draft.transaction() as session:
        library = _held(session, "bibliotek", **_builtin("bibliotek"))
        _held(session, "byggesak", **_builtin("byggesak"))
        assert minutes_in_year(session, library).asked == 0


def test_the_first_of_a_year_is_not_set_beside_nothing(app: Flask, draft: Database) -> None:
    with draft.transaction() as session:
        survey = session.scalars(select(Survey).where(Survey.key == "liten-2026")).one()
        with app.test_request_context(headers={"Accept-Language": "nb"}):
            said = told(minutes_in_year(session, survey))
    assert said == (
        "I 2026 har vi ikke bedt ansatte svare på noe annet. Denne undersøkelsen tar omtrent 3 minutter."
    )


def test_the_confirmation_of_the_opening_says_it(app: Flask, draft: Database) -> None:
    with draft.transaction() as session:
        _held(session, "en")
        survey = session.scalars(select(Survey).where(Survey.key == "liten-2026")).one()
        with app.test_request_context(headers={"Accept-Language": "nb"}):
            assert OPEN.describe is not None
            said = OPEN.describe(session, survey).consequences
    assert "I 2026 har vi bedt ansatte om 3 minutter. Med denne undersøkelsen blir det 6." in said
