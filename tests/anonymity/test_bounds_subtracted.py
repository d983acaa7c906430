"""A unit where all answered 5 is told as «4,8 eller høyere». Whoever reads the file of figures subtracts its neighbours.

The attack has nothing but what `medvirk figures` writes.
"""

import csv
import io
from collections.abc import Mapping, Sequence

from flask import Flask

from surveys.campaigns.lifecycle import find_survey
from surveys.platform.database import Database
from surveys.results.exporting import as_csv, figure_rows
from tests.building import sheet_of
from tests.releasing import KEY, build_released

UNANIMOUS = [sheet_of(5)] * 6
MIXED = [sheet_of(2 + place % 4, TRI01=1 + place % 5) for place in range(14)]
OTHERS = [sheet_of(1 + place % 4, TRI02=2 + place % 4) for place in range(17)]

Row = Mapping[str, str]


def _file(db: Database, key: str = KEY) -> list[Row]:
    with db.reading() as session:
        content = as_csv(figure_rows(session, find_survey(session, key)), plain=True)
    return list(csv.DictReader(io.StringIO(content.decode())))


def _told(rows: Sequence[Row], unit: str, measure: str) -> Row:
    [row] = [r for r in rows if (r["unit"], r["kind"], r["measure"]) == (unit, "unit", measure)]
    return row


def test_a_unanimous_unit_cannot_be_had_by_subtracting_its_neighbours(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": UNANIMOUS, "B": MIXED, "C": OTHERS})
    rows = _file(db)
    whole, one, other = (_told(rows, unit, "TRI") for unit in ("K", "B", "C"))
    own = _told(rows, "A", "TRI")
    assert own["reason"] == "at_least", "told as a bound"
    total = [float(row["n"]) * float(row["mean"]) for row in (whole, one, other)]
    print(own, (total[0] - total[1] - total[2]) / 6)
    assert False
