"""An approved card, and the cards of earlier years, stay as they were whatever is approved or uploaded later."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.scorecards.cards import card_lines
from surveys.scorecards.models import Indicator, Scorecard, ScorecardLine, Target
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.setup import build_card
from tests.card_building import measure, sign_in_as, small_card
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
from tests.replying import TYPED, hidden_fields, reply_address, stored_replies


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> Database:
    return card_site(app, db, client)


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
    client.get(f"/kortoppsett/{card}")
    back = client.get(f"/kortoppsett/{card}/godkjenn", follow_redirects=True)
    assert back.request.path == f"/kortoppsett/{card}"
    assert "og i bruk. Det kan ikke endres her." in back.text
    gone = client.get("/kortoppsett/99")
    assert gone.status_code == 404
    assert "Utkastet er ikke her lenger" in gone.text
    assert 'href="/kortoppsett"' in gone.text
    assert outline(site, card) == before
    with site.reading() as session:
        version = session.get_one(CardVersion, card)
        assert (version.state, version.approved_by) == (VersionState.APPROVED, "Kari Eide, kommunedirektør")
        assert "scorecard.approved" in session.scalars(select(AuditEntry.action)).all()


def test_next_years_limits_leave_this_years_card_as_it_was(client: FlaskClient, site: Database) -> None:
    approved_and_measured(client, site)
    draft_again(client, site, YEAR + 1)
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
    approved_and_measured(client, site)
    draft_again(client, site, YEAR + 1)
    sick_leave = node(site, 2, "M1.1")
    write_indicator(client, 2, sick_leave.id, {"utviklingstrekk": "ja"})
    answer = approve(client, 2, 1)
    assert answer.status_code == 422
    assert f"Verdier fra før {YEAR + 1} ville fått en annen farge." in answer.text
    assert "M1.1, K, 1. tertial" in answer.text


def test_the_code_of_a_row_that_has_gone_is_not_given_to_another(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    draft_again(client, site, YEAR + 1)
    first, second = node(site, 2, "M1.1"), node(site, 2, "M1.2")
    press(client, 2, f"fjern:{first.id}")
    press(client, 2, "lagre", **{f"kode-{second.id}": "M1.1"})
    page = client.get("/kortoppsett/2/godkjenn").text
    assert "Koden M1.1 er brukt av «Sykefravær» før." in page


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("green: 6.0", "green: 8.5", "Grensene før"),
        ("direction: signed", "direction: higher", "Grensene før"),
        ("value: 7.0", "value: 6.5", "Delmål for år før"),
        ("extends: false", "extends: true", "om radene kommer i tillegg"),
    ],
)
def test_no_file_changes_the_card_of_the_year_before(
    client: FlaskClient, site: Database, old: str, new: str, words: str
) -> None:
    """Though no value has been measured that would get another colour."""
    first = begin(client, "molde")
    write_indicator(client, first, node(site, first, "M1.1").id, {"delmal": f"K {YEAR} 7"})
    assert approve(client, first, 1).status_code == 302
    draft = draft_again(client, site, YEAR + 1)
    text = client.get(f"/kortoppsett/{draft}/fil").text
    assert old in text
    sent = {"innhold": text.replace(old, new), "filnavn": "kort.yaml", "handling": "bruk"}
    client.post(f"/kortoppsett/{draft}/last-opp", data=sent)
    refused = approve(client, draft, 1)
    assert refused.status_code == 422
    assert words in refused.text


def test_a_row_that_was_away_a_year_does_not_come_back_on_that_years_card(
    client: FlaskClient, site: Database
) -> None:
    approved(client, site)
    draft = draft_again(client, site, YEAR)
    with site.transaction() as session:
        line = session.scalars(select(ScorecardLine).join(Indicator).where(Indicator.code == "B1.1")).one()
        line.from_year, line.until_year = YEAR - 3, YEAR - 2
    refused = approve(client, draft, 0)
    assert refused.status_code == 422
    assert f"B1.1 var ikke på kortet året før {YEAR}" in refused.text


def test_a_card_for_next_year_replaces_nothing_this_year(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    card = own_card(client, ar=str(YEAR + 1))
    assert approve(client, card, steps_taken(site, card)).status_code == 302
    client.get(f"/kortoppsett/{card}")
    page = client.get("/styringskort/A").text
    assert "Brukertilfredshet" in page
    assert "Vår egen rad" not in page


def test_a_new_card_leaves_the_years_before_to_the_card_above(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    with site.transaction() as session:
        measure(session, "M1.1", YEAR - 1, 8.0, part=1, unit="A")
    card = own_card(client)
    assert approve(client, card, steps_taken(site, card)).status_code == 302
    assert "Sykefravær" in client.get(f"/styringskort/A?ar={YEAR - 1}").text
    assert "Sykefravær" not in client.get(f"/styringskort/A?ar={YEAR}").text


def test_a_row_for_another_type_from_next_year_is_on_both_years_cards(
    client: FlaskClient, site: Database
) -> None:
    approved_and_measured(client, site)
    with site.transaction() as session:
        for unit in session.scalars(select(Unit)):
            unit.type = "kommune"
    draft = draft_again(client, site, YEAR + 1)
    write_indicator(client, draft, node(site, draft, "M1.1").id, {"enhetstyper": "kommune"})
    assert approve(client, draft, 1).status_code == 302
    with site.reading() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "K")).one()
        lines = card_lines(session, unit, (unit.id,))
        years = [[each.indicator.code for each in lines.of_year(year)] for year in (YEAR, YEAR + 1)]
    assert ["M1.1" in codes for codes in years] == [True, True]


def test_another_card_does_not_change_the_limits_of_a_frozen_one(client: FlaskClient, site: Database) -> None:
    approved(client, site)
    second = begin(client, "molde")
    write_indicator(client, second, node(site, second, "M1.1").id, {"gronn": "7"})
    refused = approve(client, second, 1)
    assert refused.status_code == 422
    assert "M1.1: Grensene er bestemt på kortet «kort-k»." in refused.text
    below = begin(client, "molde", "A")
    write_indicator(client, below, node(site, below, "M1.1").id, {"delmal": f"B {YEAR} 7"})
    refused = approve(client, below, 1)
    assert refused.status_code == 422
    assert "M1.1: Kortet gjelder ikke for" in refused.text
    with site.reading() as session:
        limits = session.scalars(select(Target.green).join(Indicator).where(Indicator.code == "M1.1"))
        assert limits.all() == [6.0]


def test_next_years_draft_asks_about_rows_that_nobody_replied_to(client: FlaskClient, site: Database) -> None:
    approved_and_measured(client, site)
    draft = draft_again(client, site, YEAR + 1)
    asks = "Ingen har svart på disse. Ta dem ut?"
    page = client.get(f"/kortoppsett/{draft}").text
    assert asks in page
    row = node(site, draft, "M1.1")
    assert f'id="ubesvart-{row.id}"' in page
    assert page.count('id="ubesvart-') == 1
    with site.reading() as session:
        number = session.scalars(select(Indicator.id).where(Indicator.code == "M1.1")).one()
    address = f"/styringskort/K/svar/{number}"
    hidden = dict(re.findall(r'name="(maling|versjon)" value="(\d+)"', client.get(address).text))
    reply = {"arsak": "Influensa", "tiltak": "Vaksine", "prognose": "6", "vurderes": f"31.12.{YEAR + 1}"}
    assert client.post(address, data=hidden | reply).status_code == 302
    assert asks not in client.get(f"/kortoppsett/{draft}").text


def test_a_frozen_card_says_so_and_takes_values_and_replies(client: FlaskClient, site: Database) -> None:
    approved_and_measured(client, site)
    page = client.get("/styringskort/K").text
    assert f"Kortet for {YEAR} er godkjent 1. januar {YEAR} av Kari Eide, kommunedirektør." in page
    assert "Radene og grensene er fryst. Verdier og svar kan fortsatt føres inn." in page
    sign_in_as(client, site, Role.LEADER)
    address = reply_address(site, "M1.1", "K")
    typed = TYPED | hidden_fields(client, address) | {"vurderes": f"31.12.{YEAR + 1}"}
    assert client.post(address, data=typed).status_code == 302
    assert len(stored_replies(site)) == 1
    assert "under forbedring" in client.get("/styringskort/K").text


def test_a_card_from_a_file_is_approved_by_nobody(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        build_card(session, small_card())
    assert "er godkjent" not in client.get("/styringskort/K").text
