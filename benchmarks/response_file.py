"""The whole analysis of a response file: reading it, reliability, validity, agreement and unit scores.

A file of 100,000 people and 19 items in 300 units, and the factor analysis of 36 items in ten factors.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.cfa import confirmatory
from analysis.reading import read_responses
from analysis.report import analyse
from questionnaires.model import Factor, Item, Point, Questionnaire, Scale

TEXT = {"nb": "x"}
SIZES = (5, 5, 5, 4)


def questionnaire() -> Questionnaire:
    """Four factors, 19 items on 1–5."""
    scale = Scale("s", tuple(Point(value, TEXT) for value in range(1, 6)))
    factors, first = [], 0
    for place, size in enumerate(SIZES):
        items = tuple(Item(f"i{first + i}", TEXT) for i in range(size))
        factors.append(Factor(f"F{place}", TEXT, scale, items))
        first += size
    return Questionnaire("bench", 1, "employee", ("nb",), TEXT, {"s": scale}, tuple(factors), ())


def answers(people: int, sizes: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Answers on 1–5 from a factor model with correlated factors, and each item's factor."""
    rng = np.random.default_rng(0)
    factor_of = np.repeat(np.arange(len(sizes)), sizes)
    common = rng.normal(size=(people, 1))
    factors = 0.6 * common + 0.8 * rng.normal(size=(people, len(sizes)))
    items = 0.7 * factors[:, factor_of] + 0.7 * rng.normal(size=(people, len(factor_of)))
    return np.clip(np.rint(items + 3), 1, 5), factor_of


def write_file(path: Path, people: int) -> None:
    values, _ = answers(people, SIZES)
    unit = np.random.default_rng(1).integers(0, 300, people)
    header = ",".join(["unit", *(item.key for item in questionnaire().items)])
    table = np.column_stack([unit, values]).astype(int)
    np.savetxt(path, table, fmt="%d", delimiter=",", header=header, comments="")


def main() -> None:
    values, factor_of = answers(5_000, (4, 4, 4, 4, 4, 4, 3, 3, 3, 3))
    for run in ("first", "again"):
        start = time.perf_counter()
        confirmatory(values, factor_of)
        print(f"CFA, 5,000 people, 36 items in 10 factors ({run}): {time.perf_counter() - start:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses.csv"
        write_file(path, 100_000)
        for run in ("first", "again"):
            start = time.perf_counter()
            responses = read_responses(path, questionnaire(), "unit").responses
            read = time.perf_counter() - start
            analyse(questionnaire(), responses)
            whole = time.perf_counter() - start
            print(f"100,000 people, 19 items ({run}): {whole:.2f} s, of which reading {read:.2f} s")


if __name__ == "__main__":
    main()
