"""The published sums as short equations between classes of people that no figure tells apart."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.disclosure.elimination import EquationRow, components

_TOLERANCE = 1e-7
_SHORT = 64  # classes: a unit's equation, not a whole breakdown's
_OTHERS = 20  # the same, in all
_OF_EACH = 15  # short equations with most classes in a long one, for evening it out
_SEED = 4  # any random keys do


@dataclass(frozen=True)
class Part:
    """The equations that bear on some groups: rows over classes, with the figures each was made of.

    matrix: a sparse array (equations, classes); typed loosely because scipy's stubs refuse it where scipy
        does not.
    """

    classes: NDArray[np.int64]
    matrix: Any
    rows: tuple[EquationRow, ...]

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
    components: tuple[tuple[EquationRow, ...], ...]
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
        in_figures, in_groups = _marks(published, len(sizes)), _marks(groups, len(sizes))
        _, kind = np.unique(in_figures[present], axis=0, return_inverse=True)
        both = np.column_stack([kind.ravel(), in_groups[present]])
        _, first, index = np.unique(both, axis=0, return_index=True, return_inverse=True)
        class_of = np.full(len(sizes), -1, dtype=np.int64)
        class_of[present] = index.ravel()
        alike = kind.ravel()[first]
        equations = list(_differences(_classes(class_of, published), len(alike)))
        connected = tuple(tuple(component) for component in components(equations))
        component_of = np.full(len(alike), -1, dtype=np.int64)
        for number, component in enumerate(connected):
            component_of[list(chain.from_iterable(row.atoms for row in component))] = number
        inside = tuple(_classes(class_of, groups))
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
        return _within(part, wanted.union(*near, *far[:_OTHERS]))

    def near(self, group: int) -> Part:
        """As `surroundings`, of one group: what can be reached when everybody else's sums are left as they are.

        With room for evening out in every long equation that bears on the classes nearby.
        """
        part = self.part((group,))
        short = [row for row in part.rows if len(row.atoms) <= _SHORT]
        wanted = set(self.groups[group].tolist())
        near = wanted.union(*(row.atoms for row in short if not wanted.isdisjoint(row.atoms)))
        row_of = np.full(len(self.alike), -1, dtype=np.int64)
        for index, row in enumerate(short):
            row_of[list(row.atoms)] = index
        chosen = set(near)
        for row in part.rows:
            if len(row.atoms) > _SHORT and not near.isdisjoint(row.atoms):
                places = row_of[np.fromiter(row.atoms, np.int64, len(row.atoms))]
                most = np.argsort(-np.bincount(places[places >= 0], minlength=1), kind="stable")[:_OF_EACH]
                chosen.update(*(short[index].atoms for index in most.tolist()) if short else ())
        return _within(part, chosen)

    def short_part(self, group: int) -> Part:
        """As `part`, with the short equations alone: no less can be reached when the others are forgotten."""
        inside = self.groups[group]
        of_class = self._short_component_of[inside]
        rows = tuple(
            row for number in np.unique(of_class).tolist() if number >= 0 for row in self._short[number]
        )
        reached = (np.array(list(row.atoms), dtype=np.int64) for row in rows)
        return _built(rows, np.unique(np.concatenate([inside, *reached])))

    def neighbourhood(self, group: int) -> int:
        """A number that is equal for groups whose first classes are in connected short equations."""
        return int(self._short_component_of[self.groups[group][0]])

    @cached_property
    def _short(self) -> list[list[EquationRow]]:
        return components(
            [row for component in self.components for row in component if len(row.atoms) <= _SHORT]
        )

    @cached_property
    def _short_component_of(self) -> NDArray[np.int64]:
        """(classes,) the set of connected short equations that bear on it, −1 for none."""
        found = np.full(len(self.alike), -1, dtype=np.int64)
        for number, component in enumerate(self._short):
            for row in component:
                found[list(row.atoms)] = number
        return found

    def _built(self, numbers: tuple[int, ...], classes: NDArray[np.int64]) -> Part:
        return _built(
            tuple(row for number in numbers if number >= 0 for row in self.components[number]), classes
        )


def _built(rows: tuple[EquationRow, ...], classes: NDArray[np.int64]) -> Part:
    """The equations over `classes`, ascending, which hold all that stand in them."""
    lengths = [len(row.atoms) for row in rows]
    index = np.repeat(np.arange(len(rows)), lengths)
    atoms = np.fromiter(chain.from_iterable(row.atoms for row in rows), np.int64, sum(lengths))
    values = np.fromiter(chain.from_iterable(row.atoms.values() for row in rows), np.float64, sum(lengths))
    columns = np.searchsorted(classes, atoms)
    return Part(classes, csr_array((values, (index, columns)), shape=(len(rows), len(classes))), rows)


def _within(part: Part, chosen: set[int]) -> Part:
    """The part's equations over some of its classes; everybody else's sums are left as they are."""
    classes = np.array(sorted(chosen), dtype=np.int64)
    matrix = part.matrix[:, np.searchsorted(part.classes, classes)]
    bearing = np.flatnonzero(abs(matrix).sum(axis=1))
    return Part(classes, matrix[bearing], tuple(part.rows[index] for index in bearing.tolist()))


def sums_of_others(published: Sequence[Collection[int]]) -> frozenset[int]:
    """Figures that are known to be the sum of others, or a part of such a sum; there may be more of them.

    >>> sorted(sums_of_others([{0, 1}, {0}, {1}]))
    [0, 1, 2]
    """
    figures = [np.fromiter(figure, np.int64, len(figure)) for figure in published]
    atoms = max((int(figure.max()) for figure in figures if len(figure)), default=-1) + 1
    found: set[int] = set()
    for figure, whole, left in _subtracted(figures, atoms):
        if not len(left):
            found |= {figure, *whole}
    return frozenset(found)


def _differences(figures: Sequence[NDArray[np.int64]], classes: int) -> Iterator[EquationRow]:
    """The same equations with figures that lie whole inside a larger one subtracted from it.

    In a tree every equation is then one residual block, so they are short and no class is in two of them.
    figures: each one's classes.
    """
    for figure, whole, left in _subtracted(figures, classes):
        if len(left):
            yield EquationRow(dict.fromkeys(left.tolist(), 1), {figure: 1, **dict.fromkeys(whole, -1)})


def _subtracted(
    figures: Sequence[NDArray[np.int64]], classes: int
) -> Iterator[tuple[int, list[int], NDArray[np.int64]]]:
    """Each figure, from small to large, the figures that lie whole inside it, and what is left of it."""
    largest = np.full(classes, -1, dtype=np.int64)
    size = np.zeros(len(figures) + 1, dtype=np.int64)
    for figure in sorted(range(len(figures)), key=lambda figure: len(figures[figure])):
        inside = figures[figure]
        around = largest[inside]
        if (around < 0).all():
            yield figure, [], inside
            size[figure] = len(inside)
            largest[inside] = figure
            continue
        seen, times = np.unique(around, return_counts=True)
        is_whole = (seen >= 0) & (size[seen] == times)
        whole = seen[is_whole]
        yield figure, whole.tolist(), inside[~np.isin(around, whole)] if len(whole) else inside
        if (is_whole | (seen < 0)).all():
            size[figure] = len(inside)
            largest[inside] = figure


def _marks(sets: Sequence[Collection[int]], atoms: int) -> NDArray[np.int64]:
    """(atoms, 2) equal for atoms in the same sets: sums of two random keys for each set, 128 bits."""
    lengths = [len(members) for members in sets]
    keys = np.random.default_rng(_SEED).integers(1, 2**62, (len(sets), 2), dtype=np.int64)
    atom = np.fromiter(chain.from_iterable(sets), np.int64, sum(lengths))
    marks = np.zeros((atoms, 2), dtype=np.int64)
    np.add.at(marks, atom, np.repeat(keys, lengths, axis=0))
    return marks


def _classes(class_of: NDArray[np.int64], sets: Sequence[Collection[int]]) -> list[NDArray[np.int64]]:
    """The classes of people in each set of atoms, ascending."""
    lengths = [len(members) for members in sets]
    found = class_of[np.fromiter(chain.from_iterable(sets), np.int64, sum(lengths))]
    most = int(class_of.max(initial=0)) + 1
    codes = np.unique((np.repeat(np.arange(len(sets)), lengths) * most + found)[found >= 0])
    starts = np.searchsorted(codes, np.arange(1, len(sets)) * most)
    return [part % most for part in np.split(codes, starts)] if sets else []
