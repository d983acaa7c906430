"""What a shown figure tells beside its mean: spread with its interval, and the distribution of answers.

Spread stands wherever the mean does, with four exceptions: a mean that is only a bound, a spread so small that it says
that all answered alike, a theme of one question with fewer than ten answers (mean and spread together are then nearly a
list of the answers), and where it would narrow what can be said of a hidden group (`analysis.disclosure.spread`).
A distribution stands where spread does and the stricter masks allow it. Decision 015.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import SurveyProtection
from analysis.disclosure.spread import People, PublishedDetail, may_show_spread, without_narrowing
from analysis.disclosure.survey import Cells
from surveys.release.measures import Measure, MeasureKind, answer_length
from surveys.release.protection.prior_knowledge import PriorKnowledge

Flags = NDArray[np.bool_]

_LEAST_WIDTH = 0.25
"""Of the scale: what a hidden group's mean must be free to vary by."""


@dataclass(frozen=True, eq=False)
class ShownDetail:
    """spread, distribution: (measures,) what stands beside each mean of one figure."""

    spread: Flags
    distribution: Flags


@dataclass(frozen=True, eq=False)
class ShownDetails:
    """units: per node; blocks: per rest block of the mask; categories: by breakdown and code."""

    units: Sequence[ShownDetail]
    blocks: Sequence[ShownDetail]
    categories: Mapping[tuple[str, int], ShownDetail]


@dataclass(frozen=True, eq=False)
class MaskedFigures:
    """The figures of one mask: what `apply_spread_rules` needs to know of them.

    means, classes: the masks of means and of three-class distributions. cells: that they are made of.
    measures: those of the mask. column: each one's place among the scores. scores: (N, columns) shares of the scale.
    known: per column.
    """

    means: SurveyProtection
    classes: SurveyProtection
    cells: Cells
    measures: Sequence[Measure]
    column: Sequence[int]
    scores: NDArray[np.float64]
    known: Sequence[PriorKnowledge]
    minimum_group: int


def apply_spread_rules(shown: MaskedFigures) -> ShownDetails:
    """What stands beside the means that `shown.means` allows."""
    people = People(shown.cells.of_person, shown.scores, len(shown.cells.unit))
    figures = _Figures.of(shown)
    published = _allowed(shown, figures, people)
    published = without_narrowing(published, _hidden(shown, people), people, _LEAST_WIDTH)
    return figures.as_details(published, np.asarray(shown.column))


