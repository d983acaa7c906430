"""May the scores of two surveys, or of two groups, be compared? A verdict for each factor, and for all together.

A change in a factor's mean is a change in what it measures only when its items keep their loadings and their
intercepts (scalar invariance). Each factor is tried alone, since the score that is compared is the factor's; the
whole structure is tried as well where there are answers enough. A verdict of «not comparable» needs a fall that is
both large (ΔCFI) and not by chance (χ² difference), so that noise never takes a comparison away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.fit_indices import Fit
from analysis.invariance import CFI_FALL, RMSEA_RISE, InvarianceLevel, InvarianceStep, invariance
from analysis.one_core import one_core
from analysis.responses import Responses
from analysis.scoring import complete_rows, factor_scorings, scored
from questionnaires.model import Factor, Questionnaire

Floats = NDArray[np.float64]

FEWEST_ROWS: Final = 100  # Gorsuch 1983: at least 100 people …
ROWS_PER_ITEM: Final = 5  # … and five for each item
CHANCE: Final = 0.001  # twenty tests in a survey: one false alarm in fifty surveys
POOR_FIT: Final = 0.90  # CFI of the least demanding model; below it the test says little (Bentler 1990)


class Comparability(StrEnum):
    """What the answers allow. UNCERTAIN: a fall that may be chance, or large in a poor model. UNDECIDED: no test."""

    COMPARABLE = "comparable"
    UNCERTAIN = "uncertain"
    NOT_COMPARABLE = "not_comparable"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class ComparedStep:
    """A level's fit and what it cost. cfi_change, rmsea_change, p_change: NaN for the first level."""

    level: InvarianceLevel
    fit: Fit
    cfi_change: float
    rmsea_change: float
    p_change: float
    holds: bool

    @property
    def fails_clearly(self) -> bool:
        return not self.holds and self.p_change < CHANCE


@dataclass(frozen=True)
class ModelComparison:
    """One model over the groups. rows: complete rows in each. reason: why there is no verdict, «» when there is one:
    «few», «items» (too few to identify), «different_items», «not_tried», or a `cfa.Reason`.
    """

    rows: tuple[int, ...]
    steps: tuple[ComparedStep, ...]
    verdict: Comparability
    reason: str = ""


@dataclass(frozen=True)
class InstrumentComparison:
    """Every factor alone, by key, and all of them in one model."""

    factors: Mapping[str, ModelComparison]
    whole: ModelComparison


@one_core()
def compare(
    groups: Sequence[Responses], factors: Sequence[str], *, with_whole: bool = True
) -> InstrumentComparison:
    """Try whether the factors mean the same in two or more sets of responses.

    groups: responses to the same questionnaire or to versions of it. factors: keys that all of them have.
    with_whole: also try all factors in one model, which takes seconds where it fits badly.

    >>> from analysis.example import RESPONSES
    >>> compare([RESPONSES, RESPONSES], ["MOT"]).factors["MOT"].reason
    'few'
    """
    same = [key for key in factors if _is_the_same([group.questionnaire for group in groups], key)]
    alone = {key: _compared(groups, [key]) for key in same}
    found = {key: alone.get(key, _undecided((), "different_items")) for key in factors}
    whole = _compared(groups, same) if with_whole and len(same) > 1 else _undecided((), "not_tried")
    return InstrumentComparison(found, whole)


def _is_the_same(questionnaires: Sequence[Questionnaire], key: str) -> bool:
    """Whether the factor has the same items on the same scale in every version."""
    shapes = {_shape(questionnaire.factor(key)) for questionnaire in questionnaires}
    return len(shapes) == 1


def _shape(factor: Factor) -> tuple[object, ...]:
    items = tuple((item.key, item.reversed) for item in factor.items)
    return factor.scale.minimum, factor.scale.maximum, items


def _compared(groups: Sequence[Responses], factors: Sequence[str]) -> ModelComparison:
    answers = [complete_rows(_answers(group, factors)) for group in groups]
    rows = tuple(len(each) for each in answers)
    sizes = [len(groups[0].questionnaire.factor(key).items) for key in factors]
    if min(rows) < max(FEWEST_ROWS, ROWS_PER_ITEM * sum(sizes)):
        return _undecided(rows, "few")
    if sum(sizes) < 3:
        return _undecided(rows, "items")
    found = invariance(answers, np.repeat(np.arange(len(factors)), sizes))
    steps = _steps(found.steps, is_whole=len(factors) > 1)
    reason = "" if found.problem is None else found.problem.reason.value
    verdict = verdict_of(steps)
    return ModelComparison(rows, steps, verdict, reason if verdict is Comparability.UNDECIDED else "")


