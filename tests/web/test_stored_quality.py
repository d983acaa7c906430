"""Everything that counting stores about quality has a field in the type that reads it: nothing is lost in silence."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from surveys.commands import medvirk
from surveys.platform.database import Database
from surveys.release.models import QualityReport, SurveyComparison
from tests.quality_building import answers, build_two_waves

DATA = Path(__file__).parents[1] / "reference" / "data" / "lq2002.csv"

# What `medvirk analyse --json` promises and no page shows.
UNREAD = {"questionnaire", "items"}


def left_out(stored: Any, read: Any, place: str = "") -> Iterator[str]:
    """The places in a stored value that its type has no field for, or another value."""
    if isinstance(stored, dict):
        for key, value in stored.items():
            if key in read:
                yield from left_out(value, read[key], f"{place}.{key}")
            elif key not in UNREAD:
                yield f"{place}.{key}"
    elif isinstance(stored, list):
        for index, value in enumerate(stored):
            yield from left_out(value, read[index], f"{place}[{index}]")
    elif stored != read:
        yield place


def test_the_report_of_real_people(app: Flask, db: Database) -> None:
    arguments = [
        *("import-responses", str(DATA), "--questionnaire", "lederklima@1", "--survey", "lq2002"),
        *("--title", "Lederklima", "--date", "2002-05-01", "--unit", "COMPID", "--create-units", "--apply"),
    ]
    imported = CliRunner().invoke(medvirk, arguments, obj=lambda: app)
    assert imported.exit_code == 0, imported.output
    with db.reading() as session:
        report = session.scalars(select(QualityReport)).one()
        found = report.quality()
        assert found.structure.exploration is not None
        assert found.structure.modifications
        assert found.more.co_movement is not None
        assert found.more.co_movement.outcomes
        assert set(left_out(report.result, asdict(found))) == set()


def test_the_comparison_of_two_surveys(app: Flask, db: Database, tmp_path: Path) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2))
    with db.reading() as session:
        stored = session.scalars(select(SurveyComparison)).one()
        assert set(left_out(stored.result, asdict(stored.comparison()))) == set()
