"""The attacker's short way when the published figures are nested like a tree: look at every residual block.

Then every group that can be derived is a union of residual blocks (a figure minus the figures next inside
it), in every measure, so the smallest blocks are all there is to look at.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.attacker import Breach


def nesting(published: Sequence[Collection[int]], atoms: int) -> list[int] | None:
    """Per figure the smallest figure around it (−1 for none); None when two figures overlap.

    >>> nesting([{0, 1, 2}, {0, 1}], 3), nesting([{0, 1}, {1, 2}], 3)
    ([-1, 0], None)
    """
    innermost = np.full(atoms, -1, dtype=np.int64)
    around = [-1] * len(published)
    for figure in sorted(range(len(published)), key=lambda figure: -len(published[figure])):
        inside = np.fromiter(published[figure], np.int64, len(published[figure]))
        outer = innermost[inside]
        if len(inside) and (outer != outer[0]).any():
            return None
        around[figure] = int(outer[0]) if len(inside) else -1
        innermost[inside] = figure
    return around


def attack_nested(
    published: Sequence[Collection[int]],
    around: Sequence[int],
    sizes: NDArray[np.int64],
    minimum_group: int,
    one_person: NDArray[np.bool_] | None = None,
) -> list[Breach]:
    """As `attack`, for nested figures and for every measure at once.

    published: figures of atoms; around: from `nesting`; sizes: (atoms, measures). A block is reported once,
        in the
    first measure in which it is a breach.

    >>> figures = [{0, 1, 2}, {0, 2}]
    >>> [breach.members for breach in attack_nested(figures, nesting(figures, 3) or [], np.array([[9], [3], [8]]), 5)]
    [(1,)]
    """
    inner: dict[int, list[int]] = {}
    for figure, outer in enumerate(around):
        inner.setdefault(outer, []).append(figure)
    alone = np.zeros(len(sizes), dtype=np.bool_) if one_person is None else one_person
    breaches = []
    for figure, atoms in enumerate(published):
        inside = inner.get(figure, [])
        rest = set(atoms).difference(*(published[other] for other in inside))
        if rest:
            block = np.array(sorted(rest))
            found = _small_in_some_measure(block, sizes[block], minimum_group, alone[block])
            if found is not None:
                members, n, insider = found
                figures = ((figure, Fraction(1)), *((other, Fraction(-1)) for other in inside))
                breaches.append(Breach(members, n, figures, insider))
    return breaches


def _small_in_some_measure(
    block: NDArray[np.int64], sizes: NDArray[np.int64], k: int, alone: NDArray[np.bool_]
) -> tuple[tuple[int, ...], int, int | None] | None:
    """The block's people in a measure in which they are too few: who, how many, and the insider it takes."""
    people = sizes.sum(axis=0)
    for measure in np.flatnonzero((people > 0) & (people <= k)).tolist():
        there = sizes[:, measure] > 0
        insiders = block[alone & (sizes[:, measure] == 1)]
        members = tuple(block[there].tolist())
        if people[measure] < k:
            return members, int(people[measure]), None
        if len(insiders):
            one = int(insiders[0])
            return tuple(atom for atom in members if atom != one), k - 1, one
    return None
