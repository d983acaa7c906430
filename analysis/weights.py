"""Weighted means of a citizen survey, with intervals that know the weights. Never for an employee survey.

A weight says how many people in the population a respondent stands for. It mends a skewed response on the margins that
are known, and costs precision: the effective n is what is left. Linearised (Taylor) standard errors of a ratio, with
replacement, as `survey::svydesign(ids = ~1, weights = ~w)` has them (Lumley 2010; Särndal, Swensson & Wretman 1992).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.confidence import CONFIDENCE
from analysis.weighted_mean import WeightedMean

Floats = NDArray[np.float64]
CITIZEN: Final = "citizen"


class WeightsError(Exception):
    """The weights cannot be used; the argument says why, in bokmål."""


def check_weights(kind: str, weights: Floats) -> None:
    """Raise WeightsError unless every weight is positive and the questionnaire is one for citizens.

    kind: the questionnaire's. An employer knows her people: there everybody is asked, and a weight would let one answer
    count for more than another's.

    >>> check_weights("citizen", np.array([1.0, 2.0]))
    >>> check_weights("employee", np.array([1.0, 2.0]))
    Traceback (most recent call last):
    ...
    analysis.weights.WeightsError: vekter er bare for innbyggerundersøkelser
    """
    if kind != CITIZEN:
        msg = "vekter er bare for innbyggerundersøkelser"
        raise WeightsError(msg)
    if not np.isfinite(weights).all() or (weights <= 0).any():
        msg = "en vekt må være et tall over 0"
        raise WeightsError(msg)


def weighted_mean(values: Floats, weights: Floats, confidence: float = CONFIDENCE) -> WeightedMean:
    """The weighted mean of (n,) values, NaN left out, with its linearised interval.

    R: `survey::svymean(~x, svydesign(ids = ~1, weights = ~w, data = d[!is.na(d$x), ]))` and `confint(…, df = n - 1)`.
    Its variance is n/(n − 1)·Σ(w(x − x̄)/Σw)², n those who have a value, the linearised values having mean 0. With equal
    weights it is s/√n. `na.rm = TRUE` on the whole file is not the same: it takes everybody's number in n/(n − 1).

    >>> found = weighted_mean(np.array([1.0, 2, 3, 4]), np.array([1.0, 1, 1, 3]))
    >>> found.mean, round(found.standard_error, 4), found.effective_n
    (3.0, 0.7201, 3.0)
    """
    from scipy.special import stdtrit

    known = ~np.isnan(values)
    x, w = values[known], weights[known]
    n = len(x)
    if not n:
        nothing = float("nan")
        return WeightedMean(0, nothing, nothing, nothing, nothing, nothing, nothing)
    total = w.sum()
    mean = float(w @ x / total)
    effective = float(total**2 / (w @ w))
    if n < 2:
        unknown = float("nan")
        return WeightedMean(n, mean, unknown, unknown, unknown, n / effective, effective)
    error = float(np.sqrt(n / (n - 1) * ((w * (x - mean) / total) ** 2).sum()))
    reach = float(stdtrit(n - 1, (1 + confidence) / 2)) * error
    return WeightedMean(n, mean, error, mean - reach, mean + reach, n / effective, effective)


def post_stratified(strata: NDArray[np.str_], population: Mapping[str, float]) -> Floats:
    """A weight for each respondent, (n,), so that each stratum counts as in the population; their mean is 1.

    population: stratum → people. Raises WeightsError for a stratum that is unknown, or that nobody answered from:
    those people would be left out without a word. Holt & Smith 1979. R: `survey::postStratify`, which also makes the
    interval a little narrower; this one keeps to the weights.

    >>> post_stratified(np.array(["a", "a", "b"]), {"a": 50, "b": 50}).tolist()
    [0.75, 0.75, 1.5]
    """
    names, index, counts = np.unique(strata, return_inverse=True, return_counts=True)
    unknown = sorted(set(names.tolist()) - set(population))
    empty = sorted(key for key, people in population.items() if people and key not in names)
    if unknown or empty:
        msg = "; ".join(
            [f"mangler antall personer for {', '.join(unknown)}"] * bool(unknown)
            + [f"ingen har svart {', '.join(empty)}"] * bool(empty)
        )
        raise WeightsError(msg)
    share = np.array([population[name] for name in names.tolist()], dtype=np.float64)
    found: Floats = (share / share.sum() * len(strata) / counts)[index]
    return found
