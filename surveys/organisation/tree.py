"""The organisation tree as a picture: who stands under whom, in the order pages show it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surveys.platform.localisation import alphabetical


@dataclass(frozen=True)
class Node:
    """A unit in a tree: `depth` 0 is the top."""

    unit_id: int
    parent_id: int | None
    name: str
    type: str
    depth: int


def in_order(rows: Iterable[tuple[int, int | None, str, str]]) -> list[Node]:
    """(unit id, parent id, name, type) rows as a depth-first list, siblings in Norwegian alphabetical order.

    A unit whose parent is not among the rows stands at the top.
    """
    listed = list(rows)
    known = {row[0] for row in listed}
    children: Mapping[int | None, list[tuple[int, int | None, str, str]]] = defaultdict(list)
    for row in listed:
        children[row[1] if row[1] in known else None].append(row)
    ordered: list[Node] = []
    waiting = [(row, 0) for row in sorted(children[None], key=lambda row: alphabetical(row[2]), reverse=True)]
    while waiting:
        row, depth = waiting.pop()
        ordered.append(Node(*row, depth))
        below = sorted(children[row[0]], key=lambda row: alphabetical(row[2]), reverse=True)
        waiting += [(child, depth + 1) for child in below]
    return ordered
