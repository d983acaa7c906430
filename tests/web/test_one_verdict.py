"""A change has one verdict: page, list of all units, card and file say the same of the same unit and theme."""

import csv
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveys.access.models import Account, Role
from surveys.commands import medvirk
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.models import Change, ChangeBasis, Verdict
from surveys.results import views
from surveys.scorecards.feeding import feed_everything
from surveys.scorecards.queries import read_card
from surveys.scorecards.setup import build_card
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import JOY, plan_of, sign_in_as
from tests.releasing import KEY, build_released

TREE = {"K": None, "A": "K", "B": "K", "C": "K"}
EVEN = [3, 3, 4, 4, 4, 5] * 2
LOW = [2, 2, 3, 3, 3, 4] * 2
BEFORE = {"A": LOW, "B": EVEN, "C": EVEN}
# B has fallen a little: clear for one theme alone, and not among all units at once.
NOW = {"A": EVEN, "B": [2, 3, 3, 3, 4, 4] * 2, "C": EVEN}
ROLES = replace(JOY, code="M1.9", title={"nb": "Rolleklarhet"}, measure="ROL")
TODAY = dt.date(2026, 5, 6)

Said = Mapping[tuple[str, str], str]
"""(unit, theme) → «opp», «ned» or «»."""


@pytest.fixture
def released(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(views, "_today", lambda: TODAY)
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    for key, answers, opened in (("liten-2024", BEFORE, 2024), (KEY, NOW, 2026)):
        sheets = {unit: [sheet_of(value) for value in values] for unit, values in answers.items()}
        days = {"opens_on": dt.date(opened, 3, 1), "closes_on": dt.date(opened, 3, 20)}
        build_released(app, db, sheets, key, TREE, **days)
    with db.transaction() as session:
        build_card(session, plan_of(JOY, ROLES))
        feed_everything(session)


def text_of(client: FlaskClient, address: str) -> str:
    document = html5lib.parse(client.get(address).text, namespaceHTMLElements=False)
    return re.sub(r"\s+", " ", " ".join(document.find("body").itertext()))


def direction(words: str) -> str:
    found = re.search(r"tydelig (opp|ned)|\b(Opp|Ned) \d", words, re.IGNORECASE)
    return "" if found is None else (found[1] or found[2]).lower()


def on_pages(client: FlaskClient) -> Said:
    said = {}
    for unit in TREE:
        table = text_of(client, f"/resultater/{KEY}/{unit}").split("Alle temaene for")[1]
        for theme in ("Trivsel", "Rolleklarhet"):
            said[unit, theme] = direction(table[table.index(f" {theme} ") :][:150])
    return said


def in_list(client: FlaskClient) -> Said:
    """The list of all units names only those that have changed."""
    html = client.get(f"/resultater/{KEY}/endringer").text
    rows = re.findall(
        r'<tr role="row">\s*<th scope="row"[^>]*><a[^>]*/(\w)">.*?<td[^>]*>(\w+)</td>(.*?)</tr>',
        html,
        re.DOTALL,
    )
    found = {(unit, theme): direction(rest) for unit, theme, rest in rows}
    return {
        (unit, theme): found.get((unit, theme), "") for unit in TREE for theme in ("Trivsel", "Rolleklarhet")
    }


def on_card(db: Database) -> Said:
    said = {}
    with db.reading() as session:
        account = session.scalars(select(Account)).first()
        assert account is not None
        for unit in session.scalars(select(Unit)):
            card = read_card(session, account, unit, TODAY)
            for row in (row for perspective in card.perspectives for row in perspective.rows):
                assert row.previous is not None
                said[unit.code, row.title] = direction(row.previous.change)
    return said


def in_file(app: Flask) -> Said:
    names = {"TRI": "Trivsel", "ROL": "Rolleklarhet"}
    words = {"up": "opp", "down": "ned"}
    result = app.test_cli_runner().invoke(medvirk, ["changes", KEY, "--plain"], obj=lambda: app)
    assert result.exit_code == 0, result.output
    rows = csv.DictReader(result.output.splitlines())
    return {(row["unit"], names[row["measure"]]): words.get(row["verdict"], "") for row in rows}


def test_every_reader_is_told_the_same(client: FlaskClient, app: Flask, released: Database) -> None:
    sign_in_as(client, released, Role.HR, "K")
    said = on_pages(client)
    assert said["A", "Trivsel"] == "opp"
    assert "" in said.values()
    assert in_list(client) == on_card(released) == in_file(app) == said


@pytest.mark.parametrize("verdict", list(Verdict))
def test_they_follow_the_verdict_alone(
    client: FlaskClient, app: Flask, released: Database, verdict: Verdict
) -> None:
    """Whatever the p and q of the change are."""
    with released.transaction() as session:
        session.execute(update(Change).values(verdict=verdict, q=0.9, p=0.9, p_adjusted=0.9))
    sign_in_as(client, released, Role.HR, "K")
    expected = dict.fromkeys(on_pages(client), {Verdict.UP: "opp", Verdict.DOWN: "ned"}.get(verdict, ""))
    assert on_pages(client) == in_list(client) == in_file(app) == expected
    if verdict not in {Verdict.UP, Verdict.DOWN}:
        assert on_card(released) == expected


def test_where_the_years_cannot_be_compared_nobody_says_up_or_down(
    client: FlaskClient, app: Flask, released: Database
) -> None:
    with released.transaction() as session:
        session.execute(update(Change).values(comparable=False, verdict=Verdict.UP))
    sign_in_as(client, released, Role.HR, "K")
    assert (
        set(in_list(client).values()) == set(on_pages(client).values()) == set(in_file(app).values()) == {""}
    )


def test_a_part_that_differs_from_the_whole_has_not_changed(client: FlaskClient, released: Database) -> None:
    with released.transaction() as session:
        session.execute(
            update(Change).values(
                verdict=Verdict.UP, basis=ChangeBasis.SPLIT, basis_units=[{"id": 1, "name": "Sone nord"}]
            )
        )
    sign_in_as(client, released, Role.HR, "K")
    assert set(in_list(client).values()) == {""}
    assert "Tydelig høyere enn hele Sone nord i 2024" in text_of(client, f"/resultater/{KEY}/A")
