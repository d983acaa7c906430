"""Surveys to analyse: the reference data sets, and small made-up ones."""

import csv
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.responses import Responses
from analysis.scoring import complete_rows, scored_answers
from analysis.validity import asked_of_all
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED
from questionnaires.loading import load
from questionnaires.model import Factor, Item, Point, Questionnaire, Reporting, Scale

REFERENCE = Path(__file__).parents[1] / "reference"
UNIT_COLUMNS = {"lq2002": "COMPID"}


@cache
def reference_questionnaire(name: str) -> Questionnaire:
    return load(REFERENCE / "questionnaires" / f"{name}.yaml")


@cache
def reference_responses(name: str) -> Responses:
    """The data set as coded answers, read with nothing but the csv module."""
    questionnaire = reference_questionnaire(name)
    with (REFERENCE / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = [
        [BLANK if row[item.key] == "NA" else int(row[item.key]) for item in questionnaire.items]
        for row in rows
    ]
    column = UNIT_COLUMNS.get(name)
    named = [row[column] if column else "" for row in rows]
    units = tuple(dict.fromkeys(named))
    unit = np.array([units.index(name) for name in named], dtype=np.int32)
    return Responses(questionnaire, np.array(items, dtype=np.uint8), unit, units)


@cache
def reference_values(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((REFERENCE / "values" / f"{name}.json").read_text(encoding="utf-8"))
    return values


def survey(
    sizes: Sequence[int] = (3, 2),
    scale: tuple[int, int] = (1, 5),
    turned: Sequence[int] = (),
    minimum_answered: float = 0.5,
    favourable_from: int | None = None,
) -> Questionnaire:
    """A questionnaire with one factor (A, B, …) per size; `turned` are the places of reversed items."""
    words: Mapping[str, str] = {"nb": "x"}
    points = Scale("s", tuple(Point(value, words) for value in range(scale[0], scale[1] + 1)))
    items = [Item(f"i{place}", words, place in turned) for place in range(sum(sizes))]
    factors: list[Factor] = []
    for size in sizes:
        factors.append(Factor(chr(ord("A") + len(factors)), words, points, tuple(items[:size])))
        items = items[size:]
    return Questionnaire(
        key="made-up",
        version=1,
        kind="employee",
        languages=("nb",),
        title=words,
        scales={"s": points},
        factors=tuple(factors),
        pages=(),
        minimum_answered=minimum_answered,
        reporting=Reporting(favourable_from=favourable_from),
    )


def responses(
    questionnaire: Questionnaire, items: Sequence[Sequence[int]], unit: Sequence[int] | None = None
) -> Responses:
    """Coded answers in units named u0, u1, …; one unit when none are given."""
    codes = np.array(items, dtype=np.uint8).reshape(-1, len(questionnaire.items))
    place = np.array(unit if unit is not None else [0] * len(codes), dtype=np.int32)
    return Responses(questionnaire, codes, place, tuple(f"u{i}" for i in range(place.max(initial=0) + 1)))


def part(whole: Responses, rows: NDArray[np.integer] | slice) -> Responses:
    """The same survey with only some of its rows, in the given order."""
    return Responses(whole.questionnaire, whole.items[rows], whole.unit[rows], whole.units)


@st.composite
def any_responses(draw: st.DrawFn, most_people: int = 60, most_units: int = 5) -> Responses:
    """Random answers with gaps on a random scale, with random factors and reversed items."""
    low = draw(st.integers(0, 1))
    scale = (low, draw(st.integers(low + 1, 10)))
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    width = sum(sizes)
    turned = draw(st.sets(st.integers(0, width - 1)))
    people = draw(st.integers(0, most_people))
    seed = draw(st.integers(0, 2**32 - 1))
    gaps = draw(st.sampled_from([0.0, 0.1, 0.6]))
    rng = np.random.default_rng(seed)
    codes = rng.integers(scale[0], scale[1] + 1, (people, width), dtype=np.uint8)
    missing = rng.random(codes.shape) < gaps
    codes[missing] = rng.choice([BLANK, NOT_APPLICABLE, NOT_ASKED], missing.sum())
    units = draw(st.integers(1, most_units))
    unit = rng.integers(0, units, people, dtype=np.int32)
    questionnaire = survey(sizes, scale, sorted(turned), draw(st.sampled_from([0.0, 0.5, 1.0])))
    return Responses(questionnaire, codes, unit, tuple(f"u{i}" for i in range(units)))


def complete_answers(name: str) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Rows complete in every item of a reference survey, scored, and each item's factor."""
    whole = reference_responses(name)
    factors = whole.questionnaire.factors
    answers = np.hstack([scored_answers(whole, factor.key) for factor in factors])
    return complete_rows(answers), np.repeat(np.arange(len(factors)), [len(f.items) for f in factors])


@cache
def holzinger() -> tuple[NDArray[np.float64], NDArray[np.int_], NDArray[np.str_]]:
    """Nine test scores of 301 pupils, each test's factor, and each pupil's school."""
    with (REFERENCE / "data" / "holzinger1939.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scores = np.array([[float(row[f"x{test}"]) for test in range(1, 10)] for row in rows])
    return scores, np.repeat([0, 1, 2], 3), np.array([row["school"] for row in rows])


def simulated(
    seed: int, people: int, sizes: Sequence[int], loading: float = 0.7, between: float = 0.4
) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Normal answers from a factor model with equal loadings and correlations, and each item's factor."""
    rng = np.random.default_rng(seed)
    factor_of = np.repeat(np.arange(len(sizes)), sizes)
    correlation = np.full((len(sizes), len(sizes)), between) + (1 - between) * np.eye(len(sizes))
    factors = rng.normal(size=(people, len(sizes))) @ np.linalg.cholesky(correlation).T
    noise = rng.normal(size=(people, len(factor_of))) * np.sqrt(1 - loading**2)
    return factors[:, factor_of] * loading + noise, factor_of


def structure_reference(name: str, method: str) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """The complete rows of the items in a solution of `structure.json`, each item's factor, and the solution."""
    values = reference_values("structure")
    key = f"{method}_{name}"
    solution = values[key if key in values else f"{key}_two"]
    answers = asked_of_all(reference_responses(name))
    chosen = [answers.items.index(item) for item in solution["loadings"]]
    _, factor_of = np.unique(answers.factor_of[chosen], return_inverse=True)
    return complete_rows(answers.values[:, chosen]), factor_of, solution
