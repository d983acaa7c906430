"""Intervals of means on a scale with ends; the test that goes with them is in `difference`.

Student's t interval takes the spread to be the same wherever the true mean is. On a scale with ends it is not: near
the top people cannot answer higher, so a group of few often has too small a spread, and the interval is too short on
the side where the truth is. Here the spread follows the mean: variance φ·μ(1 − μ), μ the way from the scale's lowest
(0) to its highest (1), as in quasi-likelihood for bounded answers (Wedderburn 1974; Papke & Wooldridge 1996). That
gives Wilson's score interval (1927) on n/φ people with Student's t in place of the normal quantile. For shares in
surveys the effective number of people is put into Wilson's interval by Dean & Pagano (2015), and into Clopper and
Pearson's by Korn & Graubard (1998).

All follows from n, mean and standard deviation: nobody learns more than these already tell.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.confidence import CONFIDENCE
from analysis.difference import dispersion_of
from analysis.scores import t_quantile

Floats = NDArray[np.float64]


def dispersion(n: NDArray[np.integer], mean: Floats, sd: Floats) -> Floats:
    """`dispersion_of` each, elementwise.

    >>> dispersion(np.array([9]), np.array([0.8]), np.array([0.2])).round(3).tolist()
    [0.294]
    """
    return np.asarray(np.vectorize(dispersion_of, otypes=[np.float64])(n, mean, sd))


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
