"""A card is set up in the browser without scripts: begun, edited, approved, frozen, and copied for next year."""

import re
from collections.abc import Mapping
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.models import Indicator, Measurement, Perspective, Scorecard, ScorecardLine, Target
from surveys.scorecards.outline.drafts import outline_of
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode
from tests.building import build_installation, build_units
from tests.card_building import measure, sign_in_as

YEAR = municipal_day().year


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> Database:
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


def test_what_is_removed_comes_back_with_everything_under_it(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    before = outline(site, card)
    press(client, card, f"fjern:{before.perspectives[1].id}")
    assert len(outline(site, card).perspectives) == 4
    press(client, card, "angre")
    assert outline(site, card) == before


def test_two_people_at_once_keep_each_others_words(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    first, second = outline(site, card).indicators()[:2]
    press(
        client, card, "lagre", steg="0", **{f"tittel-{first.id}": "Hennes", f"tittel-{second.id}": "Gammel"}
    )
    old = second.title["nb"]
    press(client, card, "lagre", steg="1", **{f"tittel-{second.id}": old})
    # A third page, made before both, changes only what was changed on it.
    press(client, card, "lagre", steg="0", **{f"tittel-{first.id}": first.title["nb"], "visjon": "Sammen"})
    found = outline(site, card)
    assert [each.title["nb"] for each in found.indicators()[:2]] == ["Hennes", old]
    assert found.vision == {"nb": "Sammen"}


@pytest.mark.parametrize("template", ["oyer", "bergen", "molde", "sarpsborg"])
def test_every_template_can_be_approved_as_it_is(client: FlaskClient, site: Database, template: str) -> None:
    approved(client, site, template)
    with site.reading() as session:
        card = session.scalars(select(Scorecard)).one()
        assert (card.key, len(card.lines)) == ("kort-k", len(outline(site, 1).indicators()))
        assert {target.from_year for target in session.scalars(select(Target))} == {YEAR}
    assert "styringskort" in client.get("/styringskort/A1").text


def test_nothing_is_live_before_approval_and_nothing_changes_after(
    client: FlaskClient, site: Database
) -> None:
    card = begin(client, "molde")
    with site.reading() as session:
        assert session.scalars(select(Scorecard)).all() == []
    approve(client, card, 0)
    before = outline(site, card)
    press(client, card, "fjern:1")
    write = client.post(
        f"/kortoppsett/{card}/indikator/{before.indicators()[0].id}", data={"navn": "Noe annet"}
    )
    assert write.status_code == 302
    client.post(f"/kortoppsett/{card}/slett")
    assert client.get(f"/kortoppsett/{card}/godkjenn").status_code == 302
    assert outline(site, card) == before
    with site.reading() as session:
        version = session.get_one(CardVersion, card)
        assert (version.state, version.approved_by) == (VersionState.APPROVED, "Kari Eide, kommunedirektør")
        assert "scorecard.approved" in session.scalars(select(AuditEntry.action)).all()


def test_an_approval_needs_a_name_a_day_and_the_draft_that_was_seen(
    client: FlaskClient, site: Database
) -> None:
    card = begin(client, "molde")
    assert "Skriv navn og stilling" in approve(client, card, 0, navn=" ").text
    assert "har ikke vært ennå" in approve(client, card, 0, dato=f"31.12.{YEAR + 1}").text
    press(client, card, "lagre", visjon="Endret imens")
    assert "Utkastet er endret etter at du åpnet siden." in approve(client, card, 0).text
    assert approve(client, card, 1).status_code == 302


def test_next_years_limits_leave_this_years_card_as_it_was(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    with site.transaction() as session:
        measure(session, "M1.1", YEAR, 8.0, part=1)
    with site.reading() as session:
        card = session.scalars(select(Scorecard.id)).one()
    client.post(f"/kortoppsett/kort/{card}/utkast", data={"ar": str(YEAR + 1)})
    sick_leave = node(site, 2, "M1.1")
    assert write_indicator(client, 2, sick_leave.id, {"gronn": "8", "gul": "10"}).status_code == 302
    users = node(site, 2, "B1.1")
    press(client, 2, f"fjern:{users.id}")
    page = client.get("/kortoppsett/2/godkjenn").text
    assert "nytt ambisjonsnivå" in page
    assert "B1.1: tas ut fra" in page
    assert approve(client, 2, 2).status_code == 302
    with site.reading() as session:
        limits = session.execute(
            select(Target.from_year, Target.green).join(Indicator).where(Indicator.code == "M1.1")
        ).all()
        assert sorted(tuple(each) for each in limits) == [(YEAR, 6.0), (YEAR + 1, 8.0)]
        line = session.scalars(select(ScorecardLine).join(Indicator).where(Indicator.code == "B1.1")).one()
        assert line.until_year == YEAR
    shown = client.get("/styringskort/K").text
    assert "B1.1" in shown
    assert "Grønn til og med 6,0" in shown


def test_a_change_that_would_recolour_an_old_card_is_refused(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    with site.transaction() as session:
        measure(session, "M1.1", YEAR, 8.0, part=1)
    with site.reading() as session:
        card = session.scalars(select(Scorecard.id)).one()
    client.post(f"/kortoppsett/kort/{card}/utkast", data={"ar": str(YEAR + 1)})
    sick_leave = node(site, 2, "M1.1")
    write_indicator(client, 2, sick_leave.id, {"utviklingstrekk": "ja"})
    answer = approve(client, 2, 1)
    assert answer.status_code == 422
    assert f"Verdier fra før {YEAR + 1} ville fått en annen farge." in answer.text
    assert "M1.1, K, 1. tertial" in answer.text


def test_a_new_code_keeps_the_values(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    with site.transaction() as session:
        measure(session, "M1.1", YEAR, 8.0, part=1)
    with site.reading() as session:
        card = session.scalars(select(Scorecard.id)).one()
    client.post(f"/kortoppsett/kort/{card}/utkast", data={"ar": str(YEAR)})
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
    card = begin(client, "tomt", "A", utvider="ja")
    for button in ("legg-til", "legg-til:1", "legg-til:2", "legg-til:3"):
        press(client, card, button, **{"tittel-1": "Medarbeidere", "kode-2": "X", "tittel-2": "Eget mål"})
    press(client, card, "lagre", **{"kode-4": "X1", "tittel-4": "Vår egen rad"})
    write_indicator(
        client, card, 4, {"maleenhet": "stk", "kilde": "Oss", "kode": "X1", "navn": "Vår egen rad"}
    )
    with site.reading() as session:
        steps = session.get_one(CardVersion, card).steps_taken
    assert approve(client, card, steps).status_code == 302
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
    approved(client, site)
    with site.transaction() as session:
        measure(session, "M1.1", YEAR, 8.0, part=1)
    with site.reading() as session:
        card = session.scalars(select(Scorecard.id)).one()
    client.post(f"/kortoppsett/kort/{card}/utkast", data={"ar": str(YEAR)})
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
    card = begin(client, "tomt", "A")
    for button in ("legg-til", "legg-til:1", "legg-til:2", "legg-til:3"):
        press(client, card, button, **{"tittel-1": "Brukere", "kode-2": "X", "tittel-2": "Eget mål"})
    write_indicator(client, card, 4, {"maleenhet": "stk", "kilde": "Oss", "kode": "X1", "navn": "Vår rad"})
    assert "tittel:" not in client.get(f"/kortoppsett/{card}/godkjenn").text
    with site.reading() as session:
        steps = session.get_one(CardVersion, card).steps_taken
    assert approve(client, card, steps).status_code == 302
    with site.reading() as session:
        assert {each.key: each.title for each in session.scalars(select(Perspective))} == before


def test_the_code_of_a_row_that_has_gone_is_not_given_to_another(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    with site.reading() as session:
        card = session.scalars(select(Scorecard.id)).one()
    client.post(f"/kortoppsett/kort/{card}/utkast", data={"ar": str(YEAR + 1)})
    first, second = node(site, 2, "M1.1"), node(site, 2, "M1.2")
    press(client, 2, f"fjern:{first.id}")
    press(client, 2, "lagre", **{f"kode-{second.id}": "M1.1"})
    page = client.get("/kortoppsett/2/godkjenn").text
    assert "Koden M1.1 er brukt av «Sykefravær» før." in page


def test_a_draft_for_a_later_year_asks_about_rows_without_a_value(
    client: FlaskClient, site: Database
) -> None:
    approved(client, site)
    with site.transaction() as session:
        measure(session, "M1.1", YEAR, 8.0, part=1)
    with site.reading() as session:
        card = session.scalars(select(Scorecard.id)).one()
    client.post(f"/kortoppsett/kort/{card}/utkast", data={"ar": str(YEAR + 1)})
    page = client.get("/kortoppsett/2").text
    asked = page[page.index('id="stille"') :]
    assert "B1.1 Brukertilfredshet" in asked
    assert "M1.1 Sykefravær" not in asked
    press(client, 2, f"fjern:{node(site, 2, 'M1.2').id}")
    assert "M1.2" not in client.get("/kortoppsett/2").text.split('id="stille"')[1]