@dataclass(frozen=True, eq=False)
class _Figures:
    """Everything shown or known, in one order: units, categories, rest blocks, and what is known from before."""

    shown: MaskedFigures
    nodes: tuple[int, ...]
    categories: tuple[int, ...]

    @classmethod
    def of(cls, shown: MaskedFigures) -> "_Figures":
        categories = (i for i, category in enumerate(shown.means.categories) if category.status == "shown")
        return cls(shown, tuple(np.flatnonzero(shown.means.units.shown).tolist()), tuple(categories))

    def members(self) -> list[frozenset[int]]:
        cells, means = self.shown.cells, self.shown.means
        of_category = [cells.of_category(*self._name(place)) for place in self.categories]
        nodes: dict[int, list[int]] = {}
        for cell, node in enumerate(cells.unit.tolist()):
            nodes.setdefault(node, []).append(cell)
        blocks = [
            frozenset(cell for node in block.members for cell in nodes.get(node, ()))
            for block in means.units.blocks
        ]
        known = [frozenset(cells.of_person[figure.people].tolist()) for figure in self.before.figures]
        return [*(cells.of_nodes[node] for node in self.nodes), *of_category, *blocks, *known]

    def tables(self) -> NDArray[np.int64]:
        """The tree and earlier trees are table 0; a root is in every table."""
        number = {"": 0}
        for name, _ in self.shown.cells.categories:
            number.setdefault(name, len(number))
        roots = self.shown.cells.forest.parents < 0
        known = [number.setdefault(figure.table, len(number)) for figure in self.before.figures]
        return np.array(
            [
                *(-1 if roots[node] else 0 for node in self.nodes),
                *(number[self._name(place)[0]] for place in self.categories),
                *(0 for _ in self.shown.means.units.blocks),
                *known,
            ],
            dtype=np.int64,
        )

    @cached_property
    def before(self) -> PriorKnowledge:
        found = PriorKnowledge()
        for known in self.shown.known:
            found = found.and_(known)
        return found

    @cached_property
    def is_known(self) -> Flags:
        new = len(self.nodes) + len(self.categories) + len(self.shown.means.units.blocks)
        return np.arange(new + len(self.before.figures)) >= new

    def is_rest(self) -> Flags:
        start = len(self.nodes) + len(self.categories)
        place = np.arange(len(self.is_known))
        return np.asarray((place >= start) & (place < start + len(self.shown.means.units.blocks)))

    def in_classes(self) -> Flags:
        """(new figures,) where three classes may stand; a rest block only where the stricter mask has the same."""
        classes = self.shown.classes
        same = {(block.anchor, block.members) for block in classes.units.blocks}
        return np.array(
            [
                *(bool(classes.units.shown[node]) for node in self.nodes),
                *(classes.categories[place].status == "shown" for place in self.categories),
                *((block.anchor, block.members) in same for block in self.shown.means.units.blocks),
            ],
            dtype=np.bool_,
        )

    def as_details(self, published: PublishedDetail, column: NDArray[np.int64]) -> ShownDetails:
        spread, distribution = published.spread[:, column], published.distribution[:, column]
        nothing = ShownDetail(np.zeros(len(column), dtype=np.bool_), np.zeros(len(column), dtype=np.bool_))
        units = [nothing] * len(self.shown.cells.forest.parents)
        for place, node in enumerate(self.nodes):
            units[node] = ShownDetail(spread[place], distribution[place])
        start = len(self.nodes)
        categories = {
            self._name(category): ShownDetail(spread[start + place], distribution[start + place])
            for place, category in enumerate(self.categories)
        }
        start += len(self.categories)
        blocks = [
            ShownDetail(spread[start + place], distribution[start + place])
            for place in range(len(self.shown.means.units.blocks))
        ]
        return ShownDetails(units, blocks, categories)

    def _name(self, place: int) -> tuple[str, int]:
        category = self.shown.means.categories[place]
        return category.breakdown, category.category


def _allowed(shown: MaskedFigures, figures: _Figures, people: People) -> PublishedDetail:
    """What would stand if no hidden group were narrowed by it."""
    members, fixed = figures.members(), figures.is_known
    spread = np.zeros((len(members), people.scores.shape[1]), dtype=np.bool_)
    distribution = spread.copy()
    in_classes = figures.in_classes()
    new = len(in_classes)
    for column in range(spread.shape[1]):
        measure = next(m for m, of in zip(shown.measures, shown.column, strict=True) if of == column)
        one = replace(people, scores=people.scores[:, [column]])
        spread[:new, column] = may_show_spread(one, members[:new], answer_length(measure))[:, 0]
        distribution[:new, column] = spread[:new, column] & in_classes
        if len(measure.factor.items) == 1 and measure.kind != MeasureKind.SHARE:
            spread[:new, column] = distribution[:new, column]
        known = {(figure.table, figure.people.tobytes()): figure for figure in shown.known[column].figures}
        for place, figure in enumerate(figures.before.figures):
            mine = known.get((figure.table, figure.people.tobytes()))
            spread[new + place, column] = mine is not None and mine.spread
            distribution[new + place, column] = mine is not None and mine.classes
    return PublishedDetail(members, figures.tables(), spread, distribution, fixed, figures.is_rest())


def _hidden(shown: MaskedFigures, people: People) -> list[frozenset[int]]:
    """Groups of fewer than k people that nobody may come close to: hidden figures, and those placed on one unit."""
    cells = shown.cells
    hidden = {cells.of_nodes[node] for node in np.flatnonzero(~shown.means.units.shown).tolist()}
    hidden |= {
        cells.of_category(category.breakdown, category.category)
        for category in shown.means.categories
        if category.status == "hidden"
    }
    on: dict[int, set[int]] = {}
    for cell, node in enumerate(cells.unit.tolist()):
        on.setdefault(node, set()).add(cell)
    hidden |= set(map(frozenset, on.values()))
    n = people.n[:, 0]
    with_people = {frozenset(cell for cell in group if n[cell]) for group in hidden} - {frozenset()}
    small = (group for group in with_people if n[sorted(group)].sum() < shown.minimum_group)
    return sorted(small, key=sorted)
