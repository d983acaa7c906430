"""The published sums as independent equations between classes of people that no figure tells apart."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.disclosure.elimination import Row, components, eliminate

_TOLERANCE = 1e-7
_SHORT = 64  # classes: a unit's equation, not a whole breakdown's
_OTHERS = 20


@dataclass(frozen=True)
class Part:
    """The equations that bear on some groups: rows over classes, with the figures each was made of.

    matrix: a sparse array (equations, classes); typed loosely because scipy's stubs refuse it where scipy
        does not.
    """

    classes: NDArray[np.int64]
    matrix: Any
    rows: tuple[Row, ...]

    def support(self, multipliers: NDArray[np.float64]) -> set[int]:
        """The published figures in a combination of the equations."""
        total: dict[int, float] = {}
        for row, multiplier in zip(self.rows, multipliers.tolist(), strict=True):
            if abs(multiplier) > _TOLERANCE:
                for figure, value in row.figures.items():
                    total[figure] = total.get(figure, 0.0) + multiplier * value
        return {figure for figure, value in total.items() if abs(value) > _TOLERANCE}


@dataclass(frozen=True)
class Structure:
    """Classes of atoms that are in the same published figures and the same groups.

    class_of: (atoms,) class, −1 for atoms without people. alike: (classes,) equal for classes in the same
        figures.
    groups: per group its classes; members: per group its atoms. components: connected equations;
    component_of: (classes,) which of them bears on the class, −1 for none.
    """

    class_of: NDArray[np.int64]
    alike: NDArray[np.int64]
    groups: tuple[NDArray[np.int64], ...]
    members: tuple[tuple[int, ...], ...]
    components: tuple[tuple[Row, ...], ...]
    component_of: NDArray[np.int64]
    _parts: dict[tuple[int, ...], Part] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        published: Sequence[Collection[int]],
        groups: Sequence[Collection[int]],
        sizes: NDArray[np.int64],
    ) -> "Structure":
        """sizes: (atoms, measures)."""
        present = np.flatnonzero(sizes.max(axis=1) > 0)
        in_figures, in_groups = _containing(published, len(sizes)), _containing(groups, len(sizes))
        kinds: dict[tuple[int, ...], int] = {}
        classes: dict[tuple[int, tuple[int, ...]], int] = {}
        class_of = np.full(len(sizes), -1, dtype=np.int64)
        for atom in present.tolist():
            kind = kinds.setdefault(tuple(in_figures[atom]), len(kinds))
            class_of[atom] = classes.setdefault((kind, tuple(in_groups[atom])), len(classes))
        alike = np.array([kind for kind, _ in classes], dtype=np.int64)
        rows = [
            Row(dict.fromkeys(_classes(class_of, figure), 1), {index: 1})
            for index, figure in enumerate(published)
        ]
        basis, _ = eliminate(rows, [1] * len(classes), 1)
        connected = tuple(tuple(component) for component in components(basis))
        component_of = np.full(len(classes), -1, dtype=np.int64)
        for number, component in enumerate(connected):
            component_of[sorted(set().union(*(row.atoms for row in component)))] = number
        inside = tuple(np.array(_classes(class_of, group), dtype=np.int64) for group in groups)
        members = tuple(tuple(sorted(group)) for group in groups)
        return cls(class_of, alike, inside, members, connected, component_of)

    def class_totals(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """(classes,) sums of (atoms,) values."""
        present = self.class_of >= 0
        return np.bincount(self.class_of[present], values[present], len(self.alike)).astype(np.float64)

    def spread(
        self, sums: NDArray[np.float64], people: NDArray[np.float64], atom_people: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """(atoms,) sums: every class's sum shared out by people, so that each atom gets its class's mean."""
        means = sums / np.maximum(people, 1)
        return np.where(self.class_of >= 0, means[self.class_of] * atom_people, 0.0)

    @cached_property
    def equations(self) -> Any:
        """All equations over all classes, sparse."""
        numbers = tuple(range(len(self.components)))
        return self._built(numbers, np.arange(len(self.alike))).matrix

    def part(self, groups: tuple[int, ...]) -> Part:
        """Every equation connected with the groups, and every class in one of these or in a group."""
        inside = np.unique(np.concatenate([self.groups[group] for group in groups]))
        numbers = tuple(np.unique(self.component_of[inside]).tolist())
        classes = np.union1d(
            np.flatnonzero(np.isin(self.component_of, [n for n in numbers if n >= 0])), inside
        )
        if -1 in numbers:
            return self._built(numbers, classes)
        if numbers not in self._parts:
            self._parts[numbers] = self._built(numbers, classes)
        return self._parts[numbers]

    @cached_property
    def surroundings(self) -> Part:
        """As `part` of all groups, with only the classes near one: in its short equations, or in a few others.

        The others are the short equations with most classes, room for what must be evened out.
        """
        part = self.part(tuple(range(len(self.groups))))
        wanted = set(np.concatenate(self.groups).tolist())
        short = [list(row.atoms) for row in part.rows if len(row.atoms) <= _SHORT]
        near = [classes for classes in short if not wanted.isdisjoint(classes)]
        far = sorted((classes for classes in short if wanted.isdisjoint(classes)), key=lambda c: (-len(c), c))
        chosen = np.array(sorted(wanted.union(*near, *far[:_OTHERS])), dtype=np.int64)
        matrix = part.matrix[:, np.searchsorted(part.classes, chosen)]
        bearing = np.flatnonzero(abs(matrix).sum(axis=1))
        return Part(chosen, matrix[bearing], tuple(part.rows[index] for index in bearing.tolist()))

    def _built(self, numbers: tuple[int, ...], classes: NDArray[np.int64]) -> Part:
        rows = tuple(row for number in numbers if number >= 0 for row in self.components[number])
        place = {number: column for column, number in enumerate(classes.tolist())}
        index = np.repeat(np.arange(len(rows)), [len(row.atoms) for row in rows])
        columns = np.array([place[number] for row in rows for number in row.atoms], dtype=np.int64)
        values = np.array([value for row in rows for value in row.atoms.values()], dtype=np.float64)
        return Part(classes, csr_array((values, (index, columns)), shape=(len(rows), len(classes))), rows)


def _containing(sets: Sequence[Collection[int]], atoms: int) -> list[list[int]]:
    """Per atom the sets it is in, ascending."""
    found: list[list[int]] = [[] for _ in range(atoms)]
    for index, members in enumerate(sets):
        for atom in set(members):
            found[atom].append(index)
    return found


def _classes(class_of: NDArray[np.int64], atoms: Collection[int]) -> list[int]:
    return sorted(
        {number for number in class_of[np.array(list(atoms), dtype=np.int64)].tolist() if number >= 0}
    )
