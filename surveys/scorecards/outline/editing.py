"""What can be done to an outline: a node is added, moved up or down, or removed. Each gives another outline."""

import re
from dataclasses import replace

from surveys.scorecards.card_plans import IndicatorPlan
from surveys.scorecards.outline.nodes import (
    CardOutline,
    OutlineLevel,
    OutlineNode,
    OutlinePair,
    siblings_of,
    with_nodes,
    with_siblings,
)


def blank_indicator() -> IndicatorPlan:
    """What an indicator is before anybody has said anything of it."""
    return IndicatorPlan(code="", title={}, source="", unit_of_measure="")


def added(outline: CardOutline, parent_id: int | None) -> CardOutline:
    """With an empty node last under the parent; None: a perspective. Nothing changes when there is no such parent."""
    node_id = outline.next_id
    if parent_id is None:
        node = OutlineNode(node_id)
        return replace(outline, perspectives=(*outline.perspectives, node), next_id=node_id + 1)
    found = outline.find(parent_id)
    if found is None or found[0] is OutlineLevel.INDICATOR:
        return outline
    level, parent = OutlineLevel(found[0] + 1), found[1]
    node = OutlineNode(
        node_id,
        code=_next_code(outline, level, parent),
        indicator=blank_indicator() if level is OutlineLevel.INDICATOR else None,
    )

    def changed(each: OutlineNode) -> OutlineNode:
        return replace(each, children=(*each.children, node)) if each.id == parent_id else each

    return replace(with_nodes(outline, changed), next_id=node_id + 1)


def moved(outline: CardOutline, node_id: int, steps: int) -> CardOutline:
    """The node one step up (−1) or down (+1) among its siblings; it stays where there is no room."""
    group = siblings_of(outline, node_id)
    index = next((index for index, node in enumerate(group) if node.id == node_id), None)
    if index is None or not 0 <= index + steps < len(group):
        return outline

    def changed(nodes: tuple[OutlineNode, ...]) -> tuple[OutlineNode, ...]:
        order = list(nodes)
        order.insert(index + steps, order.pop(index))
        return tuple(order)

    return with_siblings(outline, node_id, changed)


def removed(outline: CardOutline, node_id: int) -> CardOutline:
    """Without the node, what is under it and the pairs that it was in."""
    left = with_siblings(outline, node_id, lambda nodes: tuple(node for node in nodes if node.id != node_id))
    nodes = {node.id for node in left.indicators()}
    return replace(
        left, pairs=tuple(each for each in left.pairs if {each.experienced, each.measured} <= nodes)
    )


def with_indicator(outline: CardOutline, node_id: int, plan: IndicatorPlan) -> CardOutline:
    """With everything about an indicator replaced, its code and title too."""

    def changed(node: OutlineNode) -> OutlineNode:
        if node.id != node_id:
            return node
        return replace(node, code=plan.code, title=plan.title, indicator=plan)

    return with_codes_followed(outline, with_nodes(outline, changed))


def with_pair(outline: CardOutline, experienced: int, measured: int) -> CardOutline:
    """With the two indicators read beside each other. Nothing changes when they are already, or are not both there."""
    nodes = {node.id for node in outline.indicators()}
    known = {(each.experienced, each.measured) for each in outline.pairs}
    if not {experienced, measured} <= nodes or (experienced, measured) in known:
        return outline
    pair = OutlinePair(outline.next_id, experienced, measured)
    return replace(outline, pairs=(*outline.pairs, pair), next_id=outline.next_id + 1)


def without_pair(outline: CardOutline, pair_id: int) -> CardOutline:
    return replace(outline, pairs=tuple(each for each in outline.pairs if each.id != pair_id))


def with_codes_followed(before: CardOutline, after: CardOutline) -> CardOutline:
    """With the rules that name an indicator following it to its new code."""
    codes = {node.id: node.code for node in after.indicators()}
    renamed = {
        node.code: codes[node.id]
        for node in before.indicators()
        if node.code and codes.get(node.id) and codes[node.id] != node.code
    }

    def changed(node: OutlineNode) -> OutlineNode:
        rule = node.indicator.aggregation if node.indicator else None
        if node.indicator is None or rule is None:
            return node
        followed = replace(
            rule,
            weight=renamed.get(rule.weight, rule.weight),
            numerator=renamed.get(rule.numerator, rule.numerator),
            denominator=renamed.get(rule.denominator, rule.denominator),
        )
        return replace(node, indicator=replace(node.indicator, aggregation=followed))

    return with_nodes(after, changed) if renamed else after


def _next_code(outline: CardOutline, level: OutlineLevel, parent: OutlineNode) -> str:
    """A suggestion: «M.1.3» after «M.1.2», «M.1.1» first under the goal «M.1», or «» with nothing to go by."""
    if not level.has_code:
        return ""
    used = {node.code for _level, node in outline.walk()}
    if level is OutlineLevel.GOAL:
        before = [node.code for node in parent.children if node.code]
    else:
        goal = next(
            node
            for at, node in outline.walk()
            if at is OutlineLevel.GOAL and any(factor.id == parent.id for factor in node.children)
        )
        before = [node.code for factor in goal.children for node in factor.children if node.code]
        before = before or ([f"{goal.code}.0"] if goal.code else [])
    parts = re.fullmatch(r"(.*?)(\d+)", before[-1]) if before else None
    if parts is None:
        return ""
    number = int(parts[2]) + 1
    while f"{parts[1]}{number}" in used:
        number += 1
    return f"{parts[1]}{number}"
