"""Everything a set of responses says about its questionnaire: one frozen result."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from analysis.agreement import agreement
from analysis.as_json import to_json
from analysis.cautions import agreement_cautions, scale_cautions, unit_cautions, validity_cautions
from analysis.disclosure import protect_tree
from analysis.estimators import Estimator
from analysis.moments import moments
from analysis.one_core import one_core
from analysis.reliability import covariance_of, reliability
from analysis.responses import Responses
from analysis.results import NO_UNIT, Analysis, ScaleSummary, UnitReport
from analysis.scores import unit_scores
from analysis.scoring import complete_rows, person_scores, scored_answers
from analysis.turned import suggested_reversals
from analysis.validity import validity
from questionnaires.model import Questionnaire

__all__ = ["Analysis", "analyse", "hidden_units", "to_json"]


ReportProgress = Callable[[str, float], None]
"""Told what is being computed and the share (0–1) of the work that is done before it."""


@one_core()
def analyse(
    questionnaire: Questionnaire,
    responses: Responses,
    minimum_group: int | None = None,
    progress: ReportProgress | None = None,
    estimators: Iterable[Estimator] = (),
) -> Analysis:
    """Reliability, validity, agreement and unit scores of a set of responses.

    minimum_group: the smallest group whose scores are shown; the questionnaire's own when None.
    estimators: labelled choices to fit the structure with as well.
    progress: told each step: «reliability», «structure», «units», and «done».

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> found = analyse(QUESTIONNAIRE, RESPONSES, minimum_group=3)
    >>> round(found.scales["MOT"].reliability.alpha, 3), found.units.hidden
    (0.943, (None, None))
    """
    smallest = questionnaire.reporting.smallest_group(minimum_group)
    tell = progress or (lambda _step, _share: None)
    tell("reliability", 0.0)
    scales = _scales(responses)
    tell("structure", 0.3)
    structure = validity(responses, estimators)
    tell("units", 0.9)
    inside = _in_known_units(responses)
    sums = moments(inside)
    agreed = agreement(sums, inside)
    outside = moments(responses).n.sum(axis=0) - sums.n.sum(axis=0)
    scores = unit_scores(sums)
    units = UnitReport(inside.units, scores, hidden_units(scores.n, outside, smallest))
    warnings = (
        *(caution for key, scale in scales.items() for caution in scale_cautions(key, scale)),
        *validity_cautions(structure),
        *agreement_cautions(questionnaire, agreed),
        *unit_cautions(questionnaire, units),
    )
    tell("done", 1.0)
    return Analysis(questionnaire, len(responses), scales, structure, agreed, units, warnings)


def _in_known_units(responses: Responses) -> Responses:
    """The respondents whose unit is known."""
    if NO_UNIT not in responses.units:
        return responses
    nowhere = responses.units.index(NO_UNIT)
    rows = responses.unit != nowhere
    unit = responses.unit[rows]
    return Responses(
        responses.questionnaire,
        responses.items[rows],
        np.where(unit > nowhere, unit - 1, unit).astype(np.int32),
        tuple(code for code in responses.units if code != NO_UNIT),
    )


def _scales(responses: Responses) -> dict[str, ScaleSummary]:
    people = person_scores(responses)
    found = {}
    for index, factor in enumerate(responses.questionnaire.factors):
        scores = people[~np.isnan(people[:, index]), index]
        rows = complete_rows(scored_answers(responses, factor.key))
        found[factor.key] = ScaleSummary(
            items=tuple(item.key for item in factor.items),
            reliability=reliability(rows),
            reversals=suggested_reversals(covariance_of(rows), len(rows)),
            n=len(scores),
            mean=float(scores.mean()) if len(scores) else np.nan,
            sd=float(scores.std(ddof=1)) if len(scores) > 1 else np.nan,
        )
    return found


def hidden_units(
    n: NDArray[np.int64], outside: NDArray[np.int64], minimum_group: int
) -> tuple[str | None, ...]:
    """Why each of U units side by side is hidden, when their sum is known: None, «small» or «protecting».

    n: (U, F) people with a score. outside: (F,) people with a score who belong to none of the units.

    >>> hidden_units(np.array([[3], [8], [20], [9]]), np.array([0]), 5)
    ('small', 'protecting', None, None)
    """
    if not len(n) or minimum_group < 2:
        return (None,) * len(n)
    parents = np.array([-1] + [0] * len(n), dtype=np.int32)
    counts = np.concatenate([outside[np.newaxis], n])
    return protect_tree(parents, counts, minimum_group).reason[1:]
