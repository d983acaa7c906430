"""How each statement was answered: the share of every answer, and its mean as it counts in the score."""

from typing import Any

import numpy as np

from analysis.responses import Responses, is_answer
from analysis.scoring import factor_scorings, scored


def item_answers_json(responses: Responses, minimum_group: int) -> dict[str, Any]:
    """Item → n, shares of each point as answered, lowest first, and the mean with reversed items turned.

    An item that fewer than `minimum_group` answered has no entry.

    >>> from analysis.example import RESPONSES
    >>> item_answers_json(RESPONSES, 3)["M1"]["n"]
    6
    """
    found: dict[str, Any] = {}
    for factor, scoring in zip(
        responses.questionnaire.factors, factor_scorings(responses.questionnaire), strict=True
    ):
        given = responses.items[:, scoring.columns]
        means = scored(given, scoring)
        for index, item in enumerate(factor.items):
            answers = given[:, index][is_answer(given[:, index])]
            if len(answers) >= minimum_group:
                counts = [int((answers == point.value).sum()) for point in factor.scale.points]
                found[item.key] = {
                    "n": len(answers),
                    "mean": float(np.nanmean(means[:, index])),
                    "shares": [count / len(answers) for count in counts],
                }
    return found
