"""An analysis as JSON, with the keys that `medvirk analyse --json` promises."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.agreement import Agreement, summarised
from analysis.cfa import Cfa
from analysis.results import Analysis, ScaleSummary, UnitReport
from analysis.scores import UnitScores
from analysis.validity import Validity
from questionnaires.model import Questionnaire


def to_json(analysis: Analysis) -> dict[str, Any]:
    """The analysis with the keys of `medvirk analyse --json`; whatever could not be computed is None.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> to_json(analyse(QUESTIONNAIRE, RESPONSES))["scales"]["MOT"]["n_complete"]
    5
    """
    questionnaire = analysis.questionnaire
    return {
        "questionnaire": {"key": questionnaire.key, "version": questionnaire.version},
        "respondents": analysis.respondents,
        "scales": {key: _scale_json(scale) for key, scale in analysis.scales.items()},
        "validity": _validity_json(questionnaire, analysis.validity),
        "agreement": _agreement_json(questionnaire, analysis.agreement),
        "units": _units_json(questionnaire, analysis.units),
        "warnings": [str(caution) for caution in analysis.warnings],
    }


def _scale_json(scale: ScaleSummary) -> dict[str, Any]:
    found = scale.reliability
    return {
        "items": found.items,
        "n_complete": found.n_complete,
        "alpha": number(found.alpha),
        "alpha_ci": interval(found.alpha_low, found.alpha_high),
        "omega": number(found.omega),
        "mean_interitem_r": number(found.mean_interitem_r),
        "split_half": number(found.split_half),
        "item_rest": by_key(scale.items, found.item_rest),
        "alpha_if_deleted": by_key(scale.items, found.alpha_if_deleted),
        "suggested_reversals": {
            "items": [scale.items[index] for index in scale.reversals.items],
            "alpha": number(scale.reversals.alpha),
        }
        if scale.reversals
        else None,
        "mean": number(scale.mean),
        "sd": number(scale.sd),
        "n": scale.n,
    }


def _validity_json(questionnaire: Questionnaire, found: Validity) -> dict[str, Any]:
    adequacy, sphericity = found.adequacy, found.sphericity
    kmo = dict(zip(found.items, adequacy.items, strict=True)) if adequacy else {}
    items = [item.key for item in questionnaire.items]
    factors = [factor.key for factor in questionnaire.factors]
    return {
        "kmo": number(adequacy.overall) if adequacy else None,
        "kmo_items": {key: number(kmo.get(key, np.nan)) for key in items},
        "bartlett": {
            "chi2": number(sphericity.chi2) if sphericity else None,
            "df": sphericity.df if sphericity else None,
            "p": number(sphericity.p) if sphericity else None,
        },
        "n_complete": found.n_complete,
        "factors_suggested": found.factors_suggested,
        "cfa": _cfa_json(items, list(combinations(factors, 2)), found, found.cfa),
        "ave": {key: number(found.ave.get(key, np.nan)) for key in factors},
        "composite_reliability": {
            key: number(found.composite_reliability.get(key, np.nan)) for key in factors
        },
        "basis": found.basis.value,
        "all_answers": _all_answers_json(questionnaire, found),
        "estimators": {
            one.value: _cfa_json(items, list(combinations(factors, 2)), found, fitted.cfa)
            for one, fitted in found.estimators.items()
        },
        "htmt": {f"{a}~{b}": number(found.htmt.get((a, b), np.nan)) for a, b in combinations(factors, 2)},
    }


def _cfa_json(
    items: list[str], pairs: list[tuple[str, str]], found: Validity, cfa: Cfa | None
) -> dict[str, Any]:
    """The fit, loadings by item and correlations by pair of factors; all None when there is no solution."""
    fit = cfa.fit if cfa else None
    loadings = dict(zip(found.cfa_items, cfa.loadings, strict=True)) if cfa else {}
    related = {}
    if cfa:
        for (i, a), (j, b) in combinations(enumerate(found.cfa_factors), 2):
            related[a, b] = cfa.correlations[i, j]
    measures = ("chi2", "p", "cfi", "tli", "rmsea", "srmr")
    return {
        **{key: number(getattr(fit, key)) if fit else None for key in measures},
        "df": fit.df if fit else None,
        "rmsea_ci": interval(fit.rmsea_low, fit.rmsea_high) if fit else None,
        "admissible": cfa.inadmissible is None if cfa else None,
        "n": fit.n if fit else None,
        "loadings": {key: number(loadings.get(key, np.nan)) for key in items},
        "factor_correlations": {f"{a}~{b}": number(related.get((a, b), np.nan)) for a, b in pairs},
    }


def _all_answers_json(questionnaire: Questionnaire, found: Validity) -> dict[str, Any] | None:
    """The structure on all the answers, with the keys of that on complete rows; None when no answer is missing."""
    whole = found.all_answers
    if whole is None:
        return None
    items = [item.key for item in questionnaire.items]
    factors = [factor.key for factor in questionnaire.factors]
    ave, composite = (
        dict(zip(found.cfa_factors, each, strict=True)) for each in (whole.ave, whole.composite)
    )
    by_em = whole.by_em
    ratios = {(a, b): by_em.htmt[i, j] for (i, a), (j, b) in combinations(enumerate(found.cfa_factors), 2)}
    return {
        "n": whole.n,
        "kmo": number(by_em.adequacy.overall) if by_em.adequacy else None,
        "factors_suggested": by_em.factors_suggested,
        "omega": {key: number(by_em.omega.get(key, np.nan)) for key in factors},
        "htmt": {f"{a}~{b}": number(ratios.get((a, b), np.nan)) for a, b in combinations(factors, 2)},
        "cfa": _cfa_json(items, list(combinations(factors, 2)), found, whole.cfa),
        "ave": {key: number(ave.get(key, np.nan)) for key in factors},
        "composite_reliability": {key: number(composite.get(key, np.nan)) for key in factors},
    }


def _agreement_json(questionnaire: Questionnaire, found: Agreement) -> dict[str, Any]:
    mean, median = summarised(found.rwgj)
    return {
        factor.key: {
            "icc1": number(found.icc1[index]),
            "icc2": number(found.icc2[index]),
            "f": number(found.f[index]),
            "p": number(found.p[index]),
            "groups": int(found.groups[index]),
            "rwgj_mean": number(mean[index]),
            "rwgj_median": number(median[index]),
        }
        for index, factor in enumerate(questionnaire.factors)
    }


def _units_json(questionnaire: Questionnaire, report: UnitReport) -> dict[str, Any]:
    return {
        unit: {
            factor.key: _unit_json(report.scores, row, column, report.hidden[row])
            for column, factor in enumerate(questionnaire.factors)
        }
        for row, unit in enumerate(report.units)
    }


def _unit_json(scores: UnitScores, row: int, column: int, hidden: str | None) -> dict[str, Any]:
    if hidden:
        return {"n": None, "mean": None, "sd": None, "ci": None, "hidden": hidden}
    return {
        "n": int(scores.n[row, column]),
        "mean": number(scores.mean[row, column]),
        "sd": number(scores.sd[row, column]),
        "ci": interval(scores.ci_low[row, column], scores.ci_high[row, column]),
        "hidden": None,
    }


def number(value: float) -> float | None:
    """A finite number as a plain float, anything else None.

    >>> number(0.5), number(float("nan"))
    (0.5, None)
    """
    return float(value) if np.isfinite(value) else None


def interval(low: float, high: float) -> list[float] | None:
    """Both ends, or None when one of them is not finite.

    >>> interval(0.25, 0.75), interval(0.25, float("inf"))
    ([0.25, 0.75], None)
    """
    return [float(low), float(high)] if np.isfinite(low) and np.isfinite(high) else None


def by_key(keys: tuple[str, ...], values: NDArray[np.float64]) -> dict[str, float | None]:
    """The values by key; what is not finite is None.

    >>> by_key(("MOT", "LED"), np.array([0.5, np.nan]))
    {'MOT': 0.5, 'LED': None}
    """
    return {key: number(value) for key, value in zip(keys, values, strict=True)}
