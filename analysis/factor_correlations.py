"""How closely the factors go together in people's scores: r with its interval, over all respondents.

These are correlations of the scores as they are reported. Those of the factors in the CFA are cleared of measurement
error, and therefore stronger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from analysis.as_json import interval, number
from analysis.messages import listed
from analysis.responses import Responses
from analysis.scoring import person_scores

FEWEST: Final = 5
"""Fewest people behind a correlation: with four, Fisher's interval covers nearly everything."""
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class FactorCorrelation:
    """Pearson's r over the n people who have both scores, Fisher's 95 % interval and p. NaN where not computed."""

    n: int
    r: float
    low: float
    high: float
    p: float


def factor_correlations(responses: Responses, minimum_group: int) -> dict[tuple[str, str], FactorCorrelation]:
    """Each pair of factors, in the questionnaire's order; nothing of fewer than `minimum_group` people.

    R: `cor.test(x, y)` on rows complete in the pair; the interval is Fisher's z.

    >>> from analysis.example import RESPONSES
    >>> factor_correlations(RESPONSES, 5)
    {}
    """
    keys = [factor.key for factor in responses.questionnaire.factors]
    people = person_scores(responses)
    known = ~np.isnan(people)
    found = {}
    for (i, a), (j, b) in combinations(enumerate(keys), 2):
        rows = known[:, i] & known[:, j]
        found[a, b] = _correlation(people[rows, i], people[rows, j], max(FEWEST, minimum_group))
    return found


def _correlation(x: np.ndarray, y: np.ndarray, fewest: int) -> FactorCorrelation:
    n = len(x)
    if n < fewest or not np.ptp(x) or not np.ptp(y):
        return FactorCorrelation(n, np.nan, np.nan, np.nan, np.nan)
    import pingouin  # loading it takes seconds, and only this command has use for it

    row = pingouin.corr(x, y).iloc[0]
    r = float(row["r"])
    # `corr` rounds its interval to two decimals, and at |r| = 1, rounding apart, there is none.
    perfect = 1 - abs(r) < _ROUNDING
    low, high = (np.nan, np.nan) if perfect else pingouin.compute_esci(r, n, eftype="r", decimals=12)
    return FactorCorrelation(n, r, float(low), float(high), float(row["p_val"]))


def correlations_json(found: Mapping[tuple[str, str], FactorCorrelation]) -> dict[str, Any]:
    """By «A~B»; what could not be computed is None.

    >>> correlations_json({("A", "B"): FactorCorrelation(40, 0.5, 0.22, 0.7, 0.001)})
    {'A~B': {'n': 40, 'r': 0.5, 'ci': [0.22, 0.7], 'p': 0.001}}
    """
    return {
        f"{a}~{b}": {
            "n": one.n,
            "r": number(one.r),
            "ci": interval(one.low, one.high),
            "p": number(one.p),
        }
        for (a, b), one in found.items()
    }


def correlation_cautions(found: Mapping[tuple[str, str], FactorCorrelation]) -> tuple[str, ...]:
    """A line for the pairs that have no correlation, or no interval.

    >>> correlation_cautions({("A", "B"): FactorCorrelation(2, *[float("nan")] * 4)})
    ('Korrelasjonen mellom A og B mangler, fordi for få har svart på begge, eller alle har samme score.',)
    """
    missing = [f"{a} og {b}" for (a, b), one in found.items() if np.isnan(one.r)]
    bare = [f"{a} og {b}" for (a, b), one in found.items() if np.isnan(one.low) and not np.isnan(one.r)]
    lines = []
    if missing:
        pairs = listed(missing) if len(missing) > 1 else missing[0]
        lines.append(
            f"Korrelasjonen mellom {pairs} mangler, fordi for få har svart på begge, eller alle har samme score."
        )
    if bare:
        lines.append(f"{listed(bare)} følger hverandre fullt ut, så korrelasjonen har ikke noe intervall.")
    return tuple(lines)
