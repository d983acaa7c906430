"""A response file that cannot be used is refused whole, with line and column."""

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from surveys.campaigns.models import Survey, SurveyUnit
from surveys.commands import medvirk
from surveys.counting.models import Response
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from tests.building import build_installation, build_units

SMALL_FILE = Path(__file__).parents[1] / "instruments" / "small.yaml"
ITEMS = ["TRI01", "TRI02", "TRI03", "ROL01", "ROL02", "ROL03", "SPN01", "SPN02", "SPN03"]
GOOD = ["4;4;4;3;3;3;;;;fast;A"] * 6


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "svar.csv"


def write(file: Path, *rows: str, header: str = ";".join([*ITEMS, "ansettelse", "enhet"])) -> None:
    file.write_text("\n".join([header, *rows]), encoding="utf-8")


def run_import(app: Flask, file: Path, *more: str) -> Result:
    arguments = [
        *("import-responses", str(file), "--questionnaire", str(SMALL_FILE), "--survey", "liten-2025"),
        *("--title", "Liten 2025", "--date", "01.03.2025", "--unit", "enhet", *more),
    ]
    return CliRunner().invoke(medvirk, arguments, obj=lambda: app)


def test_a_good_file_becomes_a_counted_survey_in_its_units(app: Flask, db: Database, file: Path) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    write(file, *GOOD, "2;2;2;1;1;1;;;;midlertidig;B")
    result = run_import(app, file, "--apply")
    assert result.exit_code == 0, result.output
    with db.reading() as session:
        delivered = {
            code: (unit.invited, unit.delivered)
            for unit, code in session.execute(select(SurveyUnit, Unit.code).join(SurveyUnit.unit))
        }
    assert delivered == {"K": (None, 0), "A": (None, 6), "B": (None, 1)}


