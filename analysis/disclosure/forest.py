"""A tree (or several) as a parent column: children, an order from the leaves up, and sums over subtrees."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Forest:
    """parents: (nodes,) parent index, −1 for a root; children: per node; bottom_up: all nodes, children
    first."""

    parents: NDArray[np.int32]
    children: tuple[tuple[int, ...], ...]
    bottom_up: tuple[int, ...]

    @classmethod
    def of(cls, parents: NDArray[np.int32]) -> "Forest":
        """Raises ValueError when a parent index is out of range or the parents form a cycle."""
        if ((parents < -1) | (parents >= len(parents))).any():
            msg = "a parent is out of range"
            raise ValueError(msg)
        children: list[list[int]] = [[] for _ in parents]
        order: list[int] = []
        for node, parent in enumerate(parents.tolist()):
            (children[parent] if parent >= 0 else order).append(node)
        for node in order:
            order.extend(children[node])
        if len(order) < len(parents):
            msg = "the parents form a cycle"
            raise ValueError(msg)
        return cls(parents, tuple(map(tuple, children)), tuple(reversed(order)))


def subtree_sums(forest: Forest, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum of `values` over each node's subtree; the first axis is the nodes.

    >>> subtree_sums(Forest.of(np.array([-1, 0, 0], dtype=np.int32)), np.array([1, 2, 3])).tolist()
    [6, 2, 3]
    """
    sums = values.astype(np.int64, copy=True)
    for node in forest.bottom_up:
        parent = forest.parents[node]
        if parent >= 0:
            sums[parent] += sums[node]
    return sums
