"""A yellow or red measurement is replied to: by whom, to what, in versions, and never seen where the value is not."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import ReaderGroup
from surveys.platform.database import Database
from surveys.scorecards import views
from surveys.scorecards.feeding import feed
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus
from surveys.scorecards.replies import reply_views
from surveys.scorecards.replies.models import MeasurementReply
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_survey, build_units
from tests.card_building import measure, release_figures, sign_in_as, small_card, unit_of
from tests.respondent import Page

TODAY = dt.date(2026, 11, 1)
TYPED = {
    "arsak": "Influensa i mars",
    "tiltak": "Vi vaksinerer flere",
    "prognose": "5,9",
    "vurderes": "31.12.2026",
    "ord": "Samme periode i fjor",
}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (views, reply_views):
        monkeypatch.setattr(module, "_today", lambda: TODAY)


@pytest.fixture
def card(app: Flask, db: Database) -> Database:
    """K over A and B. A has red sick leave, a yellow budget and green users."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "A1": "A", "B": "K"})
        build_card(session, small_card())
        measure(session, "M1.2", 2026, 9.04, 2, "A")
        measure(session, "Ø1.1", 2026, -0.5, 2, "A")
        measure(session, "B1.1", 2026, 5.0, unit="A")
    return db


def _address(db: Database, code: str = "M1.2", unit: str = "A") -> str:
    with db.reading() as session:
        number = session.scalars(select(Indicator.id).where(Indicator.code == code)).one()
    return f"/styringskort/{unit}/svar/{number}"


def _hidden(client: FlaskClient, address: str) -> dict[str, str]:
    page = client.get(address).text
    return dict(re.findall(r'name="(maling|versjon)" value="(\d+)"', page))


def _reply(
    client: FlaskClient,
    db: Database,
    code: str = "M1.2",
    hidden: Mapping[str, str] | None = None,
    **changes: str,
) -> TestResponse:
    address = _address(db, code)
    known = _hidden(client, address) if hidden is None else hidden
    return client.post(address, data=TYPED | dict(known) | changes)


def _stored(db: Database) -> list[MeasurementReply]:
    with db.reading() as session:
        return list(session.scalars(select(MeasurementReply).order_by(MeasurementReply.id)))


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _row(client: FlaskClient, code: str, unit: str = "A", query: str = "") -> str:
    page = Page(client.get(f"/styringskort/{unit}{query}"))
    [row] = [item for item in page.tree.iter("li") if item.get("id") == f"indikator-{code}"]
    return _text(row)


