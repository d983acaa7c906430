"""Who reads a card: those with a role on the unit or above it, and politicians down to the areas and no further."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from flask.testing import FlaskClient

from surveys.access.models import Account, Grant, Role
from surveys.access.sessions import start_session
from surveys.campaigns.models import ReaderGroup
from surveys.platform.database import Database
from surveys.release.visibility import readable_cards
from surveys.scorecards import views
from surveys.scorecards.feeding import feed
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_survey, build_units
from tests.card_building import release_figures, small_card, unit_of
from tests.respondent import Page

TODAY = dt.date(2026, 11, 1)
# The municipality, its areas A and B, and workplaces below them.
TREE = {"K": None, "A": "K", "A1": "A", "A11": "A1", "B": "K", "B1": "B"}
Grants = Sequence[tuple[Role, str]]

# Roles on units → the units whose card they open.
READERS: Mapping[str, tuple[Grants, set[str]]] = {
    "a politician of the municipality": ([(Role.POLITICIAN, "K")], {"K", "A", "B"}),
    "a politician of an area": ([(Role.POLITICIAN, "A")], {"A"}),
    "a politician of a workplace": ([(Role.POLITICIAN, "A1")], set()),
    "a politician who leads a workplace": (
        [(Role.POLITICIAN, "K"), (Role.LEADER, "A1")],
        {"K", "A", "B", "A1", "A11"},
    ),
    "a politician who represents the staff of a workplace": (
        [(Role.POLITICIAN, "K"), (Role.REPRESENTATIVE, "B1")],
        {"K", "A", "B", "B1"},
    ),
    "a leader of an area": ([(Role.LEADER, "A")], {"A", "A1", "A11"}),
    "a controller": ([(Role.CONTROLLER, "K")], set(TREE)),
    "somebody without a role": ([], set()),
}
each_reader = pytest.mark.parametrize(("grants", "opens"), list(READERS.values()), ids=list(READERS))


@pytest.fixture
def card(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(views, "_today", lambda: TODAY)
    with db.transaction() as session:
        build_installation(session)
        build_units(session, TREE)
        build_card(session, small_card())
    return db


def _sign_in(client: FlaskClient, db: Database, grants: Grants) -> None:
    with db.transaction() as session:
        account = Account(username="kari", name="Kari Eide", password_hash="-", all_grants=[])
        account.all_grants.extend(
            Grant(role=role, unit_id=unit_of(session, unit).id) for role, unit in grants
        )
        session.add(account)
        session.flush()
        token = start_session(session, account)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token


def _cards_linked(client: FlaskClient, address: str) -> set[str]:
    linked = Page(client.get(address)).links().values()
    return {unit for unit in TREE if f"/styringskort/{unit}" in linked}


@each_reader
def test_the_rule_says_whose_card_opens(card: Database, grants: Grants, opens: set[str]) -> None:
    with card.transaction() as session:
        ids = {code: unit_of(session, code).id for code in TREE}
        account = Account(username="kari", name="Kari Eide", password_hash="-", all_grants=[])
        account.all_grants += [Grant(role=role, unit_id=ids[unit]) for role, unit in grants]
        session.add(account)
        session.flush()
        may = readable_cards(session, account, ids.values())
    assert {code for code in TREE if ids[code] in may} == opens


@each_reader
def test_a_card_opens_for_its_readers_and_for_nobody_else(
    client: FlaskClient, card: Database, grants: Grants, opens: set[str]
) -> None:
    _sign_in(client, card, grants)
    found = {unit: client.get(f"/styringskort/{unit}").status_code for unit in TREE}
    assert found == {unit: 200 if unit in opens else 403 for unit in TREE}


@each_reader
def test_every_page_leads_to_the_cards_one_may_read_and_to_no_other(
    client: FlaskClient, card: Database, grants: Grants, opens: set[str]
) -> None:
    _sign_in(client, card, grants)
    assert _cards_linked(client, "/styringskort") == opens
    assert _cards_linked(client, "/") == opens & {unit for _role, unit in grants}
    for unit in opens:
        assert _cards_linked(client, f"/styringskort/{unit}") <= opens


def test_the_politicians_day_opens_an_areas_value_and_not_a_workplaces(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        survey = build_survey(
            session, unit_of(session, "K"), visibility={ReaderGroup.POLITICIANS: dt.date(2026, 5, 1)}
        )
        feed(session, release_figures(session, survey, {"K": 4.4, "A": 4.2, "A1": 4.6}))
    _sign_in(client, card, [(Role.POLITICIAN, "K"), (Role.REPRESENTATIVE, "A1")])
    shown = {unit: Page(client.get(f"/styringskort/{unit}")).text for unit in ("K", "A", "A1")}
    assert "4,4" in shown["K"]
    assert "4,2" in shown["A"]
    assert "4,6" not in shown["A1"]
    assert "ikke bestemt når" in shown["A1"]
