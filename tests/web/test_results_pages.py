"""The result pages: what a leader reads, who may read it and when, and that hidden is hidden everywhere."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReaderGroup, VisibilityStep
from surveys.platform.database import Database
from surveys.release.comparisons.change_queries import ChangeLine
from surveys.release.models import ChangeBasis, Figure, Verdict
from surveys.results import texts, views
from surveys.results.exporting import FigureRow, as_csv, figure_rows
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, RELEASED_ON, build_released

BEFORE = {"A": [2, 3, 3, 3, 4] * 2, "B1": [3, 4] * 5, "B2": [3, 4, 5], "C": [2, 3, 4]}
NOW = {"A": [3, 4, 4, 4, 5] * 2, "B1": [3, 4] * 5, "B2": [3, 4, 5], "C": [2, 3, 4]}


def sheets(values: dict[str, list[int]]) -> dict[str, list[dict[str, int]]]:
    return {unit: [sheet_of(value) for value in of_unit] for unit, of_unit in values.items()}


@pytest.fixture
def two_years(app: Flask, db: Database) -> None:
    """Released surveys of 2024 and 2026. A has clearly risen, B1 has not, C and B2 are small."""
    build_once(app, db, _build_two_years)


def _build_two_years(app: Flask, db: Database) -> None:
    days: dict[str, Any] = {"opens_on": dt.date(2024, 3, 1), "closes_on": dt.date(2024, 3, 20)}
    build_released(app, db, sheets(BEFORE), "liten-2024", **days)
    build_released(
        app,
        db,
        sheets(NOW),
        visibility={
            ReaderGroup.LEADERS: dt.date(2026, 4, 10),
            ReaderGroup.REPRESENTATIVES: dt.date(2026, 4, 20),
            ReaderGroup.POLITICIANS: dt.date(2026, 5, 5),
        },
    )


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is read on 6 May 2026, when every step has come."""
    set_today(monkeypatch, dt.date(2026, 5, 6))


