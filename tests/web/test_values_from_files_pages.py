"""Values from a file or a table of SSB's: what is mapped, shown, asked and stored, and by whom."""

import datetime as dt
import json
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.commands import medvirk
from surveys.files import fetching
from surveys.platform.config import SettingsError, read_settings
from surveys.platform.database import Database
from surveys.platform.guarded_http import HttpAnswer
from surveys.scorecards.card_plans import IndicatorPlan
from surveys.scorecards.frequencies import Frequency
from surveys.scorecards.from_files import views
from surveys.scorecards.models import Measurement, MeasurementEntry
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_units
from tests.card_building import JOY, plan_of, sign_in_as, unit_of

COVERAGE = IndicatorPlan("B1.1", {"nb": "Barnehagedekning"}, "KOSTRA", "%")
QUARTERS = replace(COVERAGE, code="B1.2", title={"nb": "Ledighet"}, frequency=Frequency.QUARTER)
LED = replace(COVERAGE, code="B1.3", title={"nb": "Ventetid"}, owner_role=Role.LEADER)


def table(**changes: Any) -> bytes:
    """Two places, two kinds of numbers, two ages and three years; A's last number is not published."""
    found: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "label": "12272: Barnehager",
        "source": "Statistisk sentralbyrå",
        "updated": "2026-03-16T07:00:00Z",
        "id": ["KOKkommuneregion0000", "ContentsCode", "Alder", "Tid"],
        "size": [2, 2, 2, 3],
        "role": {"time": ["Tid"], "geo": ["KOKkommuneregion0000"], "metric": ["ContentsCode"]},
        "dimension": {
            "KOKkommuneregion0000": {
                "label": "region", "category": {"index": ["4601", "A"], "label": {"4601": "Bergen", "A": "A"}},
            },
            "ContentsCode": {
                "label": "statistikkvariabel",
                "category": {"index": ["KOSand", "B1.1"], "label": {"KOSand": "Andel", "B1.1": "Dekning"}},
            },
            "Alder": {"label": "alder", "category": {"index": ["1-5", "3-5"], "label": {"3-5": "3–5 år"}}},
            "Tid": {"label": "år", "category": {"index": ["2023", "2024", "2025"]}},
        },
        "value": [float(number) for number in range(50, 74)],
        "status": {},
    }  # fmt: skip
    found["value"][20] = None
    found["status"] = {"20": ":"}
    return json.dumps({**found, **changes}).encode()


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Database:
    """K over A (with A1) and B; signed in as K's controller."""
    app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(views, "municipal_day", lambda: dt.date(2026, 11, 1))
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "A1": "A", "B": "K"})
        build_card(session, plan_of(COVERAGE, QUARTERS, LED, JOY))
    sign_in_as(client, db, Role.HR)
    return db


def send(client: FlaskClient, content: bytes, name: str = "tabell.json") -> str:
    """Sends the file and returns the address of its page."""
    answer = client.post("/verdier/fil", data={"fil": (BytesIO(content), name)})
    assert answer.status_code == 302, answer.text
    return answer.location


def take_in(client: FlaskClient, page: str) -> TestResponse:
    seen = re.findall(r'name="sett" value="(\w+)"', client.get(page).text)
    return client.post(f"{page}/ta-inn", data={"sett": seen[0] if seen else ""})


def values(db: Database) -> dict[tuple[str, int, int], float | None]:
    with db.reading() as session:
        units = {unit_of(session, code).id: code for code in ("K", "A", "A1", "B")}
        rows = session.scalars(select(Measurement).where(Measurement.current)).all()
        return {(units[row.unit_id], row.year, row.part): row.value for row in rows}


def test_a_table_is_mapped_by_its_codes_shown_and_stored(client: FlaskClient, site: Database) -> None:
    page = send(client, table())
    shown = client.get(page).text
    assert "12272: Barnehager" in shown
    assert "1 linje er ikke tatt inn: ikke offentliggjort («:»)" in shown
    assert "2 nye verdier" in shown
    assert values(site) == {}
    assert take_in(client, page).status_code == 302
    # A's coverage of the first age: cells 18, 19 and 20 of the table.
    assert values(site) == {("A", 2023, 0): 68.0, ("A", 2024, 0): 69.0}
    with site.reading() as session:
        row = session.scalars(select(Measurement)).first()
        assert row is not None
        assert (row.source, row.measured_on) == (
            "Statistisk sentralbyrå, 12272: Barnehager",
            dt.date(2026, 3, 16),
        )
        entry = session.scalars(select(MeasurementEntry)).one()
        assert (entry.author, entry.file_name) == ("Kari Eide", "tabell.json")
    back = client.get(page)
    assert back.status_code == 404
    assert "Den er tatt i bruk, avbrutt eller slettet" in back.text
    assert 'href="/verdier"' in back.text
    assert "Verdiene er lagt inn." in client.get("/verdier").text


