"""The direction of each theme over several files of answers to one questionnaire, for the analyst who has them all."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis.as_json import interval, number
from analysis.confidence import CONFIDENCE
from analysis.responses import Responses
from analysis.scoring import person_scores
from analysis.students_t import two_sided_limit
from analysis.trend import WaveScore, trend


def trend_json(waves: Mapping[int, Responses], minimum_group: int) -> dict[str, Any]:
    """What `medvirk analyse --json` says of several years, oldest first. waves: year → its answers.

    A year in which fewer than `minimum_group` have a score is None in that theme. Fewer than three years have no
    direction.

    >>> from analysis.example import RESPONSES
    >>> found = trend_json({2024: RESPONSES, 2026: RESPONSES}, 3)
    >>> found["years"], found["factors"]["MOT"]["n"], found["factors"]["MOT"]["verdict"]
    ([2024, 2026], [6, 6], 'too_few')
    """
    years = sorted(waves)
    scores = {year: _scores(waves[year], minimum_group) for year in years}
    factors = [factor.key for factor in waves[years[-1]].questionnaire.factors]
    themes = [[scores[year][key] for year in years] for key in factors]
    found = {}
    for key, theme, estimate in zip(
        factors, themes, trend([float(year) for year in years], themes), strict=True
    ):
        found[key] = {
            "n": [None if one is None else one.n for one in theme],
            "means": [None if one is None else number(one.mean) for one in theme],
            "sd": [None if one is None or one.sd is None else number(one.sd) for one in theme],
            "ci": [None if one is None else _interval(one) for one in theme],
            "slope": number(estimate.slope),
            "slope_ci": interval(estimate.ci_low, estimate.ci_high),
            "p_holm": number(estimate.p_holm),
            "p_uneven": number(estimate.p_uneven),
            "verdict": estimate.verdict.value,
        }
    return {"years": years, "factors": found}


def _scores(responses: Responses, minimum_group: int) -> dict[str, WaveScore | None]:
    scores = person_scores(responses)
    found: dict[str, WaveScore | None] = {}
    for index, factor in enumerate(responses.questionnaire.factors):
        known = scores[~np.isnan(scores[:, index]), index]
        told = len(known) >= minimum_group
        found[factor.key] = (
            WaveScore(len(known), float(known.mean()), float(known.std(ddof=1))) if told else None
        )
    return found


def _interval(score: WaveScore) -> list[float] | None:
    if score.sd is None:
        return None
    reach = two_sided_limit(CONFIDENCE, score.n - 1) * score.sd / math.sqrt(score.n)
    return interval(score.mean - reach, score.mean + reach)
