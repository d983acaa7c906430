"""Values entered by hand for one period: who may, what is asked, what is missing, and how it is taken back."""

import datetime as dt
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.audit.models import AuditEntry
from surveys.platform.database import Database
from surveys.scorecards import entering, entry_views
from surveys.scorecards.feeding import feed
from surveys.scorecards.models import Indicator, Measurement, MeasurementEntry
from surveys.scorecards.overview import lines_by_unit
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_survey, build_units
from tests.card_building import (
    JOY,
    SICK_LEAVE,
    USERS,
    measure,
    plan_of,
    release_figures,
    sign_in_as,
    unit_of,
)
from tests.respondent import Page

TODAY = dt.date(2026, 11, 1)
LED = replace(USERS, code="B1.2", title={"nb": "Samtaler"}, unit_of_measure="%", owner_role=Role.LEADER)
THEIRS = replace(USERS, code="B1.9", title={"nb": "Svartid"}, owner_role=Role.LEADER)


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """K over A and B, A1 under A; sick leave of the first tertial is known for A."""
    app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(entry_views, "_today", lambda: TODAY)
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "A1": "A", "B": "K"})
        build_card(session, plan_of(SICK_LEAVE, LED, JOY))
        measure(session, "M1.2", 2026, 9.3, part=1, unit="A")
    return db


def address(db: Database, code: str = "M1.2", year: int = 2026, part: int = 2) -> str:
    with db.reading() as session:
        found = session.scalars(select(Indicator.id).where(Indicator.code == code)).one()
    return f"/verdier/{found}/{year}/{part}"


def sent(db: Database, values: dict[str, str], **changes: str) -> dict[str, str]:
    """The form, with the values by the unit's code."""
    with db.reading() as session:
        fields = {f"verdi-{unit_of(session, code).id}": value for code, value in values.items()}
    return fields | {"kilde": "Lønn", "malt": "30.09.2026", "periode": "ja"} | changes


def confirming(db: Database, *codes: str) -> dict[str, str]:
    with db.reading() as session:
        return {f"stemmer-{unit_of(session, code).id}": "ja" for code in codes}


def current(db: Database) -> dict[tuple[str, int], float | None]:
    with db.reading() as session:
        rows = session.scalars(select(Measurement).where(Measurement.current)).all()
        codes = {unit.id: unit.code for unit in (unit_of(session, code) for code in ("K", "A", "A1", "B"))}
        return {(codes[row.unit_id], row.part): row.value for row in rows}


def page_of(response: Any, status: int = 200) -> Page:
    assert response.status_code == status
    html5lib.HTMLParser(strict=True).parse(response.text)
    return Page(response)


def test_a_period_is_entered_with_who_when_and_from_where(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.HR)
    page = page_of(client.get(address(site)))
    assert "2. tertial 2026" in page.text
    assert "1. mai 2026 til 31. august 2026" in page.text
    assert "4 av 4 mangler verdi" in page.text
    assert "Sist: 9,3" in page.text
    done = client.post(address(site), data=sent(site, {"A": "11,7", "B": "7,4 %"}), follow_redirects=True)
    text = page_of(done).text
    assert "2 verdier er lagret for 2. tertial 2026." in text
    assert "Gjelder nå: 11,7" in text
    assert "Kilde: Lønn, målt 30.09.2026." in text
    assert "av Kari Eide" in text
    assert "2 av 4 mangler verdi" in text
    assert current(site) == {("A", 1): 9.3, ("A", 2): 11.7, ("B", 2): 7.4}
    with site.reading() as session:
        entry = session.scalars(select(MeasurementEntry)).one()
        assert (entry.author, entry.file_name) == ("Kari Eide", "")
        assert "measurements.entered" in session.scalars(select(AuditEntry.action)).all()


def test_the_difference_is_said_in_words_before_anything_is_stored(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.HR)
    looked = page_of(client.post(address(site), data=sent(site, {"A": "11,7", "B": "5"}, handling="se")))
    assert "11,7 % er 2,4 prosentpoeng høyere enn sist." in looked.text
    assert "2 verdier kan lagres. Ingenting er lagret ennå." in looked.text
    assert len(current(site)) == 1


