"""The year of the cards: dates and deadlines, what waits for whom, and which services were asked."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from surveys.access.models import Role
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.reports.rounds import Round, last_round, phases
from surveys.reports.year.coverage import coverage
from tests.building import invite_some
from tests.card_building import sign_in_as, unit_of
from tests.conftest import Installations
from tests.reporting import TERTIAL, frozen, reporting_site


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return reporting_site(app, db, monkeypatch)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (dt.date(2026, 4, 30), "Begynner 1. mai 2026."),
        (dt.date(2026, 5, 1), "Pågår til 31. august 2026. Frist 15. september 2026."),
        (dt.date(2026, 8, 31), "Pågår til 31. august 2026. Frist 15. september 2026."),
        (dt.date(2026, 9, 15), "Er over. Frist 15. september 2026."),
        (dt.date(2026, 9, 16), "Fristen var 15. september 2026."),
    ],
)
def test_a_round_says_when_it_is_due(app: Flask, today: dt.date, words: str) -> None:
    with app.test_request_context():
        assert Round(2026, 2).told(today) == words


def test_every_day_of_the_year_is_in_one_phase(app: Flask) -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(365)]
    with app.test_request_context():
        assert {sum(phase.is_now(day) for phase in phases(2026)) for day in days} == {1}
    assert last_round(dt.date(2026, 1, 1)) == Round(2025, 3)


def test_hr_sees_what_is_missing_with_its_deadline_and_the_reports_that_are_made(
    client: FlaskClient, site: Database
) -> None:
    with site.transaction() as session:
        frozen(session, TERTIAL)
    sign_in_as(client, site, Role.HR)
    page = client.get("/rapporter/arshjul").text
    assert "M1.2 Sykefravær, 2. tertial 2026" in page
    assert "1 av 3 enheter er ført." in page
    assert "Fristen var 15. september 2026." in page
    assert "Tertialrapport 2. tertial 2026, Enhet K" in page
    assert "Lag tertialrapport for 1. tertial 2026" in page


def test_a_leader_sees_what_she_has_to_reply_to(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "K")
    page = client.get("/rapporter/arshjul").text
    assert "Ø1.1 Nettoavvik mot budsjett" in page
    assert "M1.2 Sykefravær" not in page, "it has a reply"
    assert "Lag tertialrapport" not in page


def test_coverage_names_only_those_whose_own_people_were_asked(app: Flask, site: Database) -> None:
    with site.transaction() as session:
        for unit in session.query(Unit):
            unit.type = {"K": "kommune", "A": "område", "A1": "barnehage"}[unit.code]
        survey = session.query(Survey).one()
        survey.public_key, survey.status = bytes(32), SurveyStatus.OPEN
        invite_some(app, session, survey, "A1")
        ids = [unit_of(session, code).id for code in ("K", "A", "A1")]
    with app.test_request_context(), site.reading() as session:
        found = {each.kind: each.surveys for each in coverage(session, ids)}
    assert found == {"barnehage": ("Liten undersøkelse 2026",), "kommune": (), "område": ()}


def test_the_page_asks_as_many_queries_however_many_units(
    client: FlaskClient, db: Database, site: Database
) -> None:
    sign_in_as(client, site, Role.HR)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    client.get("/rapporter/arshjul")
    few = len(asked)
    with site.transaction() as session:
        above = unit_of(session, "A")
        session.add_all(
            Unit(code=f"U{number}", name=f"U{number}", type="enhet", parent=above) for number in range(40)
        )
    asked.clear()
    client.get("/rapporter/arshjul")
    event.remove(db.engine, "before_cursor_execute", note)
    assert few
    assert len(asked) == few
