"""Units of the same type tell each other what they tried: in words, when they choose to, and never how they scored."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.actions.models import SharedPractice
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import ReaderGroup, Survey, VisibilityStep
from surveys.organisation.models import Person
from surveys.platform.database import Database
from surveys.scorecards.models import Indicator
from surveys.scorecards.setup import build_card
from tests.building import build_units
from tests.card_building import JOY, SICK_LEAVE, USERS, plan_of, sign_in_as, unit_of
from tests.planning_actions import add_action, planning_site, post, theme

SHARE = "/planer/A/1/del"
WORDS = {"hva": "Vi skriver opp hvem som gjør hva", "sett": "Færre spør. Det tok 20 minutter.", "navn": "nei"}


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A, B and C are of one type. Leaders see both surveys."""
    planning_site(app, db, monkeypatch)
    with db.transaction() as session:
        build_units(session, {"C": None})
        for code in "ABC":
            unit_of(session, code).type = "barnehage"
        session.add(Person(employee_number="7", name="Turid Moen", unit=unit_of(session, "A"), active=True))
        for survey in session.scalars(select(Survey)):
            survey.visibility = [
                VisibilityStep(readers=ReaderGroup.LEADERS, visible_on=dt.date(2025, 1, 1)),
            ]
    return db


@pytest.fixture
def leader(client: FlaskClient, site: Database) -> FlaskClient:
    """A's, who has an action that is evaluated."""
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client, tema=theme(site, 2025))
    assert client.get(SHARE).status_code == 404
    post(client, "/planer/A/1/vurder", gjort="yes", hjalp="Det ble roligere", versjon=0)
    return client


@pytest.fixture
def reader(app: Flask, site: Database) -> FlaskClient:
    """B's leader."""
    client = app.test_client()
    sign_in_as(client, site, Role.LEADER, "B")
    return client


def _seen_by(reader: FlaskClient, db: Database) -> str:
    """What B's leader is shown when she plans something for the theme, by the survey of another year."""
    page = reader.get(f"/planer/B/nytt?tema={theme(db, 2026)}")
    assert page.status_code == 200
    return page.text


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sett": "Vi gikk fra 3,1 til 3,6"}, "uten tall fra målinger"),
        ({"sett": "Nå er 80 prosent fornøyd"}, "uten tall fra målinger"),
        ({"hva": "Turid Moen skriver listen"}, "navnet på en ansatt"),
        ({"hva": "Kari 01010750160 skriver listen"}, "fødselsnummer"),
        ({"hva": "Enhet A skriver listen"}, "navnet på enheten"),
        ({"navn": ""}, "Velg om navnet på enheten skal vises."),
    ],
)
def test_no_score_and_no_name_goes_along(
    leader: FlaskClient, site: Database, changes: dict[str, str], fault: str
) -> None:
    with site.transaction() as session:
        unit_of(session, "A").name = "Enhet A"
    refused = leader.post(SHARE, data=WORDS | changes | {"steg": "del"})
    assert refused.status_code == 422
    assert fault in refused.text
    with site.reading() as session:
        assert session.scalars(select(SharedPractice)).all() == []


def test_it_is_looked_at_shared_without_a_name_and_withdrawn(
    leader: FlaskClient, reader: FlaskClient, site: Database
) -> None:
    preview = leader.post(SHARE, data=WORDS)
    assert WORDS["sett"] in preview.text
    assert WORDS["hva"] not in _seen_by(reader, site)
    leader.post(SHARE, data=WORDS | {"steg": "del"})
    page = _seen_by(reader, site)
    assert WORDS["hva"] in page
    assert "valgt å ikke vise navnet" in page
    assert "hva=Vi+skriver+opp" in page
    assert "3,1" not in page
    assert "Kari Eide" not in page.partition('id="forslag"')[2]
    assert "Endre det som er delt" in leader.get("/planer/A").text
    leader.post(f"{SHARE}/trekk")
    assert WORDS["hva"] not in _seen_by(reader, site)
    with site.transaction() as session:
        assert session.scalars(select(SharedPractice)).one().withdrawn_by == "Kari Eide"
        found = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert [each for each in found if "shar" in each] == ["action.shared", "action.sharing_withdrawn"]
    assert "Del med andre" in leader.get("/planer/A").text


