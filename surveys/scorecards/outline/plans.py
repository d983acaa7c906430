"""An outline as a card's plan, and a plan as an outline: what a file, a template and the card itself have in common."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from surveys.platform.localisation import DEFAULT_LANGUAGE, localised
from surveys.scorecards.card_plans import (
    UNSTATED_YEAR,
    CardPlan,
    GoalPlan,
    IndicatorPlan,
    PerspectivePlan,
    SuccessFactorPlan,
    TargetPlan,
    Text,
)
from surveys.scorecards.cross_view.pair_plans import PairPlan
from surveys.scorecards.models import CardKind, IndicatorKind
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode, OutlinePair, indicator_of


def plan_of_outline(
    outline: CardOutline, key: str, unit: str, perspectives: Mapping[str, tuple[str, Text]] | None = None
) -> CardPlan:
    """The plan. perspectives: bokmål title → key and title of those on other cards already, which are the same ones."""
    known = perspectives or {}
    keys = _perspective_keys(outline.perspectives, {title: key for title, (key, _text) in known.items()})
    return CardPlan(
        key=key,
        title=outline.title,
        unit=unit,
        vision=outline.vision,
        kind=outline.kind,
        extends=outline.extends,
        pairs=_pair_plans(outline),
        perspectives=[
            PerspectivePlan(
                keys[node.id],
                # With the other languages that somebody gave it.
                known[_bokmaal(node)][1] if _bokmaal(node) in known else node.title,
                [_goal(outline, goal) for goal in node.children],
            )
            for node in outline.perspectives
        ],
    )


def _pair_plans(outline: CardOutline) -> list[PairPlan]:
    """Those whose indicators are still in the outline."""
    codes = {node.id: node.code for node in outline.indicators()}
    return [
        PairPlan(codes[each.experienced], codes[each.measured])
        for each in outline.pairs
        if each.experienced in codes and each.measured in codes
    ]


def _bokmaal(node: OutlineNode) -> str:
    return node.title.get(DEFAULT_LANGUAGE) or localised(node.title)


def _goal(outline: CardOutline, node: OutlineNode) -> GoalPlan:
    factors = [
        SuccessFactorPlan(factor.title, [_indicator(outline, each) for each in factor.children])
        for factor in node.children
    ]
    return GoalPlan(node.code, node.title, factors)


def _indicator(outline: CardOutline, node: OutlineNode) -> IndicatorPlan:
    plan = indicator_of(node)
    if outline.unit_type:
        plan = replace(plan, unit_types=(outline.unit_type,))
    if outline.kind is CardKind.STATISTICS:
        plan = replace(plan, kind=IndicatorKind.DEVELOPMENT)
    return replace(plan, targets=()) if plan.kind is IndicatorKind.DEVELOPMENT else plan


def _perspective_keys(nodes: Sequence[OutlineNode], known: Mapping[str, str]) -> dict[int, str]:
    """Node id → key. A perspective that was renamed is another one: the old title stays on other cards."""
    found: dict[int, str] = {}
    for node in nodes:
        title = _bokmaal(node)
        key = known.get(title)
        if key is None:
            taken = {*found.values(), *known.values()}
            base = slug(title) or "perspektiv"
            tried = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
            key = next(each for each in tried if each not in taken)
        found[node.id] = key
    return found


def slug(text: str) -> str:
    """«Økonomi og nærvær» → «okonomi-og-naervaer»: for keys, which are part of addresses."""
    plain = text.casefold().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def outline_of_plan(plan: CardPlan, year: int, *, is_standing: bool = False) -> CardOutline:
    """The outline. Ambition levels without a year hold from `year`. is_standing: the codes are those of the card."""
    ids = count(1)
    perspectives = tuple(_perspective_node(each, ids, year, is_standing) for each in plan.perspectives)
    types = {tuple(each.unit_types) for each in plan.indicators()}
    common = types.pop() if len(types) == 1 else ()
    return CardOutline(
        title=plan.title,
        vision=plan.vision,
        kind=plan.kind,
        extends=plan.extends,
        unit_type=common[0] if len(common) == 1 else "",
        perspectives=perspectives,
        pairs=_outline_pairs(plan, perspectives, ids),
        next_id=next(ids),
    )


def _outline_pairs(
    plan: CardPlan, perspectives: Sequence[OutlineNode], ids: Iterator[int]
) -> tuple[OutlinePair, ...]:
    """A pair with a code that the card does not have is left out."""
    nodes = {node.code: node.id for node in CardOutline(perspectives=tuple(perspectives)).indicators()}
    return tuple(
        OutlinePair(next(ids), nodes[each.experienced], nodes[each.measured])
        for each in plan.pairs
        if each.experienced in nodes and each.measured in nodes
    )


def _perspective_node(plan: PerspectivePlan, ids: Iterator[int], year: int, is_standing: bool) -> OutlineNode:
    goals = tuple(
        OutlineNode(
            next(ids),
            goal.title,
            goal.code,
            children=tuple(
                OutlineNode(
                    next(ids),
                    factor.title,
                    children=tuple(
                        OutlineNode(
                            next(ids),
                            each.title,
                            each.code,
                            former_code=each.code if is_standing else "",
                            indicator=each
                            if is_standing
                            else replace(each, targets=_dated(each.targets, year)),
                        )
                        for each in factor.indicators
                    ),
                )
                for factor in goal.success_factors
            ),
        )
        for goal in plan.goals
    )
    return OutlineNode(next(ids), plan.title, children=goals)


def _dated(targets: Sequence[TargetPlan], year: int) -> tuple[TargetPlan, ...]:
    return tuple(
        replace(target, from_year=year) if target.from_year == UNSTATED_YEAR else target for target in targets
    )
