"""«Hvem ser hva» says what the pages themselves do: nobody more, nobody less, and on the right day."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.lifecycle import find_survey, open_survey
from surveys.campaigns.models import ReaderGroup
from surveys.campaigns.report_groups import merge_units
from surveys.hr.who_sees.answers import last_days, what_account_sees, who_sees_unit
from surveys.hr.who_sees.words import when_words
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.publishing.releasing import release
from surveys.release.models import Release
from surveys.release.visibility import Access, accesses, readable_cards
from tests.building import build_survey, keys_of, sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as, unit_of
from tests.releasing import KEY, RELEASED_ON, build_counted

TREE = {"K": None, "A": "K", "B": "K", "B1": "B", "B2": "B", "B3": "B"}
LEADERS, POLITICIANS = dt.date(2026, 4, 10), dt.date(2026, 5, 5)
PEOPLE = [
    ("hr", Role.HR, "K"),
    ("leder-b", Role.LEADER, "B"),
    ("leder-b2", Role.LEADER, "B2"),
    ("tillitsvalgt", Role.REPRESENTATIVE, "K"),
    ("politiker", Role.POLITICIAN, "K"),
    ("leder-a", Role.LEADER, "A"),
]
BETWEEN = dt.date(2026, 4, 20)


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    """A released survey with B2 and B3 merged, an open one, and six people with one role each."""
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    sheets = {unit: [sheet_of(value) for value in [3, 4, 5] * 4] for unit in ("A", "B1", "B2", "B3")}
    steps = {ReaderGroup.LEADERS: LEADERS, ReaderGroup.POLITICIANS: POLITICIANS}
    build_counted(app, db, sheets, tree=TREE, visibility=steps)
    with db.transaction() as session:
        merge_units(
            session,
            find_survey(session, KEY),
            [unit_of(session, code).id for code in ("B2", "B3")],
            "Natt og dag",
        )
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.transaction() as session:
        running = build_survey(
            session, unit_of(session, "K"), key="ny", visibility=steps, title={"nb": "Den nye"}
        )
        open_survey(session, running, keys_of(app))
        for name, role, unit in PEOPLE:
            account = Account(username=name, name=name.title(), password_hash="x")
            account.all_grants = [Grant(role=role, unit_id=unit_of(session, unit).id)]
            session.add(account)
        closed = Account(username="stengt", name="Stengt", active=False)
        closed.all_grants = [Grant(role=Role.LEADER, unit_id=unit_of(session, "B2").id)]
        session.add(closed)


def _account(db: Database, name: str) -> int:
    with db.reading() as session:
        return session.scalars(select(Account.id).where(Account.username == name)).one()


def test_a_unit_is_seen_by_exactly_those_the_rule_lets_in(released: Database) -> None:
    with released.reading() as session:
        newest = session.scalars(select(Release)).one()
        accounts = session.scalars(select(Account).where(Account.active)).all()
        for unit in session.scalars(select(Unit)):
            answer = who_sees_unit(session, unit, BETWEEN)
            told = {
                reader.account.username: reader.access
                for each in answer.surveys
                if each.asked.survey.key == KEY
                for reader in each.readers
            }
            ruled = {
                account.username: access
                for account in accounts
                for access in accesses(session, account, [newest], BETWEEN, [unit.id]).values()
            }
            assert told == ruled, unit.code
            assert {reader.account.username for reader in answer.card} == {
                account.username for account in accounts if readable_cards(session, account, [unit.id])
            }, unit.code


def test_who_sees_b2_and_when(released: Database) -> None:
    with released.reading() as session:
        answer = who_sees_unit(session, unit_of(session, "B2"), BETWEEN)
        by_key = {
            each.asked.survey.key: {r.account.username: r.access.from_day for r in each.readers}
            for each in answer.surveys
        }
    assert by_key[KEY] == {"hr": RELEASED_ON, "leder-b": LEADERS, "leder-b2": LEADERS, "tillitsvalgt": None}
    assert set(by_key["ny"]) == {"hr", "leder-b", "leder-b2", "tillitsvalgt"}


def test_the_supposed_release_of_an_open_survey_is_never_stored(released: Database) -> None:
    with released.transaction() as session:
        who_sees_unit(session, unit_of(session, "B2"), BETWEEN)
        session.flush()
        assert session.scalar(select(func.count()).select_from(Release)) == 1


def test_what_a_politician_and_a_leader_see(released: Database) -> None:
    with released.reading() as session:
        seen = {}
        for name in ("politiker", "leder-b2"):
            account = session.scalars(select(Account).where(Account.username == name)).one()
            answer = what_account_sees(session, account, BETWEEN)
            groups = {each.asked.survey.key: each.groups for each in answer.surveys}
            seen[name] = (groups[KEY], [node.name for node in answer.cards])
    [of_politician], cards = seen["politiker"]
    assert of_politician.names == ("Enhet K", "Enhet A", "Enhet B")
    assert (of_politician.access.now, of_politician.access.from_day) == (False, POLITICIANS)
    assert cards == ["Enhet K", "Enhet A", "Enhet B"]
    [of_leader], cards = seen["leder-b2"]
    assert set(of_leader.names) == {"Enhet B2", "Natt og dag"}
    assert of_leader.access.now
    assert cards == ["Enhet B2"]


def test_the_pages_say_it_in_words(
    released: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.hr.who_sees.views.municipal_day", lambda: BETWEEN)
    sign_in_as(client, released, Role.HR, "K")
    page = re.sub(r"\s+", " ", client.get("/organisasjon/enhet/B2/hvem-ser-hva").text)
    assert "nå (siden 10. april 2026)" in page
    assert "når resultatet er frigitt" in page
    assert "ingen dag er bestemt" in page
    assert "Leder-A" not in page
    assert "Stengt" not in page
    page = client.get(f"/brukere/{_account(released, 'politiker')}/hvem-ser-hva").text
    assert "3 enheter: fra 5. mai 2026" in page
    assert "hvis resultatet er frigitt da" in page


def test_a_deputy_is_told_to_see_only_what_comes_before_her_last_day(
    released: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leaders' day has come; the politicians' comes after the role has ended."""
    monkeypatch.setattr("surveys.hr.who_sees.views.municipal_day", lambda: BETWEEN)
    last_day = municipal_day() + dt.timedelta(days=3)
    with released.transaction() as session:
        for name in ("leder-a", "politiker"):
            account = session.scalars(select(Account).where(Account.username == name)).one()
            account.all_grants[0].to_day = last_day
        lasting = Grant(role=Role.LEADER, unit_id=unit_of(session, "B1").id)
        account.all_grants.append(lasting)
    with released.reading() as session:
        leader, politician = (
            session.get_one(Account, _account(released, name)) for name in ("leder-a", "politiker")
        )
        assert last_days(session, leader) == {unit_of(session, "A").id: last_day}
        assert unit_of(session, "B1").id not in last_days(session, politician), (
            "one of her roles there has no end"
        )
        assert last_days(session, politician)[unit_of(session, "K").id] == last_day
        [asked] = [
            each.asked
            for each in what_account_sees(session, leader, BETWEEN).surveys
            if each.asked.is_released
        ]
        with client.application.test_request_context():
            later = Access(now=False, from_day=POLITICIANS)
            assert "rollen bare varer til" in when_words(asked, later, POLITICIANS - dt.timedelta(days=1))
            assert when_words(asked, later, POLITICIANS) == "fra 5. mai 2026, bare til og med 5. mai 2026"
            assert when_words(asked, later) == "fra 5. mai 2026"
    sign_in_as(client, released, Role.HR, "K")
    told = f"bare til og med {last_day.day}. "
    assert told in client.get(f"/brukere/{_account(released, 'leder-a')}/hvem-ser-hva").text
    assert told in client.get("/organisasjon/enhet/A/hvem-ser-hva").text


def test_hr_asks_about_her_own_units_and_the_accounts_she_knows(
    released: Database, client: FlaskClient
) -> None:
    sign_in_as(client, released, Role.HR, "A")
    assert client.get("/organisasjon/enhet/A/hvem-ser-hva").status_code == 200
    assert client.get("/organisasjon/enhet/B2/hvem-ser-hva").status_code == 403
    assert client.get("/organisasjon/enhet/finnes-ikke/hvem-ser-hva").status_code == 404
    assert client.get(f"/brukere/{_account(released, 'leder-a')}/hvem-ser-hva").status_code == 200
    assert client.get(f"/brukere/{_account(released, 'leder-b')}/hvem-ser-hva").status_code == 404
