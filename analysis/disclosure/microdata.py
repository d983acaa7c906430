"""Rows of answers for analysts, coarse enough that no unit and no combination of background stands for a few people.

Every respondent gets a unit and, where there is room, background. A *cell* is everybody with the same unit and the
same background. Cells of fewer than k people, and cells that say what no figure would, that all answered alike, are
made larger by moving their unit up to the nearest ancestor; where none is left, the smallest unit below is moved there
too. A background question that would take everybody to the top, or that gives a small group away together with
figures that are published already, is left out. What remains passes the exact attacker together with these figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.attacker import attack
from analysis.disclosure.detail import is_near_an_end, tells_all_alike

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Recoding:
    """node: (N,) the unit each row may carry, or −1 when the file may carry none.
    used: places of the background columns the file may carry.
    """

    node: NDArray[np.int64]
    used: tuple[int, ...]


def recode(
    parents: NDArray[np.int32],
    unit: NDArray[np.int32],
    shown: NDArray[np.bool_],
    background: Codes,
    scores: NDArray[np.float64],
    lengths: NDArray[np.float64],
    minimum_group: int,
    published: Sequence[NDArray[np.int64]] = (),
    in_detail: Sequence[NDArray[np.int64]] = (),
    least_rows: int | None = None,
    *,
    of_shares: bool = False,
) -> Recoding:
    """The finest units, and as many background columns, as keep every cell at k people or more.

    parents: (nodes,) the organisation tree. unit: (N,) node each respondent is placed on. shown: (nodes,) True where
    the unit's own figures are published: no row gets a finer unit than its nearest shown one.
    background: (N, V) codes, in the order they are wanted. scores: (N, M) shares of the scale, NaN for none; a cell of
    k people where fewer than k answered a measure is small too. lengths: (M,) of each measure's scale in answers.
    published: figures that are known, each as the indices of the respondents it sums over. in_detail: those of them
    whose exact spread is known; beside rows they may tell of no group of fewer than `least_rows`.
    least_rows: how many rows may look alike at least; the minimum group when None. of_shares: each measure is the share
    who gave one of the answers; that nobody gave it may be told (decision 054).

    Raises ValueError when fewer than k respondents answered, when all of them answered alike, or when even rows without
    units give a group away.

    >>> tree, people = np.array([-1, 0, 0], dtype=np.int32), np.repeat([1, 2], 5).astype(np.int32)
    >>> scores = np.array([[0.25], [0.5], [0.5], [0.75], [1.0]] * 2)
    >>> found = recode(tree, people, np.ones(3, bool), np.zeros((10, 0), int), scores, np.array([4.0]), 5)
    >>> found.node.tolist(), found.used
    ([1, 1, 1, 1, 1, 2, 2, 2, 2, 2], ())
    """
    least = max(minimum_group, least_rows or 0)
    if len(unit) < least:
        msg = f"{len(unit)} respondents, fewer than the minimum group of {least}"
        raise ValueError(msg)
    alone = np.bincount(unit)[unit] == 1
    told = tuple(published), tuple(in_detail)
    task = _Task(parents, scores, lengths, alone, minimum_group, least, *told, of_shares)
    start = np.array([task.nearest(node, shown) for node in range(len(parents))])[unit]
    best = task.settled(start, background[:, :0], shown)
    used: list[int] = []
    for column in range(background.shape[1]):
        node = task.settled(start, background[:, [*used, column]], shown)
        if node is not None and (node >= 0).all() and not task.at_top(node):
            best = node
            used.append(column)
    everybody = np.zeros(len(unit), dtype=np.int64)
    if best is None and task.is_alike(everybody).any():
        msg = "all respondents answered alike"
        raise ValueError(msg)
    if best is None and task.gives_away(everybody):
        msg = "what is published gives a small group away together with the sum of all rows"
        raise ValueError(msg)
    if best is None:
        return Recoding(np.full(len(unit), -1, dtype=np.int64), ())
    return Recoding(best, tuple(used))


@dataclass(frozen=True, eq=False)
class _Task:
    parents: NDArray[np.int32]
    scores: NDArray[np.float64]
    lengths: NDArray[np.float64]
    alone: NDArray[np.bool_]
    minimum_group: int
    least_rows: int
    published: tuple[NDArray[np.int64], ...]
    in_detail: tuple[NDArray[np.int64], ...]
    of_shares: bool

    def nearest(self, node: int, shown: NDArray[np.bool_]) -> int:
        """The node or its nearest shown ancestor; −1 when nothing above is shown."""
        while node >= 0 and not shown[node]:
            node = int(self.parents[node])
        return node

    def at_top(self, node: NDArray[np.int64]) -> bool:
        """True when the whole tree has become one unit, though there was more to tell."""
        return bool((self.parents[node] < 0).all()) and len(self.parents) > 1

    def settled(
        self, start: NDArray[np.int64], background: Codes, shown: NDArray[np.bool_]
    ) -> NDArray[np.int64] | None:
        """`start` with small cells moved up until none is left; None when that, or the attack, is of no avail."""
        node = start.copy()
        while True:
            cell, small = self._small_cells(node, background)
            if not small.any():
                break
            moved = np.unique(node[small[cell]])
            if (moved < 0).any():
                return None
            up = {
                int(one): self.nearest(int(self.parents[one]), shown)
                for one in moved
                if self.parents[one] >= 0
            }
            if not up and (partner := self._smallest_below(int(moved[0]), node, shown)) is not None:
                up = {partner: int(moved[0])}
            if not up:
                return None
            node = np.array([up.get(one, one) for one in node.tolist()], dtype=np.int64)
        return None if self.gives_away(cell) else node

    def _smallest_below(self, top: int, node: NDArray[np.int64], shown: NDArray[np.bool_]) -> int | None:
        """The unit with the fewest rows of those that would be moved to `top` next; None when there is none."""
        carried, rows = np.unique(node, return_counts=True)
        below = [
            (count, one)
            for one, count in zip(carried.tolist(), rows.tolist(), strict=True)
            if self.parents[one] >= 0 and self.nearest(int(self.parents[one]), shown) == top
        ]
        return min(below)[1] if below else None

    def is_alike(self, cell: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(cells,) whether its rows would say that all answered alike in some measure, which no figure says."""
        size = int(cell.max()) + 1
        alike = np.zeros(size, dtype=np.bool_)
        for scores, length in zip(self.scores.T, self.lengths.tolist(), strict=True):
            has = ~np.isnan(scores)
            n = np.bincount(cell[has], minlength=size).astype(np.float64)
            sums = np.bincount(cell[has], scores[has], size).astype(np.float64)
            squares = np.bincount(cell[has], scores[has] ** 2, size).astype(np.float64)
            alike |= (n > 0) & tells_all_alike(n, sums, squares, length) & ~self._is_rare(n, sums, length)
        return alike

    def _is_rare(self, n: NDArray[np.float64], sums: NDArray[np.float64], length: float) -> NDArray[np.bool_]:
        """(cells,) whether nobody, or hardly anybody, gave the answer that a share is of; what all gave has its own."""
        mean = sums / np.maximum(n, 1)
        return np.asarray(self.of_shares & (mean < 0.5) & is_near_an_end(mean, n, length))

    def _small_cells(
        self, node: NDArray[np.int64], background: Codes
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(N,) the cell of each row, and (cells,) whether too few are in it, or all of them answered alike."""
        _, cell = np.unique(np.column_stack([node, background]), axis=0, return_inverse=True)
        cell = cell.ravel()
        counts = self._per_group(cell)
        # Somebody alone in his unit knows his own row: the others of his cell must be enough without him.
        insiders = np.bincount(cell, self.alone) > 0
        least = self.least_rows + insiders[:, np.newaxis]
        return cell, np.asarray(((counts > 0) & (counts < least)).any(axis=1)) | self.is_alike(cell)

    def _per_group(self, group: NDArray[np.int64]) -> NDArray[np.int64]:
        """(groups, 1 + M) people, and people with a score in each measure."""
        size = int(group.max()) + 1
        people = np.bincount(group, minlength=size)
        scored = [np.bincount(group[column], minlength=size) for column in ~np.isnan(self.scores).T]
        return np.column_stack([people, *scored])

    def gives_away(self, cell: NDArray[np.int64]) -> bool:
        """Whether the cells and the published figures together give the sum of a small group, or the squares of few."""
        return self._gives(cell, self.published, self.minimum_group) or (
            bool(self.in_detail) and self._gives(cell, self.in_detail, self.least_rows)
        )

    def _gives(self, cell: NDArray[np.int64], published: Sequence[NDArray[np.int64]], least: int) -> bool:
        membership = np.zeros((len(cell), len(published)), dtype=np.bool_)
        for index, members in enumerate(published):
            membership[members, index] = True
        insider = np.where(self.alone, np.arange(len(cell)), -1)
        atoms, atom = np.unique(np.column_stack([cell, membership, insider]), axis=0, return_inverse=True)
        atom = atom.ravel()
        figures = [np.flatnonzero(atoms[:, 0] == number) for number in range(int(cell.max()) + 1)]
        figures += [np.flatnonzero(atoms[:, 1 + index]) for index in range(len(published))]
        rows = [figure.tolist() for figure in figures]
        patterns = np.unique(self._per_group(atom), axis=1)
        return any(attack(rows, sizes, least, one_person=atoms[:, -1] >= 0) for sizes in patterns.T)