def test_what_is_what_is_chosen_on_the_page(client: FlaskClient, site: Database) -> None:
    page = send(client, table())
    chosen = {"enhet-0": "K", "enhet-1": "", "indikator-0": "B1.1", "indikator-1": "", "valg-0": "3-5"}
    assert client.post(page, data={**chosen, "handling": "koble"}).status_code == 302
    shown = client.get(page).text
    assert 'value="K"' in shown
    assert "3 nye verdier" in shown
    assert take_in(client, page).status_code == 302
    assert values(site) == {("K", 2023, 0): 53.0, ("K", 2024, 0): 54.0, ("K", 2025, 0): 55.0}


def test_quarters_are_quarters_and_a_year_is_refused_for_them(client: FlaskClient, site: Database) -> None:
    dimension = json.loads(table())["dimension"]
    dimension["Tid"] = {"label": "kvartal", "category": {"index": ["2025K1", "2025K2", "2025K3"]}}
    page = send(client, table(dimension=dimension))
    client.post(page, data={"enhet-1": "A", "indikator-1": "B1.2", "valg-0": "1-5", "handling": "koble"})
    assert take_in(client, page).status_code == 302
    assert values(site) == {("A", 2025, 1): 68.0, ("A", 2025, 2): 69.0}
    years = send(client, table())
    client.post(years, data={"enhet-1": "A", "indikator-1": "B1.2", "valg-0": "1-5", "handling": "koble"})
    assert "Kvartalet må være et tall fra 1 til 4." in client.get(years).text
    assert take_in(client, years).status_code == 409


def test_a_table_without_places_or_kinds_is_of_one_unit_and_one_indicator(
    client: FlaskClient, site: Database
) -> None:
    dimension = {"Tid": {"label": "år", "category": {"index": ["2024", "2025"]}}}
    page = send(client, table(id=["Tid"], size=[2], dimension=dimension, value=[7.5, 8], status={}, role={}))
    assert "Velg minst én enhet." in client.get(page).text
    client.post(page, data={"enhet-0": "B", "indikator-0": "B1.1", "handling": "koble"})
    assert take_in(client, page).status_code == 302
    assert values(site) == {("B", 2024, 0): 7.5, ("B", 2025, 0): 8.0}


def test_an_unusual_number_is_asked_about_before_it_is_stored(client: FlaskClient, site: Database) -> None:
    page = send(
        client, b"indikator;enhet;\xc3\xa5r;verdi;kilde\nB1.1;A;2024;0,074;SSB\nB1.1;B;2024;-;SSB\n", "v.csv"
    )
    shown = client.get(page).text
    assert "Det kan bety null, som hos SSB, eller at tallet mangler." in shown
    assert "Legg inn verdiene" not in shown
    client.post(page, data={"handling": "svar", "strek": "mangler"})
    shown = client.get(page).text
    assert "Er det en andel, der 0,074 betyr 7,4" in shown
    assert take_in(client, page).status_code == 409
    client.post(page, data={"handling": "svar", "bekreft-share": "ja"})
    assert take_in(client, page).status_code == 302
    assert values(site) == {("A", 2024, 0): 0.074}


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "tom.json", "Velg en fil."),
        (b'{"a": 1}', "feil.json", "Dette er ikke JSON-stat 2."),
        (table(value=[1]), "kort.json", "skal ha 24 tall og har 1"),
    ],
)
def test_a_file_that_is_no_table_is_told_at_its_field(
    client: FlaskClient, site: Database, content: bytes, name: str, words: str
) -> None:
    answer = client.post("/verdier/fil", data={"fil": (BytesIO(content), name)})
    assert answer.status_code == 422
    assert answer.text.count(words) == 2


