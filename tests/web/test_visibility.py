"""Who may see what, and from when: one rule on every page, whatever has been moved or merged since."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReaderGroup, SurveyUnit
from surveys.campaigns.report_groups import merge_units
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import release
from surveys.release.models import Figure, Release
from surveys.release.unit_types import unit_type_categories
from surveys.release.visibility import Audience, accesses, readable_cards
from surveys.results import views as result_views
from surveys.scorecards import views as card_views
from surveys.scorecards.cross_view import cross_views
from surveys.scorecards.setup import build_card
from surveys.site import home
from tests.building import keys_of, sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as, small_card, unit_of
from tests.releasing import KEY, RELEASED_ON, build_counted, build_released
from tests.respondent import Page

# A, B and C are areas; the survey reports B2 and B3 together. Afterwards B1 is moved up and A down.
TREE = {"K": None, "A": "K", "B": "K", "C": "K", "B1": "B", "B2": "B", "B3": "B"}
MOVED = {"B1": "K", "A": "B"}
GROUP = f"{KEY}-samlet-1"
TYPES = {"A": "barnehage", "C": "barnehage", "B1": "sykehjem", "B2": "sone", "B3": "sone"}
ANSWERS = {"A": [3, 4] * 6, "B1": [4, 5] * 6, "C": [2, 3] * 6, "B2": [2, 3, 4], "B3": [3, 4, 5, 3]}

LEADERS, REPRESENTATIVES, POLITICIANS = dt.date(2026, 4, 10), dt.date(2026, 4, 20), dt.date(2026, 5, 5)
STEPS = {
    ReaderGroup.LEADERS: LEADERS,
    ReaderGroup.REPRESENTATIVES: REPRESENTATIVES,
    ReaderGroup.POLITICIANS: POLITICIANS,
    # Stored by earlier versions. They open nothing.
    ReaderGroup.STAFF: RELEASED_ON,
    ReaderGroup.PUBLIC: RELEASED_ON,
}
EVERYTHING = {*TREE, GROUP}


@dataclass(frozen=True)
class Reader:
    """A role on a unit; the survey's units it reads from its first day, and the cards it may open on any day."""

    role: Role
    unit: str
    first: dt.date
    reads: frozenset[str]
    cards: frozenset[str]

    def __str__(self) -> str:
        return f"{self.role}-{self.unit}"


def _reader(role: Role, unit: str, first: dt.date, reads: set[str], cards: set[str]) -> Reader:
    return Reader(role, unit, first, frozenset(reads), frozenset(cards))


READERS = [
    _reader(Role.ADMINISTRATOR, "K", RELEASED_ON, EVERYTHING, EVERYTHING),
    _reader(Role.HR, "K", RELEASED_ON, EVERYTHING, EVERYTHING),
    _reader(Role.CONTROLLER, "B", RELEASED_ON, {"B", "A", "B2", "B3", GROUP}, {"B", "A", "B2", "B3", GROUP}),
    _reader(Role.LEADER, "K", LEADERS, EVERYTHING, EVERYTHING),
    # A is hers since it was moved, and B1 no longer.
    _reader(Role.LEADER, "B", LEADERS, {"B", "A", "B2", "B3", GROUP}, {"B", "A", "B2", "B3", GROUP}),
    _reader(Role.LEADER, "B1", LEADERS, {"B1"}, {"B1"}),
    _reader(Role.LEADER, "B2", LEADERS, {"B2", GROUP}, {"B2", GROUP}),
    _reader(Role.REPRESENTATIVE, "B3", REPRESENTATIVES, {"B3", GROUP}, {"B3", GROUP}),
    _reader(Role.REPRESENTATIVE, "A", REPRESENTATIVES, {"A"}, {"A"}),
    # The survey's own picture decides what is read of it, today's organisation which cards are opened.
    _reader(Role.POLITICIAN, "K", POLITICIANS, {"K", "A", "B", "C"}, {"K", "B", "C", "B1"}),
    _reader(Role.POLITICIAN, "B", POLITICIANS, {"B", "A"}, {"B"}),
    _reader(Role.POLITICIAN, "B2", POLITICIANS, set(), set()),
]


