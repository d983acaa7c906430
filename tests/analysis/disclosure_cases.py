"""The disclosure cases as trees, figures and atoms; shared by the tests of `analysis.disclosure`."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CASES = Path(__file__).parent.parent / "reference" / "disclosure"
K = 5


@dataclass(frozen=True)
class Case:
    """One file: an atom per row, with its people and the sum of their 1–5 scores."""

    rows: tuple[dict[str, str], ...]

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.array([int(row["n"]) for row in self.rows], dtype=np.int64)

    @property
    def sums(self) -> NDArray[np.int64]:
        return np.array([int(row["sum"]) for row in self.rows], dtype=np.int64)

    def tree(self) -> tuple[list[str], NDArray[np.int32], NDArray[np.int64]]:
        """Names, parents and direct counts of the organisation tree."""
        index: dict[str, int] = {}
        parents: list[int] = []
        for row in self.rows:
            steps = row["path"].removesuffix("/*").split("/")
            for depth in range(len(steps)):
                name = "/".join(steps[: depth + 1])
                if name not in index:
                    index[name] = len(parents)
                    parents.append(index["/".join(steps[:depth])] if depth else -1)
        counts = np.zeros(len(parents), dtype=np.int64)
        for row in self.rows:
            counts[index[row["path"].removesuffix("/*")]] += int(row["n"])
        return list(index), np.array(parents, dtype=np.int32), counts

    def under(self, column: str, year: str = "") -> dict[str, frozenset[int]]:
        """Node → atoms below it, for the tree in `column`; only atoms with people, of one year if given."""
        nodes: dict[str, set[int]] = {}
        for atom, row in enumerate(self.rows):
            path = row[column] or row["path"]
            if int(row["n"]) and (not year or row["year"] == year):
                steps = path.removesuffix("/*").split("/")
                for depth in range(len(steps)):
                    nodes.setdefault("/".join(steps[: depth + 1]), set()).add(atom)
        return {name: frozenset(atoms) for name, atoms in nodes.items()}

    def by(self, column: str) -> dict[str, frozenset[int]]:
        """Category → atoms."""
        groups: dict[str, set[int]] = {}
        for atom, row in enumerate(self.rows):
            groups.setdefault(row[column], set()).add(atom)
        return {name: frozenset(atoms) for name, atoms in groups.items()}


def case(number: str) -> Case:
    (path,) = CASES.glob(f"{number}_*.csv")
    with path.open(newline="") as file:
        return Case(tuple(csv.DictReader(file)))