def test_only_what_one_enters_oneself_is_taken_in(client: FlaskClient, site: Database) -> None:
    """A's leader enters what leaders own, for A and below; a survey's value is nobody's to send."""
    other = client.application.test_client()
    sign_in_as(other, site, Role.LEADER, "A")
    lines = "indikator;enhet;år;verdi;kilde\n{};{};2024;50;SSB\n"
    for code, unit, faults in (("B1.3", "A1", 0), ("B1.3", "B", 1), ("B1.1", "A", 1), ("M1.1", "A", 1)):
        page = send(other, lines.format(code, unit).encode(), "v.csv")
        assert other.get(page).text.count("Du fører ikke inn denne verdien for") == faults, (code, unit)
        assert take_in(other, page).status_code == (409 if faults else 302)
    assert values(site) == {("A1", 2024, 0): 50.0}
    assert client.get(page).status_code == 404  # another's file


def test_what_has_changed_since_it_was_shown_is_shown_again(client: FlaskClient, site: Database) -> None:
    first, second = send(client, table()), send(client, table())
    seen = re.findall(r'name="sett" value="(\w+)"', client.get(second).text)[0]
    assert take_in(client, first).status_code == 302
    answer = client.post(f"{second}/ta-inn", data={"sett": seen})
    assert answer.status_code == 409
    assert "Se over på nytt" in answer.text


def test_an_address_is_offered_and_fetched_only_where_the_operator_allows_it(
    app: Flask, client: FlaskClient, site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'id="adresse"' not in client.get("/verdier/fil").text
    refused = client.post("/verdier/fil", data={"adresse": "https://data.ssb.no/tabell"})
    assert (refused.status_code, "Her kan ingenting hentes" in refused.text) == (422, True)
    settings = replace(app.config["SETTINGS"], jsonstat_hosts="data.ssb.no")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert "data.ssb.no" in client.get("/verdier/fil").text
    other = client.post("/verdier/fil", data={"adresse": "https://169.254.169.254/latest"})
    assert (other.status_code, other.text.count("Adressen er ikke hos noen som er godkjent")) == (422, 2)
    monkeypatch.setattr(fetching, "_answer", lambda *_arguments: HttpAnswer(200, table()))
    sent = client.post("/verdier/fil", data={"adresse": "https://data.ssb.no/tabell?outputFormat=json-stat2"})
    assert sent.status_code == 302
    assert take_in(client, sent.location).status_code == 302
    assert len(values(site)) == 2


@pytest.mark.parametrize("hosts", ["https://data.ssb.no", "data.ssb.no/api", "localhost", "*.ssb.no"])
def test_hosts_that_cannot_be_understood_stop_the_start(hosts: str) -> None:
    with pytest.raises(SettingsError, match="MEDVIRK_JSONSTAT_HOSTS"):
        read_settings({"MEDVIRK_JSONSTAT_HOSTS": hosts})


def test_hosts_are_listed_by_doctor() -> None:
    settings = read_settings({"MEDVIRK_JSONSTAT_HOSTS": "data.ssb.no, 10.0.0.7:8443"})
    assert settings.described()["MEDVIRK_JSONSTAT_HOSTS"] == "data.ssb.no, 10.0.0.7:8443"


def _run(app: Flask, file: Path, content: bytes, *options: str) -> Result:
    file.write_bytes(content)
    return CliRunner().invoke(medvirk, ["import-measurements", str(file), *options], obj=lambda: app)


def test_the_command_reads_the_same_table(app: Flask, site: Database, tmp_path: Path) -> None:
    file = tmp_path / "tabell.json"
    assert "Nye verdier: 2" in _run(app, file, table()).output
    chosen = (
        "--unit",
        "4601=K",
        "--unit",
        "A=",
        "--indicator",
        "KOSand=B1.1",
        "--indicator",
        "B1.1=",
        "--pick",
        "Alder=3-5",
    )
    result = _run(app, file, table(), *chosen, "--apply")
    assert result.exit_code == 0, result.output
    assert values(site) == {("K", 2023, 0): 53.0, ("K", 2024, 0): 54.0, ("K", 2025, 0): 55.0}
    wrong = _run(app, file, b'{"class": "dataset"}')
    assert (wrong.exit_code, "ikke JSON-stat 2" in wrong.output) == (1, True)
    assert _run(app, file, table(), "--unit", "4601").exit_code == 2