@pytest.mark.parametrize(
    ("values", "changes", "words"),
    [
        ({"A": "mye"}, {}, "Enhet A: Verdien må være et tall"),
        ({"A": "−4"}, {}, "er ikke mulig"),
        ({"A": "7"}, {"periode": ""}, "Kryss av for at verdiene gjelder 2. tertial 2026."),
        ({"A": "7"}, {"kilde": " "}, "Skriv hvor tallene kommer fra."),
        ({"A": "7"}, {"malt": "31.12.2026"}, "har ikke vært ennå"),
        ({"A": "7"}, {"lim": "Enhet Q\t8"}, "ingen enhet her heter «Enhet Q»"),
        ({"A": "7"}, {"lim": "bare tekst"}, "skriv enhet og verdi"),
        ({}, {}, "Skriv minst én verdi."),
        ({"A": "93"}, {}, "Enhet A: 93,0 % er 10 ganger så mye som sist (9,3 %)."),
        ({"B": "130"}, {}, "Enhet B: 130,0 % er uvanlig."),
        ({"B": "7"}, {"malt": "01.04.2026"}, "Måledatoen er før 2. tertial 2026 begynte."),
    ],
)
def test_what_is_wrong_or_doubtful_stops_the_whole_and_keeps_what_was_typed(
    client: FlaskClient, site: Database, values: dict[str, str], changes: dict[str, str], words: str
) -> None:
    sign_in_as(client, site, Role.HR)
    page = page_of(
        client.post(address(site), data=sent(site, {"K": "6,1"} | values if values else {}, **changes)), 422
    )
    assert words in page.text
    assert page.tree.findtext(".//title", "").strip().startswith("Feil:")
    if values:
        assert any(field.get("value") == "6,1" for field in page.tree.iter("input"))
    assert len(current(site)) == 1


def test_a_doubtful_value_is_stored_when_it_is_confirmed(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.HR)
    form = sent(site, {"A": "93", "B": "7"})
    assert client.post(address(site), data=form).status_code == 422
    assert client.post(address(site), data=form | confirming(site, "A")).status_code == 302
    with site.reading() as session:
        confirmed = session.scalars(select(Measurement.value).where(Measurement.confirmed)).all()
        assert confirmed == [93.0]


def test_shares_in_the_place_of_percentages_are_asked_about(client: FlaskClient, site: Database) -> None:
    """As in a file of values: by one and the same rule."""
    sign_in_as(client, site, Role.HR)
    shares = sent(site, {"K": "0,061", "B": "0,074"})
    page = page_of(client.post(address(site), data=shares), 422)
    assert "Enhet B: 0,074 er under 1 %. Er det en andel, der 0,074 betyr 7,4 %?" in page.text
    for form in ({"K": "6,1", "B": "0,9"}, {"K": "0,8 %", "B": "0,9"}):
        seen = client.post(address(site), data=sent(site, form, handling="se"))
        assert "Er det en andel" not in page_of(seen).text
    assert client.post(address(site), data=shares | confirming(site, "K", "B")).status_code == 302
    assert current(site) == {("A", 1): 9.3, ("K", 2): 0.061, ("B", 2): 0.074}


