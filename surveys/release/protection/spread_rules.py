"""What a shown figure tells beside its mean: spread with its interval, and the distribution of answers.

Spread is told wherever the mean does, with four exceptions: a mean that is only a bound, a spread so small that it says
that all answered alike, few answers to few questions (`analysis.precision`), and where it would narrow what
can be said of a hidden group (`analysis.disclosure.spread`) or of a figure that is told as a bound.
It is exact where ten people are behind it, told or subtracted, and else the end of one of three classes.
A distribution is told where exact spread does and the stricter masks allow it. Decisions 015, 034 and 036.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import SurveyProtection
from analysis.disclosure.detail import is_near_an_end
from analysis.disclosure.spread import People, PublishedDetail, may_show_spread, without_narrowing
from analysis.disclosure.survey import Cells
from analysis.precision import EXACT_FROM, SpreadDetail, precision_for
from analysis.responses import Responses
from surveys.release.measures import Measure, MeasureKind, answer_length
from surveys.release.protection.answers_between import (
    BoundedGroup,
    classes_close,
    points_close,
    scored_by_cell,
    spreads_close,
    too_small_spreads,
)
from surveys.release.protection.bounded_figures import (
    ShownFigures,
    closed_by_squares,
    told_as_bounds,
)
from surveys.release.protection.prior_knowledge import PriorFigure, PriorKnowledge

Flags = NDArray[np.bool_]

_LEAST_WIDTH = 0.25
"""Of the scale: what a hidden group's mean must be free to vary by."""


@dataclass(frozen=True)
class FigureDetail:
    """What one figure of one measure tells.

    spread, distribution: beside its mean; points: with every answer, not in three classes only. step: what the mean is
    rounded to, in points of the scale that people answered on; 0 for not at all, None when even that would tell too
    much of a figure that is told as a bound.
    """

    spread: SpreadDetail = SpreadDetail.NOTHING
    distribution: bool = False
    step: float | None = 0.0
    points: bool = False


ShownDetail = Sequence[FigureDetail]
"""Of one figure, by measure."""


@dataclass(frozen=True, eq=False)
class ShownDetails:
    """units: per node; blocks: per rest block of the mask; categories: by breakdown and code."""

    units: Sequence[ShownDetail]
    blocks: Sequence[ShownDetail]
    categories: Mapping[tuple[str, int], ShownDetail]


@dataclass(frozen=True, eq=False)
class MaskedFigures:
    """The figures of one mask: what `apply_spread_rules` needs to know of them.

    means, classes, points: the masks of means, and of distributions in three classes and over every answer. cells:
    that they are made of. measures: those of the mask. column: each one's place among the scores. scores: (N, columns)
    shares of the scale. known: per column.
    """

    means: SurveyProtection
    classes: SurveyProtection
    points: SurveyProtection
    cells: Cells
    responses: Responses
    measures: Sequence[Measure]
    column: Sequence[int]
    scores: NDArray[np.float64]
    known: Sequence[PriorKnowledge]
    minimum_group: int

    @property
    def first_measures(self) -> list[Measure]:
        """Per column the mean or the share that it is: an index says the same as its mean."""
        return [
            next(m for m, of in zip(self.measures, self.column, strict=True) if of == column)
            for column in range(self.scores.shape[1])
        ]


