"""Exact sparse elimination over published sums: rows that remember which figures made them."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import gcd

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class EquationRow:
    """A linear combination of published sums.

    atoms: atom → integer coefficient, no zeros.
    figures: published figure → integer coefficient, no zeros: Σ figures × published sum = Σ atoms × atom sum.
    """

    atoms: dict[int, int]
    figures: dict[int, int]

    def without(self, atom: int) -> "EquationRow":
        """The same combination seen by someone who knows the atom's sum."""
        return EquationRow({key: value for key, value in self.atoms.items() if key != atom}, self.figures)


def eliminate(
    rows: Iterable[EquationRow], people: Sequence[int], k: int
) -> tuple[list[EquationRow], list[EquationRow]]:
    """The rows' span in two parts: rows with a pivot of `k` people or more, and the rows left over.

    The pivots stand in no younger row, so a combination that involves only atoms of fewer than `k` people is
    one of left-over rows alone (these may depend on each other).

    >>> whole, most = EquationRow({0: 1, 1: 1}, {0: 1}), EquationRow({0: 1}, {1: 1})  # everybody, and all but three
    >>> _, left_over = eliminate([whole, most], [9, 3], 5)
    >>> left_over
    [EquationRow(atoms={1: 1}, figures={0: 1, 1: -1})]
    """
    echelon: dict[int, tuple[int, EquationRow]] = {}
    left_over = []
    for row in sorted(rows, key=lambda row: len(row.atoms)):
        left = _reduce(row, echelon)
        large = [atom for atom in left.atoms if people[atom] >= k]
        if large:
            echelon[max(large, key=lambda atom: (people[atom], atom))] = (len(echelon), left)
        elif left.atoms:
            left_over.append(left)
    return [row for _, row in echelon.values()], left_over


def _reduce(row: EquationRow, echelon: dict[int, tuple[int, EquationRow]]) -> EquationRow:
    """`row` without the pivots of `echelon`.

    A pivot row holds no pivot older than itself, so clearing the oldest first ends.
    """
    atoms, figures = dict(row.atoms), dict(row.figures)
    waiting = [(echelon[atom][0], atom) for atom in atoms if atom in echelon]
    heapify(waiting)
    while waiting:
        _, pivot = heappop(waiting)
        if pivot not in atoms:
            continue
        other = echelon[pivot][1]
        mine, theirs = atoms[pivot], other.atoms[pivot]
        divisor = gcd(mine, theirs) * (1 if theirs > 0 else -1)
        _subtract(atoms, theirs // divisor, other.atoms, mine // divisor)
        _subtract(figures, theirs // divisor, other.figures, mine // divisor)
        for atom in other.atoms:
            if atom in echelon and atom in atoms:
                heappush(waiting, (echelon[atom][0], atom))
    return _lowest(atoms, figures)


def cleared(row: EquationRow, atom: int, by: EquationRow) -> EquationRow:
    """`row` without the atom, by taking away as much of a row that has it.

    >>> cleared(EquationRow({0: 1, 1: 1}, {0: 1}), 1, EquationRow({1: 2}, {1: 1}))
    EquationRow(atoms={0: 2}, figures={0: 2, 1: -1})
    """
    return _reduce(row, {atom: (0, by)})


def _subtract(values: dict[int, int], keep: int, other: dict[int, int], take: int) -> None:
    """values ← keep × values − take × other, in place, without zeros."""
    if keep != 1:
        for key in values:
            values[key] *= keep
    for key, value in other.items():
        total = values.get(key, 0) - take * value
        if total:
            values[key] = total
        else:
            values.pop(key, None)


def _lowest(atoms: dict[int, int], figures: dict[int, int]) -> EquationRow:
    divisor = gcd(*atoms.values(), *figures.values())
    if divisor > 1:
        atoms = {key: value // divisor for key, value in atoms.items()}
        figures = {key: value // divisor for key, value in figures.items()}
    return EquationRow(atoms, figures)


def components(rows: Sequence[EquationRow]) -> list[list[EquationRow]]:
    """The rows in sets that share no atom with each other, in the order of their first rows.

    >>> rows = [EquationRow({0: 1}, {0: 1}), EquationRow({1: 1, 2: 1}, {1: 1}), EquationRow({2: 1}, {2: 1})]
    >>> [len(part) for part in components(rows)]
    [1, 2]
    """
    if not rows:
        return []
    row = np.repeat(np.arange(len(rows)), [len(one.atoms) for one in rows])
    atom = np.fromiter((atom for one in rows for atom in one.atoms), np.int64, len(row))
    _, column = np.unique(atom, return_inverse=True)
    size = len(rows) + int(column.max()) + 1
    links = coo_array((np.ones(len(row)), (row, len(rows) + column)), shape=(size, size))
    _, label = connected_components(links, directed=False)
    grouped: dict[int, list[EquationRow]] = {}
    for one, of in zip(rows, label[: len(rows)].tolist(), strict=True):
        grouped.setdefault(of, []).append(one)
    return list(grouped.values())


def reduced(
    rows: Sequence[EquationRow], people: Sequence[int], avoid: Set[int]
) -> list[tuple[int, EquationRow]]:
    """The reduced form of the rows' span: (pivot, row), each pivot in its own row only.

    Pivots are the atoms with most people, because fewer of them fit in a small group, and none in `avoid`
    where a row has another.

    >>> whole, most = EquationRow({0: 1, 1: 1}, {0: 1}), EquationRow({0: 1}, {1: 1})
    >>> [(pivot, row.atoms) for pivot, row in reduced([whole, most], [9, 3], set())]
    [(1, {1: 1}), (0, {0: 1})]
    """

    def fitness(atom: int, value: int) -> tuple[bool, int, bool, int]:
        return atom not in avoid, people[atom], abs(value) == 1, atom

    echelon: dict[int, tuple[int, EquationRow]] = {}
    for row in sorted(rows, key=lambda row: len(row.atoms)):
        left = _reduce(row, echelon)
        if left.atoms:
            pivot = max(left.atoms, key=lambda atom: fitness(atom, left.atoms[atom]))
            echelon[pivot] = (len(echelon), left)
    done: dict[int, tuple[int, EquationRow]] = {}
    for pivot, (age, row) in reversed(echelon.items()):
        done[pivot] = (age, _reduce(row, done))
    return [(pivot, row) for pivot, (_, row) in done.items()]
