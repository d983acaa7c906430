"""What is in the figure table of a survey, and whose answers every figure covers.

Rebuilt from the tables alone (figures, turnout with its picture of the tree, opened answers), so that a correction
and the audit see what a reader sees, not what a release meant to write.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.responses import Responses
from surveys.campaigns.models import Survey
from surveys.counting.loading import SurveyTree
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus, Release, Turnout
from surveys.release.protection.breakdowns import UNIT_TYPE, below

Cells = NDArray[np.int64]


@dataclass(frozen=True)
class FigureSubject:
    """What a figure is about, whatever the measure."""

    kind: FigureKind
    unit_id: int
    breakdown: str = ""
    category: str = ""

    @property
    def is_of_background(self) -> bool:
        """Nobody knows whom it covers: background is kept apart from answers (`background_figures`)."""
        return self.kind == FigureKind.BREAKDOWN and self.breakdown != UNIT_TYPE


@dataclass(frozen=True)
class PublishedFigure:
    """A figure as readers have it. n: None unless shown; spread, classes, points: whether these are there too.

    exact_spread: with all its digits, not as a class. coded: whether the mean is only a bound. step: what it is rounded
    to, in points of the scale that people answered on; 0 for not at all.
    """

    place: FigureSubject
    measure: str
    shown: bool
    n: int | None
    spread: bool
    classes: bool
    points: bool
    exact_spread: bool = False
    coded: Coding = Coding.EXACT
    step: float = 0.0


@dataclass(frozen=True, eq=False)
class ReleasedFigures:
    """One release: its picture of the tree and every figure that is shown or hidden.

    by_precision: figures of few are told with few digits, and bounds are protected (decisions 034 and 036). Releases
    from before are as they were.
    """

    number: int
    minimum_group: int
    tree: SurveyTree
    figures: tuple[PublishedFigure, ...]
    by_precision: bool = True

    @cached_property
    def shown_units(self) -> Mapping[str, frozenset[int]]:
        """Measure → the units with a shown figure."""
        found: dict[str, set[int]] = {}
        for figure in self.figures:
            if figure.shown and figure.place.kind == FigureKind.UNIT:
                found.setdefault(figure.measure, set()).add(figure.place.unit_id)
        return {measure: frozenset(units) for measure, units in found.items()}

    @cached_property
    def exact_units(self) -> Mapping[str, frozenset[int]]:
        """Measure → the units whose mean is told with all its digits: rows of theirs add up to nothing new."""
        exact = {
            (figure.measure, figure.place.unit_id)
            for figure in self.figures
            if figure.shown and figure.place.kind == FigureKind.UNIT
            if figure.coded == Coding.EXACT and not figure.step
        }
        return {
            measure: frozenset(unit for unit in units if (measure, unit) in exact)
            for measure, units in self.shown_units.items()
        }


def released_figures(session: Session, survey: Survey) -> list[ReleasedFigures]:
    """Every release of the survey, oldest first."""
    releases = session.scalars(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number)
    ).all()
    return [
        ReleasedFigures(
            release.number,
            release.minimum_group,
            picture_of(session, survey, release),
            tuple(_figures(session, release)),
            release.exact_from is not None,
        )
        for release in releases
    ]


def picture_of(session: Session, survey: Survey, release: Release) -> SurveyTree:
    """The tree as it was at the release; the survey's own for a release that did not keep it."""
    rows = session.execute(
        select(Turnout.unit_id, Turnout.parent_id, Turnout.type)
        .where(Turnout.release_id == release.id)
        .order_by(Turnout.unit_id)
    ).all()
    if len(rows) > 1 and all(parent is None for _, parent, _ in rows):
        return SurveyTree.of(survey)
    return SurveyTree.from_rows((unit, parent, kind) for unit, parent, kind in rows)


def _figures(session: Session, release: Release) -> Iterator[PublishedFigure]:
    table = Figure.__table__.c
    places: dict[tuple[object, ...], FigureSubject] = {}
    rows = session.execute(
        select(
            table.kind,
            table.unit_id,
            table.breakdown,
            table.category,
            table.measure,
            table.status,
            table.n,
            table.sd.is_not(None),
            table.distribution.is_not(None),
            table.points.is_not(None),
            table.sd.is_not(None) & table.spread_class.is_(None),
            table.coded,
            table.step,
        ).where(table.release_id == release.id, table.status.in_([FigureStatus.SHOWN, FigureStatus.HIDDEN]))
    )
    for kind, unit_id, breakdown, category, measure, status, n, *detail, coded, step in rows:
        about = kind, unit_id, breakdown, category
        place = places.setdefault(about, FigureSubject(*about))
        spread, classes, points, exact_spread = map(bool, detail)
        yield PublishedFigure(
            place,
            measure,
            status == FigureStatus.SHOWN,
            n,
            spread,
            classes,
            points,
            exact_spread,
            coded,
            step or 0.0,
        )


