"""A unit's result as files: who gets them and when, what they are called, and what is kept of them."""

import datetime as dt
import io
import os
import time
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReaderGroup, SurveyUnit, VisibilityStep
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.reports import keeping
from surveys.reports.keeping import kept_files
from surveys.results import views
from surveys.results.exporting import COLUMNS, figure_rows
from tests.card_building import sign_in_as
from tests.material_building import text_of
from tests.releasing import KEY
from tests.web.material.test_unit_document import change_figure, hide_figure, two_years  # noqa: F401 - a fixture

KINDS = ["pdf", "pptx", "xlsx"]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))


def address(unit: str, kind: str) -> str:
    return f"/resultater/{KEY}/{unit}/resultat.{kind}"


def show_leaders_from(db: Database, day: dt.date) -> None:
    with db.transaction() as session:
        survey_id = find_survey(session, KEY).id
        session.execute(delete(VisibilityStep).where(VisibilityStep.survey_id == survey_id))
        session.add(VisibilityStep(survey_id=survey_id, readers=ReaderGroup.LEADERS, visible_on=day))


@pytest.mark.parametrize("kind", KINDS)
def test_a_leader_gets_her_units_files_from_her_day_on(
    client: FlaskClient,
    two_years: Database,  # noqa: F811
    kind: str,
) -> None:
    sign_in_as(client, two_years, Role.LEADER, "A")
    show_leaders_from(two_years, dt.date(2026, 5, 7))
    assert client.get(address("A", kind)).status_code == 403
    assert "resultat." not in client.get(f"/resultater/{KEY}/A").text
    show_leaders_from(two_years, dt.date(2026, 5, 6))
    found = client.get(address("A", kind))
    assert found.status_code == 200
    assert len(found.data) > 4_000
    assert found.headers["Cache-Control"] == "no-store"
    assert unquote(found.headers["Content-Disposition"]).endswith(
        f"A Enhet A – Liten undersøkelse 2026.{kind}"
    )
    assert address("A", kind) in client.get(f"/resultater/{KEY}/A").text
    assert client.get(address("C", kind)).status_code == 403
    assert client.get(address("K", kind)).status_code == 403


def test_a_kept_file_is_for_nobody_who_may_not_see_the_unit(
    app: Flask,
    client: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    assert client.get(address("A", "pdf")).status_code == 200
    assert len(list(kept_files(settings.instance).folder.glob("*.pdf"))) == 1
    other = app.test_client()
    sign_in_as(other, two_years, Role.LEADER, "C")
    assert other.get(address("A", "pdf")).status_code == 403


def test_a_file_is_made_once_and_again_when_a_figure_or_a_name_is_another(
    client: FlaskClient,
    two_years: Database,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    first = client.get(address("A", "pdf")).data
    with monkeypatch.context() as without:
        without.setattr("surveys.reports.material.kinds.as_document", None)
        assert client.get(address("A", "pdf")).data == first
    hide_figure(two_years, "TRI")
    hidden = client.get(address("A", "pdf")).data
    assert "Resultatet er skjult" in text_of(hidden)
    assert "Resultatet er skjult" not in text_of(first)
    with two_years.transaction() as session:
        session.execute(update(SurveyUnit).values(name="Et nytt navn"))
    assert "Et nytt navn" in text_of(client.get(address("A", "pdf")).data)


def test_a_file_that_nobody_asks_for_is_deleted_after_a_month(
    client: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    client.get(address("A", "pdf"))
    kept = kept_files(settings.instance)
    kept.remove_old()
    [file] = kept.folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    old = time.time() - keeping.KEPT_SECONDS - 60
    os.utime(file, (old, old))
    kept.remove_old()
    assert list(kept.folder.iterdir()) == []


def test_the_workbook_has_the_words_and_the_same_numbers_as_the_file_of_figures(
    client: FlaskClient,
    two_years: Database,  # noqa: F811
) -> None:
    sign_in_as(client, two_years, Role.HR, "K")
    change_figure(two_years, "TRI", mean=1.7321, ci_low=1.1, ci_high=1.9)
    sheets = openpyxl.load_workbook(io.BytesIO(client.get(address("A", "xlsx")).data))
    said = [cell.value for row in sheets["Resultat"].iter_rows() for cell in row if cell.value]
    assert said[0] == "Enhet A"
    assert any("10 av 10 svarte" in str(value).replace("\N{NO-BREAK SPACE}", " ") for value in said)
    rows = list(sheets["Tall"].iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    with two_years.reading() as session:
        survey = find_survey(session, KEY)
        wanted = [row for row in figure_rows(session, survey) if row.unit == "A"]
    assert [row[6] for row in rows[1:]] == [row.measure for row in wanted]
    assert [row[8] for row in rows[1:]] == [pytest.approx(row.mean) if row.mean else None for row in wanted]
    assert any(row[8] == 1.7321 for row in rows[1:])


def test_a_hidden_units_workbook_has_no_number(client: FlaskClient, two_years: Database) -> None:  # noqa: F811
    sign_in_as(client, two_years, Role.HR, "K")
    sheets = openpyxl.load_workbook(io.BytesIO(client.get(address("B2", "xlsx")).data))
    cells = [cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row]
    numbers = [cell for cell in cells if isinstance(cell, float | int)]
    assert numbers == []
    assert "Resultatet er skjult" in str(cells)


def test_a_name_that_looks_like_a_formula_is_text(client: FlaskClient, two_years: Database) -> None:  # noqa: F811
    sign_in_as(client, two_years, Role.HR, "K")
    name = '=HYPERLINK("http://x.example","hei")/../\r\nSet-Cookie: a=b'
    with two_years.transaction() as session:
        session.execute(update(SurveyUnit).values(name=name))
    answer = client.get(address("A", "xlsx"))
    sheets = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert sheets["Resultat"]["A1"].data_type == "s"
    named = unquote(answer.headers["Content-Disposition"])
    assert "Set-Cookie" not in answer.headers or "a=b" not in answer.headers["Set-Cookie"]
    assert "/" not in named.split("UTF-8''")[-1]


def test_an_unfinished_file_of_a_killed_process_is_never_handed_out(
    client: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in_as(client, two_years, Role.HR, "K")

    def killed(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            client.get(address("A", "pdf"))
    assert not list(kept_files(settings.instance).folder.glob("*.pdf"))
    assert client.get(address("A", "pdf")).data.startswith(b"%PDF")
