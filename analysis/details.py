"""What a quality page shows beside the figures that `medvirk analyse --json` promises.

Everything is about all respondents together. A single item's answers are told as shares: how many stand at the ends
of the scale, left it blank or chose «not applicable»; every answer's share only where the questionnaire reports items.
"""

from dataclasses import replace
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.agreement import summarised
from analysis.as_json import number
from analysis.carelessness import carelessness, carelessness_json
from analysis.cfa import Cfa
from analysis.factoring import Exploration
from analysis.modification import Modification
from analysis.one_core import one_core
from analysis.polychoric import ordinal_alpha
from analysis.reliability import ScaleReliability
from analysis.responses import Codes, Responses, is_answer
from analysis.results import Analysis
from analysis.scoring import FactorScoring, complete_rows, factor_scorings, scored
from analysis.validity import Validity
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED
from questionnaires.model import Questionnaire

FEWEST_FOR_ITEMS: Final = 50
"""Fewest answers behind a single item's figures: below it they are noise, and too near the people who answered."""

FEWEST_UNITS: Final = 10
"""Fewest units behind a figure of how units agree: with fewer it is unstable, and would tell of single units."""


@one_core()
def details(analysis: Analysis, responses: Responses, minimum_group: int) -> dict[str, Any]:
    """Figures by «scales», «structure», «agreement» and «carelessness», ready for JSON; None where unknown.

    minimum_group: units with fewer scores count neither in rwg(j) nor in AD.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> found = details(analyse(QUESTIONNAIRE, RESPONSES), RESPONSES, 3)
    >>> found["scales"]["MOT"]["splits"]["count"], found["agreement"]["MOT"]["units"]
    (3, 2)
    """
    scorings = factor_scorings(responses.questionnaire)
    return {
        "scales": {s.key: _scale(analysis, responses, s) for s in scorings},
        "structure": _structure(analysis.questionnaire, analysis.validity),
        "agreement": _agreement(analysis, minimum_group),
        "carelessness": carelessness_json(carelessness(responses)),
    }


def _scale(analysis: Analysis, responses: Responses, scoring: FactorScoring) -> dict[str, Any]:
    found = analysis.scales[scoring.key].reliability
    codes = responses.items[:, scoring.columns]
    enough = found.n_complete >= FEWEST_FOR_ITEMS
    alpha = ordinal_alpha(complete_rows(scored(codes, scoring))) if enough else np.nan
    factor = responses.questionnaire.factor(scoring.key)
    points = list(range(scoring.minimum, scoring.maximum + 1))
    with_answers = responses.questionnaire.reporting.items
    return {
        "standardised_alpha": number(found.standardised_alpha),
        "ordinal_alpha": number(alpha),
        "splits": _splits(found),
        "items": {
            item.key: item_shape(codes[:, index], points, with_answers=with_answers)
            for index, item in enumerate(factor.items)
        },
    }


def _splits(found: ScaleReliability) -> dict[str, Any]:
    """The split-half reliabilities over all splits: how many, mean, lowest and highest."""
    known = found.splits[np.isfinite(found.splits)]
    if not len(known):
        return {"count": 0, "mean": None, "low": None, "high": None}
    return {
        "count": len(known),
        "mean": float(known.mean()),
        "low": float(known.min()),
        "high": float(known.max()),
    }


def item_shape(codes: Codes, points: list[int], *, with_answers: bool) -> dict[str, Any] | None:
    """How one item was answered, as shares rounded to whole percents; None below `FEWEST_FOR_ITEMS` answers.

    codes: (N,) as answered. floor, ceiling: shares of the answers at the scale's lowest and highest value.
    not_applicable, blank: shares of those who were asked. answers: each value's share, with `with_answers` only.

    >>> item_shape(np.array([1] * 20 + [5] * 30 + [BLANK] * 50, dtype=np.uint8), [1, 5], with_answers=True)
    {'n': 50, 'floor': 0.4, 'ceiling': 0.6, 'not_applicable': 0.0, 'blank': 0.5, 'answers': [0.4, 0.6]}
    """
    asked = int((codes != NOT_ASKED).sum())
    answers = codes[is_answer(codes)]
    if len(answers) < FEWEST_FOR_ITEMS:
        return None
    shares = [round(float((answers == point).mean()), 2) for point in points]
    found: dict[str, Any] = {
        "n": len(answers),
        "floor": shares[0],
        "ceiling": shares[-1],
        "not_applicable": round(float((codes == NOT_APPLICABLE).sum() / asked), 2),
        "blank": round(float((codes == BLANK).sum() / asked), 2),
    }
    return found | {"answers": shares} if with_answers else found