def test_the_list_of_what_to_enter_reads_every_card_once(
    client: FlaskClient, site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many indicators there are."""
    sign_in_as(client, site, Role.HR)
    read = Mock(wraps=lines_by_unit)
    monkeypatch.setattr(entering, "lines_by_unit", read)
    assert len(page_of(client.get("/verdier")).tree.findall(".//ul[@class='units']/li")) == 2
    assert read.call_count == 1


def test_two_columns_pasted_from_excel_fill_the_grid(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.HR)
    pasted = "A\tEnhet A\t8,1\r\nenhet b\t7,9 %\r\n\r\nA1;6,5"
    assert client.post(address(site), data=sent(site, {}, lim=pasted)).status_code == 302
    assert current(site) == {("A", 1): 9.3, ("A", 2): 8.1, ("B", 2): 7.9, ("A1", 2): 6.5}


def test_a_corrected_value_keeps_the_old_one_and_both_are_taken_back_in_turn(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.HR)
    for value in ("8,1", "8,4"):
        assert client.post(address(site), data=sent(site, {"A": value})).status_code == 302
    for stands in (8.1, None):
        with site.reading() as session:
            newest = session.scalars(
                select(Measurement.id).where(Measurement.current, Measurement.part == 2)
            ).one()
        text = page_of(client.post(f"/verdier/maling/{newest}/trekk", follow_redirects=True)).text
        assert "Verdien er trukket tilbake." in text
        assert "Trukket tilbake: 8,4 %" in text or "Trukket tilbake: 8,1 %" in text
        assert current(site).get(("A", 2)) == stands
    with site.reading() as session:
        assert len(session.scalars(select(Measurement).where(Measurement.part == 2)).all()) == 2
        actions = session.scalars(select(AuditEntry.action)).all()
        assert actions.count("measurements.withdrawn") == 2
    again = page_of(client.post(f"/verdier/maling/{newest}/trekk", follow_redirects=True)).text
    assert "Ingenting er endret." in again


def test_a_form_of_five_thousand_units_is_taken(client: FlaskClient, site: Database) -> None:
    """Two fields a unit; what is limited to a thousand fields is another kind of form, one that carries files."""
    sign_in_as(client, site, Role.HR)
    form = page_of(client.get(address(site))).tree.find(".//form[@id='verdier']")
    assert form is not None
    assert form.get("enctype") is None
    many = {f"{field}-{id_}": "ja" for id_ in range(90_000, 95_000) for field in ("verdi", "stemmer")}
    assert client.post(address(site), data=many | sent(site, {"A": "8,1"})).status_code == 302
    assert current(site)["A", 2] == 8.1


class TestWhoMay:
    def test_a_leader_enters_what_leaders_own_for_her_own_units(
        self, client: FlaskClient, site: Database
    ) -> None:
        sign_in_as(client, site, Role.LEADER, "A")
        assert client.get(address(site)).status_code == 403
        own = address(site, "B1.2", 2025, 0)
        text = page_of(client.get(own)).text
        assert "Enhet A1" in text
        assert "Enhet B" not in text
        form = sent(site, {"A": "85", "B": "90"}, malt="31.12.2025")
        assert client.post(own, data=form).status_code == 302
        assert current(site) == {("A", 1): 9.3, ("A", 0): 85.0}

    def test_nobody_takes_back_another_units_value(self, client: FlaskClient, site: Database) -> None:
        with site.transaction() as session:
            measure(session, "B1.2", 2025, 90.0, unit="B")
            value = session.scalars(select(Measurement.id).where(Measurement.part == 0)).one()
        sign_in_as(client, site, Role.LEADER, "A")
        assert client.post(f"/verdier/maling/{value}/trekk").status_code == 403
        assert current(site)["B", 0] == 90.0

    def test_another_units_row_cannot_be_pasted(self, client: FlaskClient, site: Database) -> None:
        sign_in_as(client, site, Role.LEADER, "A")
        form = sent(site, {"A": "85"}, malt="31.12.2025", lim="B\t90")
        page = page_of(client.post(address(site, "B1.2", 2025, 0), data=form), 422)
        assert "ingen enhet her heter «B»" in page.text
        assert current(site) == {("A", 1): 9.3}

    @pytest.mark.parametrize("taken", ["grant", "owner"])
    def test_who_has_lost_the_role_neither_sees_enters_nor_takes_back(
        self, client: FlaskClient, site: Database, taken: str
    ) -> None:
        sign_in_as(client, site, Role.LEADER, "A")
        own, form = address(site, "B1.2", 2025, 0), sent(site, {"A": "85"}, malt="31.12.2025")
        assert client.post(own, data=form).status_code == 302
        with site.transaction() as session:
            value = session.scalars(select(Measurement.id).where(Measurement.part == 0)).one()
            if taken == "grant":
                session.scalars(select(Grant)).one().to_day = dt.date(2020, 1, 1)
            else:
                led = session.scalars(select(Indicator).where(Indicator.code == "B1.2")).one()
                led.owner_role = Role.CONTROLLER
        assert client.get(own).status_code == 403
        assert client.post(own, data=form | sent(site, {"A": "11"})).status_code == 403
        assert client.post(f"/verdier/maling/{value}/trekk").status_code == 403
        assert current(site) == {("A", 1): 9.3, ("A", 0): 85.0}

    def test_a_role_on_one_unit_lends_nothing_to_another(self, client: FlaskClient, site: Database) -> None:
        """She leads A and is the controller of B: what leaders own she enters for A alone."""
        sign_in_as(client, site, Role.LEADER, "A")
        with site.transaction() as session:
            account = session.scalars(select(Account)).one()
            account.all_grants.append(Grant(role=Role.CONTROLLER, unit_id=unit_of(session, "B").id))
        own = address(site, "B1.2", 2025, 0)
        assert "Enhet B" not in page_of(client.get(own)).text
        assert client.post(own, data=sent(site, {"B": "90"}, malt="31.12.2025")).status_code == 422
        assert current(site) == {("A", 1): 9.3}

    def test_a_card_of_another_part_of_the_municipality_is_closed(
        self, client: FlaskClient, site: Database
    ) -> None:
        with site.transaction() as session:
            build_card(session, replace(plan_of(THEIRS, unit="B"), key="kort-b"))
            measure(session, "B1.9", 2025, 4.0, unit="B")
            value = session.scalars(select(Measurement.id).where(Measurement.part == 0)).one()
        sign_in_as(client, site, Role.HR, "A")
        theirs = address(site, "B1.9", 2025, 0)
        assert client.get(theirs).status_code == 403
        # Not for her own unit either: the indicator is not on its card.
        form = sent(site, {"A": "5", "B": "5"}, malt="31.12.2025")
        assert client.post(theirs, data=form).status_code == 403
        assert client.post(f"/verdier/maling/{value}/trekk").status_code == 403
        assert "B1.9" not in page_of(client.get("/verdier")).text
        assert current(site) == {("A", 1): 9.3, ("B", 0): 4.0}

    def test_a_surveys_value_is_never_taken_back_by_hand(self, client: FlaskClient, site: Database) -> None:
        with site.transaction() as session:
            survey = build_survey(session, unit_of(session, "K"))
            feed(session, release_figures(session, survey, {"K": 4.0}))
            value = session.scalars(select(Measurement.id).where(Measurement.release_id.is_not(None))).one()
        sign_in_as(client, site, Role.HR)
        assert client.post(f"/verdier/maling/{value}/trekk").status_code == 404

    def test_a_survey_is_never_entered_by_hand(self, client: FlaskClient, site: Database) -> None:
        sign_in_as(client, site, Role.HR)
        assert client.get(address(site, "M1.1", 2026, 0)).status_code == 403
        assert "Trivsel" not in page_of(client.get("/verdier")).text

    def test_the_list_says_what_is_left_and_whom_to_remind(self, client: FlaskClient, site: Database) -> None:
        sign_in_as(client, site, Role.LEADER, "B")
        assert "0 av 1 lagt inn" in page_of(client.get("/verdier")).text
        sign_in_as(client, site, Role.HR)
        text = page_of(client.get("/verdier")).text
        assert "M1.2 Sykefravær, 2. tertial 2026 0 av 4 lagt inn" in " ".join(text.split())
        grid = " ".join(page_of(client.get(address(site, "B1.2", 2025, 0))).text.split())
        assert "Enhet B: minn Kari Eide på det" in grid

    def test_a_period_that_does_not_exist_is_not_found(self, client: FlaskClient, site: Database) -> None:
        sign_in_as(client, site, Role.HR)
        assert client.get(address(site, part=4)).status_code == 404
        future = client.post(address(site, year=2062), data=sent(site, {"A": "7"}))
        assert "har ikke begynt" in page_of(future, 422).text
