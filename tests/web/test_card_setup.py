"""A card is set up in the browser without scripts: begun, edited, approved, and copied for next year."""

import datetime as dt
from collections.abc import Mapping
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.models import Indicator, Measurement, Perspective, Scorecard, Target
from surveys.scorecards.outline.models import CardVersion
from tests.building import build_survey
from tests.card_building import release_figures, sign_in_as
from tests.card_drafting import (
    YEAR,
    approve,
    approved,
    approved_and_measured,
    begin,
    card_site,
    draft_again,
    node,
    outline,
    own_card,
    press,
    steps_taken,
    write_indicator,
)


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> Database:
    return card_site(app, db, client)


def test_an_outline_is_built_with_buttons_alone(client: FlaskClient, site: Database) -> None:
    card = begin(client)
    press(client, card, "legg-til")
    press(client, card, "legg-til:1", **{"tittel-1": "Medarbeidere"})
    press(client, card, "legg-til:2", **{"tittel-2": "Nærvær", "kode-2": "Æ.1"})
    press(client, card, "legg-til:3")
    press(client, card, "legg-til:3", **{"tittel-4": "Sykefravær", "kode-4": "Æ.1.1"})
    found = outline(site, card)
    assert [(node.code, node.title.get("nb")) for _level, node in found.walk()] == [
        ("", "Medarbeidere"), ("Æ.1", "Nærvær"), ("", None), ("Æ.1.1", "Sykefravær"), ("Æ.1.2", None),
    ]  # fmt: skip
    press(client, card, "opp:5", **{"tittel-5": "Turnover"})
    assert [each.id for each in outline(site, card).indicators()] == [5, 4]
    page = client.get(f"/kortoppsett/{card}").text
    assert "Æ.1.1 Sykefravær: skriv hva den måles i." in page


@pytest.mark.parametrize("template", ["oyer", "bergen", "molde", "sarpsborg"])
def test_every_template_can_be_approved_as_it_is(client: FlaskClient, site: Database, template: str) -> None:
    approved(client, site, template)
    with site.reading() as session:
        card = session.scalars(select(Scorecard)).one()
        assert (card.key, len(card.lines)) == ("kort-k", len(outline(site, 1).indicators()))
        assert {target.from_year for target in session.scalars(select(Target))} == {YEAR}
    assert "styringskort" in client.get("/styringskort/A1").text


def test_an_approval_needs_a_name_a_day_and_the_draft_that_was_seen(
    client: FlaskClient, site: Database
) -> None:
    card = begin(client, "molde")
    assert "Skriv navn og stilling" in approve(client, card, 0, navn=" ").text
    assert "har ikke vært ennå" in approve(client, card, 0, dato=f"31.12.{YEAR + 1}").text
    press(client, card, "lagre", visjon="Endret imens")
    assert "Utkastet er endret etter at du åpnet siden." in approve(client, card, 0).text
    assert approve(client, card, 1).status_code == 302


def test_a_new_code_keeps_the_values(client: FlaskClient, site: Database) -> None:
    approved_and_measured(client, site)
    draft_again(client, site, YEAR)
    first, second = node(site, 2, "M1.1"), node(site, 2, "M1.2")
    press(client, 2, "lagre", **{f"kode-{first.id}": "M1.2", f"kode-{second.id}": "M1.1"})
    assert approve(client, 2, 1).status_code == 302
    with site.reading() as session:
        measured = session.scalars(select(Measurement)).one()
        assert (measured.indicator.code, measured.indicator.title["nb"]) == ("M1.2", "Sykefravær")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gronn": "4", "gul": "5"}, "Grensen for gul kan ikke være høyere"),
        ({"gronn": "fem"}, "må være et tall, ikke «fem»"),
        ({"gul": ""}, "Skriv grensen både for grønn og for gul."),
        ({"desimaler": "-3"}, "Skriv et helt tall fra 0 til 6."),
        ({"delmal": "K for lite"}, "skriv enhetens kode, året og verdien"),
        ({"delmal": f"X {YEAR} 5"}, "ingen enhet med koden «X»"),
        ({"mulig-fra": "9", "mulig-til": "1"}, "den laveste verdien er høyere"),
        ({"bestemt-dato": "i går"}, "Datoen må skrives som"),
    ],
)
def test_what_is_wrong_in_an_indicator_is_told_once_with_what_was_typed(
    client: FlaskClient, site: Database, changes: Mapping[str, str], words: str
) -> None:
    card = begin(client, "molde")
    before = outline(site, card)
    answer = write_indicator(client, card, node(site, card, "B1.1").id, {**changes, "navn": "Det jeg skrev"})
    assert answer.status_code == 422
    # Once in the list on top, once at the field.
    assert answer.text.count(words) == 2
    assert "Det jeg skrev" in answer.text
    assert outline(site, card) == before


