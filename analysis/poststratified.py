"""Post-stratified means from the strata's n, mean and standard deviation alone: for one page, without numpy.

A person weighs what her stratum's share of the population is over its people who answered (Holt & Smith 1979). The mean
and its linearised interval are then those of `weights.weighted_mean`, which follow from the strata's moments: nobody's
answers are read again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.confidence import CONFIDENCE
from analysis.students_t import two_sided_limit
from analysis.weighted_mean import WeightedMean


@dataclass(frozen=True)
class Stratum:
    """Those who answered in one group of the population. people: how many the population has there. n: 2 or more."""

    people: float
    n: int
    mean: float
    sd: float


def poststratified_mean(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> WeightedMean:
    """The mean of the population that the strata make up, with its linearised interval.

    Σ Wₛx̄ₛ, W the shares of the population; variance n/(n − 1)·Σ (Wₛ/nₛ)²((nₛ − 1)sₛ² + nₛ(x̄ₛ − x̄)²), t(n − 1).
    R: `survey::svymean(~x, svydesign(ids = ~1, weights = ~w))`, `confint(…, df = n - 1)`.

    >>> found = poststratified_mean([Stratum(5000, 40, 3.0, 1.0), Stratum(5000, 10, 4.0, 1.0)])
    >>> found.mean, round(found.design_effect, 4), round(found.effective_n, 1)
    (3.5, 1.5625, 32.0)
    """
    n = sum(stratum.n for stratum in strata)
    people = math.fsum(stratum.people for stratum in strata)
    shares = [stratum.people / people for stratum in strata]
    mean = math.fsum(share * stratum.mean for share, stratum in zip(shares, strata, strict=True))
    squares = math.fsum(
        (share / stratum.n) ** 2 * ((stratum.n - 1) * stratum.sd**2 + stratum.n * (stratum.mean - mean) ** 2)
        for share, stratum in zip(shares, strata, strict=True)
    )
    error = math.sqrt(n / (n - 1) * squares)
    effective = 1 / math.fsum(share**2 / stratum.n for share, stratum in zip(shares, strata, strict=True))
    reach = two_sided_limit(confidence, n - 1) * error
    return WeightedMean(n, mean, error, mean - reach, mean + reach, n / effective, effective)
