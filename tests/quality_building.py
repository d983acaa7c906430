"""Builders for the quality report: two waves of the small instrument with answers enough to be judged."""

import csv
import datetime as dt
from pathlib import Path

import numpy as np
from flask import Flask
from numpy.typing import NDArray

from surveys.platform.database import Database
from surveys.publishing.importing_answers import import_responses
from surveys.publishing.releasing import release
from tests.building import SMALL, SMALL_SOURCE, build_installation, build_units, keys_of

ITEMS = tuple(item.key for item in SMALL.items)
FIRST, SECOND = "liten-2024", "liten-2026"


def answers(
    seed: int, people: int = 200, *, level: float = 0.0, moved: float = 0.0, loose: bool = False
) -> NDArray[np.int_]:
    """(people, 6) answers to TRI (1–5) and ROL (1–4).

    level: how far both themes have truly moved. moved: how far the last statement of TRI has moved by itself.
    loose: the last statement of ROL follows nothing.
    """
    rng = np.random.default_rng(seed)
    traits = rng.normal(level, 0.7, (people, 2))
    columns = np.repeat(traits, 3, axis=1) + np.array([3.0, 3.0, 3.0, 2.5, 2.5, 2.5])
    columns[:, 2] += moved
    if loose:
        columns[:, 5] = 2.5
    noisy = columns + rng.normal(0, 0.5, columns.shape)
    return np.asarray(np.clip(np.rint(noisy), 1, [5, 5, 5, 4, 4, 4]), dtype=int)


def build_two_waves(
    app: Flask, db: Database, folder: Path, first: NDArray[np.int_], second: NDArray[np.int_]
) -> None:
    """The municipality with both surveys counted and released, 2024 and 2026; people in the units A and B."""
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    for key, table, year in ((FIRST, first, 2024), (SECOND, second, 2026)):
        file = folder / f"{key}.csv"
        write_answers(file, table)
        report = import_responses(
            db, file, SMALL, SMALL_SOURCE, key, f"Liten {year}", dt.date(year, 3, 1), "enhet", apply=True
        )
        assert report.applied, report.faults
        release(db, keys_of(app), key, today=dt.date(year, 4, 1))


def write_answers(file: Path, table: NDArray[np.int_]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow([*ITEMS, "ansettelse", "enhet"])
        for place, row in enumerate(table.tolist()):
            writer.writerow([*row, "", "", "", "fast", "AB"[place % 2]])
