"""Links from a card to other systems, and the indicators that their counts are begun from."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.platform.database import Database
from surveys.scorecards.external_systems.models import ExternalSystem
from surveys.scorecards.external_systems.systems import address_fault
from surveys.scorecards.models import IndicatorKind
from tests.card_building import sign_in_as
from tests.card_drafting import begin, card_site, node, outline, press, write_indicator

SYSTEMS = "/kortoppsett/systemer"
DEVIATIONS = {"navn": "Avvikssystemet", "adresse": "https://avvik.example.invalid/ny?a=1", "enhet": "A"}


@pytest.mark.parametrize(
    "address",
    [
        "http://avvik.example.invalid", "avvik.example.invalid", "javascript:alert(1)", "https://", "https:///x",
        "https://avvik.example.invalid@ond.example.invalid", "https://a b", "https://a\nb", "//a", "https://a:x",
        "https://[", "https://a/" + "x" * 500,
    ],
)  # fmt: skip
def test_only_a_whole_encrypted_address_is_a_link(address: str) -> None:
    assert address_fault(address)


def test_a_link_is_on_the_card_and_the_plan_of_its_unit_and_those_below(
    client: FlaskClient, app: Flask, db: Database
) -> None:
    card_site(app, db, client)
    refused = client.post(SYSTEMS, data=DEVIATIONS | {"adresse": "http://avvik.example.invalid"})
    assert refused.status_code == 422
    assert client.post(SYSTEMS, data=DEVIATIONS).status_code == 302
    leader = app.test_client()
    sign_in_as(leader, db, Role.LEADER)
    link = 'href="https://avvik.example.invalid/ny?a=1" rel="noopener noreferrer external"'
    for page in ("/styringskort/A", "/styringskort/A1", "/planer/A1"):
        assert link in leader.get(page).text, page
    assert link not in leader.get("/styringskort/B").text
    with db.reading() as session:
        number = session.scalars(select(ExternalSystem.id)).one()
    # Another unit's controller takes nothing away.
    other = app.test_client()
    sign_in_as(other, db, Role.CONTROLLER, "B")
    assert other.post(SYSTEMS, data={"handling": f"fjern:{number}"}).status_code == 403
    assert "Avvikssystemet, A" not in other.get(SYSTEMS).text
    client.post(SYSTEMS, data={"handling": f"fjern:{number}"})
    assert link not in leader.get("/styringskort/A").text
    client.post(SYSTEMS, data={"handling": f"angre:{number}"})
    assert link in leader.get("/styringskort/A").text


def test_counted_deviations_begin_without_a_colour(client: FlaskClient, app: Flask, db: Database) -> None:
    card_site(app, db, client)
    card = begin(client)
    for button in ("legg-til", "legg-til:1", "legg-til:2", "legg-til:3"):
        press(client, card, button, **{"tittel-1": "Brukere", "kode-2": "B", "tittel-2": "Trygge tjenester"})
    address = f"/kortoppsett/{card}/indikator/4"
    assert "mal:meldte-avvik" in client.get(address).text
    offered = client.post(address, data={"handling": "mal:meldte-avvik"}).text
    assert "Et høyt tall kan være bra" in offered
    # Nothing is stored before she saves it.
    assert not outline(db, card).indicators()[0].title
    fields = dict(re.findall(r'<input class="ds-input" id="([^"]+)" name="[^"]+" value="([^"]*)"', offered))
    fields |= {
        "definisjon": "Et høyt tall kan være bra",
        "utviklingstrekk": "ja",
        "periode": "tertial",
        "kode": "B1",
    }
    assert write_indicator(client, card, 4, fields).status_code == 302
    stored = node(db, card, "B1").indicator
    assert stored is not None
    assert (stored.kind, stored.unit_of_measure) == (IndicatorKind.DEVELOPMENT, "antall")
    assert "mal:meldte-avvik" not in client.get(address).text
