"""The rule for one organisation tree, solved exactly: every residual block has nobody in it or at least k."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.forest import Forest, subtree_sums
from analysis.disclosure.optimum import TreeProgram
from analysis.suppression import PRIMARY, SECONDARY, SuppressionReason

CellStatus = Literal["shown", "hidden", "no_answers"]


@dataclass(frozen=True)
class Block:
    """The people of a shown node who stand under none of its shown descendants: «små enheter samlet».

    anchor: the shown node.
    members: the nodes whose directly placed respondents make up the block, ascending. `(anchor,)` alone means
        the people placed directly on the anchor.
    n: respondents in the block; with several measures the count of the measure with most of them.
    """

    anchor: int
    members: tuple[int, ...]
    n: int


@dataclass(frozen=True)
class Protection:
    """Which nodes of a tree are shown, and why the others are not.

    shown: (nodes,) bool.
    status: per node «shown», «hidden» or «no_answers» (nobody answered in the whole subtree).
    reason: per node None unless hidden: «small» when the node has fewer than k respondents itself,
        «protecting» when it is hidden so that another cannot be derived.
    n: respondents in each node's subtree, in the shape of `counts`: (nodes,) or (nodes, measures).
    blocks: the residual blocks that are neither empty nor a whole shown node, by anchor. Each may be
        published.
    """

    shown: NDArray[np.bool_]
    status: tuple[CellStatus, ...]
    reason: tuple[SuppressionReason | None, ...]
    n: NDArray[np.int64]
    blocks: tuple[Block, ...]

    @property
    def secondary(self) -> NDArray[np.bool_]:
        """(nodes,) True for figures hidden only to protect others: the cost of the protection."""
        return np.array([reason == SECONDARY for reason in self.reason], dtype=np.bool_)


def protect_tree(
    parents: NDArray[np.int32],
    counts: NDArray[np.int64],
    minimum_group: int,
    *,
    keep: NDArray[np.bool_] | None = None,
    keep_roots: bool = True,
) -> Protection:
    """The nodes of a tree (or forest) that may be shown, hiding as little as possible.

    Rule: each residual block is empty or has at least `minimum_group` respondents, and more than
    `minimum_group` when someone in it is the only respondent placed on his node (he would learn the sum of
    the others). Objective, in this order: fewest respondents summed over the figures hidden for protection,
    fewest such figures, fewest of them among `keep`. Exact by dynamic programming; time linear in nodes ×
    minimum_group.

    parents: (nodes,) index of each node's parent, −1 for a root; any order.
    counts: (nodes,) respondents placed directly on each node, ≥ 0; or (nodes, measures), where item
        non-response makes them differ: the mask then obeys the rule for every measure at once. A block's
        count is taken as the sum of its nodes' smallest counts, which is at most its smallest count, so the
        rule is kept and the mask is optimal when the measures agree. A measure asked of only some respondents
        belongs in a call of its own.
    minimum_group: k, at least 2.
    keep: (nodes,) True for nodes shown last time; decides between equally good solutions.
    keep_roots: show every root whose own figure obeys the rule, even if hiding it were cheaper.

    Raises ValueError for a parent out of range, a cycle, negative counts, or k below 2.

    >>> tree = np.array([-1, 0, 0, 0], dtype=np.int32)
    >>> found = protect_tree(tree, np.array([0, 9, 3, 8]), 5)
    >>> found.reason
    (None, None, 'small', 'protecting')
    >>> found.blocks  # «små enheter samlet»: the unit of three and the one that protects it
    (Block(anchor=0, members=(2, 3), n=11),)
    """
    forest = Forest.of(parents)
    table = _table(counts, len(parents))
    if minimum_group < 2:
        msg = f"minimum group is {minimum_group}; at least 2"
        raise ValueError(msg)
    shown = TreeProgram.of(forest, table, minimum_group, keep).solve(keep_roots=keep_roots)
    return describe_tree(forest, counts, shown, minimum_group)


def protect_measures(
    parents: NDArray[np.int32],
    counts: NDArray[np.int64],
    minimum_group: int,
    *,
    keep: NDArray[np.bool_] | None = None,
    keep_roots: bool = True,
) -> tuple[Protection, ...]:
    """One protection per column of `counts`, each optimal for its measure; hides less than one common mask.

    Each measure obeys the rule on its own figures. Use it only when no released measure is a linear
    combination of others (an overall index is): with unlike masks the index and nine factors would give away
    the tenth.

    >>> tree = np.array([-1, 0, 0], dtype=np.int32)
    >>> [one.shown.tolist() for one in protect_measures(tree, np.array([[0, 0], [9, 9], [8, 3]]), 5)]
    [[True, True, True], [True, False, False]]
    """
    table = _table(counts, len(parents))
    return tuple(
        protect_tree(parents, table[:, m], minimum_group, keep=keep, keep_roots=keep_roots)
        for m in range(table.shape[1])
    )


def _table(counts: NDArray[np.int64], nodes: int) -> NDArray[np.int64]:
    table = counts[:, None] if counts.ndim == 1 else counts
    if table.ndim != 2 or len(table) != nodes or table.shape[1] == 0:
        msg = f"counts are {counts.shape}, expected ({nodes},) or ({nodes}, measures)"
        raise ValueError(msg)
    if (table < 0).any():
        msg = "counts must not be negative"
        raise ValueError(msg)
    return table


def describe_tree(forest: Forest, counts: NDArray[np.int64], shown: NDArray[np.bool_], k: int) -> Protection:
    """The protection that a choice of shown nodes amounts to; `counts` as in `protect_tree`.

    >>> forest = Forest.of(np.array([-1, 0, 0], dtype=np.int32))
    >>> describe_tree(forest, np.array([0, 9, 3]), np.array([True, False, False]), 5).reason
    (None, 'protecting', 'small')
    """
    table = counts[:, None] if counts.ndim == 1 else counts
    totals = subtree_sums(forest, table)
    status: list[CellStatus] = []
    reason: list[SuppressionReason | None] = []
    for node_shown, n in zip(shown, totals, strict=True):
        status.append("shown" if node_shown else "hidden" if n.max() else "no_answers")
        reason.append(None if status[-1] != "hidden" else PRIMARY if n.min() < k else SECONDARY)
    blocks = residual_blocks(forest, table, shown)
    return Protection(shown, tuple(status), tuple(reason), totals.reshape(counts.shape), blocks)


def residual_blocks(
    forest: Forest, table: NDArray[np.int64], shown: NDArray[np.bool_], *, whole: bool = False
) -> tuple[Block, ...]:
    """The residual blocks with people in them, by anchor; those that are all of a shown node only if `whole`.

    table: (nodes, measures) respondents placed directly on each node.

    >>> forest = Forest.of(np.array([-1, 0, 0], dtype=np.int32))
    >>> residual_blocks(forest, np.array([[0], [9], [6]]), np.array([True, True, False]))
    (Block(anchor=0, members=(2,), n=6),)
    """
    anchor: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    split: set[int] = set()
    for node in reversed(forest.bottom_up):
        parent = int(forest.parents[node])
        above = anchor.get(parent, -1)
        if shown[node] and above >= 0:
            split.add(above)
        anchor[node] = node if shown[node] else above
        if anchor[node] >= 0 and table[node].any():
            members.setdefault(anchor[node], []).append(node)
    return tuple(
        Block(node, tuple(sorted(group)), int(table[group].sum(axis=0).max()))
        for node, group in sorted(members.items())
        if whole or node in split
    )