def test_a_reply_changes_what_the_card_says(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    assert "Rød · ikke besvart" in _row(client, "M1.2")
    assert "Gul · ikke besvart" in _row(client, "Ø1.1")
    assert _reply(client, card).status_code == 302
    row = _row(client, "M1.2")
    assert "Rød · under forbedring, vurderes 31. desember 2026" in row
    for words in (
        "Influensa i mars",
        "Vi vaksinerer flere",
        "5,9 % Grønn",
        "Samme periode i fjor",
        "Kari Eide",
    ):
        assert words in row
    assert "Gul · ikke besvart" in _row(client, "Ø1.1")


def test_a_forecast_whose_day_has_passed_waits_again(
    client: FlaskClient, card: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    _reply(client, card)
    for day, said in (
        (dt.date(2026, 12, 31), "under forbedring"),
        (dt.date(2027, 1, 1), "skulle vært vurdert"),
    ):
        monkeypatch.setattr(views, "_today", lambda day=day: day)
        assert f"Rød · {said}" in _row(client, "M1.2")


def test_nothing_is_asked_of_green(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    assert "besvart" not in _row(client, "B1.1")
    page = client.get(_address(card, "B1.1")).text
    assert "<textarea" not in page
    forged = _hidden(client, _address(card))
    refused = _reply(client, card, "B1.1", forged)
    assert refused.status_code == 409
    assert "verken gul eller rød" in refused.text
    assert "Influensa i mars" in refused.text, "what was typed is given back"
    assert _stored(card) == []


@pytest.mark.parametrize(
    ("role", "unit"), [(Role.LEADER, "B"), (Role.POLITICIAN, "K"), (Role.REPRESENTATIVE, "A")]
)
def test_whoever_does_not_lead_the_unit_cannot_reply(
    client: FlaskClient, card: Database, role: Role, unit: str
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    known = _hidden(client, _address(card))
    sign_in_as(client, card, role, unit)
    assert _reply(client, card, hidden=known).status_code == 403
    taken = client.post(_address(card) + "/trekk", data={"svar": "1"})
    assert taken.status_code == 403
    assert _stored(card) == []
    page = client.get(_address(card))
    assert page.status_code == (403 if unit == "B" else 200)
    assert "<textarea" not in page.text


def test_each_text_has_300_characters_and_no_more(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    for name, called in (("arsak", "Årsaken"), ("tiltak", "Tiltaket"), ("ord", "Forklaringen av prognosen")):
        refused = _reply(client, card, **{name: "å" * 301})
        assert refused.status_code == 422
        assert f"{called} kan ha høyst 300 tegn. Du har skrevet 301." in refused.text
        assert "å" * 301 in refused.text
    assert _stored(card) == []
    # A browser sends a line break as two characters and counts it as one.
    whole = {"arsak": "æ" * 149 + "\r\n" + "ø" * 150, "tiltak": "å" * 300, "ord": ""}
    assert _reply(client, card, **whole).status_code == 302
    assert [len(each.cause) for each in _stored(card)] == [300]


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
    refused = _reply(client, card, **changes)
    assert refused.status_code == 422
    assert words in refused.text
    assert _stored(card) == []


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
    live = client.get(_address(card, code) + "/prognose", query_string={"prognose": typed})
    assert live.text.replace("\N{NO-BREAK SPACE}", " ") == said
    # Without a script a button shows the same, and stores nothing.
    shown = _reply(client, card, code, prognose=typed, handling="se")
    assert said in shown.text.replace("\N{NO-BREAK SPACE}", " ")
    assert _stored(card) == []


def test_last_times_words_are_offered_and_not_its_number(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    _reply(client, card)
    assert 'value="5,9"' in client.get(_address(card)).text
    with card.transaction() as session:
        measure(session, "M1.2", 2026, 9.5, 3, "A")
    page = client.get(_address(card)).text
    assert "Rød · ikke besvart" in _row(client, "M1.2")
    assert "Teksten er fra svaret for 2. tertial 2026." in page
    assert ">Influensa i mars</textarea>" in page
    assert 'value="5,9"' not in page


def test_a_reply_is_never_overwritten(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    _reply(client, card)
    _reply(client, card, tiltak="Vi ansetter vikarer")
    assert [(each.number, each.action) for each in _stored(card)] == [
        (1, "Vi vaksinerer flere"),
        (2, "Vi ansetter vikarer"),
    ]
    page = client.get(_address(card)).text
    assert "Erstattet av et nyere svar." in page
    assert "Vi vaksinerer flere" in page


def test_a_reply_is_withdrawn_with_a_trail(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    _reply(client, card)
    _reply(client, card, tiltak="Feil enhet")
    first, second = (each.id for each in _stored(card))
    taken = client.post(_address(card) + "/trekk", data={"svar": str(second)}, follow_redirects=True)
    assert "Svaret er trukket tilbake." in taken.text
    assert "Trukket tilbake" in taken.text
    assert "Vi vaksinerer flere" in _row(client, "M1.2")
    again = client.post(_address(card) + "/trekk", data={"svar": str(second)}, follow_redirects=True)
    assert "Ingenting er endret." in again.text
    client.post(_address(card) + "/trekk", data={"svar": str(first)})
    assert "Rød · ikke besvart" in _row(client, "M1.2")
    with card.reading() as session:
        trail = select(AuditEntry.action, AuditEntry.subject, AuditEntry.detail)
        entries = session.execute(trail.where(AuditEntry.action.startswith("reply."))).all()
    assert [entry.action for entry in entries] == [
        "reply.given",
        "reply.changed",
        "reply.withdrawn",
        "reply.withdrawn",
    ]
    assert {entry.subject for entry in entries} == {"A"}
    assert "Influensa" not in str(entries), "the trail is for ever: it has no words of a reply"
    # After a withdrawal the next version has a number of its own.
    assert _reply(client, card).status_code == 302
    assert [each.number for each in _stored(card)] == [1, 2, 3]


def test_of_two_leaders_at_once_the_later_is_told_and_nothing_is_lost(
    client: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    known = _hidden(client, _address(card))
    _reply(client, card, hidden=known, tiltak="Hennes tiltak")
    late = _reply(client, card, hidden=known, tiltak="Hans tiltak")
    assert late.status_code == 409
    assert "Kari Eide har svart siden du åpnet siden. Svaret ditt er ikke lagret." in late.text
    assert "Hennes tiltak" in late.text
    assert ">Hans tiltak</textarea>" in late.text
    assert [each.action for each in _stored(card)] == ["Hennes tiltak"]
    then = dict(re.findall(r'name="(maling|versjon)" value="(\d+)"', late.text))
    assert _reply(client, card, hidden=then, tiltak="Hans tiltak").status_code == 302
    assert [each.action for each in _stored(card)] == ["Hennes tiltak", "Hans tiltak"]


def test_a_value_that_changed_meanwhile_is_told(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    known = _hidden(client, _address(card))
    with card.transaction() as session:
        measure(session, "M1.2", 2026, 8.0, 2, "A")
    late = _reply(client, card, hidden=known)
    assert late.status_code == 409
    assert "Nå er den 8,0" in late.text
    assert "(gul)" in late.text
    assert _stored(card) == []


def test_a_value_corrected_to_another_colour_asks_again_and_green_keeps_the_history(
    client: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    _reply(client, card)
    for value, said in ((9.1, "Rød · under forbedring"), (8.0, "Gul · ikke besvart"), (5.0, "Grønn")):
        with card.transaction() as session:
            measure(session, "M1.2", 2026, value, 2, "A")
        assert said in _row(client, "M1.2")
    assert "besvart" not in _row(client, "M1.2")
    page = client.get(_address(card)).text
    assert "Influensa i mars" in page
    assert "før den ble rettet" in page
    assert "<textarea" not in page


def test_a_value_in_doubt_counts_as_the_colour_it_has(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        survey = build_survey(session, unit_of(session, "K"), "liten-2026", opens_on=dt.date(2026, 3, 2))
        feed(session, release_figures(session, survey, {"A": 4.1, "B": 3.9}, margin=0.3))
    sign_in_as(client, card, Role.HR)
    green = _row(client, "M1.1")
    assert "Grønn, kan være gul" in green
    assert "besvart" not in green
    assert "Gul, kan være grønn · ikke besvart" in _row(client, "M1.1", "B")


def test_a_hidden_value_cannot_be_replied_to_and_hides_its_reply(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        survey = build_survey(session, unit_of(session, "K"), "liten-2026", opens_on=dt.date(2026, 3, 2))
        feed(session, release_figures(session, survey, {"A": 3.0}))
    sign_in_as(client, card, Role.HR)
    known = _hidden(client, _address(card, "M1.1"))
    assert _reply(client, card, "M1.1", known, prognose="3,6").status_code == 302
    assert "Influensa i mars" in _row(client, "M1.1")
    with card.transaction() as session:
        feed(session, release_figures(session, session.merge(survey), {"A": "too_few"}, number=2))
        statuses = session.scalars(
            select(Measurement.status).where(Measurement.release_id.is_not(None))
        ).all()
    assert MeasurementStatus.HIDDEN in statuses
    page = client.get(_address(card, "M1.1")).text
    assert "Influensa" not in page + client.get("/styringskort/A").text
    assert _reply(client, card, "M1.1", known, prognose="3,6").status_code == 409
    assert len(_stored(card)) == 1


def test_whoever_may_not_see_a_value_yet_sees_no_reply_to_it_and_gives_none(
    client: FlaskClient, card: Database
) -> None:
    later = {ReaderGroup.LEADERS: dt.date(2026, 12, 1)}
    with card.transaction() as session:
        survey = build_survey(
            session, unit_of(session, "K"), "liten-2026", opens_on=dt.date(2026, 3, 2), visibility=later
        )
        feed(session, release_figures(session, survey, {"A": 3.0}))
    sign_in_as(client, card, Role.HR)
    known = _hidden(client, _address(card, "M1.1"))
    assert _reply(client, card, "M1.1", known, prognose="3,6").status_code == 302
    sign_in_as(client, card, Role.LEADER, "A")
    page = client.get(_address(card, "M1.1")).text
    for secret in ("Influensa", "Rød", "3,6", "under forbedring"):
        assert secret not in page.replace("Grønn fra", "")
        assert secret not in _row(client, "M1.1")
    assert _reply(client, card, "M1.1", known | {"versjon": "1"}, prognose="3,6").status_code == 409
    assert len(_stored(card)) == 1


def test_an_earlier_year_shows_its_replies_and_takes_none(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    _reply(client, card)
    with card.transaction() as session:
        measure(session, "M1.2", 2025, 9.5, 1, "A")
    page = client.get("/styringskort/A?ar=2025").text
    assert "Dette er et tidligere år. Svarene kan leses her, men ikke endres." in page
    assert "/svar/" not in page
    assert "Rød · ikke besvart" in _row(client, "M1.2", query="?ar=2025")
