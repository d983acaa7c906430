"""From answers to scores: reversal, and a person's factor score as the mean of what she answered.

A person has a factor score when at least `minimum_answered` of the factor's items hold an answer; blank,
«not applicable» and «not asked» leave the score alike.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.responses import Codes, Responses, is_answer
from questionnaires.model import Factor, Questionnaire

LARGEST_SCALED_SCORE: Final = 2**20
"""Squares of scaled scores stay below 2⁴⁰, so sums fit int64 for 8 million people: more than Norway has."""


@dataclass(frozen=True)
class FactorScoring:
    """How one factor's columns of the answer matrix become person scores.

    columns: the factor's place among the questionnaire's items.
    minimum, maximum: ends of the scale.
    reversed: (J,) bool, True for an item that scores `minimum + maximum - value`.
    needed: the least number of answered items that gives a score, 1–J.
    multiplier: person score × multiplier is stored as an integer; see `multiplier_of`.
    """

    key: str
    columns: slice
    minimum: int
    maximum: int
    reversed: NDArray[np.bool_]
    needed: int
    multiplier: int

    @property
    def items(self) -> int:
        return len(self.reversed)


def multiplier_of(items: int, maximum: int) -> int:
    """The integer that turns a mean of 1–`items` answers into an integer, so that sums add exactly.

    It is the least common multiple of 1…`items`: 60 for five items, 27,720 for eleven. Where its products
    would not fit (more than 12–16 items) it is the largest multiple of `items` that does: a full sheet is
    still exact and a sheet with gaps is rounded to less than 0.00001 of a scale step.

    >>> multiplier_of(5, 5), multiplier_of(11, 5)
    (60, 27720)
    """
    exact = math.lcm(*range(1, items + 1))
    room = LARGEST_SCALED_SCORE // max(maximum, 1)
    return exact if exact <= room else items * (room // items)


def answers_needed(items: int, minimum_answered: float) -> int:
    """The least number of answers whose share of `items` reaches `minimum_answered` (0–1), at least one.

    >>> answers_needed(5, 0.5), answers_needed(4, 0.5), answers_needed(3, 0)
    (3, 2, 1)
    """
    return max(1, math.ceil(items * minimum_answered - 1e-9))


def factor_scorings(questionnaire: Questionnaire) -> tuple[FactorScoring, ...]:
    """One `FactorScoring` per factor, in the questionnaire's order.

    >>> from analysis.example import QUESTIONNAIRE
    >>> factor_scorings(QUESTIONNAIRE)[0].multiplier
    6
    """
    scorings = []
    start = 0
    for factor in questionnaire.factors:
        scorings.append(_scoring(factor, start, questionnaire.minimum_answered))
        start += len(factor.items)
    return tuple(scorings)


def _scoring(factor: Factor, start: int, minimum_answered: float) -> FactorScoring:
    items = len(factor.items)
    return FactorScoring(
        key=factor.key,
        columns=slice(start, start + items),
        minimum=factor.scale.minimum,
        maximum=factor.scale.maximum,
        reversed=np.array([item.reversed for item in factor.items], dtype=np.bool_),
        needed=answers_needed(items, minimum_answered),
        multiplier=multiplier_of(items, factor.scale.maximum),
    )


def scored(codes: Codes, scoring: FactorScoring) -> NDArray[np.float64]:
    """A factor's answers as scored: reversed items turned, everything that is not an answer NaN.

    codes: (N, J) as answered. Returns (N, J), values `minimum`–`maximum` or NaN.
    R: psych::reverse.code.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> scored(RESPONSES.items[:1], factor_scorings(QUESTIONNAIRE)[0]).tolist()
    [[5.0, 4.0, 5.0]]
    """
    values = codes.astype(np.float64)
    turned = np.where(scoring.reversed, scoring.minimum + scoring.maximum - values, values)
    return np.where(is_answer(codes), turned, np.nan)


def scored_answers(responses: Responses, factor: str) -> NDArray[np.float64]:
    """The scored answers of one factor, (N, J), NaN where there is none. Raises KeyError if unknown.

    >>> from analysis.example import RESPONSES
    >>> scored_answers(RESPONSES, "MOT")[4].tolist()
    [3.0, nan, 3.0]
    """
    for scoring in factor_scorings(responses.questionnaire):
        if scoring.key == factor:
            return scored(responses.items[:, scoring.columns], scoring)
    raise KeyError(factor)


def complete_rows(answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows of (N, J) without NaN: R's `na.omit`.

    >>> complete_rows(np.array([[1.0, 2], [np.nan, 3]])).tolist()
    [[1.0, 2.0]]
    """
    rows: NDArray[np.float64] = answers[~np.isnan(answers).any(axis=1)]
    return rows


def person_scores(responses: Responses) -> NDArray[np.float64]:
    """Each respondent's factor scores, (N, F), NaN where too few items are answered.

    R: psych::scoreItems without imputation, or `rowMeans(x, na.rm = TRUE)` with a rule for the least number.

    >>> from analysis.example import RESPONSES
    >>> person_scores(RESPONSES).round(2).ravel().tolist()
    [4.67, 4.0, 3.33, 1.67, 3.0, 1.67]
    """
    scores = np.full((len(responses), len(responses.questionnaire.factors)), np.nan)
    for index, scoring in enumerate(factor_scorings(responses.questionnaire)):
        answers = scored(responses.items[:, scoring.columns], scoring)
        answered = (~np.isnan(answers)).sum(axis=1)
        enough = answered >= scoring.needed
        scores[enough, index] = np.nansum(answers[enough], axis=1) / answered[enough]
    return scores