def apply_spread_rules(shown: MaskedFigures) -> ShownDetails:
    """What is told beside the means that `shown.means` allows."""
    people = People(shown.cells.of_person, shown.scores, len(shown.cells.unit))
    figures = _Figures.of(shown)
    steps = _steps(shown, figures, people)
    published = _allowed(shown, figures, people, steps)
    published = without_narrowing(published, _hidden(shown, figures.before, people), people, _LEAST_WIDTH)
    is_exact = _is_exact(figures, steps, people)
    for column, measure in enumerate(shown.first_measures):
        published = closed_by_squares(
            published,
            column,
            measure,
            figures.shown_of(column),
            steps[:, column],
            is_exact[:, column],
            people,
        )
    published, points = _without_gaps(shown, figures, people, published, is_exact)
    return figures.as_details(published, steps, is_exact, points, np.asarray(shown.column))


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
        """The cells of each, in order."""
        return self._members

    @cached_property
    def _members(self) -> list[frozenset[int]]:
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

    def summed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(figures, columns) of (cells, columns)."""
        rows = [
            values[np.fromiter(members, np.int64, len(members))].sum(axis=0) for members in self.members()
        ]
        return np.array(rows).reshape(-1, values.shape[1])

    def sizes(self, people: People) -> NDArray[np.float64]:
        return self.summed(people.n)

    def in_classes(self) -> Flags:
        """(new figures,) where three classes may be told."""
        return self._in(self.shown.classes)

    def in_points(self) -> Flags:
        """(new figures,) where every answer may be told."""
        return self._in(self.shown.points)

    def _in(self, mask: SurveyProtection) -> Flags:
        """A rest block only where the stricter mask has the same."""
        same = {(block.anchor, block.members) for block in mask.units.blocks}
        return np.array(
            [
                *(bool(mask.units.shown[node]) for node in self.nodes),
                *(mask.categories[place].status == "shown" for place in self.categories),
                *((block.anchor, block.members) in same for block in self.shown.means.units.blocks),
            ],
            dtype=np.bool_,
        )

    def known_of(self, column: int) -> list[PriorFigure | None]:
        """Of each figure that is out what was told of this column; None for nothing."""
        known = {figure.name: figure for figure in self.shown.known[column].figures}
        return [known.get(figure.name) for figure in self.before.figures]

    def with_known(self, new: Flags) -> Flags:
        """(figures,) of (new figures,): False for those that are out."""
        return np.append(new, np.zeros(len(self.before.figures), dtype=np.bool_))

    def with_new(self, known: Sequence[bool]) -> Flags:
        """(figures,) of those that are out: False for the new ones."""
        return np.append(np.zeros(len(self.is_known) - len(known), dtype=np.bool_), np.array(known, np.bool_))

    def chosen(self, flags: Flags) -> list[frozenset[int]]:
        """The cells of those flagged."""
        return [self.members()[place] for place in np.flatnonzero(flags).tolist()]

    def shown_of(self, column: int) -> ShownFigures:
        """Every figure of one column with what is known of it already; the first ones are new."""
        roots = self.shown.cells.forest.parents < 0
        is_top = [
            *(bool(roots[node]) for node in self.nodes),
            *(False for _ in range(len(self.is_known) - len(self.nodes))),
        ]
        return ShownFigures(self.members(), self.tables(), is_top, self.known_of(column))

    def as_details(
        self,
        published: PublishedDetail,
        steps: NDArray[np.float64],
        exact: Flags,
        points: Flags,
        column: NDArray[np.int64],
    ) -> ShownDetails:
        def detail(place: int) -> ShownDetail:
            return [
                FigureDetail(
                    _spread_detail(shown=published.spread[place, of], exact=exact[place, of]),
                    bool(published.distribution[place, of]),
                    None if np.isnan(steps[place, of]) else float(steps[place, of]),
                    bool(points[place, of]),
                )
                for of in column.tolist()
            ]

        nothing = [FigureDetail()] * len(column)
        units: list[ShownDetail] = [nothing] * len(self.shown.cells.forest.parents)
        for place, node in enumerate(self.nodes):
            units[node] = detail(place)
        start = len(self.nodes)
        categories = {
            self._name(category): detail(start + place) for place, category in enumerate(self.categories)
        }
        start += len(self.categories)
        blocks = [detail(start + place) for place in range(len(self.shown.means.units.blocks))]
        return ShownDetails(units, blocks, categories)

    def _name(self, place: int) -> tuple[str, int]:
        category = self.shown.means.categories[place]
        return category.breakdown, category.category


def _spread_detail(*, shown: bool, exact: bool) -> SpreadDetail:
    if not shown:
        return SpreadDetail.NOTHING
    return SpreadDetail.EXACT if exact else SpreadDetail.CLASS


def _steps(shown: MaskedFigures, figures: _Figures, people: People) -> NDArray[np.float64]:
    """(figures, columns) what each new figure's mean is rounded to, in points; NaN for what is not told at all."""
    n = figures.sizes(people)
    steps = np.zeros(n.shape)
    for column, measure in enumerate(shown.first_measures):
        items = len(measure.factor.items)
        few = [precision_for(int(people_in), items).step for people_in in n[:, column].tolist()]
        steps[:, column] = told_as_bounds(figures.shown_of(column), np.array(few), measure, people, column)
    return steps


def _is_exact(figures: _Figures, steps: NDArray[np.float64], people: People) -> Flags:
    """(figures, columns) where a new figure's mean and spread are told with all their digits."""
    new = figures.with_known(figures.in_classes())
    return np.asarray(new[:, np.newaxis] & (steps == 0) & (figures.sizes(people) >= EXACT_FROM))


def _allowed(
    shown: MaskedFigures, figures: _Figures, people: People, steps: NDArray[np.float64]
) -> PublishedDetail:
    """What would be told if no hidden group were narrowed by it."""
    members, fixed = figures.members(), figures.is_known
    spread = np.zeros((len(members), people.scores.shape[1]), dtype=np.bool_)
    distribution = spread.copy()
    exact, in_words = _is_exact(figures, steps, people), _in_words(shown, figures, people)
    new = len(figures.in_classes())
    for column in range(spread.shape[1]):
        measure = shown.first_measures[column]
        one = replace(people, scores=people.scores[:, [column]])
        own = exact[:new, column]
        differ = may_show_spread(one, members[:new], answer_length(measure))[:, 0]
        distribution[:new, column] = own & differ
        spread[:new, column] = np.where(own, differ, in_words[:new, column])
        for place, mine in enumerate(figures.known_of(column)):
            spread[new + place, column] = mine is not None and mine.spread
            distribution[new + place, column] = mine is not None and mine.classes
    return PublishedDetail(members, figures.tables(), spread, distribution, fixed, figures.is_rest())