def test_everything_about_an_indicator_reaches_the_card(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    write_indicator(
        client,
        card,
        node(site, card, "B1.1").id,
        {
            "kode": "Æ1", "navn": "Fornøyde", "bestemt-av": "Formannskapet", "bestemt-dato": f"01.01.{YEAR}",
            "delmal": f"A {YEAR} 4,8", "egen": "ja", "kriterium-important": "ja", "vanlig-fra": "3", "vanlig-til": "6",
        },
    )  # fmt: skip
    assert approve(client, card, 1).status_code == 302
    with site.reading() as session:
        made = session.scalars(select(Indicator).where(Indicator.code == "Æ1")).one()
        assert (made.targets[0].decided_by, made.targets[0].decided_on) == (
            "Formannskapet",
            municipal_day().replace(month=1, day=1),
        )
        assert (made.criteria, made.plausible_low, made.interim_targets[0].value) == (["important"], 3.0, 4.8)
    shown = client.get("/styringskort/A").text
    assert "Delmål" in shown
    assert "4,8" in shown
    assert "Rapporteres ikke oppover" in shown


@pytest.mark.parametrize(
    ("direction", "green", "yellow", "unit", "words"),
    [
        ("higher", "5", "4", "1–6", "5,0 er grønn, 4,96 er gul, 4,0 er gul, 3,96 er rød."),
        ("lower", "6", "9", "%", "6,0 % er grønn, 6,04 % er gul, 9,0 % er gul, 9,04 % er rød."),
        ("signed", "0", "-1", "%", "0,0 % er grønn, −0,04 % er gul, −1,0 % er gul, −1,04 % er rød."),
        ("higher", "4", "5", "1–6", "Grensen for gul kan ikke være høyere enn grensen for grønn."),
        ("higher", "4", "", "1–6", ""),
    ],
)
def test_the_limits_are_told_in_a_sentence(
    client: FlaskClient, site: Database, direction: str, green: str, yellow: str, unit: str, words: str
) -> None:
    query = {"retning": direction, "gronn": green, "gul": yellow, "maleenhet": unit}
    found = client.get("/kortoppsett/grenser", query_string=query)
    assert found.text.replace("\N{NO-BREAK SPACE}", " ") == words


def test_own_rows_come_in_addition_and_a_type_card_reaches_its_type_only(
    client: FlaskClient, site: Database
) -> None:
    approved(client, site, "molde")
    card = own_card(client, utvider="ja")
    assert approve(client, card, steps_taken(site, card)).status_code == 302
    on_a1, on_b = client.get("/styringskort/A1").text, client.get("/styringskort/B").text
    assert "Vår egen rad" in on_a1
    assert "Brukertilfredshet" in on_a1
    assert on_a1.count("<h2") == on_b.count("<h2")
    assert "Vår egen rad" not in on_b


def test_a_sixteenth_row_asks_which_can_go(client: FlaskClient, site: Database) -> None:
    card = begin(client, "oyer")
    factor = outline(site, card).perspectives[2].children[0].children[0].id
    for _number in range(6):
        press(client, card, f"legg-til:{factor}")
    assert "Hvilken kan dere ta ut?" not in client.get(f"/kortoppsett/{card}").text
    press(client, card, f"legg-til:{factor}")
    assert "Hvilken kan dere ta ut?" in client.get(f"/kortoppsett/{card}").text
    last = outline(site, card).indicators()[-1].id
    client.post(f"/kortoppsett/{card}", data={"handling": "ta-ut", "ta-ut": str(last)})
    assert len(outline(site, card).indicators()) == 15


def test_a_statistics_card_has_no_colours(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    press(client, card, "lagre", innstillinger="ja", statistikk="ja")
    assert (
        "Når er den grønn"
        not in client.get(f"/kortoppsett/{card}/indikator/{node(site, card, 'B1.1').id}").text
    )
    assert approve(client, card, 1).status_code == 302
    with site.reading() as session:
        assert session.scalars(select(Target)).all() == []


def test_a_file_shows_its_difference_before_it_is_taken_in(client: FlaskClient, site: Database) -> None:
    approved_and_measured(client, site)
    draft_again(client, site, YEAR)
    before = outline(site, 2)
    text = client.get("/kortoppsett/2/fil").text
    same = client.post("/kortoppsett/2/last-opp", data={"fil": (BytesIO(text.encode()), "kort.yaml")})
    assert "Filen er lik utkastet." in same.text
    changed = text.replace("green: 6.0", "green: 8.5")
    assert changed != text
    shown = client.post("/kortoppsett/2/last-opp", data={"fil": (BytesIO(changed.encode()), "kort.yaml")})
    assert "grønn: 6 → 8,5" in shown.text
    assert "1. tertial" in shown.text
    assert outline(site, 2) == before
    taken = client.post(
        "/kortoppsett/2/last-opp", data={"innhold": changed, "filnavn": "kort.yaml", "handling": "bruk"}
    )
    assert taken.status_code == 302
    assert node(site, 2, "M1.1").indicator.targets[0].green == 8.5  # type: ignore[union-attr]
    press(client, 2, "angre")
    assert outline(site, 2) == before
    refused = client.post("/kortoppsett/2/last-opp", data={"fil": (BytesIO(b"key: [1"), "kort.yaml")})
    assert refused.status_code == 422


def test_a_leader_of_the_area_approves_in_her_own_name_and_others_do_not(
    app: Flask, client: FlaskClient, site: Database
) -> None:
    card = begin(client, "oyer", "A1")
    own = app.test_client()
    sign_in_as(own, site, Role.LEADER, "A1")
    assert own.get(f"/kortoppsett/{card}").status_code == 403
    politician = app.test_client()
    sign_in_as(politician, site, Role.POLITICIAN)
    assert politician.get("/kortoppsett").status_code == 403
    director = app.test_client()
    sign_in_as(director, site, Role.LEADER, "A")
    assert director.post(f"/kortoppsett/{card}", data={"handling": "fjern:1"}).status_code == 403
    assert approve(director, card, 0, navn="En annen").status_code == 302
    with site.reading() as session:
        assert session.get_one(CardVersion, card).approved_by == "Kari Eide"


def test_another_card_with_the_same_perspective_keeps_its_other_languages(
    client: FlaskClient, site: Database
) -> None:
    approved(client, site)
    with site.reading() as session:
        before = {each.key: each.title for each in session.scalars(select(Perspective))}
    card = own_card(client, perspective="Brukere")
    assert "tittel:" not in client.get(f"/kortoppsett/{card}/godkjenn").text
    assert approve(client, card, steps_taken(site, card)).status_code == 302
    with site.reading() as session:
        assert {each.key: each.title for each in session.scalars(select(Perspective))} == before


def test_a_draft_for_a_later_year_asks_about_rows_without_a_value(
    client: FlaskClient, site: Database
) -> None:
    approved_and_measured(client, site)
    draft_again(client, site, YEAR + 1)
    page = client.get("/kortoppsett/2").text
    without_values, without_replies = page.split('id="stille"')[1].split('id="ubesvart"')
    assert "B1.1 Brukertilfredshet" in without_values
    assert "M1.1 Sykefravær" not in without_values
    assert "M1.1 Sykefravær" in without_replies
    press(client, 2, f"fjern:{node(site, 2, 'M1.2').id}")
    assert "M1.2" not in client.get("/kortoppsett/2").text.split('id="stille"')[1]


@pytest.mark.parametrize("path", ["", "/fil", "/godkjenn", "/last-opp", "/indikator/7"])
def test_a_draft_is_opened_by_its_own_editors_and_approvers_alone(
    app: Flask, client: FlaskClient, site: Database, path: str
) -> None:
    card = begin(client, "oyer", "A")
    for role, unit in (
        (Role.LEADER, "B"),
        (Role.CONTROLLER, "B"),
        (Role.LEADER, "A1"),
        (Role.POLITICIAN, "K"),
    ):
        other = app.test_client()
        sign_in_as(other, site, role, unit)
        assert other.get(f"/kortoppsett/{card}{path}").status_code == 403


def test_a_unit_whose_parts_have_closed_has_no_units_below(
    app: Flask, client: FlaskClient, site: Database
) -> None:
    card = begin(client, "oyer", "A")
    leader = app.test_client()
    sign_in_as(leader, site, Role.LEADER, "A")
    assert leader.get(f"/kortoppsett/{card}").status_code == 200
    with site.transaction() as session:
        session.scalars(select(Unit).where(Unit.code == "A1")).one().valid_to = dt.date(YEAR - 1, 1, 1)
    assert leader.get(f"/kortoppsett/{card}").status_code == 403
    assert "oyer" not in leader.get("/kortoppsett").text


def test_a_leader_is_not_told_the_colours_of_a_survey_that_is_not_open_to_her(
    app: Flask, client: FlaskClient, site: Database
) -> None:
    approved_and_measured(client, site)
    with site.transaction() as session:
        survey = build_survey(session, {unit.code: unit for unit in session.scalars(select(Unit))}["K"])
        survey.visibility.clear()
        session.scalars(select(Measurement)).one().release = release_figures(session, survey, {"K": 4.0})
    draft = draft_again(client, site, YEAR)
    write_indicator(client, draft, node(site, draft, "M1.1").id, {"gronn": "8"})
    assert "Gul → Grønn" in client.get(f"/kortoppsett/{draft}/godkjenn").text
    leader = app.test_client()
    sign_in_as(leader, site, Role.LEADER)
    page = leader.get(f"/kortoppsett/{draft}/godkjenn").text
    assert "grønn: 6 → 8" in page
    assert "Gul → Grønn" not in page
    assert "Verdier fra undersøkelser som ikke er åpne for deg ennå" in page
