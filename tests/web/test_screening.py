"""«Hvilke enheter har endret seg?»: one family of comparisons, the same list for all, never a ranking."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import html5lib
import pingouin
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, update

from surveys.access.models import Role
from surveys.campaigns.models import ReaderGroup, Survey, SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.models import Change, ChangeBasis, Figure, FigureStatus, Release, Verdict
from surveys.release.screening.verdicts import screened
from surveys.results import views
from surveys.results.screening import views as screening_views
from surveys.results.screening.queries import Family
from surveys.results.screening.texts import chance_sentences
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, build_released

TREE = {"K": None, "Ø": "K", "A": "K", "B": "K", "B1": "B", "B2": "B"}
EVEN = [3, 3, 4, 4, 4, 5] * 2
LOW = [2, 2, 3, 3, 3, 4] * 2
BEFORE = {"A": LOW, "B1": EVEN, "B2": EVEN, "Ø": EVEN}
NOW = {"A": EVEN, "B1": EVEN, "B2": LOW, "Ø": EVEN}
DAYS = {"opens_on": dt.date(2024, 3, 1), "closes_on": dt.date(2024, 3, 20)}
OPEN = {
    ReaderGroup.LEADERS: dt.date(2026, 4, 10),
    ReaderGroup.POLITICIANS: dt.date(2026, 5, 5),
}


def sheets(values: Mapping[str, Sequence[int]]) -> dict[str, list[dict[str, int]]]:
    return {unit: [sheet_of(value) for value in of_unit] for unit, of_unit in values.items()}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))


@pytest.fixture
def two_years(app: Flask, db: Database) -> Database:
    """A has risen by 1, B2 has fallen by 1; B1 and Ø stand still."""
    build_once(app, db, _build_two_years)
    return db


def _build_two_years(app: Flask, db: Database) -> None:
    build_released(app, db, sheets(BEFORE), "liten-2024", TREE, **DAYS)
    build_released(app, db, sheets(NOW), tree=TREE, visibility=OPEN)


def read(client: FlaskClient, query: str = "", key: str = KEY) -> str:
    """The page's text; it must be whole HTML with one h1."""
    answer = client.get(f"/resultater/{key}/endringer{query}")
    assert answer.status_code == 200
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    assert len(list(document.iter("h1"))) == 1
    return re.sub(r"\s+", " ", " ".join(document.find("body").itertext()))


def units_in(client: FlaskClient, query: str = "") -> list[str]:
    """The codes of the units in the list, in its order."""
    html = client.get(f"/resultater/{KEY}/endringer{query}").text
    return [
        unquote(code)
        for code in re.findall(
            rf'<th scope="row" role="rowheader"><a class="ds-link" href="/resultater/{KEY}/([^"]+)">', html
        )
    ]


def changes_in(db: Database) -> list[Change]:
    with db.reading() as session:
        newest = select(Release.id).join(Survey).where(Survey.key == KEY).scalar_subquery()
        found = list(session.scalars(select(Change).where(Change.release_id == newest)))
        session.expunge_all()
        return found


def test_the_release_adjusts_all_its_comparisons_as_one_family(two_years: Database) -> None:
    found = changes_in(two_years)
    assert len(found) == 12  # six units and two themes
    expected = pingouin.multicomp([change.p for change in found], method="fdr_bh")[1]
    assert [change.q for change in found] == pytest.approx(expected.tolist())


def row(**changes: Any) -> dict[str, Any]:
    return {
        "p": 0.02,
        "comparable": True,
        "verdict": Verdict.NO_CLEAR_CHANGE,
        "basis": ChangeBasis.SAME,
        **changes,
    }


@pytest.mark.parametrize(
    "outside",
    [{"p": None}, {"comparable": False}, {"verdict": Verdict.TOO_FEW}, {"basis": ChangeBasis.SPLIT}],
)
def test_what_may_never_be_called_a_change_is_no_part_of_the_family(outside: dict[str, Any]) -> None:
    found = screened([row(), row(**outside), row(p=0.5, basis=ChangeBasis.MERGED)])
    assert [each["q"] for each in found] == [pytest.approx(0.04), None, 0.5]
    assert screened([]) == []


def test_the_finding_stands_first_then_the_family_then_the_list(
    client: FlaskClient, two_years: Database
) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    text = read(client)
    assert sum(change.verdict.clear for change in changes_in(two_years)) == 4
    assert "4 tydelige endringer." in text
    assert "Vi har sammenlignet 6 enheter på 2 temaer, i alt 12 sammenligninger." in text
    assert "Av 6 enheter blir det færre enn én." in text
    assert "4 av endringene skiller seg ut også når vi ser alle enhetene under ett." in text
    assert (
        "Enhet A Trivsel 2,8 → 3,8 +1,0 (+0,4 til +1,6) "
        "Tydelig opp siden 2024. Skiller seg ut blant alle enhetene" in text
    )
    assert "Enhet B2 Trivsel 3,8 → 2,8 −1,0 (−1,6 til −0,4) Tydelig ned siden 2024." in text