def _structure(questionnaire: Questionnaire, found: Validity) -> dict[str, Any]:
    cfa = found.cfa
    return {
        "items": list(found.items),
        "left_out": list(found.left_out),
        "exploration": _exploration(questionnaire, found, found.exploration),
        "loading_errors": dict(zip(found.cfa_items, map(number, cfa.loading_errors), strict=True))
        if cfa
        else {},
        "correlation_errors": _correlation_errors(found, cfa) if cfa else {},
        "fornell_larcker": {f"{a}~{b}": holds for (a, b), holds in found.fornell_larcker.items()},
        "all_answers": _all_answers(questionnaire, found),
        "modifications": [_modification(found, one) for one in cfa.modifications] if cfa else [],
    }


def _all_answers(questionnaire: Questionnaire, found: Validity) -> dict[str, Any] | None:
    """What a page shows of the structure on all the answers beside the keys of `to_json`; None without a solution."""
    whole = found.all_answers
    if whole is None or whole.cfa is None or whole.apart is None:
        return None
    pairs = combinations(enumerate(found.cfa_factors), 2)
    return {
        "exploration": _exploration(questionnaire, found, whole.by_em.exploration),
        "loading_errors": dict(zip(found.cfa_items, map(number, whole.cfa.loading_errors), strict=True)),
        "fornell_larcker": {f"{a}~{b}": bool(whole.apart[i, j]) for (i, a), (j, b) in pairs},
    }


def _correlation_errors(found: Validity, cfa: Cfa) -> dict[str, float | None]:
    pairs = combinations(enumerate(found.cfa_factors), 2)
    return {f"{a}~{b}": number(cfa.correlation_errors[i, j]) for (i, a), (j, b) in pairs}


def _modification(found: Validity, one: Modification) -> dict[str, Any]:
    return {
        "item": found.cfa_items[one.item],
        "factor": None if one.factor is None else found.cfa_factors[one.factor],
        "other": None if one.other is None else found.cfa_items[one.other],
        "index": number(one.index),
        "change": number(one.change),
    }


def _exploration(
    questionnaire: Questionnaire, found: Validity, exploration: Exploration | None
) -> dict[str, Any] | None:
    """The oblimin pattern with its factors in the intended ones' order; None when there is no solution.

    factors: the intended factor's key for each column.
    """
    if exploration is None:
        return None
    names = [questionnaire.factor_of[item].key for item in found.items]
    factors = list(dict.fromkeys(names))
    intended = np.array([factors.index(name) for name in names])
    if len(factors) != exploration.loadings.shape[1]:
        return None
    order = matching(exploration.loadings, intended)
    loadings = exploration.loadings[:, order]
    return {
        "factors": factors,
        "loadings": {key: list(map(number, row)) for key, row in zip(found.items, loadings, strict=True)},
        "communalities": dict(zip(found.items, map(number, exploration.communalities), strict=True)),
    }


def matching(loadings: NDArray[np.float64], intended: NDArray[np.int_]) -> NDArray[np.int_]:
    """The found factor that stands for each intended one, (M,): the pairing with the largest squared loadings.

    >>> matching(np.array([[0.1, 0.8], [0.0, 0.7], [0.6, 0.2]]), np.array([0, 0, 1])).tolist()
    [1, 0]
    """
    from scipy.optimize import linear_sum_assignment

    factors = loadings.shape[1]
    strength = np.stack([(loadings[intended == k] ** 2).sum(axis=0) for k in range(factors)])
    _, found = linear_sum_assignment(-strength)
    return np.asarray(found, dtype=np.int_)


def _agreement(analysis: Analysis, minimum_group: int) -> dict[str, Any]:
    """Median rwg(j) and AD over units with at least `minimum_group` scores, where there are FEWEST_UNITS of them."""
    enough = analysis.units.scores.n >= minimum_group
    found = analysis.agreement
    arrays = {name: np.where(enough, getattr(found, name), np.nan) for name in ("rwgj", "rwgj_skewed", "ad")}
    safe = replace(found, **arrays)
    support = safe.support()
    medians = {name: summarised(array)[1] for name, array in arrays.items()}
    means = summarised(safe.rwgj)[0]
    by_factor = {}
    for index, factor in enumerate(analysis.questionnaire.factors):
        units = int((~np.isnan(safe.rwgj[:, index])).sum())
        told = units >= FEWEST_UNITS
        by_factor[factor.key] = {
            "units": units,
            "support": support[index].value if told else "unknown",
            "rwgj_mean": number(means[index]) if told else None,
            **{f"{name}_median": number(median[index]) if told else None for name, median in medians.items()},
        }
    return by_factor
