"""A release before it is written: the survey's answers with the decision of what may be shown of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure import Breach
from surveys.campaigns.models import Survey
from surveys.counting.loading import SurveyTree, load_responses
from surveys.release.comparisons.comparing import comparable_releases
from surveys.release.figuring import figure_rows
from surveys.release.measures import Measure
from surveys.release.models import Figure, FigureKind, FigureStatus, bound_of
from surveys.release.protection.background_figures import background_rows
from surveys.release.protection.issued_rows import IssuedRows, issued_rows
from surveys.release.protection.prior_knowledge import ROWS, PriorFigure, PriorKnowledge
from surveys.release.protection.published import (
    Coverage,
    Covering,
    ReleasedFigures,
    released_figures,
)
from surveys.release.protection.suppression import Gathered, Protected, protect


@dataclass(frozen=True, eq=False)
class Composed:
    """earlier: the survey's releases so far, oldest first; their figures are out and cannot be taken back.

    known, keep: what the decision took into account, as `protect` wants it. background: rows for `Figure`, as they
    were made at counting.
    """

    gathered: Gathered
    protected: Protected
    earlier: tuple[ReleasedFigures, ...]
    known: Mapping[str, PriorKnowledge]
    keep: NDArray[np.bool_] | None
    background: Sequence[Mapping[str, Any]] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Every figure of the release, whatever its status."""
        return [*figure_rows(self.protected), *(dict(row) for row in self.background)]

    @property
    def gives_away(self) -> bool:
        """Whether what is out gives the sum of a small group away by itself, whatever is shown now."""
        return any(
            isinstance(leak, Breach) for mask in self.protected.masks for leak in mask.means.given_away
        )


def compose(session: Session, survey: Survey, *, spread: bool = True) -> Composed:
    """Decides what may be shown of a counted survey beside everything already released from its answers.

    Writes nothing. spread: False is quicker and leaves out where spread and distributions may stand.
    """
    tree = SurveyTree.of(survey)
    gathered = Gathered.of(load_responses(session, survey), tree, tree.unit_ids.index(survey.unit_id))
    earlier = tuple(released_figures(session, survey))
    rows = issued_rows(session, survey, gathered.responses)
    known = told_before(gathered, earlier, survey.unit_id, rows)
    keep = shown_last_time(session, survey, gathered)
    protected = protect(gathered, survey.minimum_group, known=known, keep=keep, spread=spread)
    return Composed(gathered, protected, earlier, known, keep, background_rows(session, survey))


def told_before(
    gathered: Gathered, earlier: Sequence[ReleasedFigures], top: int, rows: IssuedRows
) -> dict[str, PriorKnowledge]:
    """Measure → the people behind everything told of it, in figures and in rows for analysts."""
    if not earlier:
        return {}
    coverage = Coverage.of(gathered.responses, gathered.tree)
    covering = [Covering(coverage, release, top) for release in earlier]
    cells = PriorKnowledge(tuple(PriorFigure(people, ROWS) for people in rows.cells))
    return {
        measure.key: _known_of(measure, covering).and_(
            cells if measure.factor.key in rows.factors else PriorKnowledge()
        )
        for measure in gathered.measures
    }


def _known_of(measure: Measure, covering: Sequence[Covering]) -> PriorKnowledge:
    found = PriorKnowledge()
    for of in covering:
        about = [
            (figure, of.coverage.people(of.cells(figure.place, figure.measure)))
            for figure in of.release.figures
            if figure.measure == measure.key and not figure.place.is_of_background
        ]
        told = tuple(
            PriorFigure(
                people,
                figure.place.breakdown,
                figure.spread,
                figure.classes,
                figure.points,
                bound_of(figure.coded),
                figure.step,
                figure.exact_spread,
            )
            for figure, people in about
            if figure.shown and len(people)
        )
        hidden = tuple(people for figure, people in about if not figure.shown and len(people))
        found = found.and_(PriorKnowledge(told, of.release.minimum_group, hidden))
    return found


def shown_last_time(session: Session, survey: Survey, gathered: Gathered) -> NDArray[np.bool_] | None:
    """(nodes, M) True for what the last comparable survey showed, so that units stay shown where it costs nothing."""
    last = next(iter(comparable_releases(session, survey)), None)
    if last is None:
        return None
    rows = session.execute(
        select(Figure.unit_id, Figure.measure).where(
            Figure.release_id == last.release_id,
            Figure.kind == FigureKind.UNIT,
            Figure.status == FigureStatus.SHOWN,
        )
    )
    shown = {(unit, measure) for unit, measure in rows}
    return np.array(
        [
            [
                measure.factor.key in last.measures and (unit, measure.key) in shown
                for measure in gathered.measures
            ]
            for unit in gathered.tree.unit_ids
        ],
        dtype=np.bool_,
    )
