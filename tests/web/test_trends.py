"""«Retning over flere år»: three surveys that measure the same, of the same people, as far back as that goes."""

import datetime as dt
import re
from dataclasses import replace

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.models import ReaderGroup
from surveys.organisation.models import Succession, SuccessionKind, Unit
from surveys.platform.database import Database
from surveys.release.comparisons.invariance import NOT_COMPARABLE, WaveVerdict
from surveys.results import views
from surveys.results.trends import queries
from tests.building import build_installation, build_units, sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, build_released

TREE = {"K": None, "A": "K", "B": "K", "C": "B"}
EVEN = [3, 3, 4, 4, 4, 5] * 2
LOW, LOWER = [2, 2, 3, 3, 3, 4] * 2, [1, 1, 2, 2, 2, 3] * 2
A = {2022: LOWER, 2024: LOW, 2026: EVEN}


@pytest.fixture
def three_years(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))
    build_once(app, db, _build_three_years)
    return db


def _build_three_years(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        for code, unit in build_units(session, TREE).items():
            unit.type = {"A": "skole", "B": "skole", "C": "barnehage"}.get(code, "")
    for year, values in A.items():
        sheets = {"A": values, "B": EVEN, "C": EVEN}
        days = {"opens_on": dt.date(year, 3, 1), "closes_on": dt.date(year, 3, 20)}
        key = KEY if year == 2026 else f"liten-{year}"
        answers = {unit: [sheet_of(value) for value in of_unit] for unit, of_unit in sheets.items()}
        opened = {
            ReaderGroup.LEADERS: dt.date(year, 4, 10),
            ReaderGroup.POLITICIANS: dt.date(year, 5, 5),
        }
        build_released(app, db, answers, key, TREE, visibility=opened, **days)


def directions(client: FlaskClient, unit: str) -> str:
    html = client.get(f"/resultater/{KEY}/{unit}").text
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    text = re.sub(r"[\s ]+", " ", " ".join(document.find("body").itertext()))
    return text.partition("Retning over flere år")[2].partition("Slik er retningen funnet")[0]


def test_the_page_says_which_way_a_theme_has_gone(client: FlaskClient, three_years: Database) -> None:
    sign_in_as(client, three_years, Role.HR, "K")
    assert "Tema 2022 2024 2026" in directions(client, "A")
    assert re.search(
        r"Trivsel 1,8 2,8 3,8 \+0,50 \(\+0,3\d til \+0,6\d\) Tydelig oppover", directions(client, "A")
    )
    assert re.search(
        r"Trivsel 3,8 3,8 3,8 0,00 \(\S+ til \S+\) Ingen sikker retning", directions(client, "B")
    )
    assert "Tydelig oppover" in directions(client, "K")


def test_the_municipality_has_the_directions_of_its_types(client: FlaskClient, three_years: Database) -> None:
    sign_in_as(client, three_years, Role.HR, "K")
    text = directions(client, "K")
    schools = text.partition("Alle av typen skole")[2]
    kindergarten = text.partition("Alle av typen barnehage")[2].partition("Alle av typen skole")[0]
    assert "Trivsel 2,8 3,3 3,8" in schools
    assert "Tydelig oppover" in schools
    assert "Trivsel 3,8 3,8 3,8" in kindergarten
    assert "oppover" not in kindergarten
    assert "Alle av typen" not in directions(client, "A")


def test_a_type_that_is_one_unit_is_told_to_nobody_who_may_not_read_that_unit(
    client: FlaskClient, three_years: Database
) -> None:
    sign_in_as(client, three_years, Role.POLITICIAN, "K")
    assert client.get(f"/resultater/{KEY}/C").status_code == 403
    text = directions(client, "K")
    assert "Alle av typen skole" in text
    assert "barnehage" not in text


def test_a_line_begins_where_the_unit_was_split(client: FlaskClient, three_years: Database) -> None:
    with three_years.transaction() as session:
        a, b = (session.scalars(select(Unit).where(Unit.code == code)).one() for code in "AB")
        session.add(
            Succession(
                predecessor_id=b.id, successor_id=a.id, kind=SuccessionKind.SPLIT, on=dt.date(2023, 1, 1)
            )
        )
    sign_in_as(client, three_years, Role.HR, "K")
    assert directions(client, "A") == ""
    assert "Tydelig oppover" in directions(client, "K")


def test_a_theme_that_does_not_measure_the_same_ends_its_line(
    client: FlaskClient, three_years: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The surveys before that one are not reached past it."""
    verdict = WaveVerdict("liten-2024", 2024, {"TRI": NOT_COMPARABLE})
    others = replace(verdict, measures={})
    monkeypatch.setattr(
        queries,
        "comparabilities",
        lambda _s, _now, earlier: {
            each.id: verdict if each.opens_on.year == 2024 else others for each in earlier
        },
    )
    sign_in_as(client, three_years, Role.HR, "K")
    assert "Trivsel" not in directions(client, "A")
    assert "Rolleklarhet" in directions(client, "A")


def test_two_surveys_have_no_direction(client: FlaskClient, app: Flask, db: Database) -> None:
    days = {"opens_on": dt.date(2024, 3, 1), "closes_on": dt.date(2024, 3, 20)}
    for key, more in (("liten-2024", days), (KEY, {})):
        build_released(app, db, {"A": [sheet_of(value) for value in EVEN]}, key, TREE, **more)
    sign_in_as(client, db, Role.HR, "K")
    assert directions(client, "A") == ""


def test_the_years_that_are_explored_are_those_of_the_table(
    client: FlaskClient, three_years: Database
) -> None:
    sign_in_as(client, three_years, Role.LEADER, "A")
    address = f"/resultater/{KEY}/A/retning/figur"
    assert f'data-explored="{address}"' in client.get(f"/resultater/{KEY}/A").text
    text = directions(client, "A")
    for trace in client.get(address).get_json()["data"]:
        means = " ".join(f"{mean:.1f}".replace(".", ",") for mean in trace["y"])
        assert f"{trace['name']} {means}" in text
    assert client.get(f"/resultater/{KEY}/C/retning/figur").status_code == 403
