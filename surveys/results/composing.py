"""A release before it is written: the survey's answers with the decision of what may be shown of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.results.comparing import comparable_releases
from surveys.results.loading import SurveyTree, load_responses
from surveys.results.measures import Measure
from surveys.results.models import Figure, FigureKind, FigureStatus
from surveys.results.protecting import Gathered, Known, People, Protected, protect
from surveys.results.published import (
    Coverage,
    Covering,
    Out,
    ReleasedFigures,
    questions_out,
    released_figures,
)


@dataclass(frozen=True, eq=False)
class Composed:
    """earlier: the survey's releases so far, oldest first; their figures are out and cannot be taken back."""

    gathered: Gathered
    protected: Protected
    earlier: tuple[ReleasedFigures, ...]

    @property
    def gives_away(self) -> bool:
        """Whether the earlier releases break the promise by themselves, whatever is shown now."""
        return any(mask.means.given_away for mask in self.protected.masks)


def compose(session: Session, survey: Survey, *, spread: bool = True) -> Composed:
    """Decides what may be shown of a counted survey beside everything already released from its answers.

    Writes nothing. spread: False is quicker and leaves out where spread and distributions may stand.
    """
    tree = SurveyTree.of(survey)
    gathered = Gathered.of(load_responses(session, survey), tree, tree.unit_ids.index(survey.unit_id))
    earlier = tuple(released_figures(session, survey))
    protected = protect(
        gathered,
        survey.minimum_group,
        known=_known(gathered, earlier, survey.unit_id),
        keep=_shown_last_time(session, survey, gathered),
        spread=spread,
    )
    return Composed(gathered, protected, earlier)


def _known(gathered: Gathered, earlier: Sequence[ReleasedFigures], top: int) -> dict[str, Known]:
    """Measure → the people behind everything told of it. Rest figures follow from the units'."""
    if not earlier:
        return {}
    coverage = Coverage.of(gathered.responses, gathered.tree, questions_out(earlier))
    covering = [Covering(coverage, release, top) for release in earlier]
    return {measure.key: _known_of(measure, covering) for measure in gathered.measures}


def _known_of(measure: Measure, covering: Sequence[Covering]) -> Known:
    told = [
        (figure, of.coverage.people(of.cells(figure.place, figure.measure)))
        for of in covering
        for figure in of.release.figures
        if figure.measure == measure.key and figure.shown
    ]

    def those(wanted: Sequence[tuple[Out, People]]) -> tuple[People, ...]:
        return tuple({people.tobytes(): people for _, people in wanted if len(people)}.values())

    return Known(
        those(told),
        those([pair for pair in told if pair[0].spread]),
        those([pair for pair in told if pair[0].points]),
    )


def _shown_last_time(session: Session, survey: Survey, gathered: Gathered) -> NDArray[np.bool_] | None:
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
