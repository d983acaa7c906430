"""How long 8,400 values from a file take, beside a bare bulk insert of the same rows: at most five times as long."""

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import delete, insert, select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402
from surveys.operating import migrating  # noqa: E402
from surveys.organisation.models import Unit  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from surveys.platform.database import Database  # noqa: E402
from surveys.scorecards.importing import import_measurements  # noqa: E402
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus  # noqa: E402
from surveys.scorecards.setup import build_card  # noqa: E402
from tests.building import build_installation, build_units  # noqa: E402
from tests.card_building import small_card  # noqa: E402

UNITS = 350
PERIODS = [(year, part) for year in range(2023, 2027) for part in (1, 2, 3)]
CODES = ("M1.2", "Ø1.1")
TODAY = dt.date(2027, 1, 15)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder), secret_key="for measuring only"))  # noqa: S106
        db: Database = app.extensions["medvirk_database"]
        migrating.upgrade(db.engine)
        with app.app_context(), db.transaction() as session:
            build_installation(session)
            build_units(session, {"K": None} | {f"U{number}": "K" for number in range(UNITS)})
            build_card(session, small_card())
        bare = _bare_insert(db)
        file = Path(folder) / "values.csv"
        file.write_text("\n".join(_lines()), encoding="utf-8")
        took = time.perf_counter()
        with app.app_context(), db.transaction() as session:
            report = import_measurements(session, file, apply=True, today=TODAY)
        imported = time.perf_counter() - took
        if not report.applied:
            raise SystemExit(f"not applied: {report.faults[:3]} {report.questions[:3]}")
        print(f"bulk insert {bare:5.2f} s, import {imported:5.2f} s, {imported / bare:.1f} times as long")


def _value(code: str, unit: int, index: int) -> float:
    return 4 + (unit * 7 + index * 3) % 50 / 10 if code == "M1.2" else (unit + index) % 30 / 10 - 1.5


def _rows() -> list[tuple[str, int, int, int, float]]:
    return [
        (code, unit, year, part, _value(code, unit, index))
        for code in CODES
        for unit in range(UNITS)
        for index, (year, part) in enumerate(PERIODS)
    ]


def _lines() -> list[str]:
    lines = [f"{code};U{unit};{year};{part};{value:.1f};Visma" for code, unit, year, part, value in _rows()]
    return ["indikator;enhet;år;tertial;verdi;kilde", *lines]


def _bare_insert(db: Database) -> float:
    with db.transaction() as session:
        indicators = {each.code: each.id for each in session.scalars(select(Indicator))}
        units = {each.code: each.id for each in session.scalars(select(Unit))}
        took = time.perf_counter()
        session.execute(
            insert(Measurement),
            [
                {
                    "indicator_id": indicators[code],
                    "unit_id": units[f"U{unit}"],
                    "year": year,
                    "part": part,
                    "status": MeasurementStatus.MEASURED,
                    "value": value,
                    "source": "Visma",
                    "measured_on": TODAY,
                    "current": True,
                }
                for code, unit, year, part, value in _rows()
            ],
        )
        session.flush()
        took = time.perf_counter() - took
        session.execute(delete(Measurement))
    return took


if __name__ == "__main__":
    main()
