"""What tests of units' plans do: a site with two surveys' figures, the forms, and what an action's card says."""

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.actions.models import ActionVersion
from surveys.campaigns.models import Survey
from surveys.followup.actions import views
from surveys.platform.database import Database
from surveys.release.models import Change, Turnout, Verdict
from tests.building import build_installation, build_survey, build_units
from tests.card_building import release_figures, write_change

TODAY = dt.date(2026, 11, 1)
TYPED = {
    "retning": "improve",
    "hva": "Vi skriver hvem som gjør hva, på tavla hver mandag",
    "hvem": "Fagleder",
    "frist": "31.01.2027",
    "tegn": "Ingen spør hvem som har vakt",
}


def planning_site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """K over A and B, two released surveys of the factor TRI: A 3.1 and then 3.6, B 3.9 and then hidden."""
    monkeypatch.setattr(views, "_today", lambda: TODAY)
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, {"K": None, "A": "K", "B": "K"})
        released = {}
        figures: dict[int, dict[str, float | str]] = {
            2025: {"A": 3.1, "B": 3.9},
            2026: {"A": 3.6, "B": "primary"},
        }
        for year, means in figures.items():
            survey = build_survey(session, units["K"], key=f"liten-{year}")
            survey.opens_on, survey.closes_on = dt.date(year, 3, 1), dt.date(year, 3, 20)
            released[year] = release_figures(session, survey, means)
            session.add_all(
                Turnout(release_id=released[year].id, unit_id=each.unit_id, invited=20, delivered=12)
                for each in survey.units
            )
        write_change(session, released[2026], released[2025], 0.5, Verdict.UP, "A")
        change = session.scalars(select(Change)).one()
        change.ci_low, change.ci_high = 0.2, 0.8
    return db


def add_action(client: FlaskClient, unit: str = "A", **changes: str) -> TestResponse:
    return client.post(f"/planer/{unit}/nytt", data=TYPED | changes)


def versions(db: Database) -> list[ActionVersion]:
    with db.reading() as session:
        return list(session.scalars(select(ActionVersion).order_by(ActionVersion.id)))


def plan_text(client: FlaskClient, unit: str = "A") -> str:
    page = client.get(f"/planer/{unit}")
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def theme(db: Database, year: int, measure: str = "TRI") -> str:
    with db.reading() as session:
        survey = session.scalars(select(Survey).where(Survey.key == f"liten-{year}")).one()
        return f"{survey.key}:{measure}"


def post(client: FlaskClient, address: str, **data: Any) -> TestResponse:
    return client.post(
        address, data={name: str(value) for name, value in data.items()}, follow_redirects=True
    )