def test_where_one_reader_would_know_whose_it_is_only_a_name_is_shared(
    leader: FlaskClient, reader: FlaskClient, site: Database
) -> None:
    """Three of a type: an idea without a name. Then C ends, and B would know: only what has a name is shown."""
    leader.post(SHARE, data=WORDS | {"steg": "del"})
    with site.transaction() as session:
        unit_of(session, "C").valid_to = dt.date(2026, 6, 30)
        unit_of(session, "A").name = "Solbakken"
    assert WORDS["hva"] not in _seen_by(reader, site)
    assert leader.post(SHARE, data=WORDS | {"steg": "del"}).status_code == 422
    leader.post(SHARE, data=WORDS | {"steg": "del", "navn": "ja"})
    assert "Delt av Solbakken" in _seen_by(reader, site)
    with site.transaction() as session:
        unit_of(session, "B").type = "skole"
    assert leader.get(SHARE).status_code == 404
    assert "Del med andre" not in leader.get("/planer/A").text


def test_what_its_unit_no_longer_says_is_not_shown(
    leader: FlaskClient, reader: FlaskClient, site: Database
) -> None:
    leader.post(SHARE, data=WORDS | {"steg": "del"})
    assert WORDS["hva"] in _seen_by(reader, site)
    post(leader, "/planer/A/1/vurder", gjort="no", hjalp="Vi gjorde det ikke likevel", versjon=1)
    assert WORDS["hva"] not in _seen_by(reader, site)


def test_an_action_about_an_indicator_is_found_by_those_who_have_it(
    client: FlaskClient, reader: FlaskClient, site: Database
) -> None:
    """On their cards: with C's card without it, B would know that it is A's, and only a name is shown."""
    with site.transaction() as session:
        build_card(session, plan_of(SICK_LEAVE, USERS))
        session.flush()
        own, other = (
            session.scalars(select(Indicator.id).where(Indicator.code == each.code)).one()
            for each in (SICK_LEAVE, USERS)
        )
        unit_of(session, "C").parent = unit_of(session, "K")
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client, indikator=str(own))
    post(client, "/planer/A/1/vurder", gjort="yes", hjalp="Det ble roligere", versjon=0)
    assert "Del med andre" in client.get("/planer/A").text
    assert "Sykefravær" in client.post(SHARE, data=WORDS).text
    client.post(SHARE, data=WORDS | {"steg": "del"})

    def seen(indicator: int) -> bool:
        page = reader.get(f"/planer/B/nytt?om=indikator%3D{indicator}")
        assert f'value="indikator={indicator}" selected' in page.text
        return WORDS["hva"] in page.text

    assert seen(own)
    assert not seen(other)
    with site.transaction() as session:
        unit_of(session, "C").parent = None
    assert not seen(own)
    assert client.post(SHARE, data=WORDS | {"steg": "del"}).status_code == 422


def test_an_indicator_that_a_survey_measures_is_the_theme(
    leader: FlaskClient, reader: FlaskClient, site: Database
) -> None:
    with site.transaction() as session:
        build_card(session, plan_of(JOY))
        indicator = session.scalars(select(Indicator.id).where(Indicator.code == JOY.code)).one()
    leader.post(SHARE, data=WORDS | {"steg": "del"})
    assert WORDS["hva"] in reader.get(f"/planer/B/nytt?indikator={indicator}").text
    add_action(leader, indikator=str(indicator))
    post(leader, "/planer/A/2/vurder", gjort="yes", hjalp="Det ble roligere", versjon=0)
    about = {"hva": "Vi spiser lunsj sammen", "sett": "Flere ler.", "navn": "nei", "steg": "del"}
    leader.post("/planer/A/2/del", data=about)
    assert about["hva"] in _seen_by(reader, site)
