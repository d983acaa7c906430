"""Weighted means made while the answers are counted or read from a file. The weights are then forgotten.

A weight that few have singles people out, and so does a weighted mean: with the unweighted one, n and the figures of
background it is an equation about those who weigh otherwise. So weights that fewer than twenty share are made one with
their neighbours (`analysis.weight_classes`), and a measure has a weighted mean only where the sum and the spread of
*every* class of weights could be told, beside all that is told of units and background and the sum of every unit's own
answers. The weighted mean follows from these, so it tells no more (decision 067).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.background import tells_units_apart
from analysis.poststratified import Stratum, poststratified_mean
from analysis.weight_classes import WeightClasses, weight_classes
from analysis.weighting import raked
from analysis.weights import WeightsError
from surveys.release.measures import Measure, MeasureKind
from surveys.release.models import FigureStatus, bound_of
from surveys.release.protection.background_at_counting import (
    as_released,
    category_rows,
    levels_with_every_unit,
)
from surveys.release.protection.breakdowns import Breakdown, background_of
from surveys.release.protection.composing import told_before
from surveys.release.protection.issued_rows import IssuedRows
from surveys.release.protection.prior_knowledge import PriorFigure, PriorKnowledge, RespondentIndices
from surveys.release.protection.suppression import Gathered, protect
from surveys.release.weighting.models import WeightProblem, WeightSource
from surveys.release.weighting.weighted import told_stratum

Floats = NDArray[np.float64]
_CLASSES: Final = "weight"
"""The breakdown that the classes of weights are tried as; no question's key has it, since it is never stored."""


@dataclass(frozen=True, eq=False)
class StatedWeights:
    """What answers are to be weighted by. names: the column's heading, or the questions of the margins.

    weights: (N,) of the column. margins: question → option → people. One of the two.
    """

    source: WeightSource
    names: tuple[str, ...]
    weights: Floats | None = None
    margins: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, eq=False)
class WeightedAnswers:
    """What is kept of the weights: rows for `SurveyWeighting` and `CountedWeightedMean`.

    classes: the people of each class of weights, as long as the answers are at hand; empty when no mean is weighted.
    """

    about: Mapping[str, Any]
    means: Sequence[Mapping[str, Any]] = ()
    classes: Sequence[RespondentIndices] = ()


def weighted_at_counting(
    plain: Gathered,
    stated: StatedWeights,
    background: Sequence[Mapping[str, Any]],
    minimum_group: int,
    keep: NDArray[np.bool_] | None,
) -> WeightedAnswers:
    """The weighted means of the answers that are being counted.

    plain, keep: as `background_at_counting`. background: what it gave.
    """
    weights, problem = _weights_of(plain, stated)
    classes = weight_classes(weights)
    if problem is None and len(classes.weights) < 2:
        problem = WeightProblem.TOO_FEW
    people = [np.flatnonzero(classes.label == code) for code in range(len(classes.weights))]
    told = _told_background(plain, background)
    together = [*people, *_people(told)]
    if problem is None and tells_units_apart(plain.responses.unit, ~np.isnan(plain.scores), together):
        problem = WeightProblem.UNITS
    about = _about(stated, classes, minimum_group, problem)
    if problem is not None:
        return WeightedAnswers(about)
    return WeightedAnswers(about, _means(plain, classes, told, minimum_group, keep), people)


def _weights_of(plain: Gathered, stated: StatedWeights) -> tuple[Floats, WeightProblem | None]:
    equal = np.ones(len(plain.responses))
    if stated.weights is not None:
        return stated.weights, None
    margins = stated.margins or {}
    labels = {key: _labels(plain, key, people) for key, people in margins.items()}
    if any(set(people) - set(labels[key].tolist()) for key, people in margins.items()):
        return equal, WeightProblem.NOBODY
    try:
        return raked(labels, margins), None
    except WeightsError:
        return equal, WeightProblem.NOT_MET


def _labels(plain: Gathered, key: str, people: Mapping[str, int]) -> NDArray[np.str_]:
    """(N,) the option each chose; «» for none, and for one that the population is not known of."""
    question = next(one for one in plain.responses.questionnaire.background if one.key == key)
    names = [option.key if option.key in people else "" for option in question.options]
    codes = plain.responses.background[key].astype(np.int64)
    return np.array([*names, ""])[np.minimum(codes, len(names))]


