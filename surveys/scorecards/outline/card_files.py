"""A card's plan as YAML, and YAML as an outline."""

from dataclasses import replace
from typing import Any, Final

import yaml

from questionnaires.source import read_document
from surveys.platform.typed_data import FileDataError, from_file, to_stored
from surveys.scorecards.card_plans import CardPlan
from surveys.scorecards.cross_view.pair_plans import pair_faults
from surveys.scorecards.outline.nodes import CardOutline, OutlineLevel, OutlineNode, with_nodes
from surveys.scorecards.outline.plans import outline_of_plan, plan_of_outline

_WANTED: Final = frozenset({"key", "title", "unit", "code", "source", "unit_of_measure"})
"""Fields that a file must have, even when nobody has filled them in yet."""


def yaml_of(plan: CardPlan) -> str:
    """The plan as `import-scorecard` reads it, without what is empty."""
    return yaml.safe_dump(_filled_in(to_stored(plan)), allow_unicode=True, sort_keys=False, width=110)


def _filled_in(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled_in(each) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: _filled_in(each) for name, each in value.items()}
    return {name: each for name, each in told.items() if name in _WANTED or each not in (None, "", [], {})}


def outline_of_file(content: bytes, name: str, draft: CardOutline, year: int) -> CardOutline:
    """The file as the draft's outline. Raises DefinitionError and FileDataError.

    An indicator with a code that the draft has is the same one.
    """
    plan = from_file(CardPlan, read_document(content, name).value)
    if faults := list(pair_faults(plan.pairs, plan.indicators())):
        raise FileDataError(faults)
    former = {node.code: node.former_code for node in draft.indicators()}

    def changed(node: OutlineNode) -> OutlineNode:
        return replace(node, former_code=former.get(node.code, "")) if node.indicator else node

    found = with_nodes(outline_of_plan(plan, year), changed)
    return replace(found, next_id=max(found.next_id, draft.next_id))


def is_same(before: CardOutline, after: CardOutline) -> bool:
    """Whether the outlines describe the same card, whatever their nodes are numbered."""
    one, other = (to_stored(plan_of_outline(each, "-", "-")) for each in (before, after))
    return bool(one == other)


def outline_differences(before: CardOutline, after: CardOutline) -> tuple[list[str], list[str]]:
    """The names of what only one of the outlines has: those that come, and those that go."""
    old, new = (
        [node.name for level, node in each.walk() if level is not OutlineLevel.FACTOR]
        for each in (before, after)
    )
    return [name for name in new if name not in old], [name for name in old if name not in new]
