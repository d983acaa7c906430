"""The other side of the table: what does everything that is out give away, whoever chose the figures?"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.attacker import Breach, attack
from analysis.disclosure.bounds import Answers, MeanRange, narrow_groups

_SEED = 3  # any random keys do: two of them for each figure, 128 bits
_WIDTHS = (1.0, 1.25, 1.5, 2.0, 3.0, 4.0)


def breaches(
    published: Sequence[Collection[int]],
    sizes: NDArray[np.int64],
    minimum_group: int,
    one_person: NDArray[np.bool_],
    *,
    shorten: bool = True,
) -> tuple[Breach, ...]:
    """As `attack`, without any search where no two people of a small group can be told from many others.

    Whatever is derived treats people alike that are in the same figures. So where everybody shares all his figures
    with more than k people in all, and so it is in a tree, no smaller group can be derived.

    >>> nobody_alone = np.zeros(3, dtype=bool)
    >>> [breach.members for breach in breaches([{0, 1, 2}, {0, 2}], np.array([9, 3, 8]), 5, nobody_alone)]
    [(1,)]
    """
    if not _small_classes(published, sizes, minimum_group, one_person):
        return ()
    return attack(published, sizes, minimum_group, one_person=one_person, shorten=shorten)


def _small_classes(
    published: Sequence[Collection[int]], sizes: NDArray[np.int64], k: int, one_person: NDArray[np.bool_]
) -> bool:
    """Whether some are in the same figures and are fewer than k, or k with one who is alone in his unit."""
    lengths = [len(atoms) for atoms in published]
    atom = np.fromiter(chain.from_iterable(published), np.int64, sum(lengths))
    keys = np.random.default_rng(_SEED).integers(1, 2**62, (2, len(published)), dtype=np.int64)
    marks = np.zeros((len(sizes), 2), dtype=np.int64)
    np.add.at(marks, atom, np.repeat(keys.T, lengths, axis=0))
    covered = np.unique(atom)
    if not len(covered):
        return False
    _, group = np.unique(marks[covered], axis=0, return_inverse=True)
    people = np.bincount(group.ravel(), sizes[covered])
    alone = np.bincount(group.ravel(), one_person[covered] & (sizes[covered] > 0)) > 0
    return bool(((people > 0) & (people < k + alone)).any())


def narrowest(
    published: Sequence[Collection[int]],
    sizes: NDArray[np.int64],
    groups: Sequence[Collection[int]],
    answers: Answers,
) -> MeanRange | None:
    """The hidden group whose mean is bounded most closely, exactly; None when all may lie anywhere on the scale.

    >>> answers = Answers(np.array([36.0, 15.0, 32.0]), 1, 5)
    >>> found = narrowest([{0, 1, 2}, {0}], np.array([9, 3, 8]), [{1}], answers)
    >>> (found.low, found.high) if found else None
    (2.333333333333333, 5.0)
    """
    for times in _WIDTHS:
        found = narrow_groups(published, sizes, groups, replace(answers, width=times * answers.least_width))
        if found:
            return min(found, key=lambda found: (found.width, found.members))
    return None
