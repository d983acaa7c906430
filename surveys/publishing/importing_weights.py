"""What the answers of a file are weighted by: a column of the file, or what is known of the population."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from analysis.answer_mapping import AnswerMapping
from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey
from surveys.files.report import FileRefusedError, ImportFault
from surveys.platform.localisation import number
from surveys.platform.texts import _, ngettext
from surveys.release.weighting.margins import (
    CITIZEN,
    WeightingRefusedError,
    keep_margin,
    not_for_this_kind,
)
from surveys.release.weighting.models import WeightSource
from surveys.release.weighting.texts import cost_text, moved_text, problem_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis.reading import ResponseFile
    from surveys.release.weighting.at_counting import StatedWeights, WeightedAnswers

EXTREME_RATIO: Final = 5.0
"""Weights over five times the mean are usually trimmed (Potter 1990; Valliant, Dever & Kreuter 2018, ch. 14)."""


@dataclass(frozen=True)
class ImportWeighting:
    """column: the heading of the weights. margins: question → option → people, and the source of these numbers.

    At most one of column and margins.
    """

    column: str = ""
    margins: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    source: str = ""


NO_WEIGHTING: Final = ImportWeighting()


def faults_of_weights(
    questionnaire: Questionnaire, mapping: AnswerMapping | None, weighting: ImportWeighting
) -> tuple[ImportFault, ...]:
    """Weights for another kind of survey than citizens', or in two ways."""
    column = mapping.weight if mapping else ""
    if (column or weighting.margins) and questionnaire.kind != CITIZEN:
        return (ImportFault(not_for_this_kind()),)
    if column and weighting.margins:
        return (
            ImportFault(
                _("Svarene kan vektes etter en kolonne eller etter befolkningen, men ikke etter begge.")
            ),
        )
    return ()


def stated_weights(
    session: Session,
    survey: Survey,
    read: "ResponseFile",
    mapping: AnswerMapping | None,
    weighting: ImportWeighting,
) -> "StatedWeights | None":
    """The column's weights; None without one, when the margins count. Keeps these. Raises FileRefusedError."""
    from surveys.release.weighting.at_counting import StatedWeights

    if read.weights is not None and mapping is not None:
        return StatedWeights(WeightSource.COLUMN, (mapping.weight,), read.weights)
    try:
        for question, people in weighting.margins.items():
            keep_margin(session, survey, question, people, weighting.source, survey.opens_on)
    except WeightingRefusedError as error:
        raise FileRefusedError(ImportFault(f"{question}: {error}")) from error
    session.flush()
    return None


def weight_notes(
    weighted: "WeightedAnswers | None", weights: "NDArray[np.float64] | None"
) -> tuple[str, ...]:
    """What whoever reads the file in should know of its weights. weights: as they are in the file."""
    if weighted is None:
        return ()
    about = weighted.about
    notes = [
        cost_text(
            about["smallest"], about["largest"], about["n"], about["design_effect"], about["effective_n"]
        )
    ]
    if weights is not None:
        extreme = int((weights > EXTREME_RATIO * weights.mean()).sum())
        if extreme:
            notes.append(
                ngettext(
                    "%(num)s svar har en vekt på over %(times)s ganger snittet. Så store vekter gjør tallene usikre.",
                    "%(num)s svar har en vekt på over %(times)s ganger snittet. Så store vekter gjør tallene usikre.",
                    extreme,
                    times=number(EXTREME_RATIO, 0),
                )
            )
    if about["moved"]:
        notes.append(moved_text(about["moved"], about["n"]))
    if about["problem"]:
        notes.append(problem_text(about["problem"]))
    elif not weighted.means:
        notes.append(_("Ingen temaer kan vises vektet uten å røpe hva noen få har svart."))
    return tuple(notes)
