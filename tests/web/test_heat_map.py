"""«Alle enheter og temaer»: what the reader may see, in the words of the units' own pages."""

import datetime as dt
import re

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReaderGroup, SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.results import views
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, build_released

ADDRESS = f"/resultater/{KEY}/varmekart"
# Trivsel: A 4.0 ± 0.4, B1 3.5, C 3.0 ± 0.4.
ANSWERS = {"A": [3, 4, 4, 4, 4, 5] * 2, "B1": [3, 4] * 6, "B2": [3, 4, 4], "C": [2, 3, 3, 3, 3, 4] * 2}
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    """A lies clearly over the rest and C clearly under it; B2 is small and hidden."""
    build_once(app, db, _build)
    return db


def _build(app: Flask, db: Database) -> None:
    sheets = {unit: [sheet_of(value) for value in values] for unit, values in ANSWERS.items()}
    steps = {ReaderGroup.LEADERS: dt.date(2026, 4, 10), ReaderGroup.POLITICIANS: dt.date(2026, 5, 5)}
    build_released(app, db, sheets, visibility=steps)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))


def rows(client: FlaskClient, query: str = "") -> dict[str, list[str]]:
    """Unit → its cells, in the table's order."""
    document = html5lib.parse(client.get(ADDRESS + query).text)
    found = {}
    for row in list(document.iter(f"{XHTML}tr"))[1:]:
        name, *cells = ["".join(cell.itertext()).strip() for cell in row]
        found[name] = cells
    return found


def test_it_has_every_unit_in_the_organisations_order_with_the_words_of_their_pages(
    client: FlaskClient, released: Database
) -> None:
    sign_in_as(client, released, Role.HR, "K")
    found = rows(client)
    assert list(found) == ["Enhet K", "Enhet A", "Enhet B", "Enhet B1", "Enhet B2", "Enhet C"]
    assert found["Enhet A"][0].endswith(" over")
    assert found["Enhet C"][0].endswith(" under")
    assert found["Enhet B2"][0] == "skjult"
    for code in ("A", "C", "K"):
        page = client.get(f"/resultater/{KEY}/{code}").text
        mean = found[f"Enhet {code}"][0].split()[0]
        assert re.search(rf'measure-value">(ca\. )?{mean}', page)
        assert ("Over resten av" in page) == found[f"Enhet {code}"][0].endswith(" over")
        assert ("Under resten av" in page) == found[f"Enhet {code}"][0].endswith(" under")


def test_every_row_has_a_cell_for_every_theme(client: FlaskClient, released: Database) -> None:
    sign_in_as(client, released, Role.HR, "K")
    document = html5lib.parse(client.get(ADDRESS).text)
    widths = {len(list(row)) for row in document.iter(f"{XHTML}tr")}
    assert len(widths) == 1
    heads = [cell.get("scope") for cell in document.iter(f"{XHTML}th")]
    assert set(heads) == {"col", "row"}


@pytest.mark.parametrize(
    ("role", "unit", "seen"),
    [
        (Role.LEADER, "B", ["Enhet B", "Enhet B1", "Enhet B2"]),
        (Role.LEADER, "C", ["Enhet C"]),
        (Role.POLITICIAN, "K", ["Enhet K", "Enhet A", "Enhet B", "Enhet C"]),
    ],
)
def test_a_reader_sees_her_own_units(
    client: FlaskClient, released: Database, role: Role, unit: str, seen: list[str]
) -> None:
    """Though what HR has just read of the others is kept in the process."""
    sign_in_as(client, released, Role.HR, "K")
    assert len(rows(client)) == 6
    sign_in_as(client, released, role, unit)
    assert list(rows(client)) == seen


def test_before_her_day_a_leader_reads_when_it_comes(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 4, 9))
    sign_in_as(client, released, Role.LEADER, "B")
    text = client.get(ADDRESS).text
    assert "10. april 2026" in text
    assert "<td" not in text


def test_units_of_a_type_are_chosen_among_the_readers_own(client: FlaskClient, released: Database) -> None:
    with released.transaction() as session:
        survey_id = find_survey(session, KEY).id
        unit_id = session.scalars(select(Unit.id).where(Unit.code == "A")).one()
        one = (SurveyUnit.survey_id == survey_id, SurveyUnit.unit_id == unit_id)
        session.execute(update(SurveyUnit).where(*one).values(type="skole & sfo"))
    sign_in_as(client, released, Role.HR, "K")
    assert list(rows(client, "?type=skole+%26+sfo")) == ["Enhet A"]
    assert "Ingen av enhetene du ser" in client.get(f"{ADDRESS}?type=<b>").text


def test_the_figure_that_is_explored_has_the_tables_cells_and_no_more(
    client: FlaskClient, released: Database
) -> None:
    sign_in_as(client, released, Role.LEADER, "B")
    shown = client.get(ADDRESS)
    assert f'data-explored="{ADDRESS}/figur"' in shown.text
    assert not re.search(r"<(?:script|link)[^>]*plotly", shown.text)
    figure = client.get(f"{ADDRESS}/figur").get_json()
    [heat] = figure["data"]
    table = rows(client)
    assert figure["layout"]["yaxis"]["ticktext"] == list(table)
    assert [[cell.strip() for cell in row] for row in heat["text"]] == list(table.values())
    hidden = list(table).index("Enhet B2")
    assert set(heat["z"][hidden]) == {None}
    assert not re.search(r"\d,\d", " ".join(heat["hovertext"][hidden]))
