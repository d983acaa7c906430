"""What tests of cards in the browser do: begin a draft, press its buttons, write an indicator, approve."""

import re
from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.drafts import outline_of
from surveys.scorecards.outline.models import CardVersion
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode
from tests.building import build_installation, build_units
from tests.card_building import measure, sign_in_as

YEAR = municipal_day().year


def card_site(app: Flask, db: Database, client: FlaskClient) -> Database:
    """Units K over A (with A1) and B, and a client signed in as K's controller."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "A1": "A", "B": "K"})
    sign_in_as(client, db, Role.CONTROLLER)
    return db


def begin(client: FlaskClient, template: str = "tomt", unit: str = "K", **more: str) -> int:
    made = client.post("/kortoppsett/nytt", data={"enhet": unit, "ar": str(YEAR), "mal": template} | more)
    assert made.status_code == 302, made.text
    return int(re.findall(r"/kortoppsett/(\d+)", made.location)[0])


def press(client: FlaskClient, version_id: int, button: str, **typed: str) -> TestResponse:
    return client.post(f"/kortoppsett/{version_id}", data={"handling": button} | typed)


def outline(db: Database, version_id: int) -> CardOutline:
    with db.reading() as session:
        return outline_of(session.get_one(CardVersion, version_id))


def node(db: Database, version_id: int, code: str) -> OutlineNode:
    return next(each for each in outline(db, version_id).indicators() if each.code == code)


def write_indicator(
    client: FlaskClient, version_id: int, node_id: int, changes: Mapping[str, str]
) -> TestResponse:
    """Opens the indicator's page and sends its form with the changes."""
    address = f"/kortoppsett/{version_id}/indikator/{node_id}"
    page = client.get(address).text
    fields = dict(re.findall(r'<input class="ds-input" id="([^"]+)" name="[^"]+" value="([^"]*)"', page))
    for name, options in re.findall(
        r'<select class="ds-input" id="([^"]+)".*?>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen[0] if chosen else ""
    fields |= dict(re.findall(r'type="radio" id="[^"]+" name="([^"]+)" value="([^"]*)" checked', page))
    fields |= dict.fromkeys(re.findall(r'type="checkbox" id="([^"]+)"[^>]* checked', page), "ja")
    return client.post(address, data={**fields, **changes})


def approve(client: FlaskClient, version_id: int, steps: int, **changes: str) -> TestResponse:
    data = {"navn": "Kari Eide, kommunedirektør", "dato": f"01.01.{YEAR}", "steg": str(steps)} | changes
    return client.post(f"/kortoppsett/{version_id}/godkjenn", data=data)


def approved(client: FlaskClient, db: Database, template: str = "molde") -> int:
    version_id = begin(client, template)
    answer = approve(client, version_id, 0)
    assert answer.status_code == 302, re.findall(r"<li>.*?</li>", answer.text)
    return version_id


def approved_and_measured(client: FlaskClient, db: Database) -> None:
    """Molde's card for this year, with sick leave that is yellow."""
    approved(client, db)
    with db.transaction() as session:
        measure(session, "M1.1", YEAR, 8.0, part=1)


def draft_again(client: FlaskClient, db: Database, year: int) -> int:
    """A draft for the year, as a copy of the only card there is."""
    with db.reading() as session:
        card = session.scalars(select(Scorecard.id)).one()
    begun = client.post(f"/kortoppsett/kort/{card}/utkast", data={"ar": str(year)})
    return int(begun.location.rpartition("/")[2])


def own_card(client: FlaskClient, perspective: str = "Medarbeidere", **more: str) -> int:
    """A draft for A with one row of its own, X1."""
    card = begin(client, "tomt", "A", **more)
    for button in ("legg-til", "legg-til:1", "legg-til:2", "legg-til:3"):
        press(client, card, button, **{"tittel-1": perspective, "kode-2": "X", "tittel-2": "Eget mål"})
    row = {"maleenhet": "stk", "kilde": "Oss", "kode": "X1", "navn": "Vår egen rad"}
    assert write_indicator(client, card, 4, row).status_code == 302
    return card


def steps_taken(db: Database, version_id: int) -> int:
    with db.reading() as session:
        return session.get_one(CardVersion, version_id).steps_taken
