"""The form of a reply: what it asks, of whom, and what it refuses."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.access.models import Role
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.scorecards import views
from tests.card_building import measure, sign_in_as
from tests.conftest import Installations
from tests.replying import (
    give_reply,
    hidden_fields,
    reply_address,
    replying_site,
    row_of,
    stored_replies,
)


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough: the form is judged in Python."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def card(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return replying_site(app, db, monkeypatch)


def test_each_text_has_300_characters_and_no_more(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    for name, called in (("arsak", "Årsaken"), ("tiltak", "Tiltaket"), ("ord", "Forklaringen av prognosen")):
        refused = give_reply(client, card, typed={name: "å" * 301})
        assert refused.status_code == 422
        assert f"{called} kan ha høyst 300 tegn. Du har skrevet 301." in refused.text
        assert "å" * 301 in refused.text
    assert stored_replies(card) == []
    # A browser sends a line break as two characters and counts it as one.
    whole = {"arsak": "æ" * 149 + "\r\n" + "ø" * 150, "tiltak": "å" * 300, "ord": ""}
    assert give_reply(client, card, typed=whole).status_code == 302
    assert [len(each.cause) for each in stored_replies(card)] == [300]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arsak": " "}, "Skriv hva årsaken er."),
        ({"tiltak": ""}, "Skriv hva dere gjør."),
        ({"prognose": ""}, "Skriv hvilken verdi du venter neste gang."),
        ({"prognose": "ganske bra"}, "Verdien må være et tall"),
        ({"prognose": "-4"}, "er ikke mulig"),
        ({"vurderes": ""}, "Skriv når tallet skal vurderes igjen."),
        ({"vurderes": "snart"}, "Datoen må skrives som"),
        ({"vurderes": "01.11.2026"}, "må være etter i dag"),
        ({"vurderes": "31.12.2062"}, "kan ikke være mer enn 3 år fram"),
    ],
    ids=lambda value: next(iter(value.items()))[1] or "empty" if isinstance(value, dict) else None,
)
def test_what_is_missing_or_wrong_is_said_at_the_field(
    client: FlaskClient, card: Database, changes: dict[str, str], words: str
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    refused = give_reply(client, card, typed=changes)
    assert refused.status_code == 422
    assert words in refused.text
    assert stored_replies(card) == []


@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("M1.2", "6,0", "6,0 % er grønn."),
        ("M1.2", "6,04", "6,04 % er gul."),
        ("M1.2", "9,04 %", "9,04 % er rød."),
        ("Ø1.1", "-1,0", "−1,0 % er gul."),
        ("Ø1.1", "−1,04", "−1,04 % er rød."),
        ("B1.1", "5,0", "5,0 er grønn."),
        ("B1.1", "4,96", "4,96 er gul."),
    ],
)
def test_the_forecast_has_its_own_colour_by_the_rows_limits(
    client: FlaskClient, card: Database, code: str, typed: str, said: str
) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2026, 4.5, unit="A")
    sign_in_as(client, card, Role.LEADER, "A")
    live = client.get(reply_address(card, code) + "/prognose", query_string={"prognose": typed})
    assert live.text.replace("\N{NO-BREAK SPACE}", " ") == said
    # Without a script a button shows the same, and stores nothing.
    shown = give_reply(client, card, code, prognose=typed, handling="se")
    assert said in shown.text.replace("\N{NO-BREAK SPACE}", " ")
    assert stored_replies(card) == []


@pytest.mark.parametrize(
    ("role", "unit"), [(Role.LEADER, "B"), (Role.POLITICIAN, "K"), (Role.REPRESENTATIVE, "A")]
)
def test_whoever_does_not_lead_the_unit_cannot_reply(
    client: FlaskClient, card: Database, role: Role, unit: str
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    known = hidden_fields(client, reply_address(card))
    sign_in_as(client, card, role, unit)
    assert give_reply(client, card, hidden=known).status_code == 403
    taken = client.post(reply_address(card) + "/trekk", data={"svar": "1"})
    assert taken.status_code == 403
    assert stored_replies(card) == []
    page = client.get(reply_address(card))
    assert page.status_code == (403 if unit == "B" else 200)
    assert 'name="arsak"' not in page.text


def test_nothing_is_asked_of_green(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    assert "besvart" not in row_of(client, "B1.1")
    page = client.get(reply_address(card, "B1.1")).text
    assert 'name="arsak"' not in page
    forged = hidden_fields(client, reply_address(card))
    refused = give_reply(client, card, "B1.1", forged)
    assert refused.status_code == 409
    assert "verken gul eller rød" in refused.text
    assert "Influensa i mars" in refused.text, "what was typed is given back"
    assert stored_replies(card) == []


def test_last_times_words_are_offered_and_not_its_number(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    give_reply(client, card)
    assert 'value="5,9"' in client.get(reply_address(card)).text
    with card.transaction() as session:
        measure(session, "M1.2", 2026, 9.5, 3, "A")
    page = client.get(reply_address(card)).text
    assert "Rød · ikke besvart" in row_of(client, "M1.2")
    assert "Teksten er fra svaret for 2. tertial 2026." in page
    assert ">Influensa i mars</textarea>" in page
    assert 'value="5,9"' not in page


def test_a_forecast_whose_day_has_passed_waits_again(
    client: FlaskClient, card: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    give_reply(client, card)
    for day, said in (
        (dt.date(2026, 12, 31), "under forbedring"),
        (dt.date(2027, 1, 1), "skulle vært vurdert"),
    ):
        monkeypatch.setattr(views, "_today", lambda day=day: day)
        assert f"Rød · {said}" in row_of(client, "M1.2")
