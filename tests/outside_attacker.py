"""An attacker from outside: the figures as a CSV file, the organisation, and who answered where. No more.

It reads `medvirk figures --csv`, writes every shown figure as a 0/1 row over groups of people, looks for small groups
in the row space whatever their weights, by ranks, and bounds hidden means by linear programming.
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.stats import t

_BOUNDS = {"at_least": 1, "at_most": -1}
"""What a mean that is a bound says in the column `reason`."""

_SPREAD_ENDS = (0.6, 1.0, 1.6)
"""Of the three classes of spread on the scale 1–5."""

Group = tuple[tuple[str, str], ...]
"""People alike in everything the attacker can see: unit and background, as (column, value) pairs."""


@dataclass(frozen=True)
class Person:
    """unit: code. answer: to the only question. background: key → option."""

    unit: str
    answer: int
    background: tuple[tuple[str, str], ...] = ()

    @property
    def group(self) -> Group:
        return (("unit", self.unit), *self.background)


@dataclass(frozen=True)
class Figures:
    """What one CSV file says of one measure, and the organisation it is about (code → parent, code → type)."""

    rows: Sequence[Mapping[str, str]]
    parents: Mapping[str, str]
    types: Mapping[str, str]

    @classmethod
    def read(
        cls, file: Path, measure: str, parents: Mapping[str, str], types: Mapping[str, str]
    ) -> "Figures":
        with file.open(newline="", encoding="utf-8") as text:
            rows = [row for row in csv.DictReader(text) if row["measure"] == measure]
        return cls(rows, parents, types)

    def line(self, unit: str) -> list[str]:
        """The unit, its parent, and so on."""
        found = [unit]
        while above := self.parents.get(found[-1], ""):
            found.append(above)
        return found

    @property
    def shown_units(self) -> set[str]:
        return {row["unit"] for row in self.rows if row["kind"] == "unit" and row["status"] == "shown"}

    def covers(self, row: Mapping[str, str], person: Person) -> bool:
        """Whether the figure is about the person."""
        line = self.line(person.unit)
        if row["unit"] not in line:
            return False
        if row["kind"] == "unit":
            return True
        if row["kind"] == "rest":
            return next((unit for unit in line if unit in self.shown_units), "") == row["unit"]
        if row["breakdown"] == "unit_type":
            return self.types[person.unit] == row["category"]
        return dict(person.background).get(row["breakdown"]) == row["category"]


def small_groups(
    people: Sequence[Person],
    files: Sequence[Figures],
    k: int,
    rows: Sequence[Collection[Person]] = (),
) -> list[list[Group]]:
    """Every group of fewer than k people that a combination of the figures, with any weights, is about alone.

    Also what somebody who is alone in his unit could find with his own answer. Complete for up to 18 groups.
    rows: further sums that are known, each as the people in it.
    """
    seen = _Seen.of(people, files, rows)
    alone = [i for i, atom in enumerate(seen.atoms) if sum(p.unit == dict(atom)["unit"] for p in people) == 1]
    candidates = np.array(list(product((0, 1), repeat=len(seen.atoms))))
    reached = candidates @ seen.sizes
    candidates = candidates[(reached > 0) & (reached < k)]
    found = []
    for insider in (None, *alone):
        own = [] if insider is None else [[int(i == insider) for i in range(len(seen.atoms))]]
        tried = candidates if insider is None else candidates[candidates[:, insider] == 0]
        derived = tried[_tells_of_them_alone(tried, [*seen.published, *own], insider)]
        found += [[atom for atom, inside in zip(seen.atoms, row, strict=True) if inside] for row in derived]
    return found


def ranges(people: Sequence[Person], files: Sequence[Figures], k: int) -> dict[str, float]:
    """How wide the range of each mean of fewer than k people is, given everything shown and answers from 1 to 5.

    By name: a unit with all below it, the people placed on a unit («… alone»), or a category. A coded mean is taken
    for what it says: at least, or at most.
    """
    seen = _Seen.of(people, files, ())
    rows = np.array(seen.published, dtype=float).reshape(-1, len(seen.atoms))
    total, slack = np.array(seen.total), np.array(seen.slack)
    exact = [i for i, bound in enumerate(seen.bound) if not bound and not seen.slack[i]]
    rounded = [i for i, bound in enumerate(seen.bound) if not bound and seen.slack[i]]
    coded = [i for i, bound in enumerate(seen.bound) if bound]
    sign = np.array([-seen.bound[i] for i in coded], dtype=float)
    given: dict[str, Any] = {
        "A_eq": rows[exact],
        "b_eq": total[exact],
        "A_ub": np.vstack([rows[coded] * sign[:, np.newaxis], rows[rounded], -rows[rounded]]),
        "b_ub": np.concatenate([sign * total[coded], (total + slack)[rounded], (slack - total)[rounded]]),
        "bounds": [(float(n), 5.0 * n) for n in seen.sizes],
    }
    found = {}
    for name, inside in _hidden(seen.atoms, files).items():
        n = int(seen.sizes[inside].sum())
        if 0 < n < k:
            goal = inside.astype(float)
            low, high = linprog(goal, **given), linprog(-goal, **given)
            assert (low.status, high.status) == (0, 0)
            found[name] = (-high.fun - low.fun) / n
    return found


@dataclass(frozen=True)
class _Seen:
    """What is out. atoms: people alike in all that can be seen; sizes: (atoms,).

    published: per figure 1 for the atoms in it; total: its sum; bound: 0 when that is told, 1 for at least, −1 for at
    most; slack: how far the true sum may be from it, 0 when it is exact (the attacker is told which are).
    """

    atoms: Sequence[Group]
    sizes: np.ndarray
    published: Sequence[Sequence[int]]
    total: Sequence[float]
    bound: Sequence[int]
    slack: Sequence[float]

    @classmethod
    def of(
        cls, people: Sequence[Person], files: Sequence[Figures], rows: Sequence[Collection[Person]]
    ) -> "_Seen":
        atoms = sorted({person.group for person in people})
        sizes = np.array([sum(person.group == atom for person in people) for atom in atoms])
        example = {person.group: person for person in people}
        shown = [(figures, row) for figures in files for row in figures.rows if row["status"] == "shown"]
        published = [[int(figures.covers(row, example[atom])) for atom in atoms] for figures, row in shown]
        published += [[int(example[atom] in inside) for atom in atoms] for inside in rows]
        total = [int(row["n"]) * float(row["mean"]) for _, row in shown]
        bound = [_BOUNDS.get(row["reason"], 0) for _, row in shown]
        slack = [
            int(row["n"])
            * _half_step(row, float(np.mean([p.answer for p in people if figures.covers(row, p)])))
            for figures, row in shown
        ]
        return cls(atoms, sizes, published, total, bound, slack)


def _half_step(row: Mapping[str, str], true: float) -> float:
    """How far a mean may be from the true one: half of what it is rounded to; 0 for one that is exact.

    A decimal where the file names no step.
    """
    if abs(float(row["mean"]) - true) < 1e-9:
        return 0.0
    return (
        float(row["reason"].removeprefix("rounded_to_") or 0.1) / 2 if row["reason"] not in _BOUNDS else 0.0
    )


def _hidden(atoms: Sequence[Group], files: Sequence[Figures]) -> dict[str, np.ndarray]:
    """Per name of a group (atoms,) True inside."""
    found = {}
    for number, figures in enumerate(files):
        for row in figures.rows:
            if row["status"] == "hidden":
                inside = [figures.covers(row, Person(dict(atom)["unit"], 0, atom[1:])) for atom in atoms]
                found[f"{number}: {row['unit']} {row['breakdown']} {row['category']}".strip()] = np.array(
                    inside
                )
    for unit in {dict(atom)["unit"] for atom in atoms}:
        found[f"{unit} alone"] = np.array([dict(atom)["unit"] == unit for atom in atoms])
    return found


def _tells_of_them_alone(
    candidates: np.ndarray, known: Sequence[Sequence[int]], insider: int | None
) -> np.ndarray:
    """(candidates,) whether the known rows have a lower rank without the columns of the candidate.

    Then a combination of them is about the candidate and nobody else. An insider's own column counts for nothing.
    """
    rows = np.array(known, dtype=float).reshape(-1, candidates.shape[1])
    if insider is not None:
        rows[:, insider] = 0
    if not len(candidates) or not len(rows):
        return np.zeros(len(candidates), dtype=bool)
    outside = rows[np.newaxis] * (1 - candidates)[:, np.newaxis]
    return np.asarray(np.linalg.matrix_rank(outside) < np.linalg.matrix_rank(rows))


def wrong_figures(people: Sequence[Person], figures: Figures) -> list[Mapping[str, str]]:
    """Shown figures that are not n and mean of the people they are about; a coded mean must be a true bound."""
    wrong = []
    for row in figures.rows:
        if row["status"] != "shown":
            if any(row[column] for column in ("n", "mean", "sd", "ci_low", "ci_high")):
                wrong.append(row)
            continue
        answers = [person.answer for person in people if figures.covers(row, person)]
        mean, true = float(row["mean"]), float(np.mean(answers))
        right_spread = _spread_is_right(answers, row)
        right = (
            min(abs(true - mean), abs(mean - 3)) <= abs(true - 3)
            if row["reason"] in _BOUNDS
            else abs(true - mean) <= _half_step(row, true) + 1e-9
        )
        if int(row["n"]) != len(answers) or not right or not right_spread:
            wrong.append(row)
    return wrong


def _spread_is_right(answers: Sequence[int], row: Mapping[str, str]) -> bool:
    """sd is the answers' own or the end of its class, and the 95 % interval follows from what is told; or none is."""
    told = [row[column] for column in ("sd", "ci_low", "ci_high")]
    if not any(told):
        return True
    true, sd = np.std(answers, ddof=1), float(row["sd"])
    if abs(sd - true) > 1e-9 and sd != next((end for end in _SPREAD_ENDS if true <= end), _SPREAD_ENDS[-1]):
        return False
    n, mean = len(answers), (float(row["mean"]) - 1) / 4
    share = ((n - 1) * sd**2 / 16 / (mean * (1 - mean)) + 0.5) / (n - 0.5)
    # Where (mean − μ)² = t² · share · μ(1 − μ) / n, on the scale from 0 to 1.
    rest = t.ppf(0.975, n - 1) ** 2 * share / n
    # An interval of a mean near the end that was rounded goes no further than the mean or the scale.
    low, high = np.clip(1 + 4 * np.sort(np.roots([1 + rest, -(2 * mean + rest), mean**2]).real), 1, 5)
    return bool(np.allclose([float(number) for number in told], [sd, low, high], atol=1e-9))
