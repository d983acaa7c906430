"""Shares of each answer: for instruments whose answers are counted and never averaged.

A person's share of an answer is the part of the factor's items that she answered so; a unit's share is the mean of
its people's. Reversed items are turned. A person counts when she answered as many items as a score would need.
«Not applicable» is an answer here («vet ikke») when the scale offers it; blank and «not asked» are not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.responses import Responses, is_answer
from analysis.scoring import FactorScoring


@dataclass(frozen=True, eq=False)
class PersonShares:
    """One factor's shares of N people.

    answered: (N,) bool. scaled: (N, codes) int64, share × `multiplier`, whole numbers that add up exactly; 0 where
    not answered.
    """

    answered: NDArray[np.bool_]
    scaled: NDArray[np.int64]
    multiplier: int


def person_shares(responses: Responses, scoring: FactorScoring, codes: Sequence[int]) -> PersonShares:
    """Everybody's share of each of `codes`, over the items answered with any of them.

    >>> from analysis.example import RESPONSES
    >>> from analysis.scoring import factor_scorings
    >>> found = person_shares(RESPONSES, factor_scorings(RESPONSES.questionnaire)[0], (4, 5))
    >>> (found.scaled / found.multiplier)[0].round(2).tolist(), bool(found.answered[0])
    ([0.33, 0.67], True)
    """
    given = responses.items[:, scoring.columns]
    turned = np.where(scoring.reversed, scoring.minimum + scoring.maximum - given.astype(np.int64), given)
    answers = np.where(is_answer(given), turned, given)
    counts = np.stack([(answers == code).sum(axis=1) for code in codes], axis=1).astype(np.int64)
    total = counts.sum(axis=1)
    answered = total >= scoring.needed
    multiplier = math.lcm(*range(1, scoring.items + 1))
    scaled = np.where(
        answered[:, np.newaxis], counts * (multiplier // np.maximum(total, 1))[:, np.newaxis], 0
    )
    return PersonShares(answered, scaled, multiplier)
