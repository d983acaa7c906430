"""A slow attacker and a slow optimum that share no thought with `analysis.disclosure`: every subset, by
rank."""

from collections.abc import Collection, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog


def derivable_groups(
    published: Sequence[Collection[int]], sizes: Sequence[int], k: int, insider: int | None = None
) -> set[frozenset[int]]:
    """Every set of atoms with 1 to k − 1 people whose indicator lies in the span of the published sums.

    With `insider` that atom's own sum is known too, and groups he is part of do not count.
    """
    atoms = len(sizes)
    rows = [[1.0 if atom in figure and sizes[atom] else 0.0 for atom in range(atoms)] for figure in published]
    if insider is not None:
        rows.append([float(atom == insider) for atom in range(atoms)])
    groups = np.array(list(product((0, 1), repeat=atoms)))
    people = groups @ np.asarray(sizes)
    groups = groups[(people > 0) & (people < k) & (groups[:, np.asarray(sizes) == 0] == 0).all(axis=1)]
    if insider is not None:
        groups = groups[groups[:, insider] == 0]
    outside = groups @ _null_space(np.array(rows).reshape(len(rows), atoms))
    return {frozenset(np.flatnonzero(group).tolist()) for group in groups[(abs(outside) < 1e-9).all(axis=1)]}


def weighted_groups(
    published: Sequence[Collection[int]], sizes: Sequence[int], k: int, insider: int | None = None
) -> set[frozenset[int]]:
    """Every set of atoms with 1 to k − 1 people that some combination of the published sums is about and nobody else:
    without their columns the sums have a lower rank. With `insider` his own sum is known too."""
    atoms = [atom for atom, n in enumerate(sizes) if n and atom != insider]
    table = [[float(atom in figure) for atom in atoms] for figure in published]
    rows = np.array(table).reshape(len(published), len(atoms))
    rank = np.linalg.matrix_rank(rows) if rows.size else 0
    found = set()
    for chosen in product((False, True), repeat=len(atoms)):
        group = frozenset(atom for atom, inside in zip(atoms, chosen, strict=True) if inside)
        if not 0 < sum(sizes[atom] for atom in group) < k:
            continue
        outside = rows[:, [not inside for inside in chosen]]
        if (np.linalg.matrix_rank(outside) if outside.size else 0) < rank:
            found.add(group)
    return found


def _null_space(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(matrix):
        return np.eye(matrix.shape[1])
    _, values, rows = np.linalg.svd(matrix, full_matrices=True)
    return rows[int((values > 1e-9).sum()) :].T


def is_safe(
    published: Sequence[Collection[int]], sizes: Sequence[int], k: int, alone: Collection[int] = ()
) -> bool:
    """No breach, neither from outside nor for any of the atoms in `alone`, who are one person each."""
    return not any(weighted_groups(published, sizes, k, insider) for insider in (None, *alone))


def cheapest(
    figures: Sequence[frozenset[int]],
    sizes: Sequence[int],
    k: int,
    *,
    alone: Collection[int] = (),
    always: Collection[int] = (),
    given: Sequence[frozenset[int]] = (),
) -> tuple[int, int]:
    """(respondents, figures) hidden at the least beyond the figures of fewer than k people, over all masks.

    always: figures that must be shown; given: what the attacker has besides.
    """
    people = [sum(sizes[atom] for atom in figure) for figure in figures]
    free = [i for i, n in enumerate(people) if n >= k and i not in always]
    options = []
    for mask in product((0, 1), repeat=len(free)):
        hidden = [i for i, out in zip(free, mask, strict=True) if out]
        options.append((sum(people[i] for i in hidden), len(hidden), hidden))
    for respondents, number, hidden in sorted(options):
        shown = [f for i, f in enumerate(figures) if people[i] >= k and i not in hidden]
        if is_safe([*given, *shown], sizes, k, alone):
            return respondents, number
    msg = "even hiding all is not safe"
    raise AssertionError(msg)


def mean_range(
    published: Sequence[Collection[int]],
    sizes: Sequence[int],
    sums: Sequence[float],
    group: Collection[int],
    scale: tuple[float, float],
) -> tuple[float, float]:
    """Least and largest mean of the group over all answers on the scale that fit what is published."""
    [found] = ranges_of_means(published, sizes, sums, [group], scale)
    return found


def ranges_of_means(
    published: Sequence[Collection[int]],
    sizes: Sequence[int],
    sums: Sequence[float],
    groups: Sequence[Collection[int]],
    scale: tuple[float, float],
) -> list[tuple[float, float]]:
    """Least and largest mean of each group: two programs a group, side by side in one, for each has its own answers."""
    atoms = range(len(sizes))
    rows = np.array([[float(atom in figure) for atom in atoms] for figure in published]).reshape(
        -1, len(sizes)
    )
    costs = [[sign * float(atom in group) for atom in atoms] for group in groups for sign in (1, -1)]
    box = [(scale[0] * n, scale[1] * n) for n in sizes]
    found = linprog(
        np.ravel(costs),
        A_eq=np.kron(np.eye(len(costs)), rows),
        b_eq=np.tile(rows @ sums, len(costs)),
        bounds=box * len(costs),
    )
    assert found.x is not None, found.message
    ends = (np.array(costs) * found.x.reshape(len(costs), -1)).sum(axis=1).reshape(-1, 2)
    people = [sum(sizes[atom] for atom in group) for group in groups]
    return [(float(low) / n, -float(high) / n) for (low, high), n in zip(ends, people, strict=True)]


def covers(parents: Sequence[int]) -> list[frozenset[int]]:
    """Per node of a tree: itself and all below."""
    below: list[set[int]] = [{node} for node in range(len(parents))]
    for node in range(len(parents)):
        up = parents[node]
        while up >= 0:
            below[up].add(node)
            up = parents[up]
    return [frozenset(nodes) for nodes in below]