def test_the_list_is_alphabetical_and_no_ranking(client: FlaskClient, two_years: Database) -> None:
    with two_years.transaction() as session:
        session.execute(update(Change).values(verdict=Verdict.UP))
    sign_in_as(client, two_years, Role.HR, "K")
    assert units_in(client) == [code for code in ("A", "B", "B1", "B2", "K", "Ø") for _theme in range(2)]


def test_what_stands_out_among_all_is_marked_and_takes_no_verdict_away(
    client: FlaskClient, two_years: Database
) -> None:
    with two_years.transaction() as session:
        session.execute(update(Change).values(q=0.4))
    sign_in_as(client, two_years, Role.HR, "K")
    text = read(client)
    assert units_in(client) == ["A", "A", "B2", "B2"]
    assert "Ingen av endringene skiller seg ut når vi ser alle enhetene under ett." in text
    assert "Skiller seg ut blant alle enhetene" not in text.split("Slik er endringene funnet")[0]


def test_the_list_is_filtered_by_theme_and_way(client: FlaskClient, two_years: Database) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    assert units_in(client, "?tema=TRI") == ["A", "B2"]
    assert units_in(client, "?retning=opp") == ["A", "A"]
    assert units_in(client, "?retning=ned&tema=ROL") == ["B2"]
    assert units_in(client, "?retning=tull") == ["A", "A", "B2", "B2"]
    assert "1 endring, etter enhetens navn (Rolleklarhet, bare ned)" in read(client, "?retning=ned&tema=ROL")
    assert "Ingen av endringene passer med det du har valgt. Vis alle" in read(client, "?tema=SPN")


def test_each_reader_sees_the_units_whose_pages_she_may_read(
    client: FlaskClient, two_years: Database
) -> None:
    expected = {
        (Role.LEADER, "B"): {"B", "B2"},
        (Role.LEADER, "B2"): {"B2"},
        (Role.LEADER, "Ø"): set(),
        (Role.HR, "A"): {"A"},
        (Role.CONTROLLER, "K"): {"A", "B", "B2"},
        (Role.POLITICIAN, "K"): {"A", "B"},
    }
    with two_years.transaction() as session:
        b = select(Unit.id).where(Unit.code == "B").scalar_subquery()
        session.execute(update(Change).where(Change.unit_id == b).values(verdict=Verdict.UP))
    for (role, unit), seen in expected.items():
        sign_in_as(client, two_years, role, unit)
        pages = {code: client.get(f"/resultater/{KEY}/{code}").status_code for code in ("A", "B", "B2")}
        assert {code for code, status in pages.items() if status == 200} == seen
        assert set(units_in(client)) == seen, (role, unit)


def test_a_leader_is_told_what_the_bound_on_chance_is_about(client: FlaskClient, two_years: Database) -> None:
    sign_in_as(client, two_years, Role.LEADER, "B")
    text = read(client)
    assert "2 tydelige endringer hos dere." in text
    assert "I hele undersøkelsen: 4 tydelige endringer." in text
    assert "Enhet A" not in text
    sign_in_as(client, two_years, Role.LEADER, "Ø")
    assert "Ingen av enhetene hos dere har en tydelig endring." in read(client)


def test_nobody_reads_it_before_the_day_that_was_promised(
    client: FlaskClient, two_years: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 4, 9))
    sign_in_as(client, two_years, Role.LEADER, "B")
    text = read(client)
    assert "Du kan se resultatet fra 10. april 2026." in text
    assert "→" not in text


def test_a_reader_without_a_unit_in_the_survey_is_refused(
    client: FlaskClient, app: Flask, two_years: Database
) -> None:
    with two_years.transaction() as session:
        session.add(Unit(code="ANNET", name="Et annet sted", type="kommune"))
    for role in (Role.LEADER, Role.HR, Role.POLITICIAN):
        sign_in_as(client, two_years, role, "ANNET")
        assert client.get(f"/resultater/{KEY}/endringer").status_code == 403
    assert client.get("/resultater/finnes-ikke/endringer").status_code == 404


def test_the_first_survey_has_nothing_to_be_compared_with(client: FlaskClient, two_years: Database) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    text = read(client, key="liten-2024")
    assert "Det finnes ingen tidligere undersøkelse å sammenligne med." in text
    assert "sammenligninger av" not in text