@pytest.mark.parametrize(
    ("row", "line", "column", "words"),
    [
        ("4;4;9;3;3;3;;;;fast;A", 8, "TRI03", "ikke et svar på skalaen"),
        ("4;4;4;3;3;5;;;;fast;A", 8, "ROL03", "fra 1 til 4"),
        ("4;4;4;3;3;3;;;;vikar;A", 8, "ansettelse", "fast, midlertidig"),
        ("4;4;4;3;3;3;;;;fast;X", 8, "enhet", "ingen enhet med koden «X»"),
        ("4;4;4;3;3;3;;;;fast;", 8, "enhet", "mangler enhet"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column_and_nothing_is_changed(
    app: Flask, db: Database, file: Path, row: str, line: int, column: str, words: str
) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    write(file, *GOOD, row)
    result = run_import(app, file, "--apply")
    assert result.exit_code == 1
    assert f"Linje {line}, kolonne «{column}»" in result.output
    assert words in result.output
    _assert_untouched(db)


def test_a_missing_column_is_named(app: Flask, db: Database, file: Path) -> None:
    write(file, "4;4;fast;A", header="TRI01;TRI02;ansettelse;enhet")
    result = run_import(app, file, "--apply")
    assert result.exit_code == 1
    assert "TRI03" in result.output
    _assert_untouched(db)


def test_a_file_with_a_personal_number_is_refused_without_repeating_it(
    app: Flask, db: Database, file: Path
) -> None:
    header = ";".join([*ITEMS, "ansettelse", "enhet", "fnr"])
    write(file, *(f"{row};01010750160" for row in GOOD), header=header)
    result = run_import(app, file, "--apply")
    assert result.exit_code == 1
    assert "fødselsnummer" in result.output
    assert "fnr" in result.output
    assert "01010750160" not in result.output
    _assert_untouched(db)


def test_new_units_stand_under_the_named_parent(app: Flask, db: Database, file: Path) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    write(file, *GOOD, "4;4;4;3;3;3;;;;fast;NY")
    assert run_import(app, file, "--create-units", "--parent", "B", "--apply").exit_code == 0
    with db.reading() as session:
        new = session.scalars(select(Unit).where(Unit.code == "NY")).one()
        assert new.parent is not None
        assert new.parent.code == "B"


def test_a_survey_older_than_the_municipality_in_the_register_can_be_released(
    app: Flask, db: Database, file: Path
) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
        session.scalars(select(Unit).where(Unit.code == "K")).one().valid_from = dt.date(2026, 1, 1)
    write(file, *[row.replace(";A", ";NY1") for row in GOOD], *[row.replace(";A", ";NY2") for row in GOOD])
    assert run_import(app, file, "--create-units", "--apply").exit_code == 0
    released = CliRunner().invoke(medvirk, ["release", "liten-2025"], obj=lambda: app)
    assert released.exit_code == 0, released.output


def test_an_unknown_questionnaire_is_refused_with_those_there_are(app: Flask, file: Path) -> None:
    write(file, *GOOD)
    arguments = [
        "import-responses",
        str(file),
        "--questionnaire",
        "finnes-ikke",
        "--survey",
        "x",
        "--title",
        "x",
    ]
    result = CliRunner().invoke(
        medvirk, [*arguments, "--date", "2025-01-01", "--unit", "enhet"], obj=lambda: app
    )
    assert result.exit_code == 1
    assert "lederklima@1" in result.output


def test_a_file_is_analysed_without_any_database(file: Path, tmp_path: Path) -> None:
    write(
        file, *(f"{1 + i % 5};{1 + i % 4};{1 + i % 3};{1 + i % 4};2;{1 + i % 3};;;;fast;A" for i in range(40))
    )
    out = tmp_path / "resultat.json"
    arguments = [
        "analyse",
        str(file),
        "--questionnaire",
        str(SMALL_FILE),
        "--unit",
        "enhet",
        "--json",
        str(out),
    ]
    result = CliRunner().invoke(medvirk, arguments)
    assert result.exit_code == 0, result.output
    assert "Måler påstandene det samme?" in result.output
    written = json.loads(out.read_text())
    assert written["respondents"] == 40
    assert set(written["scales"]) == {"TRI", "ROL", "SPN"}
    assert written["scales"]["SPN"]["alpha"] is None
    assert any("SPN" in warning for warning in written["warnings"])


def _assert_untouched(db: Database) -> None:
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 0
        assert session.scalar(select(func.count()).select_from(Response)) == 0
        assert session.scalar(select(Unit.id).where(Unit.code == "X")) is None


FOREIGN = "Avdeling;T1;T2;T3;ROL01;ROL02;ROL03;SPN01;SPN02;SPN03\n" + "A;99;4;4;3;3;3;;;\n" * 6
MAP = "unit: Avdeling\nmissing: [99]\ncolumns: {T1: TRI01, T2: TRI02, T3: TRI03}\n"


def run_foreign(app: Flask, file: Path, key: str, *more: str) -> Result:
    arguments = ["import-responses", str(file), "--questionnaire", str(SMALL_FILE), "--survey", key]
    arguments += ["--title", "Liten", "--date", "01.03.2025", *more]
    return CliRunner().invoke(medvirk, arguments, obj=lambda: app)


def test_a_mapping_is_remembered_for_the_next_file_with_the_same_headings(
    app: Flask, db: Database, file: Path, tmp_path: Path
) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    file.write_text(FOREIGN, encoding="utf-8")
    unread = run_foreign(app, file, "forste", "--apply")
    assert unread.exit_code == 1
    assert "Si hvilken kolonne som har enhetenes koder" in unread.output
    mapping = tmp_path / "kart.yaml"
    mapping.write_text(MAP, encoding="utf-8")
    first = run_foreign(app, file, "forste", "--map", str(mapping), "--apply")
    assert first.exit_code == 0, first.output
    assert "5 rader er helt like en rad før dem" in first.output
    file.write_text("Rapport 2026\n" + FOREIGN, encoding="utf-8")
    second = run_foreign(app, file, "andre", "--apply")
    assert second.exit_code == 0, second.output
    assert "Svar: 6" in second.output
    assert "slik den forrige med de samme overskriftene ble lest" in second.output


def test_a_dry_run_remembers_nothing(app: Flask, db: Database, file: Path, tmp_path: Path) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    file.write_text(FOREIGN, encoding="utf-8")
    mapping = tmp_path / "kart.yaml"
    mapping.write_text(MAP, encoding="utf-8")
    assert run_foreign(app, file, "forste", "--map", str(mapping)).exit_code == 0
    assert run_foreign(app, file, "forste").exit_code == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("unit: A\nkolonner: {}\n", "kolonner"),
        ("labels: tall\n", "labels"),
        ("columns: [a]\n", "columns"),
        ("columns: {a: b\n", "YAML"),
    ],
)
def test_a_map_that_cannot_be_used_says_where(
    app: Flask, file: Path, tmp_path: Path, content: str, words: str
) -> None:
    file.write_text(FOREIGN, encoding="utf-8")
    mapping = tmp_path / "kart.yaml"
    mapping.write_text(content, encoding="utf-8")
    result = run_foreign(app, file, "forste", "--map", str(mapping))
    assert result.exit_code == 1
    assert words in result.output
    assert "kart.yaml kan ikke brukes." in result.output
