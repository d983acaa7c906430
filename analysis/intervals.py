"""Intervals of means on a scale with ends, and the test of a mean against others that goes with them.

Student's t interval takes the spread to be the same wherever the true mean is. On a scale with ends it is not: near
the top people cannot answer higher, so a group of few often has too small a spread, and the interval is too short on
the side where the truth is. Here the spread follows the mean: variance φ·μ(1 − μ), μ the way from the scale's lowest
(0) to its highest (1), as in quasi-likelihood for bounded answers (Wedderburn 1974; Papke & Wooldridge 1996). That
gives Wilson's score interval (1927) on n/φ people, as is done for shares in surveys (Korn & Graubard 1998; Dean &
Pagano 2015), with Student's t in place of the normal quantile.

All follows from n, mean and standard deviation: nobody learns more than these already tell.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.change import holm
from analysis.scores import CONFIDENCE, t_quantile

Floats = NDArray[np.float64]

PRIOR: Final = 0.5
"""How much of one person answering at the ends is mixed into the spread: few who answer alike prove little.

The least of the weights tried that covers 94 % in every case of `benchmarks/claims.py`.
"""


def dispersion(n: NDArray[np.integer], mean: Floats, sd: Floats) -> Floats:
    """φ: the variance as a share of the most there can be with this mean, μ(1 − μ), and half a person at the most.

    mean, sd: on a scale from 0 to 1. φ = ((n − 1)·s²/(μ(1 − μ)) + ½) / (n − ½). NaN for n < 2.

    >>> dispersion(np.array([9]), np.array([0.8]), np.array([0.2])).round(3).tolist()
    [0.294]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(sd > 0, sd**2 / (mean * (1 - mean)), np.where(np.isnan(sd), np.nan, 0.0))
        return np.asarray(np.where(n > 1, ((n - 1) * share + PRIOR) / (n - 1 + PRIOR), np.nan))


def bounded_interval(
    n: NDArray[np.integer], mean: Floats, sd: Floats, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Low and high end of the mean's interval, within the scale; NaN for n < 2. Elementwise.

    mean, sd: on a scale from 0 to 1. Every μ with (mean − μ)² ≤ t(n − 1)²·φ·μ(1 − μ)/n.
    R: with f = φ as in `dispersion`,
    `prop.test(mean * n / f, n / f, conf.level = 2 * pnorm(qt(.975, n - 1)) - 1, correct = FALSE)$conf.int`.

    >>> n, mean, sd = np.array([7, 40]), np.array([0.85, 0.85]), np.array([0.15, 0.15])
    >>> [end.round(3).tolist() for end in bounded_interval(n, mean, sd)]
    [[0.632, 0.794], [0.949, 0.893]]
    """
    spread = t_quantile(n - 1, 0.5 + confidence / 2) ** 2 * dispersion(n, mean, sd) / np.maximum(n, 1)
    centre = (mean + spread / 2) / (1 + spread)
    room = np.sqrt(spread * mean * (1 - mean) + spread**2 / 4) / (1 + spread)
    return np.clip(centre - room, 0.0, mean), np.clip(centre + room, mean, 1.0)


@dataclass(frozen=True, eq=False)
class Others:
    """What units are compared with, on a scale from 0 to 1. n, sd: NaN where the mean is taken as it is."""

    n: Floats
    mean: Floats
    sd: Floats


def difference_from(n: NDArray[np.integer], mean: Floats, sd: Floats, others: Others) -> Floats:
    """Two-sided p of a group's mean against that of others, none of whom is in the group. Elementwise.

    The test that `bounded_interval` goes with: were the group drawn from the others, its mean's variance would be
    φ·M(1 − M)/n, M their mean. To it comes the others' own S²/N, with Welch–Satterthwaite's degrees of freedom.
    NaN for n < 2, without a spread, or where the others are all at an end of the scale.

    >>> norm = Others(np.array([np.nan]), np.array([0.632]), np.array([np.nan]))
    >>> difference_from(np.array([7]), np.array([0.85]), np.array([0.15]), norm).round(3).tolist()
    [0.05]
    """
    from scipy.special import stdtr

    own = dispersion(n, mean, sd) * others.mean * (1 - others.mean) / np.maximum(n, 1)
    theirs = np.where(np.isnan(others.n), 0.0, others.sd**2 / others.n)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = own**2 / (n - 1) + np.where(np.isnan(others.n), 0.0, theirs**2 / (others.n - 1))
        df = (own + theirs) ** 2 / parts
        p = 2 * stdtr(df, -np.abs(mean - others.mean) / np.sqrt(own + theirs))
    return np.asarray(np.where(own > 0, p, np.nan))


def clear_differences(p: Floats, confidence: float = CONFIDENCE) -> NDArray[np.bool_]:
    """Which of one group's differences are clear: Holm over all that are tested. NaN is never clear.

    >>> clear_differences(np.array([0.01, 0.04, np.nan])).tolist()
    [True, True, False]
    """
    return np.asarray(holm(p) < 1 - confidence)
