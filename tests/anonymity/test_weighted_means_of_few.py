"""A weighted mean beside everything else that is told: no combination is about fewer people than the minimum group.

Every set of the cells that no figure tells apart is tried, by rank: an attacker who knows all the weights, with a pen.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.responses import Responses
from analysis.weight_classes import weight_classes
from questionnaires import loading
from surveys.counting.loading import SurveyTree
from surveys.release.figuring import figure_rows
from surveys.release.models import FigureKind, FigureStatus
from surveys.release.protection.background_at_counting import background_at_counting, background_of_rows
from surveys.release.protection.suppression import Gathered, protect
from surveys.release.weighting.at_counting import StatedWeights, weighted_at_counting
from surveys.release.weighting.models import WeightSource
from tests.web.test_weighted_at_counting import SOURCE

LEAST = 5
TREE = [(1, None, ""), (2, 1, ""), (3, 1, ""), (4, 1, "")]
QUESTIONS = ("kjonn", "alder")
Floats = NDArray[np.float64]


def gathered(seed: int) -> tuple[Gathered, Floats]:
    """Some forty to a hundred people in three units, very unevenly, and weights that follow their background or not."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet([0.6] * 12)
    cell = random.choice(12, size=int(random.integers(60, 160)), p=shares)
    unit, gender, age = (
        (cell // 4 + 1).astype(np.int32),
        (cell // 2 % 2).astype(np.uint8),
        (cell % 2).astype(np.uint8),
    )
    questionnaire = loading.parse(SOURCE.format(kind="citizen").encode(), "liten.yaml")
    items = random.integers(1, 6, size=(len(cell), 1)).astype(np.uint8)
    background = {"kjonn": gender, "alder": age}
    responses = Responses(questionnaire, items, unit, ("1", "2", "3", "4"), background)
    of_cell = random.choice([0.5, 0.8, 1.0, 1.7, 2.4], size=12 if seed % 2 else 4)
    weights = of_cell[cell % len(of_cell)]
    if seed % 3 == 0:  # a few people of one cell alone weigh more than they would
        rare = np.flatnonzero(cell == random.choice(cell))[: int(random.integers(1, LEAST))]
        weights = np.where(cell < 6, 1.0, 1.7)
        weights[rare] = 2.4
    return Gathered.of(responses, SurveyTree.from_rows(TREE), 0), weights


def told_sums(plain: Gathered, background: Sequence[dict[str, object]]) -> list[Floats]:
    """(N,) who is in each figure that is told."""
    unit = plain.responses.unit
    sums = []
    for row in figure_rows(protect(plain, LEAST)):
        if row["status"] == FigureStatus.SHOWN and row["kind"] == FigureKind.UNIT:
            node = plain.tree.unit_ids.index(row["unit_id"])
            sums.append(np.ones(len(unit)) if node == 0 else (unit == node).astype(np.float64))
        elif row["status"] == FigureStatus.SHOWN and row["kind"] == FigureKind.REST:
            shown = {
                plain.tree.unit_ids.index(each["unit_id"])
                for each in figure_rows(protect(plain, LEAST))
                if each["kind"] == FigureKind.UNIT and each["status"] == FigureStatus.SHOWN
            } - {0}
            sums.append((~np.isin(unit, list(shown))).astype(np.float64))
    options = {"kjonn": ("k", "m"), "alder": ("u", "e")}
    for row in background:
        if row["status"] == FigureStatus.SHOWN:
            question = str(row["breakdown"])
            code = options[question].index(str(row["category"]))
            sums.append((plain.responses.background[question] == code).astype(np.float64))
    return sums


def tells_of_few(sums: Sequence[Floats], cell: NDArray[np.int64]) -> bool:
    """cell: (N,) people of one cell are in the same figures and weigh the same."""
    _, first, size = np.unique(cell, return_index=True, return_counts=True)
    told = np.array(sums)[:, first]
    rank = np.linalg.matrix_rank(told)
    small = np.flatnonzero(size < LEAST)
    for chosen in range(1, 1 << len(small)):
        few = small[[bool(chosen >> place & 1) for place in range(len(small))]]
        if size[few].sum() < LEAST and np.linalg.matrix_rank(np.delete(told, few, axis=1)) < rank:
            return True
    return False


def cells_of(plain: Gathered, weights: Floats) -> NDArray[np.int64]:
    columns: list[NDArray[Any]] = [
        plain.responses.unit,
        *(plain.responses.background[key] for key in QUESTIONS),
        weights,
    ]
    return np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1].ravel()


@pytest.fixture(scope="module")
def outcomes() -> list[tuple[bool, bool, bool, bool]]:
    """Of each seed: whether few were told of before, whether a mean is weighted, whether it would tell of few, and
    whether it would with everybody's own weight.
    """
    found = []
    for seed in range(20):
        plain, weights = gathered(seed)
        background = background_at_counting(plain, LEAST, None)
        stated = StatedWeights(WeightSource.COLUMN, ("vekt",), weights)
        weighted = weighted_at_counting(plain, stated, background, LEAST, None)
        used = weight_classes(weights).of_respondents
        sums, cell = told_sums(plain, background), cells_of(plain, used)
        before = tells_of_few(sums, cell)
        own = tells_of_few([*sums, weights], cells_of(plain, weights))
        found.append((before, bool(weighted.means), tells_of_few([*sums, used], cell), own))
    return found


def test_no_weighted_mean_tells_of_few(outcomes: list[tuple[bool, bool, bool, bool]]) -> None:
    assert not any(before for before, _shown, _tells, _own in outcomes)
    assert not any(shown and tells for _before, shown, tells, _own in outcomes)


def test_some_are_shown_and_some_would_have_told(outcomes: list[tuple[bool, bool, bool, bool]]) -> None:
    """Else the other test says nothing."""
    assert sum(shown for _before, shown, _tells, _own in outcomes) >= 5
    assert sum(own for _before, _shown, _tells, own in outcomes) >= 3


def test_rows_lose_the_background_that_would_give_few_together_with_the_classes_of_weights() -> None:
    """Young women weigh alike. Two units' rows tell who is one; what is left of their sum is three in the third."""
    cells = [10, 10, 10, 10, 10, 10, 10, 10, 3, 7, 7, 3]
    cell = np.repeat(np.arange(12), cells)
    unit, gender, age = (cell // 4 + 1).astype(np.int32), (cell // 2 % 2), (cell % 2)
    questionnaire = loading.parse(SOURCE.format(kind="citizen").encode(), "liten.yaml")
    items = np.random.default_rng(1).integers(1, 6, size=(len(cell), 1)).astype(np.uint8)
    background = {"kjonn": gender.astype(np.uint8), "alder": age.astype(np.uint8)}
    responses = Responses(questionnaire, items, unit, ("1", "2", "3", "4"), background)
    scores = items.astype(np.float64)
    young_women = np.flatnonzero((gender == 0) & (age == 0))
    assert background_of_rows(responses, scores, LEAST)[:, 1].any()
    assert not background_of_rows(responses, scores, LEAST, [young_women])[:, 1].any()
