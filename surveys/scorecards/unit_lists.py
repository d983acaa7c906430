"""Which of many units a list shows: those that were searched for, those under one, or the top two levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from surveys.organisation.models import Unit
from surveys.organisation.tree import Node

UNITS_AT_ONCE: Final = 40
"""More than these are folded under their areas, or are on several pages when somebody searched."""


@dataclass(frozen=True)
class UnitList:
    """The units in the tree's order. folded: a unit's id → how many below it that are not shown.

    first: the number of the first one among the `total` that were found, from 1.
    """

    nodes: list[Node]
    folded: Mapping[int, int] = field(default_factory=dict)
    first: int = 1
    total: int = 0

    @property
    def last(self) -> int:
        return self.first + len(self.nodes) - 1


def one_page(found: UnitList, page: int) -> UnitList:
    """`UNITS_AT_ONCE` of them; page: from 1, and the nearest there is when it is not there."""
    total = len(found.nodes)
    pages = max(1, -(-total // UNITS_AT_ONCE))
    start = (min(max(page, 1), pages) - 1) * UNITS_AT_ONCE
    return replace(found, nodes=found.nodes[start : start + UNITS_AT_ONCE], first=start + 1, total=total)


def units_shown(tree: Sequence[Node], units: Mapping[int, Unit], asked: str, under: str) -> UnitList:
    """asked: part of a name or a code. under: a unit's code. The tree's order, never that of the values."""
    if asked:
        wanted = asked.casefold()
        return UnitList(
            [
                node
                for node in tree
                if wanted in node.name.casefold() or wanted == units[node.unit_id].code.casefold()
            ]
        )
    if under:
        return UnitList(_subtree(tree, units, under))
    if len(tree) <= UNITS_AT_ONCE:
        return UnitList(list(tree))
    folded: dict[int, int] = {}
    above = 0
    for node in tree:
        if node.depth <= 1:
            above = node.unit_id
        else:
            folded[above] = folded.get(above, 0) + 1
    return UnitList([node for node in tree if node.depth <= 1], folded)


def _subtree(tree: Sequence[Node], units: Mapping[int, Unit], code: str) -> list[Node]:
    found: list[Node] = []
    for node in tree:
        if found and node.depth <= found[0].depth:
            break
        if found or units[node.unit_id].code == code:
            found.append(node)
    return found