def _about(
    stated: StatedWeights, classes: WeightClasses, minimum_group: int, problem: WeightProblem | None
) -> dict[str, Any]:
    weights = classes.of_respondents
    n, relative = len(weights), classes.weights / weights.mean()
    effective = min(float(n), float(weights.sum() ** 2 / (weights @ weights)))
    return {
        "source": stated.source,
        "names": list(stated.names),
        "minimum_group": minimum_group,
        "n": n,
        "moved": classes.moved,
        "smallest": float(relative.min()),
        "largest": float(relative.max()),
        "design_effect": max(1.0, n / effective),
        "effective_n": effective,
        "problem": problem,
    }


def _told_background(
    plain: Gathered, background: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[PriorFigure, ...]]:
    """Measure → the figures of background that a release may show, as the people behind them."""
    questions = {one.key: one for one in background_of(plain.responses, plain.tree, plain.top)}
    found: dict[str, tuple[PriorFigure, ...]] = {}
    for row in background:
        if row["status"] != FigureStatus.SHOWN:
            continue
        question = questions[row["breakdown"]]
        figure = PriorFigure(
            np.flatnonzero(question.label == question.categories.index(row["category"])),
            question.key,
            row["sd"] is not None,
            row["distribution"] is not None,
            row["points"] is not None,
            bound_of(row["coded"]),
            row["step"] or 0.0,
        )
        found[row["measure"]] = (*found.get(row["measure"], ()), figure)
    return found


def _people(told: Mapping[str, tuple[PriorFigure, ...]]) -> list[RespondentIndices]:
    """The people of each figure, once."""
    figures = [figure.people for of in told.values() for figure in of]
    return list({people.tobytes(): people for people in figures}.values())


def _means(
    plain: Gathered,
    classes: WeightClasses,
    told: Mapping[str, tuple[PriorFigure, ...]],
    minimum_group: int,
    keep: NDArray[np.bool_] | None,
) -> list[dict[str, Any]]:
    """The measures in which every class could be told with all its digits."""
    names = tuple(str(code) for code in range(len(classes.weights)))
    breakdown = Breakdown(_CLASSES, names, classes.label)
    gathered = replace(plain, breakdowns=(*plain.breakdowns, breakdown))
    units = told_before(
        plain,
        [as_released(protect(plain, minimum_group, keep=keep))],
        plain.tree.unit_ids[plain.top],
        IssuedRows(),
    )
    known = {key: of.and_(PriorKnowledge(told.get(key, ()))) for key, of in units.items()}
    protected = protect(gathered, minimum_group, known=known, keep=keep)
    also = _people(told)
    levels = {
        id(mask): levels_with_every_unit(mask, gathered, minimum_group, also) for mask in protected.masks
    }
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in category_rows(protected, breakdown, levels):
        rows.setdefault(row["measure"], {})[row["category"]] = row
    found = (_mean(measure, rows[measure.key], classes.weights) for measure in plain.measures)
    return [mean for mean in found if mean is not None]


def _mean(measure: Measure, rows: Mapping[str, Mapping[str, Any]], weights: Floats) -> dict[str, Any] | None:
    """None where a class with answers is not told exactly. An index is its mean in other units: once is enough."""
    if measure.kind == MeasureKind.INDEX:
        return None
    strata: list[Stratum] = []
    for name, row in rows.items():
        if row["status"] in {FigureStatus.NO_ANSWERS, FigureStatus.NOT_ASKED}:
            continue
        stratum = told_stratum(weights[int(name)] * (row["n"] or 0), row)
        if stratum is None:
            return None
        strata.append(stratum)
    if len(strata) < 2:
        return None
    mean = poststratified_mean(strata)
    return {
        "measure": measure.key,
        "n": mean.n,
        "mean": mean.mean,
        "standard_error": mean.standard_error,
        "ci_low": max(mean.low, float(measure.minimum)),
        "ci_high": min(mean.high, float(measure.maximum)),
        "design_effect": max(1.0, mean.design_effect),
        "effective_n": min(float(mean.n), mean.effective_n),
    }