def _answers(responses: Responses, factors: Sequence[str]) -> Floats:
    scorings = {scoring.key: scoring for scoring in factor_scorings(responses.questionnaire)}
    columns = [scored(responses.items[:, scorings[key].columns], scorings[key]) for key in factors]
    return np.hstack(columns)


def _steps(steps: Sequence[InvarianceStep], *, is_whole: bool) -> tuple[ComparedStep, ...]:
    """A single factor has so few degrees of freedom that RMSEA misleads (Kenny, Kaniskan & McCoach 2015): there the
    fall in CFI alone decides. A model without degrees of freedom fits exactly.
    """
    from scipy.special import chdtrc

    found: list[ComparedStep] = []
    for step in steps:
        if not found:
            found.append(ComparedStep(step.level, step.fit, np.nan, np.nan, np.nan, holds=True))
            continue
        before = found[-1]
        cfi_change = step.fit.cfi - (before.fit.cfi if before.fit.df else 1.0)
        rmsea_change = step.fit.rmsea - (before.fit.rmsea if before.fit.df else 0.0)
        more = step.fit.df - before.fit.df
        p = float(chdtrc(more, max(step.fit.chi2 - before.fit.chi2, 0.0))) if more else np.nan
        costs = cfi_change < -CFI_FALL or (is_whole and rmsea_change > RMSEA_RISE)
        holds = before.holds and not costs
        found.append(ComparedStep(step.level, step.fit, cfi_change, rmsea_change, p, holds))
    return tuple(found)


def verdict_of(steps: Sequence[ComparedStep]) -> Comparability:
    """What the levels up to scalar say: means may be compared when both metric and scalar hold.

    >>> verdict_of(()).name
    'UNDECIDED'
    """
    needed = [step for step in steps if step.level in {InvarianceLevel.METRIC, InvarianceLevel.SCALAR}]
    failing = next((step for step in needed if not step.holds), None)
    if failing is None:
        if len(needed) < 2:
            return Comparability.UNDECIDED
        first = steps[0].fit
        poor = first.df > 0 and first.cfi < POOR_FIT
        return Comparability.UNCERTAIN if poor else Comparability.COMPARABLE
    return Comparability.NOT_COMPARABLE if failing.fails_clearly else Comparability.UNCERTAIN


def _undecided(rows: tuple[int, ...], reason: str) -> ModelComparison:
    return ModelComparison(rows, (), Comparability.UNDECIDED, reason)


def comparison_json(comparison: InstrumentComparison) -> dict[str, Any]:
    """The comparison with None for whatever could not be computed.

    >>> from analysis.example import RESPONSES
    >>> comparison_json(compare([RESPONSES, RESPONSES], ["MOT"]))["factors"]["MOT"]["verdict"]
    'undecided'
    """
    return {
        "factors": {key: _compared_json(found) for key, found in comparison.factors.items()},
        "whole": _compared_json(comparison.whole),
    }


def _compared_json(found: ModelComparison) -> dict[str, Any]:
    return {
        "rows": list(found.rows),
        "verdict": found.verdict.value,
        "reason": found.reason,
        "steps": [_step_json(step) for step in found.steps],
    }


def _step_json(step: ComparedStep) -> dict[str, Any]:
    values = {
        "chi2": step.fit.chi2,
        "cfi": step.fit.cfi,
        "rmsea": step.fit.rmsea,
        "cfi_change": step.cfi_change,
        "rmsea_change": step.rmsea_change,
        "p_change": step.p_change,
    }
    numbers = {key: float(value) if np.isfinite(value) else None for key, value in values.items()}
    return {"level": step.level.value, "df": step.fit.df, "holds": step.holds, **numbers}


__all__ = [
    "Comparability",
    "ComparedStep",
    "InstrumentComparison",
    "ModelComparison",
    "compare",
    "comparison_json",
    "verdict_of",
]