def test_a_list_without_changes_says_why(client: FlaskClient, two_years: Database) -> None:
    states: dict[str, dict[str, Any]] = {
        "Ingen enhet har en tydelig endring.": {"verdict": Verdict.NO_CLEAR_CHANGE},
        "Ingen enhet har nok svar begge ganger til at vi kan si noe om endring.": {
            "verdict": Verdict.TOO_FEW
        },
    }
    sign_in_as(client, two_years, Role.HR, "K")
    for words, values in states.items():
        with two_years.transaction() as session:
            session.execute(update(Change).values(**values))
        text = read(client)
        assert words in text
        assert ("i alt 12 sammenligninger" in text) == (values["verdict"] != Verdict.TOO_FEW)
        assert "→" not in text


def test_comparisons_outside_the_family_are_counted(client: FlaskClient, two_years: Database) -> None:
    with two_years.transaction() as session:
        session.execute(update(Change).where(Change.measure == "ROL").values(comparable=False))
    sign_in_as(client, two_years, Role.HR, "K")
    text = read(client)
    assert "Vi har sammenlignet 6 enheter på 1 tema, i alt 6 sammenligninger." in text
    assert "6 sammenligninger er ikke med" in text


def test_many_changes_are_shown_a_page_at_a_time(
    client: FlaskClient, two_years: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_views, "AT_A_TIME", 3)
    sign_in_as(client, two_years, Role.HR, "K")
    assert units_in(client) == ["A", "A", "B2"]
    assert units_in(client, "?side=2") == units_in(client, "?side=99") == ["B2"]
    assert units_in(client, "?side=0") == units_in(client, "?side=x") == ["A", "A", "B2"]
    assert "Side 1 av 2 Neste side" in read(client)


def test_a_thousand_more_units_cost_no_more_queries(client: FlaskClient, two_years: Database) -> None:
    queries: list[str] = []

    @event.listens_for(two_years.engine, "before_cursor_execute")
    def note(*args: object) -> None:
        queries.append(str(args[2]))

    def cost() -> int:
        queries.clear()
        read(client)
        return len(queries)

    sign_in_as(client, two_years, Role.LEADER, "B")
    few = cost()
    add_units(two_years, 1000)
    assert cost() == few
    assert "Side 1 av 11" in read(client)


def add_units(db: Database, count: int) -> None:
    """Units under B that have all fallen clearly."""
    with db.transaction() as session:
        survey = session.scalars(select(Survey).where(Survey.key == KEY)).one()
        releases = session.scalars(select(Release.id).order_by(Release.id)).all()
        parent = session.scalars(select(Unit.id).where(Unit.code == "B")).one()
        units = [Unit(code=f"T{n}", name=f"Team {n}", type="team", parent_id=parent) for n in range(count)]
        session.add_all(units)
        session.flush()
        ids = [unit.id for unit in units]
        placed = [
            {"survey_id": survey.id, "unit_id": unit, "parent_id": parent, "name": f"Team {unit}", "type": ""}
            for unit in ids
        ]
        session.execute(insert(SurveyUnit), placed)
        figure = {"release_id": releases[-1], "measure": "TRI", "status": FigureStatus.SHOWN}
        session.execute(insert(Figure), [{**figure, "unit_id": unit, "n": 30, "mean": 2.8} for unit in ids])
        change = {
            "release_id": releases[-1],
            "previous_release_id": releases[0],
            "measure": "TRI",
            "difference": -1.0,
            "p": 0.0001,
            "p_adjusted": 0.0002,
            "q": 0.001,
            "verdict": Verdict.DOWN,
        }
        session.execute(insert(Change), [{**change, "unit_id": unit} for unit in ids])


def test_the_way_to_the_page_stands_on_the_list_and_on_the_top(
    client: FlaskClient, two_years: Database
) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    link = f'href="/resultater/{KEY}/endringer"'
    listed = client.get("/resultater").text
    assert link in listed
    assert "/resultater/liten-2024/endringer" not in listed
    assert link in client.get(f"/resultater/{KEY}/K").text
    assert link not in client.get(f"/resultater/{KEY}/A").text


def test_a_leader_of_one_unit_is_not_sent_there(
    client: FlaskClient, db: Database, two_years: Database
) -> None:
    sign_in_as(client, db, Role.LEADER, "A")
    assert "Hvilke enheter har endret seg?" not in client.get("/resultater").text
    sign_in_as(client, db, Role.LEADER, "B")
    assert "Hvilke enheter har endret seg?" in client.get("/resultater").text


@pytest.mark.parametrize(
    ("units", "words"),
    [(6, "Av 6 enheter blir det færre enn én."), (38, "Av 38 enheter blir det høyst rundt 2.")],
)
def test_the_bound_on_chance_grows_with_the_units(app: Flask, units: int, words: str) -> None:
    with app.test_request_context():
        assert chance_sentences(Family(400, 342, units, 9, 0, 0))[0].endswith(words)
