"""Three releases of the same answers with units moved between them, attacked with everything that was told.

Made by the product's own functions, from answers to the rows of the figure table, without a database. The attack has
what is printed: n, the mean, what it is rounded to, and that it is only a bound. It knows what a release tells as a
bound, and so that every other mean is no bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.responses import Responses
from questionnaires import loading
from surveys.counting.loading import SurveyTree
from surveys.release.figuring import figure_rows
from surveys.release.protection.background_at_counting import as_released
from surveys.release.protection.composing import told_before
from surveys.release.protection.issued_rows import IssuedRows
from surveys.release.protection.suppression import Gathered, protect
from tests.web.test_release_audit import INSTRUMENT

LEAST = 5
LOW, HIGH = 1.0, 5.0
PARENTS = {1: None, 2: 1, 3: 1, 4: 1, 5: 2, 6: 2, 7: 2, 8: 3, 9: 3, 10: 4, 11: 4}
LEAVES = range(5, 12)
MOVES: Sequence[Mapping[int, int]] = ({}, {7: 3}, {7: 2, 10: 3})

Tree = Mapping[int, int | None]


@dataclass(frozen=True)
class Told:
    """A row that was told of some leaves: between which ends their mean lies."""

    leaves: frozenset[int]
    n: int
    low: float
    high: float
    is_bound: bool = False


@dataclass(frozen=True)
class Released:
    """told: of every release. hidden: leaves of every hidden figure. answers: leaf → what its people answered."""

    told: list[Told]
    hidden: set[frozenset[int]]
    answers: Mapping[int, NDArray[np.uint8]]

    def range_of(self, leaves: frozenset[int], told: Sequence[Told], *, exact: bool) -> tuple[float, float]:
        """Between which ends the mean of the leaves lies; exact: as if every mean was told with all its digits."""
        sums = {leaf: float(given.sum()) for leaf, given in self.answers.items()}
        rows = np.array([[float(leaf in one.leaves) for leaf in LEAVES] for one in told])
        ends = np.array(
            [
                [sum(sums[leaf] for leaf in one.leaves)] * 2 if exact else [one.n * one.low, one.n * one.high]
                for one in told
            ]
        )
        size = sum(len(self.answers[leaf]) for leaf in leaves)
        goal = np.array([float(leaf in leaves) / size for leaf in LEAVES])
        found: list[Any] = [
            linprog(
                sign * goal,
                A_ub=np.vstack([rows, -rows]),
                b_ub=np.concatenate([ends[:, 1], -ends[:, 0]]),
                bounds=[(LOW * len(self.answers[leaf]), HIGH * len(self.answers[leaf])) for leaf in LEAVES],
            )
            for sign in (1, -1)
        ]
        low, high = (float(goal @ end.x) for end in found)
        return low, high


def released(seed: int) -> Released:
    rng = np.random.default_rng(seed)
    ways = [[5], [5], [5, 5, 5, 5, 4], [4, 5], [1, 2, 3, 4, 5], [2, 3], [1]]
    drawn = {
        leaf: rng.choice(ways[int(rng.integers(len(ways)))], size=int(rng.choice([3, 5, 6, 8, 12, 15, 20])))
        for leaf in LEAVES
    }
    answers = {leaf: given.astype(np.uint8) for leaf, given in drawn.items()}
    types = {leaf: str(rng.choice(["skole", "hjem"])) for leaf in LEAVES}
    told: list[Told] = []
    hidden: set[frozenset[int]] = set()
    earlier: list[Any] = []
    for number, moved in enumerate(MOVES):
        tree: Tree = {**PARENTS, **moved}
        gathered = _gathered(tree, types, answers)
        known = told_before(gathered, earlier, 1, IssuedRows())
        protected = protect(gathered, LEAST, known=known)
        rows = [row for row in figure_rows(protected) if row["measure"] == "TRI"]
        shown_units = {row["unit_id"] for row in rows if row["kind"] == "unit" and row["status"] == "shown"}
        for row in rows:
            leaves = _leaves(row, tree, types, shown_units)
            if row["status"] == "shown":
                assert row["n"] == sum(len(answers[leaf]) for leaf in leaves)
                told.append(_told(leaves, row))
            elif leaves:
                hidden.add(leaves)
        earlier.append(replace(as_released(protected), number=number + 1))
    return Released(told, hidden, answers)


def _gathered(tree: Tree, types: Mapping[int, str], answers: Mapping[int, NDArray[np.uint8]]) -> Gathered:
    units = SurveyTree.from_rows((unit, above, types.get(unit, "")) for unit, above in tree.items())
    sizes = [len(given) for given in answers.values()]
    node = np.repeat([units.unit_ids.index(leaf) for leaf in answers], sizes).astype(np.int32)
    items = np.concatenate(list(answers.values()))[:, np.newaxis]
    blank = np.zeros(len(node), dtype=np.uint8)
    responses = Responses(
        loading.load(INSTRUMENT), items, node, tuple(map(str, tree)), {"kjonn": blank, "alder": blank}
    )
    return Gathered.of(responses, units, 0)


def _leaves(row: Mapping[str, Any], tree: Tree, types: Mapping[int, str], shown: set[int]) -> frozenset[int]:
    if row["kind"] == "breakdown":
        return frozenset(leaf for leaf in LEAVES if types[leaf] == row["category"])
    lines = {leaf: _line(leaf, tree) for leaf in LEAVES}
    if row["kind"] == "unit":
        return frozenset(leaf for leaf, line in lines.items() if row["unit_id"] in line)
    nearest = {leaf: next((unit for unit in line if unit in shown), None) for leaf, line in lines.items()}
    return frozenset(leaf for leaf, unit in nearest.items() if unit == row["unit_id"])


def _line(unit: int, tree: Tree) -> list[int]:
    above = tree[unit]
    return [unit] if above is None else [unit, *_line(above, tree)]


def _told(leaves: frozenset[int], row: Mapping[str, Any]) -> Told:
    mean, step, n = row["mean"], row["step"] or 0.0, row["n"]
    margin = max(0.2, 1 / n)
    if row["coded"] != "exact":
        low, high = (mean, HIGH) if row["coded"] == "at_least" else (LOW, mean)
        return Told(leaves, n, low, high, is_bound=True)
    if not step:
        return Told(leaves, n, mean, mean)
    low = LOW + margin if mean - step < LOW + margin - 1e-9 else mean - step / 2
    high = HIGH - margin if mean + step > HIGH - margin + 1e-9 else mean + step / 2
    return Told(leaves, n, low, high)


@pytest.mark.parametrize("seed", [0, 1, 9, 17, 26])
def test_three_releases_leave_every_bound_open_to_its_ends_and_hidden_units_by_a_quarter(seed: int) -> None:
    """In 0 and 26 a unit is told to the nearest 0.1 once, and less precisely another time: both are known."""
    found = released(seed)
    bounds = {one.leaves: one for one in found.told if one.is_bound}
    assert bounds
    for leaves, one in bounds.items():
        ends = found.range_of(leaves, found.told, exact=False)
        assert ends == pytest.approx((one.low, one.high), abs=1e-7)
    for leaves in found.hidden:
        if 0 < sum(len(found.answers[leaf]) for leaf in leaves) < LEAST:
            low, high = found.range_of(leaves, found.told, exact=True)
            assert high - low > (HIGH - LOW) / 4 - 1e-6