@dataclass(frozen=True, eq=False)
class Coverage:
    """The survey's answers by who no figure of any release can tell apart: *cells* of one unit and one background.

    of_person: (N,) each respondent's cell. unit: (cells,) unit id. background: question → (cells,) option index.
    """

    responses: Responses
    of_person: NDArray[np.int64]
    unit: NDArray[np.int64]
    background: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, responses: Responses, tree: SurveyTree, questions: Sequence[str] = ()) -> "Coverage":
        """tree: the picture that `responses` was loaded by; questions: the background in rows for analysts."""
        unit_ids = np.array(tree.unit_ids, dtype=np.int64)[responses.unit]
        columns = [unit_ids, *(responses.background[key].astype(np.int64) for key in questions)]
        rows, place = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
        background = {key: rows[:, 1 + number] for number, key in enumerate(questions)}
        return cls(responses, place.ravel(), rows[:, 0], background)

    def people(self, cells: Cells) -> NDArray[np.int64]:
        """The respondents in the cells."""
        inside = np.zeros(len(self.unit), dtype=np.bool_)
        inside[cells] = True
        return np.flatnonzero(inside[self.of_person])

    def summed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(cells, M) sums of (N, M) values."""
        return np.stack([np.bincount(self.of_person, column, len(self.unit)) for column in values.T], axis=1)


@dataclass(frozen=True, eq=False)
class Covering:
    """The cells behind the figures of one release."""

    coverage: Coverage
    release: ReleasedFigures
    top: int
    _nearest_shown: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @cached_property
    def _node(self) -> NDArray[np.int64]:
        """(cells,) each cell's node in the release's picture, −1 where its unit is not there."""
        place = {unit: node for node, unit in enumerate(self.release.tree.unit_ids)}
        return np.array([place.get(unit, -1) for unit in self.coverage.unit.tolist()], dtype=np.int64)

    @cached_property
    def _of_unit(self) -> dict[int, Cells]:
        """Unit → the cells at and below it."""
        found: dict[int, list[int]] = {}
        tree, ids = self.release.tree, self.release.tree.unit_ids
        lines = {
            node: [ids[above] for above in tree.upwards(node)]
            for node in np.unique(self._node).tolist()
            if node >= 0
        }
        for cell, node in enumerate(self._node.tolist()):
            for unit in lines.get(node, ()):
                found.setdefault(unit, []).append(cell)
        return {unit: np.array(cells, dtype=np.int64) for unit, cells in found.items()}

    def cells(self, place: FigureSubject, measure: str = "") -> Cells:
        """The cells a figure sums over. A rest figure's depend on which units show the measure."""
        if place.kind == FigureKind.BREAKDOWN:
            return self._of_category(place.breakdown, place.category)
        own = self._of_unit.get(place.unit_id, np.zeros(0, dtype=np.int64))
        if place.kind == FigureKind.UNIT:
            return own
        outside: Cells = own[self._nearest(measure)[own] == place.unit_id]
        return outside

    def _of_category(self, breakdown: str, category: str) -> Cells:
        tree = self.release.tree
        inside = np.append(below(tree, tree.unit_ids.index(self.top)), False)[self._node]
        if breakdown != UNIT_TYPE:
            raise KeyError(breakdown)
        same = np.append(np.array(tree.types, dtype=object) == category, False)[self._node]
        return np.asarray(np.flatnonzero(inside & same.astype(np.bool_)))

    def _nearest(self, measure: str) -> NDArray[np.int64]:
        """(cells,) the nearest unit at or above each cell that shows the measure, 0 for none."""
        if measure not in self._nearest_shown:
            shown = self.release.shown_units.get(measure, frozenset())
            tree, ids = self.release.tree, self.release.tree.unit_ids
            lines = ((ids[above] for above in tree.upwards(node)) for node in range(len(tree)))
            nearest = [next((unit for unit in line if unit in shown), 0) for line in lines]
            self._nearest_shown[measure] = np.array([*nearest, 0], dtype=np.int64)[self._node]
        return self._nearest_shown[measure]