def _set_today(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    for views in (result_views, card_views):
        monkeypatch.setattr(views, "_today", lambda: day)
    for views_of_many in (home, cross_views):
        monkeypatch.setattr(views_of_many, "municipal_day", lambda: day)


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    """A released survey with a card, B2 and B3 merged in its report; then two units were moved."""
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    sheets = {unit: [sheet_of(value) for value in values] for unit, values in ANSWERS.items()}
    build_counted(app, db, sheets, tree=TREE, visibility=STEPS)
    with db.transaction() as session:
        build_card(session, small_card())
        survey = find_survey(session, KEY)
        for placed in survey.units:
            placed.type = TYPES.get(placed.unit.code, "enhet")
        merge_units(session, survey, [unit_of(session, code).id for code in ("B2", "B3")], "Natt og dag")
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.transaction() as session:
        for code, above in MOVED.items():
            unit_of(session, code).parent_id = unit_of(session, above).id


def _result_state(client: FlaskClient, unit: str) -> str:
    answer = client.get(f"/resultater/{KEY}/{unit}")
    if answer.status_code == 403:
        return "never"
    return "later" if "resultatet kommer" in answer.text else "now"


def _card_state(client: FlaskClient, unit: str) -> str:
    """How the survey's value stands on the unit's card; «» when the card may not be opened."""
    answer = client.get(f"/styringskort/{unit}")
    if answer.status_code == 403:
        return ""
    [row] = [item for item in Page(answer).tree.iter("li") if item.get("id") == "indikator-M1.1"]
    text = " ".join("".join(row.itertext()).split())
    if "vises ikke for deg" in text:
        return "never"
    return "later" if "vises her fra" in text else "now"


def _across_state(client: FlaskClient, unit: str) -> str:
    """As `_card_state`, of the page with the card's values across the years."""
    answer = client.get(f"/styringskort/{unit}/pa-tvers")
    if answer.status_code == 403:
        return ""
    if "M1.1 Trivsel: " not in answer.text:
        return "now"
    return "never" if "vises ikke for deg" in answer.text else "later"


@pytest.mark.parametrize("reader", READERS, ids=str)
def test_result_page_and_card_say_the_same_on_every_day(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    sign_in_as(client, released, reader.role, reader.unit)
    days = {RELEASED_ON, reader.first - dt.timedelta(days=1), reader.first, dt.date(2026, 12, 31)}
    for day in sorted(day for day in days if day >= RELEASED_ON):
        _set_today(monkeypatch, day)
        state = "now" if day >= reader.first else "later"
        expected = {unit: state if unit in reader.reads else "never" for unit in EVERYTHING}
        assert {unit: _result_state(client, unit) for unit in EVERYTHING} == expected, day
        cards = {unit: _card_state(client, unit) for unit in EVERYTHING}
        assert {unit for unit, found in cards.items() if found} == reader.cards, day
        assert {unit: cards[unit] for unit in reader.cards} == {u: expected[u] for u in reader.cards}, day
        if day == reader.first:
            assert {unit: _across_state(client, unit) for unit in EVERYTHING} == cards


@pytest.mark.parametrize("reader", READERS, ids=str)
def test_no_link_leads_to_a_refusal_and_whatever_is_readable_can_be_reached(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    _set_today(monkeypatch, dt.date(2026, 12, 31))
    sign_in_as(client, released, reader.role, reader.unit)
    waiting, seen = ["/", "/resultater", "/styringskort"], set[str]()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.mimetype != "text/html":  # a file to download
            continue
        links = (urlsplit(link).path for link in re.findall(r'href="([^"]+)"', answer.text))
        waiting += [link for link in links if link.startswith(("/resultater/", "/styringskort/"))]
    assert {unit for unit in EVERYTHING if f"/resultater/{KEY}/{unit}" in seen} == reader.reads
    living = reader.cards - {GROUP}
    assert {unit for unit in TREE if f"/styringskort/{unit}" in seen} == living


@pytest.mark.parametrize("reader", READERS, ids=str)
def test_the_lists_open_on_the_readers_own_day(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    """Home and the list of results: the topmost units, as links from the first day and with the day before it."""
    sign_in_as(client, released, reader.role, reader.unit)
    link = f'href="/resultater/{KEY}/'
    for address in ("/", "/resultater"):
        _set_today(monkeypatch, reader.first)
        assert (link in client.get(address).text) == bool(reader.reads), address
        if reader.first > RELEASED_ON:
            _set_today(monkeypatch, reader.first - dt.timedelta(days=1))
            early = client.get(address).text
            assert link not in early
            assert ("vises fra" in early) == bool(reader.reads), address


@pytest.mark.parametrize(
    ("group", "role"), [(ReaderGroup.LEADERS, Role.LEADER), (ReaderGroup.POLITICIANS, Role.POLITICIAN)]
)
def test_an_audience_reads_what_an_account_of_the_group_reads(
    released: Database, client: FlaskClient, group: ReaderGroup, role: Role
) -> None:
    """What a report may carry to politicians is what a politician of the municipality may read that day."""
    sign_in_as(client, released, role, "K")
    with released.reading() as session:
        account = session.scalars(select(Account).where(Account.username == f"{role}.k")).one()
        releases = session.scalars(select(Release)).all()
        units = [unit.id for unit in session.scalars(select(Unit))]
        for day in (RELEASED_ON, LEADERS, POLITICIANS - dt.timedelta(days=1), POLITICIANS):
            hers = accesses(session, account, releases, day, units)
            assert hers
            assert accesses(session, Audience(group), releases, day, units) == hers


def test_the_public_reads_no_survey(released: Database) -> None:
    """A step for the public that an earlier version stored opens nothing."""
    with released.reading() as session:
        releases = session.scalars(select(Release)).all()
        units = [unit.id for unit in session.scalars(select(Unit))]
        assert accesses(session, Audience(ReaderGroup.PUBLIC), releases, dt.date(2026, 12, 31), units) == {}


def test_a_merged_unit_stands_on_the_lists_of_those_it_was_merged_from(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her own unit is hidden: the merged one is where her result is."""
    _set_today(monkeypatch, LEADERS)
    sign_in_as(client, released, Role.LEADER, "B2")
    for address in ("/", "/resultater"):
        assert f'href="/resultater/{KEY}/{GROUP}"' in client.get(address).text, address


def test_a_value_that_a_politician_never_reads_is_hidden_from_her_on_the_card(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B1 has 4,5; it was a workplace when people answered, and is an area now."""
    _set_today(monkeypatch, dt.date(2026, 12, 31))
    sign_in_as(client, released, Role.POLITICIAN, "K")
    text = client.get("/styringskort/B1").text
    assert "vises ikke for deg" in text
    assert "4,5" not in text
    sign_in_as(client, released, Role.HR, "K")
    assert "4,5" in client.get("/styringskort/B1").text


def test_a_crumb_that_would_be_refused_is_plain_text(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, dt.date(2026, 12, 31))
    sign_in_as(client, released, Role.LEADER, "B1")
    for address, above in ((f"/resultater/{KEY}/B1", "Enhet B"), ("/styringskort/B1", "Enhet K")):
        page = Page(client.get(address))
        [trail] = [nav for nav in page.tree.iter("nav") if nav.get("class") == "trail"]
        assert above in "".join(trail.itertext()), address
        assert above not in ["".join(link.itertext()).strip() for link in trail.iter("a")], address


def _types_on(client: FlaskClient, unit: str = "K") -> set[str]:
    text = client.get(f"/resultater/{KEY}/{unit}").text
    headings = {kind for kind in set(TYPES.values()) if f">{kind.capitalize()}</th>" in text}
    # On a phone each figure says which type it is of.
    assert headings == {kind for kind in set(TYPES.values()) if f'data-label="{kind.capitalize()}"' in text}
    return headings


def test_a_type_that_is_one_unit_is_read_by_those_who_may_read_the_unit(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B1 is the only sykehjem, and the two sone are the merged unit: no politician reads either. A and C are two."""
    _set_today(monkeypatch, dt.date(2026, 12, 31))
    with released.reading() as session:
        found = select(Figure.category).where(Figure.breakdown == "unit_type")
        assert set(session.scalars(found)) == {"barnehage", "sone", "sykehjem"}
    sign_in_as(client, released, Role.HR, "K")
    assert _types_on(client) == {"barnehage", "sone", "sykehjem"}
    sign_in_as(client, released, Role.POLITICIAN, "K")
    assert _types_on(client) == {"barnehage"}


def test_a_type_that_is_one_unit_is_shown_to_a_politician_who_leads_that_unit(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, dt.date(2026, 12, 31))
    sign_in_as(client, released, Role.POLITICIAN, "K")
    with released.transaction() as session:
        account = session.scalars(select(Account)).one()
        account.all_grants.append(_grant(Role.LEADER, unit_of(session, "B1")))
    assert _types_on(client) == {"barnehage", "sykehjem"}


def _grant(role: Role, unit: Unit) -> Grant:
    return Grant(role=role, unit_id=unit.id)


def test_no_unit_is_compared_with_a_type_that_is_itself(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, dt.date(2026, 12, 31))
    sign_in_as(client, released, Role.HR, "K")
    offers = {
        unit: 'value="type"' in client.get(f"/resultater/{KEY}/{unit}").text for unit in ("A", "B1", "C")
    }
    assert offers == {"A": True, "B1": False, "C": True}
    asked = client.get(f"/resultater/{KEY}/B1?med=type").text
    assert "av typen sykehjem" not in asked


Pictured = Mapping[str, tuple[str | None, str, int]]


@pytest.mark.parametrize(
    ("picture", "kind", "same_as", "compared"),
    [
        # Two units of the type, in two areas: nobody's own.
        ({"K": (None, "", 3), "A": ("K", "x", 5), "B": ("K", "x", 5)}, "x", set(), {"A", "B"}),
        # One that anybody answered in: the other is not to read it as «all of the type» either.
        ({"K": (None, "", 3), "A": ("K", "x", 5), "B": ("K", "x", 0)}, "x", {"A"}, set()),
        # One with other people below it: still that unit.
        ({"K": (None, "", 3), "A": ("K", "x", 5), "A1": ("A", "y", 5)}, "x", {"A"}, set()),
        # All the units below one: that one.
        (
            {"K": (None, "", 3), "A": ("K", "", 0), "A1": ("A", "x", 5), "A2": ("A", "x", 5)},
            "x",
            {"A"},
            {"A1", "A2"},
        ),
        # An area with one workplace: either name.
        ({"K": (None, "", 3), "A": ("K", "", 0), "A1": ("A", "x", 5)}, "x", {"A", "A1"}, set()),
    ],
)
def test_when_a_type_is_one_unit(
    app: Flask, db: Database, picture: Pictured, kind: str, same_as: set[str], compared: set[str]
) -> None:
    tree = {code: above for code, (above, _kind, _people) in picture.items()}
    build_counted(app, db, {"K": [sheet_of(3)] * 6}, tree=tree)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        codes = {unit.unit_id: unit.unit.code for unit in survey.units}
        for unit in survey.units:
            _above, unit.type, people = picture[codes[unit.unit_id]]
            unit.invited = unit.delivered = people
        session.flush()
        found = unit_type_categories(session, survey)[kind]
        assert {codes[unit] for unit in found.same_as} == same_as
        of_type = {code for code, (_above, own, _people) in picture.items() if own == kind}
        assert {code for id_, code in codes.items() if code in of_type and found.has_others(id_)} == compared


def test_areas_merged_in_the_report_are_areas_still(app: Flask, db: Database) -> None:
    sheets = {"A": [sheet_of(3)] * 4, "C": [sheet_of(4)] * 4, "B1": [sheet_of(4)] * 8}
    build_counted(app, db, sheets, tree=TREE, visibility=STEPS)
    with db.transaction() as session:
        wanted = [unit_of(session, code).id for code in ("A", "C")]
        merge_units(session, find_survey(session, KEY), wanted, "A og C")
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.transaction() as session:
        account = Account(username="p", name="P", password_hash="-", all_grants=[])
        account.all_grants.append(_grant(Role.POLITICIAN, unit_of(session, "A")))
        session.add(account)
        session.flush()
        found = accesses(session, account, session.scalars(select(Release)).all(), POLITICIANS)
        codes = dict(session.execute(select(Unit.id, Unit.code)).all())
        assert {codes[unit] for _release, unit in found} == {"A", GROUP}


def test_the_rule_asks_as_few_questions_of_many_units_as_of_one(app: Flask, db: Database) -> None:
    from sqlalchemy import event

    build_released(app, db, {"A": [sheet_of(3)] * 6}, tree=TREE, visibility=STEPS)
    queries: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(*args: object) -> None:
        queries.append(str(args[2]))

    with db.transaction() as session:
        account = Account(username="h", name="H", password_hash="-", all_grants=[])
        account.all_grants.append(_grant(Role.HR, unit_of(session, "K")))
        session.add(account)
        session.flush()
        [only] = session.scalars(select(Release)).all()
        assert only.survey.visibility
        units = session.scalars(select(SurveyUnit.unit_id)).all()
        queries.clear()
        assert len(accesses(session, account, [only], RELEASED_ON, units[:1])) == 1
        of_one = len(queries)
        assert len(accesses(session, account, [only], RELEASED_ON)) == len(units)
        assert len(queries) - of_one == of_one == 2


def test_a_role_that_is_over_opens_nothing(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": [sheet_of(3)] * 6}, tree=TREE, visibility=STEPS)
    with db.transaction() as session:
        account = Account(username="h", name="H", password_hash="-", all_grants=[])
        account.all_grants.append(_grant(Role.HR, unit_of(session, "K")))
        session.add(account)
        session.flush()
        releases = session.scalars(select(Release)).all()
        assert accesses(session, account, releases, TODAY)
        account.all_grants[0].to_day = dt.date(2020, 1, 1)
        session.flush()
        assert accesses(session, account, releases, TODAY) == {}
        assert readable_cards(session, account, [unit_of(session, "K").id]) == frozenset()


TODAY = dt.date(2026, 12, 31)
