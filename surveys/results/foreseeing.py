"""What a release would show and hide, foreseen before it is made. No value of any figure stands in it.

The states are those of the rows a release would write (`figuring.figure_rows`), so the preview cannot say one thing
and the release do another.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.results.models import FigureKind, FigureStatus, Release, Response

if TYPE_CHECKING:
    from surveys.results.composing import Composed
    from surveys.results.protecting import Mask


@dataclass(frozen=True)
class HiddenUnit:
    """A unit with at least one measure that would be hidden.

    hidden: measure → reason. shown: how many measures it would show. anchor_id: the nearest unit above with figures
    that its answers count in, None when there is none. in_rest: whether they also stand there as «Små enheter samlet».
    """

    unit_id: int
    hidden: Mapping[str, str]
    shown: int
    anchor_id: int | None
    in_rest: bool

    @property
    def reason(self) -> str:
        """«small» when every hidden measure is; as the unit's own page will say it."""
        return "small" if set(self.hidden.values()) == {"small"} else "protecting"

    @property
    def is_whole(self) -> bool:
        return not self.shown


@dataclass(frozen=True)
class HiddenCategory:
    """A category of a breakdown at the top with at least one measure that would be hidden."""

    breakdown: str
    category: str
    hidden: Mapping[str, str]
    shown: int


@dataclass(frozen=True)
class Rescue:
    """Sibling units that would be shown together if the report merged them.

    people: respondents in them; gained: those of them whose nearest shown unit would become smaller.
    """

    unit_ids: tuple[int, ...]
    parent_id: int
    people: int
    gained: int


@dataclass(frozen=True)
class Foreseen:
    """shown: units that would show every measure they have answers to. empty: units nobody answered in.

    people: respondents; higher_up: those placed on a unit that would show nothing, alone or merged. measures: how many
    a unit has. groups: the units that are merged others, which are not counted as units.
    """

    shown: int
    empty: int
    people: int
    higher_up: int
    measures: int
    units: tuple[HiddenUnit, ...]
    categories: tuple[HiddenCategory, ...]
    rescues: tuple[Rescue, ...] = ()
    groups: tuple[int, ...] = ()

    @property
    def whole(self) -> list[HiddenUnit]:
        """The units that would show nothing, not even merged with others."""
        return [
            unit
            for unit in self.units
            if unit.is_whole and unit.unit_id not in self.groups and unit.anchor_id not in self.groups
        ]

    @property
    def hidden_groups(self) -> frozenset[int]:
        """The merged units that would show nothing all the same."""
        return frozenset(unit.unit_id for unit in self.units if unit.is_whole and unit.unit_id in self.groups)

    @property
    def merged(self) -> list[HiddenUnit]:
        """The units that would show nothing alone and stand in a merged result."""
        return [unit for unit in self.units if unit.is_whole and unit.anchor_id in self.groups]

    @property
    def partly(self) -> list[HiddenUnit]:
        return [unit for unit in self.units if not unit.is_whole]

    @property
    def answered(self) -> int:
        """Units somebody answered in."""
        return self.shown + sum(unit.unit_id not in self.groups for unit in self.units)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Foreseen":
        return cls(
            **{
                **content,
                "units": tuple(HiddenUnit(**unit) for unit in content["units"]),
                "groups": tuple(content["groups"]),
                "categories": tuple(HiddenCategory(**category) for category in content["categories"]),
                "rescues": tuple(
                    Rescue(**{**rescue, "unit_ids": tuple(rescue["unit_ids"])})
                    for rescue in content["rescues"]
                ),
            }
        )


def foresee(session: Session, survey: Survey) -> Foreseen:
    """What a release of the counted survey would show and hide today, with what grouping would rescue.

    Writes nothing. Not for a request when the survey is large.
    """
    from surveys.results.composing import compose
    from surveys.results.rescuing import rescues

    composed = compose(session, survey, spread=False)
    groups = frozenset(group.unit_id for group in survey.report_groups)
    return foreseen(composed, rescues(composed, groups), groups)


def basis_of(session: Session, survey: Survey) -> str:
    """What a preview follows from, as a short text: tree, minimum group, answers and the series' releases."""
    answers = session.scalar(select(func.count()).where(Response.survey_id == survey.id))
    last = session.scalar(
        select(func.max(Release.id))
        .join(Survey, Survey.id == Release.survey_id)
        .where(Survey.series_id == survey.series_id)
    )
    tree = sorted((unit.unit_id, unit.parent_id or 0, unit.type) for unit in survey.units)
    told = repr((tree, survey.minimum_group, answers, last))
    return hashlib.sha256(told.encode()).hexdigest()


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


def foreseen(composed: "Composed", found: Iterable[Rescue] = (), groups: Set[int] = frozenset()) -> Foreseen:
    """The composed release in terms of what is shown and hidden. groups: unit ids that are merged others."""
    from surveys.results.figuring import figure_rows

    units: dict[int, _States] = defaultdict(lambda: _States(0, {}))
    categories: dict[tuple[str, str], _States] = defaultdict(lambda: _States(0, {}))
    for row in figure_rows(composed.protected):
        if row["kind"] == FigureKind.UNIT:
            units[row["unit_id"]].add(row)
        elif row["kind"] == FigureKind.BREAKDOWN:
            categories[row["breakdown"], row["category"]].add(row)
    hidden = tuple(_hidden_units(_Tree(composed), units))
    higher = {unit.unit_id for unit in hidden if unit.is_whole and unit.anchor_id not in groups}
    ids, placed = composed.gathered.tree.unit_ids, composed.gathered.responses.unit.tolist()
    return Foreseen(
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
        rescues=tuple(found),
        groups=tuple(sorted(groups)),
    )


@dataclass(frozen=True)
class _Tree:
    """Where the answers of hidden nodes stand instead."""

    composed: "Composed"

    @cached_property
    def node_of(self) -> Mapping[int, int]:
        return {unit: node for node, unit in enumerate(self.composed.gathered.tree.unit_ids)}

    @cached_property
    def mask_of(self) -> "Mapping[str, Mask]":
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
