"""What rows for analysts have told: the sum of every cell of unit and background that their files carry."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from analysis.responses import Responses
from questionnaires.coding import NOT_ASKED
from surveys.campaigns.models import Survey
from surveys.counting.loading import SurveyTree
from surveys.release.models import MicrodataRecipe
from surveys.release.protection.prior_knowledge import RespondentIndices


@dataclass(frozen=True, eq=False)
class IssuedRows:
    """factors: those in the files. cells: everybody whose rows look alike in unit and background. questions: the
    background in the files."""

    factors: frozenset[str] = frozenset()
    cells: tuple[RespondentIndices, ...] = ()
    questions: tuple[str, ...] = ()


def issued_rows(session: Session, survey: Survey, responses: Responses) -> IssuedRows:
    """What the survey's files carry, whether or not anybody has them still; nothing when none was made.

    responses: as `load_responses` gives them for the survey's tree now.
    """
    recipe = session.get(MicrodataRecipe, survey.id)
    if recipe is None or not len(responses):
        return IssuedRows()
    ids = SurveyTree.of(survey).unit_ids
    carried = np.array([recipe.units.get(str(unit)) or 0 for unit in ids], dtype=np.int64)[responses.unit]
    columns = [carried, *(responses.background[key].astype(np.int64) for key in recipe.background)]
    _, cell = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    cell = cell.ravel()
    people = tuple(np.flatnonzero(cell == number) for number in range(int(cell.max()) + 1))
    return IssuedRows(asked_of_all(responses), people, tuple(recipe.background))


def asked_of_all(responses: Responses) -> frozenset[str]:
    """The factors that everybody was asked: only these are in the files."""
    return frozenset(
        factor.key
        for factor in responses.questionnaire.factors
        if not (responses.of_factor(factor.key) == NOT_ASKED).any()
    )
