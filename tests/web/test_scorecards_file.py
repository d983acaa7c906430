"""A card comes from a file, and real survey data stand on it as soon as they are released."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from surveys.commands import medvirk
from surveys.organisation.models import Installation, Unit
from surveys.platform.database import Database
from surveys.scorecards.models import Measurement, Scorecard

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "styringskort-lederklima.yaml"
DATA = ROOT / "tests" / "reference" / "data" / "lq2002.csv"


@pytest.fixture
def municipality(db: Database) -> None:
    with db.transaction() as session:
        session.add(Installation(id=1, municipality="Fjordvik kommune"))
        session.add(Unit(code="FK", name="Fjordvik kommune"))


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(medvirk, list(arguments), obj=lambda: app)


def test_real_data_stand_on_the_card_as_soon_as_they_are_released(
    app: Flask, db: Database, municipality: None
) -> None:
    assert run(app, "import-scorecard", str(EXAMPLE), "--apply").exit_code == 0
    imported = run(
        app,
        *("import-responses", str(DATA), "--questionnaire", "lederklima@1", "--survey", "lq2002"),
        *("--title", "Lederklima", "--date", "2002-01-01", "--unit", "COMPID", "--create-units", "--apply"),
    )
    assert imported.exit_code == 0, imported.output
    assert run(app, "release", "lq2002").exit_code == 0
    with db.reading() as session:
        value = session.scalars(
            select(Measurement.value)
            .join(Unit, Unit.id == Measurement.unit_id)
            .where(Unit.code == "2", Measurement.current)
        ).one()
    assert value == pytest.approx(2.88257575757576, rel=1e-6)


def test_without_apply_the_file_is_only_checked(app: Flask, db: Database, municipality: None) -> None:
    assert run(app, "import-scorecard", str(EXAMPLE)).exit_code == 0
    with db.reading() as session:
        assert session.scalars(select(Scorecard)).all() == []


def test_every_fault_is_told_with_its_place_and_nothing_is_changed(
    app: Flask, db: Database, municipality: None, tmp_path: Path
) -> None:
    file = tmp_path / "kort.yaml"
    file.write_text(
        EXAMPLE.read_text(encoding="utf-8")
        .replace("green: 3.5", "green: høyt")
        .replace("source: Lederklima", "kilde: Lederklima")
        .replace("key: medarbeidere", "key: 7"),
        encoding="utf-8",
    )
    result = run(app, "import-scorecard", str(file), "--apply")
    assert result.exit_code == 1
    indicator = "perspectives[0].goals[0].success_factors[0].indicators[0]"
    for told in (
        f"{indicator}.targets[0].green",
        f"{indicator}.kilde",
        f"{indicator}.source: mangler",
        "perspectives[0].key",
    ):
        assert told in result.output
    with db.reading() as session:
        assert session.scalars(select(Scorecard)).all() == []


def test_an_unknown_unit_is_named(app: Flask, db: Database, municipality: None, tmp_path: Path) -> None:
    file = tmp_path / "kort.yaml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8").replace("unit: FK", "unit: XX"), encoding="utf-8")
    result = run(app, "import-scorecard", str(file), "--apply")
    assert result.exit_code == 1
    assert "XX" in result.output
