"""What a release would show and hide, worked out before it is made.

The states are those of the rows a release would write (`Composed.rows`), so the preview cannot say one thing
and the release do another.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.release.models import FigureKind, FigureStatus
from surveys.release.protection.composing import Composed, compose
from surveys.release.protection.merge_suggestions import merge_suggestions
from surveys.release.protection.release_preview import (
    HiddenCategory,
    HiddenUnit,
    MergeSuggestion,
    ReleasePreview,
)
from surveys.release.protection.suppression import Mask


def preview_release(session: Session, survey: Survey) -> ReleasePreview:
    """What a release of the counted survey would show and hide today, with what grouping would rescue.

    Writes nothing. Not for a request when the survey is large.
    """
    composed = compose(session, survey, spread=False)
    groups = frozenset(group.unit_id for group in survey.report_groups)
    return preview_of_composed(composed, merge_suggestions(composed, groups), groups)


@dataclass
class _States:
    """The measures of one unit or category by their state."""

    shown: int
    hidden: dict[str, str]

    def add(self, row: Mapping[str, Any]) -> None:
        if row["status"] == FigureStatus.SHOWN:
            self.shown += 1
        elif row["status"] == FigureStatus.HIDDEN:
            self.hidden[row["measure"]] = row["reason"]


def preview_of_composed(
    composed: Composed, found: Iterable[MergeSuggestion] = (), groups: Set[int] = frozenset()
) -> ReleasePreview:
    """The composed release in terms of what is shown and hidden. groups: unit ids that are merged others."""
    units: dict[int, _States] = defaultdict(lambda: _States(0, {}))
    categories: dict[tuple[str, str], _States] = defaultdict(lambda: _States(0, {}))
    for row in composed.rows():
        if row["kind"] == FigureKind.UNIT:
            units[row["unit_id"]].add(row)
        elif row["kind"] == FigureKind.BREAKDOWN:
            categories[row["breakdown"], row["category"]].add(row)
    hidden = tuple(_hidden_units(_Tree(composed), units))
    higher = {unit.unit_id for unit in hidden if unit.is_whole and unit.anchor_id not in groups}
    ids, placed = composed.gathered.tree.unit_ids, composed.gathered.responses.unit.tolist()
    return ReleasePreview(
        shown=sum(
            bool(states.shown and not states.hidden) for unit, states in units.items() if unit not in groups
        ),
        empty=sum(not states.shown and not states.hidden for states in units.values()),
        people=len(placed),
        higher_up=sum(ids[node] in higher for node in placed),
        measures=len(composed.gathered.measures),
        units=hidden,
        categories=tuple(
            HiddenCategory(breakdown, category, states.hidden, states.shown)
            for (breakdown, category), states in categories.items()
            if states.hidden
        ),
        suggestions=tuple(found),
        groups=tuple(sorted(groups)),
    )


@dataclass(frozen=True)
class _Tree:
    """Where the answers of hidden nodes stand instead."""

    composed: Composed

    @cached_property
    def node_of(self) -> Mapping[int, int]:
        return {unit: node for node, unit in enumerate(self.composed.gathered.tree.unit_ids)}

    @cached_property
    def mask_of(self) -> Mapping[str, Mask]:
        protected = self.composed.protected
        measures = protected.gathered.measures
        return {measure.key: mask for measure, mask in zip(measures, protected.mask_of, strict=True)}

    @cached_property
    def rest(self) -> Mapping[int, frozenset[tuple[int, int]]]:
        """Mask (by its identity) → (anchor, node) for every node with people in a published rest block."""
        tree = self.composed.gathered.tree
        return {
            id(mask): frozenset(
                (block.anchor, node)
                for block, _level in mask.blocks
                for member in block.members
                for node in takewhile(block.anchor.__ne__, tree.upwards(member))
            )
            for mask in self.composed.protected.masks
        }

    def instead(self, node: int, measure: str) -> tuple[int | None, bool]:
        """The nearest shown unit above, and whether the node's people stand in its rest block."""
        tree, mask = self.composed.gathered.tree, self.mask_of[measure]
        shown = mask.means.units.shown
        anchor = next((above for above in tree.upwards(node) if shown[above]), None)
        if anchor is None:
            return None, False
        return tree.unit_ids[anchor], (anchor, node) in self.rest[id(mask)]


def _hidden_units(tree: _Tree, units: Mapping[int, _States]) -> Iterator[HiddenUnit]:
    for unit_id, states in units.items():
        if states.hidden:
            anchor, in_rest = tree.instead(tree.node_of[unit_id], next(iter(states.hidden)))
            yield HiddenUnit(unit_id, states.hidden, states.shown, anchor, in_rest)
