"""Rows for analysts: labels, coarse units, no small combination, the same content in every file, and a trail."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from analysis.reading import read_responses
from questionnaires.coding import BLANK, NOT_APPLICABLE
from surveys.audit.models import AuditEntry
from surveys.commands import medvirk
from surveys.platform.database import Database
from tests.building import SMALL, sheet_of
from tests.built_once import build_once
from tests.releasing import KEY, build_released

# B2 is too small to stand alone: its people stand as B.
PEOPLE = {"A": 12, "B1": 12, "B2": 3, "B": 9, "C": 14}


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    """Every second person is temporary; one has answered «vet ikke», one has left a blank."""
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    answers = {
        unit: [sheet_of(1 + place % 4, ansettelse=place % 2) for place in range(people)]
        for unit, people in PEOPLE.items()
    }
    answers["A"][0]["TRI01"] = NOT_APPLICABLE
    del answers["A"][1]["TRI02"]
    build_released(app, db, answers)


def run_export(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(medvirk, ["export-microdata", KEY, *arguments], obj=lambda: app)


def exported(app: Flask, file: Path, *arguments: str) -> str:
    result = run_export(app, str(file), *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_small_units_stand_as_the_unit_above(app: Flask, released: Database, tmp_path: Path) -> None:
    exported(app, tmp_path / "svar.csv")
    rows = pd.read_csv(tmp_path / "svar.csv", sep=";", encoding="utf-8-sig")
    assert Counter(rows["enhet"]) == {"A": 12, "B1": 12, "B": 12, "C": 14}


@pytest.mark.parametrize("answer", [1, 3, 5], ids=["lowest", "middle", "highest"])
def test_no_unit_in_the_rows_has_only_one_answer_to_a_theme(
    app: Flask, db: Database, tmp_path: Path, answer: int
) -> None:
    """The figure of A is a bound, or a mean without spread. Its rows said that everybody had answered the same."""
    answers = {unit: [sheet_of(1 + place % 4) for place in range(people)] for unit, people in PEOPLE.items()}
    build_released(app, db, answers | {"A": [sheet_of(answer)] * 12})
    exported(app, tmp_path / "svar.csv")
    rows = pd.read_csv(tmp_path / "svar.csv", sep=";", encoding="utf-8-sig")
    assert len(rows) == sum(PEOPLE.values())
    assert "A" not in set(rows["enhet"])
    assert (rows.groupby("enhet")["TRI01"].nunique() > 1).all()
    if answer == 3:
        # With those of B, the smallest beside it: alone as K they would say the same. Where A is told as a bound, its
        # neighbours are rounded, and have no rows of their own either.
        assert Counter(rows["enhet"]) == {"K": 24, "B1": 12, "C": 14}


def test_no_combination_of_unit_and_background_is_small(app: Flask, db: Database, tmp_path: Path) -> None:
    people = PEOPLE | {"A": 24, "B1": 20, "C": 24}
    build_released(
        app,
        db,
        {
            unit: [sheet_of(1 + place % 4, ansettelse=place % 2) for place in range(number)]
            for unit, number in people.items()
        },
    )
    said = exported(app, tmp_path / "svar.parquet", "--background", "ansettelse")
    rows = pd.read_parquet(tmp_path / "svar.parquet")
    assert "Bakgrunn i filen: ansettelse" in said
    cells = Counter(zip(rows["enhet"], rows["ansettelse"].fillna(""), strict=True))
    assert min(cells.values()) >= 10
    # B1 keeps it; B and B2 have four temporary people and one, so nobody of theirs does.
    assert cells["B1", "fast"] == cells["B1", "midlertidig"] == 10
    assert cells["B", ""] == 12


def test_the_spss_file_carries_wordings_labels_and_missing_values(
    app: Flask, released: Database, tmp_path: Path
) -> None:
    exported(app, tmp_path / "svar.sav")
    frame, meta = pyreadstat.read_sav(tmp_path / "svar.sav", user_missing=True)
    assert meta.column_names_to_labels["TRI01"] == "Jeg trives på jobb."
    assert meta.variable_value_labels["TRI01"][5.0] == "Svært enig"
    assert meta.variable_value_labels["TRI01"][98.0] == "Vet ikke"
    assert (frame["TRI01"] == 98).sum() == 1
    assert frame["TRI02"].isna().sum() == 1
    assert meta.missing_ranges["TRI01"] == [{"lo": 98.0, "hi": 98.0}, {"lo": 99.0, "hi": 99.0}]


def test_the_csv_file_is_read_back_by_our_own_reader(app: Flask, released: Database, tmp_path: Path) -> None:
    exported(app, tmp_path / "svar.csv")
    everybody_asked = replace(SMALL, factors=SMALL.factors[:2])
    found = read_responses(tmp_path / "svar.csv", everybody_asked, "enhet").responses
    assert Counter(found.items[:, 0].tolist())[NOT_APPLICABLE] == 1
    assert Counter(found.items[:, 1].tolist())[BLANK] == 1
    assert len(found) == sum(PEOPLE.values())


def test_factors_only_some_were_asked_are_left_out(app: Flask, released: Database, tmp_path: Path) -> None:
    said = exported(app, tmp_path / "svar.csv")
    assert "SPN" in said
    assert "SPN01" not in (tmp_path / "svar.csv").read_text(encoding="utf-8-sig").splitlines()[0]


def test_every_file_of_a_survey_carries_the_same_background(
    app: Flask, released: Database, tmp_path: Path
) -> None:
    exported(app, tmp_path / "forst.csv")
    refused = run_export(app, str(tmp_path / "siden.csv"), "--background", "ansettelse")
    assert refused.exit_code == 1
    assert "settes sammen" in refused.output
    assert not (tmp_path / "siden.csv").exists()


def test_every_export_stands_in_the_audit_trail(app: Flask, released: Database, tmp_path: Path) -> None:
    exported(app, tmp_path / "svar.csv")
    with released.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "microdata.exported")).one()
        assert entry.subject == KEY
        assert entry.detail["rows"] == sum(PEOPLE.values())


def test_the_rows_are_in_a_new_order_each_time(app: Flask, released: Database, tmp_path: Path) -> None:
    exported(app, tmp_path / "en.csv")
    exported(app, tmp_path / "to.csv")
    one, other = (tmp_path / "en.csv").read_bytes(), (tmp_path / "to.csv").read_bytes()
    assert one != other
    assert sorted(one.splitlines()) == sorted(other.splitlines())


def test_wrong_use_says_what_to_do_and_leaves_no_trace(
    app: Flask, released: Database, tmp_path: Path
) -> None:
    assert ".sav" in run_export(app, str(tmp_path / "svar.docx")).output
    assert "ansettelse" in run_export(app, str(tmp_path / "svar.csv"), "--background", "alder").output
    result = run_export(app, str(tmp_path / "mangler" / "svar.csv"))
    assert result.exit_code == 1
    with released.reading() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.action == "microdata.exported")).all()