def set_today(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    monkeypatch.setattr(views, "_today", lambda: day)


def page(client: FlaskClient, unit: str, key: str = KEY) -> str:
    """The text of a unit's page, which must be whole HTML with one h1 that begins the title."""
    answer = client.get(f"/resultater/{key}/{unit}")
    assert answer.status_code == 200
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    [heading] = list(document.iter("h1"))
    title = document.find(".//title").text
    assert title.startswith(" ".join("".join(heading.itertext()).split()).split(" – ")[0])
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert "style=" not in answer.text
    return re.sub(r"[\s ]+", " ", " ".join("".join(document.find("body").itertext()).split()))


@pytest.mark.usefixtures("two_years")
def test_a_leader_reads_the_response_rate_the_extremes_and_what_changed(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.LEADER, "A")
    text = page(client, "A")
    assert "Enhet A – Liten undersøkelse 2026" in text
    assert "10 av 10 svarte (100 %)" in text
    assert "Tydelig opp siden 2024: trivsel (+1,0), rolleklarhet (+0,8)." in text


@pytest.mark.usefixtures("two_years")
def test_noise_is_called_no_sure_change_and_the_numbers_follow(client: FlaskClient, db: Database) -> None:
    """B1 has 3 and 4 five times in both years. What is left of B is under ten, so its spread is told as a class.

    The end of that class is 0.6: with ten both times it gives ±0.6 around 0.
    """
    sign_in_as(client, db, Role.LEADER, "B1")
    text = page(client, "B1")
    assert "Ingen sikre endringer siden 2024." in text
    assert "Ingen sikker endring siden 2024 0,0 (−0,6 til +0,6)" in text
    assert "Med 10 svar kan vi bare regne med å se" in text


@pytest.mark.usefixtures("two_years")
def test_strongest_and_weakest_are_named_in_supportive_words(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    sheets_of_a = [sheet_of(4, SPN01=2, SPN02=2, SPN03=2)] * 6
    build_released(
        app, db, {"A": sheets_of_a}, "liten-2027", questionnaire=_everybody_leads(), source=EVERYBODY
    )
    sign_in_as(client, db, Role.HR, "K")
    text = page(client, "A", "liten-2027")
    assert "Sterkest er trivsel (4,0). Her er det mest å hente: lederrollen (2,0)." in text
    assert "Sterkest Trivsel (4,0) Mest å hente Lederrollen (2,0)" in text


@pytest.mark.usefixtures("two_years")
def test_a_small_unit_is_hidden_in_the_promised_words_and_without_any_number(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR, "K")
    text = page(client, "C")
    assert "Resultatet er skjult fordi færre enn 5 har svart." in text
    assert "3 av 3" not in text
    assert not re.search(r"\d,\d", text)


@pytest.mark.parametrize("others", [("B1", "C"), ()])
def test_a_small_unit_is_told_that_it_counts_above_where_that_is_shown(
    client: FlaskClient, app: Flask, db: Database, others: tuple[str, ...]
) -> None:
    """Nothing is above the unit that the survey is for; alone, A's three are hidden there too."""
    build_released(app, db, sheets({unit: [2, 3, 4] for unit in ("A", *others)}))
    sign_in_as(client, db, Role.HR, "K")
    above = "Svarene teller med i resultatet for enheten over."
    assert (above in page(client, "A")) is bool(others)
    assert ("Resultatet er skjult fordi færre enn 5 har svart." in page(client, "K")) is not bool(others)
    assert above not in page(client, "K")


@pytest.mark.usefixtures("two_years")
def test_a_unit_hidden_for_another_says_so(client: FlaskClient, db: Database) -> None:
    """B minus B1 would be the three in B2, so B is hidden; then B2 and C are six together."""
    sign_in_as(client, db, Role.HR, "K")
    text = page(client, "B")
    assert "Resultatet er skjult fordi det ellers kan røpe svarene til en annen, liten gruppe." in text
    assert not re.search(r"\d,\d", text)


@pytest.mark.usefixtures("two_years")
def test_small_units_stand_together_under_the_unit_above(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    text = page(client, "K")
    together = text[text.index("Små enheter samlet") :]
    # C's 2, 3 and 4 with B2's 3, 4 and 5.
    assert "Trivsel 1–5 6 3,5" in together


@pytest.mark.usefixtures("two_years")
def test_hidden_is_hidden_on_the_page_and_in_the_file_alike(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    with db.reading() as session:
        rows = figure_rows(session, find_survey(session, KEY))
    for row in rows:
        if row.kind == "unit" and row.measure == "TRI":
            text = page(client, row.unit)
            assert ("Resultatet er skjult" in text) == (row.status == "hidden")
            assert (row.mean is None) == (row.status != "shown")


@pytest.mark.usefixtures("two_years")
@pytest.mark.parametrize(
    ("role", "unit", "day", "opens"),
    [
        (Role.LEADER, "A", dt.date(2026, 4, 9), "10. april 2026"),
        (Role.REPRESENTATIVE, "A", dt.date(2026, 4, 19), "20. april 2026"),
        (Role.POLITICIAN, "K", dt.date(2026, 5, 4), "5. mai 2026"),
    ],
)
def test_nobody_reads_before_the_day_that_was_promised(
    client: FlaskClient,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
    unit: str,
    day: dt.date,
    opens: str,
) -> None:
    sign_in_as(client, db, role, unit)
    set_today(monkeypatch, day)
    early = client.get(f"/resultater/{KEY}/{unit}").text
    assert f"Du kan se resultatet fra {opens}." in early
    assert "Tema for tema" not in early
    assert f"vises fra {opens}" in client.get("/resultater").text
    set_today(monkeypatch, day + dt.timedelta(days=1))
    assert "Resultatet kommer" not in page(client, unit)


@pytest.mark.usefixtures("two_years")
def test_hr_reads_from_the_release(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_today(monkeypatch, RELEASED_ON)
    sign_in_as(client, db, Role.HR, "K")
    assert "Tema for tema" in page(client, "K")


@pytest.mark.usefixtures("two_years")
def test_a_step_without_a_day_is_not_open(client: FlaskClient, db: Database) -> None:
    with db.transaction() as session:
        session.execute(
            update(VisibilityStep)
            .where(VisibilityStep.readers == ReaderGroup.POLITICIANS)
            .values(readers=ReaderGroup.PUBLIC)
        )
    sign_in_as(client, db, Role.POLITICIAN, "K")
    assert "Det er ikke bestemt når resultatet skal vises for deg." in client.get(f"/resultater/{KEY}/K").text


@pytest.mark.usefixtures("two_years")
def test_each_role_reads_its_own_part_of_the_tree(client: FlaskClient, db: Database) -> None:
    expected = {
        (Role.LEADER, "A"): {"A": 200, "B1": 403, "K": 403},
        (Role.LEADER, "B"): {"B1": 200, "A": 403},
        (Role.REPRESENTATIVE, "B"): {"B1": 200, "C": 403},
        (Role.POLITICIAN, "K"): {"K": 200, "B": 200, "B1": 403},
        (Role.CONTROLLER, "K"): {"B1": 200},
        (Role.HR, "A"): {"A": 200, "C": 403},
        (Role.HR, "K"): {"C": 200, "finnes-ikke": 404},
    }
    for (role, granted), pages in expected.items():
        sign_in_as(client, db, role, granted)
        seen = {unit: client.get(f"/resultater/{KEY}/{unit}").status_code for unit in pages}
        assert seen == pages, (role, granted)


@pytest.mark.usefixtures("two_years")
def test_the_list_has_own_units_only_newest_survey_first(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.LEADER, "A")
    text = client.get("/resultater").text
    assert f"/resultater/{KEY}/A" in text
    assert "/resultater/liten-2026/B" not in text
    assert text.index("/resultater/liten-2026/A") < text.index("/resultater/liten-2024/A")


def test_without_anything_released_the_list_says_so(client: FlaskClient, app: Flask, db: Database) -> None:
    build_released(app, db, sheets({"A": [3] * 6}))
    sign_in_as(client, db, Role.LEADER, "B")
    assert "Ingen undersøkelser med dine enheter er frigitt ennå." in client.get("/resultater").text


@pytest.mark.usefixtures("two_years")
def test_units_are_listed_by_name_never_by_result(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    text = client.get(f"/resultater/{KEY}/K").text
    places = [text.index(f'/resultater/{KEY}/{code}"') for code in ("A", "B", "C")]
    assert places == sorted(places)


@pytest.mark.usefixtures("two_years")
def test_pages_read_released_figures_and_no_response(client: FlaskClient, db: Database) -> None:
    """With every released mean set to 2.2 the page shows 2,2: it has no other source."""
    with db.transaction() as session:
        session.execute(
            update(Figure).where(Figure.mean.is_not(None)).values(mean=2.2, ci_low=2.1, ci_high=2.3)
        )
    sign_in_as(client, db, Role.HR, "K")
    assert "2,2" in page(client, "B1")


def test_a_cell_that_looks_like_a_formula_is_escaped_and_a_negative_number_is_not() -> None:
    row = FigureRow(
        *("s", "=1+1", "@K", "unit", "", "-x", "+y"), 9, -0.25, 0.5, None, None, status="shown", reason=""
    )
    norwegian = as_csv([row]).decode("utf-8-sig").splitlines()[1]
    assert norwegian == "s;'=1+1;'@K;unit;;'-x;'+y;9;-0,25;0,5;;;shown;;;"
    assert (
        as_csv([row], plain=True).decode().splitlines()[1]
        == "s,'=1+1,'@K,unit,,'-x,'+y,9,-0.25,0.5,,,shown,,,"
    )


def _everybody_leads() -> object:
    from questionnaires import loading

    return loading.parse(EVERYBODY, "alle.yaml")


def _source() -> bytes:
    from tests.building import SMALL_SOURCE

    return SMALL_SOURCE.replace(b"key: liten\n", b"key: alle\n").replace(b", audience: leaders", b"")


EVERYBODY = _source()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, True),
        ({"ci_low": 0.04}, False),
        ({"ci_low": -0.8, "ci_high": -0.1}, True),
        ({"verdict": Verdict.UP}, False),
        ({"comparable": False}, False),
        ({"basis": ChangeBasis.SPLIT}, False),
    ],
    ids=["above 0", "printed as 0", "below 0", "clear", "not the same measure", "a part of the whole"],
)
def test_an_interval_beside_0_that_is_no_clear_change_says_why(changes: dict[str, Any], says: bool) -> None:
    line = ChangeLine(2024, 4.8, 0.4, 0.1, 0.8, Verdict.NO_CLEAR_CHANGE, 0.6)
    assert bool(texts.one_theme_note(replace(line, **changes))) is says
