"""What tests of replies to measurements do: a card with yellow, red and green, the form, and what a row says."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.platform.database import Database
from surveys.scorecards import line_page, views
from surveys.scorecards.models import Indicator
from surveys.scorecards.questions import question_views
from surveys.scorecards.replies import reply_views
from surveys.scorecards.replies.models import MeasurementReply
from surveys.scorecards.setup import build_card
from surveys.site import home
from tests.building import build_installation, build_units
from tests.built_once import build_once
from tests.card_building import measure, small_card
from tests.respondent import Page

TODAY = dt.date(2026, 11, 1)
TYPED = {
    "arsak": "Influensa i mars",
    "tiltak": "Vi vaksinerer flere",
    "prognose": "5,9",
    "vurderes": "31.12.2026",
    "ord": "Samme periode i fjor",
}


def replying_site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """K over A and B on 1 November 2026. A has red sick leave, a yellow budget and green users."""
    monkeypatch.setattr(views, "_today", lambda: TODAY)
    for module in (home, line_page, question_views, reply_views):
        monkeypatch.setattr(module, "municipal_day", lambda: TODAY)
    app.config["WTF_CSRF_ENABLED"] = False
    build_once(app, db, _build_measured)
    return db


def _build_measured(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "A1": "A", "B": "K"})
        build_card(session, small_card())
        measure(session, "M1.2", 2026, 9.04, 2, "A")
        measure(session, "Ø1.1", 2026, -0.5, 2, "A")
        measure(session, "B1.1", 2026, 5.0, unit="A")


def reply_address(db: Database, code: str = "M1.2", unit: str = "A") -> str:
    with db.reading() as session:
        number = session.scalars(select(Indicator.id).where(Indicator.code == code)).one()
    return f"/styringskort/{unit}/svar/{number}"


def hidden_fields(client: FlaskClient, address: str) -> dict[str, str]:
    page = client.get(address).text
    return dict(re.findall(r'name="(maling|versjon)" value="(\d+)"', page))


def give_reply(
    client: FlaskClient,
    db: Database,
    code: str = "M1.2",
    hidden: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    **changes: str,
) -> TestResponse:
    address = reply_address(db, code)
    known = hidden_fields(client, address) if hidden is None else hidden
    return client.post(address, data=TYPED | dict(known) | dict(typed or {}) | changes)


def stored_replies(db: Database) -> list[MeasurementReply]:
    with db.reading() as session:
        return list(session.scalars(select(MeasurementReply).order_by(MeasurementReply.id)))


def text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def row_of(client: FlaskClient, code: str, unit: str = "A", query: str = "") -> str:
    page = Page(client.get(f"/styringskort/{unit}{query}"))
    [row] = [item for item in page.tree.iter("li") if item.get("id") == f"indikator-{code}"]
    return text_of(row)
