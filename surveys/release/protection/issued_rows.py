"""What rows for analysts have told: the sum of every cell of unit and background that their files carry."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.responses import Responses
from questionnaires.coding import NOT_ASKED
from surveys.campaigns.models import Survey
from surveys.counting.loading import SurveyTree
from surveys.release.models import MicrodataRecipe, Release
from surveys.release.protection.prior_knowledge import RespondentIndices


@dataclass(frozen=True, eq=False)
class IssuedRows:
    """factors: those in the files. cells: everybody whose rows look alike in unit and background. questions: the
    background in the files. after: the last release before the first file, or those that may be: nothing says whether a
    file or a release of the same day came first."""

    factors: frozenset[str] = frozenset()
    cells: tuple[RespondentIndices, ...] = ()
    questions: tuple[str, ...] = ()
    after: tuple[int, ...] = (0,)


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
    after = _after(session, survey, recipe)
    return IssuedRows(asked_of_all(responses), people, tuple(recipe.background), after)


def _after(session: Session, survey: Survey, recipe: MicrodataRecipe) -> tuple[int, ...]:
    days = session.execute(
        select(Release.number, Release.released_on).where(Release.survey_id == survey.id)
    ).all()
    least = max((number for number, day in days if day < recipe.made_on), default=0)
    most = max((number for number, day in days if day <= recipe.made_on), default=0)
    # A file is made of what is released.
    return tuple(range(max(least, min(most, 1)), most + 1))


def asked_of_all(responses: Responses) -> frozenset[str]:
    """The factors that everybody was asked: only these are in the files."""
    return frozenset(
        factor.key
        for factor in responses.questionnaire.factors
        if not (responses.of_factor(factor.key) == NOT_ASKED).any()
    )
