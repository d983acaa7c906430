"""What the outline page says of pairs: those that are chosen, and the indicators that can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.scorecards.cross_view.pair_plans import is_experienced
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode


@dataclass(frozen=True)
class PairLine:
    """A chosen pair. id: of the pair in the outline."""

    id: int
    experienced: OutlineNode
    measured: OutlineNode


@dataclass(frozen=True)
class PairChoices:
    """The card's indicators on each side, in its order. No pair can be made when one of them is empty."""

    experienced: Sequence[OutlineNode]
    measured: Sequence[OutlineNode]

    @property
    def are_enough(self) -> bool:
        return bool(self.experienced and self.measured)


def pair_lines(outline: CardOutline) -> list[PairLine]:
    nodes = {node.id: node for node in outline.indicators()}
    return [
        PairLine(each.id, nodes[each.experienced], nodes[each.measured])
        for each in outline.pairs
        if each.experienced in nodes and each.measured in nodes
    ]


def pair_choices(outline: CardOutline) -> PairChoices:
    nodes = outline.indicators()
    return PairChoices(
        [node for node in nodes if _is_experienced(node)],
        [node for node in nodes if not _is_experienced(node)],
    )


def _is_experienced(node: OutlineNode) -> bool:
    plan = node.indicator
    return plan is not None and is_experienced(plan.questionnaire, plan.measure)
