"""A card that is being set up, as its outline: perspektiv → mål → kritisk suksessfaktor → indikator.

Everything is a frozen value: an edit gives another outline. What is not filled in yet is allowed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from surveys.platform.localisation import DEFAULT_LANGUAGE, localised
from surveys.scorecards.card_plans import IndicatorPlan, Text
from surveys.scorecards.models import CardKind


class OutlineLevel(IntEnum):
    """Depth in the outline."""

    PERSPECTIVE = 0
    GOAL = 1
    FACTOR = 2
    INDICATOR = 3

    @property
    def has_code(self) -> bool:
        return self in {OutlineLevel.GOAL, OutlineLevel.INDICATOR}


@dataclass(frozen=True)
class OutlineNode:
    """A perspective, a goal, a success factor or an indicator, and what is under it.

    former_code: the code of an indicator when the version began.
    indicator: everything else about an indicator; its own code and title are not used.
    """

    id: int
    title: Text = field(default_factory=dict)
    code: str = ""
    former_code: str = ""
    indicator: IndicatorPlan | None = None
    children: tuple["OutlineNode", ...] = ()

    @property
    def name(self) -> str:
        """«M1 Nærvær»."""
        return f"{self.code} {localised(self.title)}".strip()


def indicator_of(node: OutlineNode) -> IndicatorPlan:
    """Everything about an indicator. Raises ValueError for another node."""
    if node.indicator is None:
        raise ValueError(node.id)
    return replace(node.indicator, code=node.code, title=node.title)


@dataclass(frozen=True)
class OutlinePair:
    """Two indicators that are read beside each other, by the ids of their nodes. id: of the pair itself."""

    id: int
    experienced: int
    measured: int


@dataclass(frozen=True)
class CardOutline:
    """The whole card. unit_type: every row is for units of this type only; «» for all.

    next_id: no node and no pair has it.
    """

    title: Text = field(default_factory=dict)
    vision: Text = field(default_factory=dict)
    kind: CardKind = CardKind.STEERING
    extends: bool = False
    unit_type: str = ""
    perspectives: tuple[OutlineNode, ...] = ()
    pairs: tuple[OutlinePair, ...] = ()
    next_id: int = 1

    def walk(self) -> Iterator[tuple[OutlineLevel, OutlineNode]]:
        """Every node with its level, in the card's order."""
        yield from _walk(self.perspectives, OutlineLevel.PERSPECTIVE)

    def indicators(self) -> list[OutlineNode]:
        return [node for level, node in self.walk() if level is OutlineLevel.INDICATOR]

    def find(self, node_id: int) -> tuple[OutlineLevel, OutlineNode] | None:
        return next((found for found in self.walk() if found[1].id == node_id), None)


def _walk(nodes: tuple[OutlineNode, ...], level: OutlineLevel) -> Iterator[tuple[OutlineLevel, OutlineNode]]:
    for node in nodes:
        yield level, node
        if level is not OutlineLevel.INDICATOR:
            yield from _walk(node.children, OutlineLevel(level + 1))


NodeChange = Callable[[OutlineNode], OutlineNode]


def with_nodes(outline: CardOutline, change: NodeChange) -> CardOutline:
    """The outline with every node changed, children first."""
    return replace(outline, perspectives=_changed(outline.perspectives, change))


def _changed(nodes: tuple[OutlineNode, ...], change: NodeChange) -> tuple[OutlineNode, ...]:
    return tuple(change(replace(node, children=_changed(node.children, change))) for node in nodes)


def reworded(text: Text, typed: str) -> Text:
    """The text as it was typed. Other languages are kept only where the wording on the page is what it was."""
    typed = " ".join(typed.split())
    if typed == localised(text):
        return text
    return {DEFAULT_LANGUAGE: typed} if typed else {}


def siblings_of(outline: CardOutline, node_id: int) -> tuple[OutlineNode, ...]:
    """The node's level under its parent, with itself; () for no such node."""
    groups: list[tuple[OutlineNode, ...]] = [outline.perspectives]
    groups += [node.children for _level, node in outline.walk()]
    return next((group for group in groups if any(node.id == node_id for node in group)), ())


def with_siblings(
    outline: CardOutline, node_id: int, change: Callable[[tuple[OutlineNode, ...]], tuple[OutlineNode, ...]]
) -> CardOutline:
    """The outline with the group that the node is in replaced."""
    group = siblings_of(outline, node_id)
    if not group:
        return outline
    if group is outline.perspectives:
        return replace(outline, perspectives=change(group))

    def changed(node: OutlineNode) -> OutlineNode:
        is_parent = any(child.id == node_id for child in node.children)
        return replace(node, children=change(node.children)) if is_parent else node

    return with_nodes(outline, changed)
