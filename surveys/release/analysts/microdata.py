"""Rows of answers for analysts: the one way out besides the figures, and as coarse as they are.

The first file of a survey fixes which units and which background its rows carry (`MicrodataRecipe`). Later files carry
the same: two files with different background could be put together row by row, and show more than either.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure.microdata import recode
from analysis.precision import EXACT_FROM
from analysis.responses import Responses
from questionnaires.coding import NOT_KEPT
from questionnaires.model import Questionnaire
from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError, require_answers
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.counting.loading import SurveyTree, load_responses
from surveys.organisation.models import Unit
from surveys.platform.texts import _
from surveys.release.analysts.row_variables import UNIT
from surveys.release.items.respondents import item_respondents
from surveys.release.measures import answer_length, are_shares, measures_of
from surveys.release.models import MicrodataRecipe
from surveys.release.protection.issued_rows import asked_of_all
from surveys.release.protection.prior_knowledge import RespondentIndices
from surveys.release.protection.published import Coverage, Covering, released_figures
from surveys.release.totals import person_measures

if TYPE_CHECKING:
    import pandas as pd

NO_UNIT_WORD = "skjult"


class MicrodataRefusedError(SurveyError):
    """The file cannot be made without giving somebody away; the message says why."""


@dataclass(frozen=True, eq=False)
class Microdata:
    """rows: as `microdata_files.write` takes them. units: units in the file. left_out: background not in it.

    factors_left_out: those that only some were asked; who was asked tells who is a leader.
    """

    rows: "pd.DataFrame"
    units: int
    background: tuple[str, ...]
    left_out: tuple[str, ...]
    factors_left_out: tuple[str, ...]


def export_microdata(session: Session, survey: Survey, wanted: Sequence[str], today: dt.date) -> Microdata:
    """The survey's rows, and an entry in the audit trail; the caller writes the file and commits.

    wanted: background keys in the order they matter; the file carries those that there is room for.
    Raises SurveyError for an unknown key or a survey that is not released, MicrodataRefusedError otherwise.
    """
    if survey.status != SurveyStatus.RELEASED:
        raise SurveyError(_("Undersøkelsen må være frigitt før svarene kan hentes ut til analyse."))
    require_answers(survey)
    responses = load_responses(session, survey)
    _check_known(wanted, responses.questionnaire)
    recipe = session.get(MicrodataRecipe, survey.id)
    if recipe is None:
        recipe = _new_recipe(session, survey, responses, wanted, today)
        session.add(recipe)
    elif not set(wanted) <= set(recipe.wanted):
        raise MicrodataRefusedError(
            _(
                "Det er laget en fil før, med %(background)s. To filer med ulik bakgrunn kan "
                "settes sammen rad for rad, så nye filer får samme innhold. Kjør kommandoen uten "
                "--background.",
                background=_named(recipe.background),
            )
        )
    rows = _rows(session, survey, responses, recipe)
    units = int(rows[UNIT].nunique())
    audit.record(
        session,
        "microdata.exported",
        survey.key,
        rows=len(rows),
        units=units,
        background=list(recipe.background),
    )
    left_out = tuple(key for key in recipe.wanted if key not in recipe.background)
    asked = asked_of_all(responses)
    partly = tuple(factor.key for factor in responses.questionnaire.factors if factor.key not in asked)
    return Microdata(rows, units, tuple(recipe.background), left_out, partly)


def _check_known(wanted: Sequence[str], questionnaire: Questionnaire) -> None:
    known = [question.key for question in questionnaire.background]
    unknown = [key for key in wanted if key not in known]
    if unknown:
        raise SurveyError(
            _(
                "Spørreskjemaet har ikke bakgrunnsspørsmålet %(unknown)s. Disse finnes: %(known)s.",
                unknown=", ".join(unknown),
                known=_named(known),
            )
        )


def _new_recipe(
    session: Session, survey: Survey, responses: Responses, wanted: Sequence[str], today: dt.date
) -> MicrodataRecipe:
    tree = SurveyTree.of(survey)
    releases = released_figures(session, survey)
    coverage = Coverage.of(responses, tree)
    covering = [Covering(coverage, release, survey.unit_id) for release in releases]
    published: dict[bytes, RespondentIndices] = {}
    in_detail: dict[bytes, RespondentIndices] = {}
    for of in covering:
        for figure in of.release.figures:
            # Background's figures are safe beside every unit's own sum, and so beside rows (`background_at_counting`).
            if figure.shown and not figure.place.is_of_background:
                people = coverage.people(of.cells(figure.place, figure.measure))
                published[people.tobytes()] = people
                if figure.exact_spread and of.release.by_precision:
                    in_detail[people.tobytes()] = people
    for people in item_respondents(session, survey, responses, covering):
        published[people.tobytes()] = in_detail[people.tobytes()] = people
    asked = asked_of_all(responses)
    measures = [one for one in measures_of(responses.questionnaire) if one.factor.key in asked]
    keys = {one.key for one in measures}
    scores = person_measures(responses, measures)
    # Counting kept a question for the units where every combination is large enough; it may be for none.
    left = [key for key in wanted if (responses.background[key] != NOT_KEPT).any()]
    background = [responses.background[key].astype(np.int64) for key in left]
    try:
        found = recode(
            tree.parents,
            responses.unit,
            _shown_by_all(tree, [units for key, units in releases[-1].exact_units.items() if key in keys]),
            np.column_stack(background) if background else np.empty((len(responses), 0), dtype=np.int64),
            scores,
            np.array([answer_length(one) for one in measures]),
            survey.minimum_group,
            list(published.values()),
            list(in_detail.values()),
            # Rows are the list of their answers: they wait for as many as every exact figure does.
            EXACT_FROM,
            of_shares=are_shares(measures),
        )
    except ValueError as error:
        raise MicrodataRefusedError(
            _(
                "Det kan ikke lages en fil: for få har svart, eller de frigitte tallene røper "
                "noen sammen med den."
            )
        ) from error
    carried = dict(zip(responses.unit.tolist(), found.node.tolist(), strict=True))
    return MicrodataRecipe(
        survey_id=survey.id,
        made_on=today,
        wanted=list(wanted),
        background=[left[place] for place in found.used],
        units={
            str(tree.unit_ids[unit]): tree.unit_ids[node] if node >= 0 else None
            for unit, node in carried.items()
        },
    )


def _shown_by_all(tree: SurveyTree, shown: Collection[frozenset[int]]) -> NDArray[np.bool_]:
    """(nodes,) True where every measure is told exactly."""
    everywhere = frozenset.intersection(*shown) if shown else frozenset()
    return np.array([unit in everywhere for unit in tree.unit_ids], dtype=np.bool_)


def _rows(session: Session, survey: Survey, responses: Responses, recipe: MicrodataRecipe) -> "pd.DataFrame":
    """The rows in a new random order: unit code, items, background."""
    import pandas as pd

    ids = SurveyTree.of(survey).unit_ids
    carried = [recipe.units[str(ids[unit])] for unit in responses.unit.tolist()]
    codes = dict(session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(ids))).all())
    columns: dict[str, object] = {UNIT: [NO_UNIT_WORD if unit is None else codes[unit] for unit in carried]}
    asked = asked_of_all(responses)
    for place, item in enumerate(responses.questionnaire.items):
        if responses.questionnaire.factor_of[item.key].key in asked:
            columns[item.key] = responses.items[:, place]
    for key in recipe.background:
        columns[key] = responses.background[key]
    order = np.random.default_rng().permutation(len(responses))
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True)


def _named(keys: Sequence[str]) -> str:
    return ", ".join(keys) or _("ingen bakgrunn")
