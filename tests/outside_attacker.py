"""An attacker from outside: the figures as a CSV file, the organisation, and who answered where. No more.

It reads `medvirk figures --csv`, writes every shown figure as a 0/1 row over groups of people, and looks for small
groups in the row space with `analysis/brute_force.py`.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

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


def small_groups(people: Sequence[Person], files: Sequence[Figures], k: int) -> list[list[Group]]:
    """Every group of fewer than k people whose sum is a combination of the figures, seen by anybody.

    Also what somebody who is alone in his unit could find with his own answer. Complete for up to 18 groups.
    """
    atoms = sorted({person.group for person in people})
    sizes = np.array([sum(person.group == atom for person in people) for atom in atoms])
    example = {person.group: person for person in people}
    published = np.array(
        [
            [float(figures.covers(row, example[atom])) for atom in atoms]
            for figures in files
            for row in figures.rows
            if row["status"] == "shown"
        ]
    ).reshape(-1, len(atoms))
    alone = [i for i, atom in enumerate(atoms) if sum(p.unit == dict(atom)["unit"] for p in people) == 1]
    candidates = np.array(list(product((0.0, 1.0), repeat=len(atoms))))
    candidates = candidates[(candidates @ sizes > 0) & (candidates @ sizes < k)]
    found = []
    for insider in (None, *alone):
        known = published if insider is None else np.vstack([published, np.eye(len(atoms))[insider]])
        tried = candidates if insider is None else candidates[candidates[:, insider] == 0]
        derived = tried[_in_span(tried, known)]
        found += [[atom for atom, inside in zip(atoms, row, strict=True) if inside] for row in derived]
    return found


def _in_span(candidates: np.ndarray, known: np.ndarray) -> np.ndarray:
    if not len(known):
        return np.zeros(len(candidates), dtype=bool)
    _, values, rows = np.linalg.svd(known)
    null = rows[int((values > 1e-9).sum()) :].T
    return (np.abs(candidates @ null) < 1e-9).all(axis=1)


def wrong_figures(people: Sequence[Person], figures: Figures) -> list[Mapping[str, str]]:
    """Shown figures that are not n and mean of the people they are about; a coded mean must be a true bound."""
    wrong = []
    for row in figures.rows:
        if row["status"] != "shown":
            if any(row[column] for column in ("n", "mean", "sd", "ci_low", "ci_high")):
                wrong.append(row)
            continue
        answers = [person.answer for person in people if figures.covers(row, person)]
        mean = float(row["mean"])
        right = (
            min(abs(np.mean(answers) - mean), abs(mean - 3)) <= abs(np.mean(answers) - 3)
            if row["reason"] == "coded"
            else abs(np.mean(answers) - mean) < 1e-9
        )
        if int(row["n"]) != len(answers) or not right:
            wrong.append(row)
    return wrong