def _without_gaps(
    shown: MaskedFigures, figures: _Figures, people: People, published: PublishedDetail, is_exact: Flags
) -> tuple[PublishedDetail, Flags]:
    """Without what says that nobody answered between a bound and what others answered, in a whole column at a time.

    Returns also (figures, columns) where every answer may be told.
    """
    spread, distribution = published.spread.copy(), published.distribution.copy()
    is_new = ~figures.is_known
    points = distribution & figures.with_known(figures.in_points())[:, np.newaxis]
    for column, measure in enumerate(shown.first_measures):
        bounds = _bounds(figures, people, column, measure)
        if not bounds or measure.kind == MeasureKind.SHARE:
            continue
        answers = scored_by_cell(shown.responses, measure.factor, people, column)
        before = figures.known_of(column)
        every = points[:, column] | figures.with_new([one is not None and one.points for one in before])
        known_exactly = figures.with_new([one is not None and one.exact_spread for one in before])
        exact = (spread[:, column] & is_exact[:, column]) | known_exactly
        for closes, told, kept_back in (
            (points_close, every, points[:, column]),
            (classes_close, distribution[:, column], distribution[:, column]),
            (spreads_close, exact, spread[:, column]),
        ):
            # What is out already cannot be taken back.
            out = figures.chosen(told & figures.is_known)
            still_open = [bound for bound in bounds if not closes(answers, [bound], out)]
            if closes(answers, still_open, figures.chosen(told)):
                np.logical_and(kept_back, ~(told & is_new), out=kept_back)
        exact = (exact & spread[:, column]) | known_exactly
        places = np.flatnonzero(exact)
        fixed = int((exact & figures.is_known).sum())
        gone = too_small_spreads(answers, bounds, figures.chosen(exact), fixed)
        spread[places[sorted(gone)], column] = False
    return replace(published, spread=spread, distribution=distribution), points & distribution


def _bounds(figures: _Figures, people: People, column: int, measure: Measure) -> list[BoundedGroup]:
    """The figures whose mean is told as a bound, now or before."""
    n, sums = figures.sizes(people)[:, column], figures.summed(people.sums[:, [column]])[:, 0]
    mean = sums / np.maximum(n, 1)
    before = figures.with_new([one is not None and one.bound != "exact" for one in figures.known_of(column)])
    near = is_near_an_end(mean, n, answer_length(measure)) & (n > 0) & (before | ~figures.is_known)
    return [BoundedGroup(figures.members()[place], bool(mean[place] > 0.5)) for place in np.flatnonzero(near)]


def _in_words(shown: MaskedFigures, figures: _Figures, people: People) -> Flags:
    """(figures, columns) where the class of the spread may be told: for no bound, and not for few answers in all."""
    n = figures.sizes(people)
    allowed = np.zeros(n.shape, dtype=np.bool_)
    for column, measure in enumerate(shown.first_measures):
        length, items = answer_length(measure), len(measure.factor.items)
        mean = figures.summed(people.sums[:, [column]])[:, 0] / np.maximum(n[:, column], 1)
        few = [
            precision_for(min(int(people_in), EXACT_FROM - 1), items).spread == SpreadDetail.CLASS
            for people_in in n[:, column].tolist()
        ]
        is_mean = measure.kind != MeasureKind.SHARE
        allowed[:, column] = (
            is_mean & np.array(few, dtype=np.bool_) & ~is_near_an_end(mean, n[:, column], length)
        )
    return allowed


def _hidden(shown: MaskedFigures, before: PriorKnowledge, people: People) -> list[frozenset[int]]:
    """Groups of fewer than k people that nobody may come close to: hidden now or before, and those on one unit."""
    cells = shown.cells
    hidden = {cells.of_nodes[node] for node in np.flatnonzero(~shown.means.units.shown).tolist()}
    hidden |= {
        cells.of_category(category.breakdown, category.category)
        for category in shown.means.categories
        if category.status == "hidden"
    }
    hidden |= {frozenset(cells.of_person[group].tolist()) for group in before.hidden}
    on: dict[int, set[int]] = {}
    for cell, node in enumerate(cells.unit.tolist()):
        on.setdefault(node, set()).add(cell)
    hidden |= set(map(frozenset, on.values()))
    n = people.n[:, 0]
    with_people = {frozenset(cell for cell in group if n[cell]) for group in hidden} - {frozenset()}
    small = (group for group in with_people if n[sorted(group)].sum() < shown.minimum_group)
    return sorted(small, key=sorted)
