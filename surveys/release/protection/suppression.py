"""What may be shown of a survey: one mask for the measures that the same people have answered.

Pure: arrays in, masks out. Every mask covers units, rest blocks and breakdowns together (`analysis.disclosure`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Block, Category, Protection, Respondents, SurveyProtection
from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from analysis.disclosure.survey import Cells, protect_cells
from analysis.precision import EXACT_FROM
from analysis.responses import Responses
from surveys.counting.loading import SurveyTree
from surveys.release.measures import Measure, MeasureKind, answer_length, are_shares, measures_of
from surveys.release.protection.breakdowns import Breakdown, background_of, unit_types
from surveys.release.protection.left_blank import BlankMask, left_blank, level_of_every_answer
from surveys.release.protection.nameless import without_the_nameless
from surveys.release.protection.prior_knowledge import PriorKnowledge, RespondentIndices
from surveys.release.protection.spread_rules import (
    FigureDetail,
    MaskedFigures,
    ShownDetail,
    ShownDetails,
    apply_spread_rules,
)
from surveys.release.totals import person_measures


@dataclass(frozen=True, eq=False)
class Gathered:
    """All that a release is made of, and at counting the background too.

    top: the survey's own unit, as a node of the tree. scores: (N, M) as `person_measures`.
    """

    responses: Responses
    tree: SurveyTree
    top: int
    measures: tuple[Measure, ...]
    breakdowns: tuple[Breakdown, ...]
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, responses: Responses, tree: SurveyTree, top: int) -> "Gathered":
        measures = measures_of(responses.questionnaire)
        breakdowns = unit_types(responses, tree, top)
        return cls(responses, tree, top, measures, breakdowns, person_measures(responses, measures))

    def with_background(self) -> "Gathered":
        """With every background question beside the unit types."""
        return replace(
            self, breakdowns=(*self.breakdowns, *background_of(self.responses, self.tree, self.top))
        )

    @cached_property
    def labels(self) -> dict[str, NDArray[np.int32]]:
        return {breakdown.key: breakdown.label for breakdown in self.breakdowns}

    def same_people(self) -> list[list[int]]:
        """The measures, by place, in groups that exactly the same people have a score on."""
        answered = ~np.isnan(self.scores)
        groups: dict[bytes, list[int]] = {}
        for place in range(len(self.measures)):
            groups.setdefault(np.packbits(answered[:, place]).tobytes(), []).append(place)
        return list(groups.values())


@dataclass(frozen=True, eq=False)
class Mask:
    """What may be shown of some measures. places: their indices.

    means, classes, points: where a mean, where also three classes, and where every answer may be shown.
    details: what is shown beside each mean. All but `means` are None when only means were asked for.
    blank: place → where every answer may be shown for the sake of those who left some blank.
    """

    places: tuple[int, ...]
    means: SurveyProtection
    classes: SurveyProtection | None = None
    points: SurveyProtection | None = None
    details: ShownDetails | None = None
    blank: Mapping[int, BlankMask] = field(default_factory=dict)

    def unit_levels(self, place: int) -> list[int]:
        """Per node 0 for nothing, 1 for the mean, 2 with three classes, 3 with every answer to the measure."""
        blank = self.blank.get(place)
        if blank is None:
            return self._unit_levels
        return [blank.limited(level, blank.allows_unit(node)) for node, level in enumerate(self._unit_levels)]

    def block_level(self, number: int, place: int) -> int:
        """As `unit_levels`, for one of the rest blocks."""
        block, level = self.blocks[number]
        blank = self.blank.get(place)
        return level if blank is None else blank.limited(level, blank.allows_block(block))

    def category_level(self, name: tuple[str, int], place: int) -> int:
        """As `unit_levels`, for a breakdown's category; 0 where nobody is in it."""
        blank = self.blank.get(place)
        level = self.categories[name][1] if name in self.categories else 0
        return level if blank is None else blank.limited(level, blank.allows_category(name))

    @cached_property
    def _unit_levels(self) -> list[int]:
        shown = zip(*(mask.units.shown.tolist() for mask in self._masks), strict=True)
        return [_run(flags) for flags in shown]

    @property
    def blocks(self) -> list[tuple[Block, int]]:
        """The rest blocks with their levels: more than the mean only where the stricter mask has the same block."""
        members = [{(block.anchor, block.members) for block in mask.units.blocks} for mask in self._masks[1:]]
        return [
            (block, 1 + _run([(block.anchor, block.members) in same for same in members]))
            for block in self.means.units.blocks
        ]

    @cached_property
    def categories(self) -> dict[tuple[str, int], tuple[Category, int]]:
        """Breakdown and code → the category with its level."""
        shown = [[category.status == "shown" for category in mask.categories] for mask in self._masks]
        levels = [_run(list(of)) for of in zip(*shown, strict=True)]
        return {
            (category.breakdown, category.category): (category, level)
            for category, level in zip(self.means.categories, levels, strict=True)
        }

    def detail_of_unit(self, node: int, place: int) -> FigureDetail:
        """How precisely a unit's mean of the measure is told, and what is told beside it."""
        return self._detail(self.details.units[node] if self.details else None, place)

    def detail_of_block(self, number: int, place: int) -> FigureDetail:
        return self._detail(self.details.blocks[number] if self.details else None, place)

    def detail_of_category(self, name: tuple[str, int], place: int) -> FigureDetail:
        return self._detail(self.details.categories.get(name) if self.details else None, place)

    def _detail(self, found: ShownDetail | None, place: int) -> FigureDetail:
        return FigureDetail() if found is None else found[self.places.index(place)]

    @property
    def _masks(self) -> list[SurveyProtection]:
        return [mask for mask in (self.means, self.classes, self.points) if mask is not None]


