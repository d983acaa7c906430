"""Figures that no small group can weigh unlike, and the people who then need not be told apart.

A derivable group is a weighted sum of published figures: an atom's value is the sum of the weights of the figures
it is in, 1 inside the group and 0 outside. Take two figures a and b, and pairs of atoms that are in the same
figures except that one is in a and the other in b. Every pair's values differ by the same number, weight(a) −
weight(b). A group of fewer than k people leaves nearly all atoms outside, so with enough such pairs one pair lies
outside, both its values are 0, and the weights are equal. It is so too when both atoms of one pair have more than
k people. In the same way a figure weighs 0 when enough of its atoms have a twin that is only not in it.

Figures of equal weight are added up, figures that weigh 0 are left out, and atoms in the same sums become one.
Nothing is lost: every small group that the figures give away, these sums give away. What is left of a survey with
breakdowns is usually its tree alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

_WIDE = 16  # atoms in a figure worth comparing: fewer do not make enough pairs
_SEED = 1  # any random keys do


@dataclass(frozen=True)
class Sums:
    """Published figures as fewer sums over fewer atoms.

    members: per new atom its old ones, ascending; people: (new atoms,) in each.
    rows: per sum, new atom → how many times it is counted; figures: per sum the published figures added up.
    """

    members: tuple[tuple[int, ...], ...]
    people: NDArray[np.int64]
    rows: tuple[dict[int, int], ...]
    figures: tuple[tuple[int, ...], ...]


def merged(
    published: Sequence[Collection[int]], people: NDArray[np.int64], k: int, apart: Collection[int]
) -> Sums:
    """What the figures tell about groups of fewer than k people, in short.

    published: each figure as the atoms it sums over; people: (atoms,), atoms of nobody are ignored.
    apart: atoms of one person each that stay by themselves, because the person knows his own answer.

    >>> found = merged([{0, 1, 2}, {0, 2}], np.array([9, 3, 8]), 5, [])
    >>> found.members, found.people.tolist()  # nothing tells the units 0 and 2 apart
    (((1,), (0, 2)), [3, 17])
    """
    inside = _Incidence.of(published, people)
    weight = inside.weights(k)
    counted = weight[inside.figure] < inside.figures
    atom, number = inside.atom[counted], weight[inside.figure[counted]]
    present = np.flatnonzero(people > 0)
    members = _alike(present, atom, number, np.array(sorted(apart), dtype=np.int64), len(people))
    index = np.full(len(people), -1, dtype=np.int64)
    index[[atoms[0] for atoms in members]] = np.arange(len(members))
    rows: dict[int, dict[int, int]] = {}
    for at, of in zip(index[atom].tolist(), number.tolist(), strict=True):
        if at >= 0:
            row = rows.setdefault(of, {})
            row[at] = row.get(at, 0) + 1
    added: dict[int, list[int]] = {}
    for figure, of in enumerate(weight[: inside.figures].tolist()):
        added.setdefault(of, []).append(figure)
    sizes = np.array([people[atoms].sum() for atoms in members], dtype=np.int64)
    return Sums(
        tuple(tuple(atoms.tolist()) for atoms in members),
        sizes,
        tuple(rows.values()),
        tuple(tuple(added[of]) for of in rows),
    )


def _alike(
    present: NDArray[np.int64],
    atom: NDArray[np.int64],
    number: NDArray[np.int64],
    apart: NDArray[np.int64],
    atoms: int,
) -> list[NDArray[np.int64]]:
    """The present atoms in sets that are in the same sums, by two random keys for each sum: 128 bits."""
    most = int(number.max(initial=0)) + 1
    keys = np.random.default_rng(_SEED + 1).integers(1, 2**62, (2, most), dtype=np.int64)
    first, second, alone = (np.zeros(atoms, dtype=np.int64) for _ in range(3))
    np.add.at(first, atom, keys[0, number])
    np.add.at(second, atom, keys[1, number])
    alone[apart] = apart + 1
    own = np.column_stack([first, second, alone])
    order = present[np.lexsort(own[present].T)]
    starts = np.flatnonzero((np.diff(own[order], axis=0) != 0).any(axis=1)) + 1
    return [np.sort(group) for group in np.split(order, starts)] if len(order) else []


def unmerged(
    published: Sequence[Collection[int]], people: NDArray[np.int64], _k: int, _apart: Collection[int]
) -> Sums:
    """As `merged`, with every figure and every atom left as it is.

    >>> unmerged([{0, 1}, {0}], np.array([9, 3]), 5, []).rows
    ({0: 1, 1: 1}, {0: 1})
    """
    atoms = range(len(people))
    rows = tuple({atom: 1 for atom in set(figure) if people[atom]} for figure in published)
    return Sums(tuple((atom,) for atom in atoms), people, rows, tuple((i,) for i in range(len(published))))


@dataclass(frozen=True)
class _Incidence:
    """Which atoms stand in which figures: parallel arrays, by atom. people: (atoms,)."""

    atom: NDArray[np.int64]
    figure: NDArray[np.int64]
    people: NDArray[np.int64]
    figures: int

    @classmethod
    def of(cls, published: Sequence[Collection[int]], people: NDArray[np.int64]) -> "_Incidence":
        lengths = [len(atoms) for atoms in published]
        atom = np.fromiter(chain.from_iterable(published), np.int64, sum(lengths))
        figure = np.repeat(np.arange(len(published)), lengths)
        present = people[atom] > 0
        order = np.argsort(atom[present], kind="stable")
        return cls(atom[present][order], figure[present][order], people, len(published))

    def weights(self, k: int) -> NDArray[np.int64]:
        """Per figure the least figure that must weigh the same, or the number of figures where it must weigh 0."""
        equal = np.arange(self.figures + 1)
        keys = np.random.default_rng(_SEED).integers(1, 2**62, self.figures + 1, dtype=np.int64)
        wide = np.bincount(self.figure, minlength=self.figures + 1) > _WIDE
        while wide.any():
            found = self._equal_pairs(equal, keys, wide, k)
            joined = _joined(equal, found)
            if (joined == equal).all():
                break
            equal = joined
        return equal

    def _equal_pairs(
        self, equal: NDArray[np.int64], keys: NDArray[np.int64], wide: NDArray[np.bool_], k: int
    ) -> NDArray[np.int64]:
        """(pairs, 2) figures with equal weights; the last number stands for no figure.

        A set of figures is known by the sum of their random keys, modulo 2⁶⁴: among a survey's some ten thousand
        sets the chance that two are taken for one is about one in 10¹¹.
        """
        nothing = self.figures
        key_of = np.where(equal == nothing, 0, keys[equal])
        own = np.zeros(len(self.people), dtype=np.int64)
        np.add.at(own, self.atom, key_of[self.figure])
        atoms = self.atom[np.append(True, np.diff(self.atom) != 0)[: len(self.atom)]]
        names, first, index = np.unique(own[atoms], return_index=True, return_inverse=True)
        people = np.bincount(index, self.people[atoms], len(names)).astype(np.int64)
        chosen = np.isin(self.atom, atoms[first]) & wide[self.figure] & (equal[self.figure] != nothing)
        at = np.searchsorted(names, own[self.atom[chosen]])
        figure = equal[self.figure[chosen]]
        without = np.concatenate([names[at] - key_of[figure], names])
        figure = np.concatenate([figure, np.full(len(names), nothing)])
        size = np.concatenate([people[at], people])
        return _often_paired(without, figure, size, k, nothing + 1)


def _often_paired(
    without: NDArray[np.int64],
    figure: NDArray[np.int64],
    people: NDArray[np.int64],
    k: int,
    figures: int,
) -> NDArray[np.int64]:
    """Pairs of figures that enough pairs of atoms tell apart and nothing else does.

    without: what each atom is in besides the figure. An atom may be in two pairs of the same figures, and a
    group with one person's own answer touches k atoms, so 2k + 1 pairs are enough.
    """
    order = np.lexsort((figure, without))
    without, figure, large = without[order], figure[order], people[order] > k
    first = np.append(True, (np.diff(without) != 0) | (np.diff(figure) != 0))[: len(order)]
    without, figure, large = without[first], figure[first], large[first]
    pairs = [np.empty(0, dtype=np.int64)]
    certain = [np.empty(0, dtype=np.bool_)]
    for step in range(1, len(without)):
        same = np.flatnonzero(without[step:] == without[:-step])
        if not len(same):
            break
        pairs.append(figure[same] * figures + figure[same + step])
        certain.append(large[same] & large[same + step])
    codes, index, times = np.unique(np.concatenate(pairs), return_inverse=True, return_counts=True)
    both = np.bincount(index, np.concatenate(certain), len(codes)) > 0
    one, other = np.divmod(codes[both | (times > 2 * k)], figures)
    found: NDArray[np.int64] = np.column_stack([one, other])[one != other]
    return found


def _joined(equal: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """`equal` with the pairs joined: each set is known by its least member, but by the last number if in it."""
    leader = equal.tolist()
    last = len(leader) - 1

    def find(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    for one, other in pairs.tolist():
        low, high = sorted((find(one), find(other)))
        if high == last:
            low, high = high, low
        leader[high] = low
    return np.array([find(number) for number in range(len(leader))], dtype=np.int64)
