"""Which of many units a list shows: those that were searched for, those under one, or the top two levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from surveys.organisation.models import Unit
from surveys.organisation.tree import Node

UNITS_AT_ONCE: Final = 40
"""More than these are folded under their areas."""


@dataclass(frozen=True)
class UnitList:
    """The units in the tree's order. folded: a unit's id → how many below it that are not shown."""

    nodes: list[Node]
    folded: Mapping[int, int] = field(default_factory=dict)


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