@dataclass(frozen=True, eq=False)
class Protected:
    """A survey with the decision of what may be shown; every measure is in exactly one of the masks."""

    gathered: Gathered
    minimum_group: int
    masks: tuple[Mask, ...]

    @cached_property
    def mask_of(self) -> list[Mask]:
        """Each measure's mask."""
        found = {place: mask for mask in self.masks for place in mask.places}
        return [found[place] for place in range(len(self.gathered.measures))]

    def units(self, place: int) -> Protection:
        return self.mask_of[place].means.units


def protect(
    gathered: Gathered,
    minimum_group: int,
    *,
    known: Mapping[str, PriorKnowledge] | None = None,
    keep: NDArray[np.bool_] | None = None,
    spread: bool = True,
) -> Protected:
    """Decides what may be shown, with one mask for the measures that the same people have a score on.

    known: measure → what earlier releases of the same answers have told. keep: (nodes, M) shown in the last
    comparable survey. spread: False leaves out where spread and distributions may be told, for a quicker answer.
    """
    work = _Work(gathered, minimum_group, known or {}, keep)
    return Protected(
        gathered, minimum_group, tuple(work.mask(places, spread) for places in gathered.same_people())
    )


@dataclass(frozen=True, eq=False)
class _Work:
    gathered: Gathered
    minimum_group: int
    known: Mapping[str, PriorKnowledge]
    keep: NDArray[np.bool_] | None
    cells: dict[frozenset[bytes], Cells] = field(default_factory=dict)

    def mask(self, places: Sequence[int], spread: bool) -> Mask:
        """An index is its mean in other units: it has the mean's mask and tells nothing more about ranges."""
        known_of = [self.known.get(self.gathered.measures[place].key, PriorKnowledge()) for place in places]
        known = PriorKnowledge()
        for one in known_of:
            known = known.and_(one)
        distinct = self._distinct(places)
        scores = self.gathered.scores[:, distinct]
        kept = None if self.keep is None else np.asarray(self.keep[:, list(places)].any(axis=1))
        least_group = self._least_group(self.minimum_group)
        before = least_group if known.minimum_group is None else self._least_group(known.minimum_group)
        means = self._protected(scores, least_group, known.means, kept, before, hidden=known.hidden)
        if not spread:
            return Mask(tuple(places), means)
        classes, points = (
            means
            if least <= min(least_group, before)
            else self._protected(scores, max(least, least_group), told, kept, max(least, before))
            for least, told in ((CLASSES_FROM, known.detailed), (POINTS_FROM, known.points))
        )
        column = [distinct.index(self._first(place, places)) for place in places]
        known_columns = [known_of[places.index(place)] for place in distinct]
        shown = MaskedFigures(
            means,
            classes,
            points,
            self._cells(known.means),
            self.gathered.responses,
            [self.gathered.measures[place] for place in places],
            column,
            scores,
            known_columns,
            least_group,
        )
        return Mask(tuple(places), means, classes, points, apply_spread_rules(shown), self._blank(places))

    def _blank(self, places: Sequence[int]) -> dict[int, BlankMask]:
        """For the means of themes that somebody left a statement of blank."""
        found = {}
        for place in places:
            measure = self.gathered.measures[place]
            if measure.kind != MeasureKind.MEAN:
                continue
            blank = left_blank(self.gathered.responses, measure.factor.key)
            if blank.any():
                before = self.known.get(measure.key, PriorKnowledge())
                length = answer_length(measure)
                told = before.classes if level_of_every_answer(length) == 2 else before.points
                unit = self.gathered.responses.unit
                found[place] = BlankMask.of(
                    self._cells(told), unit, blank, self.minimum_group, length, before.minimum_group
                )
        return found

    def _least_group(self, minimum_group: int) -> int:
        """The shares of all answers of few people are the list of their answers: they wait for ten (decision 036)."""
        return max(minimum_group, EXACT_FROM) if self._of_shares else minimum_group

    @property
    def _of_shares(self) -> bool:
        return are_shares(self.gathered.measures)

    def _distinct(self, places: Sequence[int]) -> list[int]:
        """One place for each mean or share: an index says the same as its mean."""
        return sorted({self._first(place, places) for place in places})

    def _first(self, place: int, places: Sequence[int]) -> int:
        wanted = self.gathered.measures[place]
        return next(
            one
            for one in places
            if self.gathered.measures[one].factor.key == wanted.factor.key
            and self.gathered.measures[one].code == wanted.code
        )

    def _protected(
        self,
        scores: NDArray[np.float64],
        least: int,
        known: Sequence[RespondentIndices],
        keep: NDArray[np.bool_] | None,
        before: int,
        *,
        hidden: Sequence[RespondentIndices] | None = None,
    ) -> SurveyProtection:
        """Scores are shares of the scale, so the width of a hidden mean's range is a quarter whatever the scale.

        before: the least group of what is known. hidden: who was hidden before; None to look at no ranges.
        """
        ranges = hidden is not None
        if not ranges:
            scores = scores[:, :1]
        scores = np.hstack([scores, *self._named_alone(scores[:, 0])])
        people = Respondents(
            self.gathered.responses.unit,
            ~np.isnan(scores),
            scores if ranges else None,
            0.0,
            1.0,
            of_shares=self._of_shares,
        )
        return protect_cells(
            self._cells(known), people, least, keep=keep, released_minimum=before, hidden_before=hidden or ()
        )

    def _named_alone(self, scores: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        gathered = self.gathered
        return without_the_nameless(scores, gathered.responses.unit, gathered.tree.without_name)

    def _cells(self, known: Sequence[RespondentIndices]) -> Cells:
        key = frozenset(people.tobytes() for people in known)
        if key not in self.cells:
            self.cells[key] = Cells.of(
                self.gathered.tree.parents, self.gathered.responses.unit, self.gathered.labels, known
            )
        return self.cells[key]


def _run(flags: Sequence[bool]) -> int:
    """How many are true before the first that is not."""
    return next((place for place, flag in enumerate(flags) if not flag), len(flags))
