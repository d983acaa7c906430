"""Student's t for one test at a time, without numpy and scipy: pages compute a few tests for the reader's own choice.

The incomplete beta function by its continued fraction (Lentz's method; Press et al. 2007, section 6.4), to about
1e-12 of the exact value. What is computed for thousands of units at once is in `change` and `scores`.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

ENOUGH: Final = 1e-15  # the last factor's distance from 1
LARGE: Final = 200  # from here the first term left out of the series is below 1e-14
TINY: Final = 1e-300  # in place of 0 in a denominator
MOST_TERMS: Final = 100_000  # about the square root of the degrees of freedom are needed
MOST_STEPS: Final = 100


def two_sided_p(t: float, df: float) -> float:
    """How often chance alone gives a t this far from 0, either way. R: `2 * pt(-abs(t), df)`.

    df: positive, not necessarily whole.

    >>> round(two_sided_p(2.0, 7.5), 6), two_sided_p(0.0, 3)
    (0.082897, 1.0)
    """
    square = t * t
    if math.isinf(square):
        return 0.0
    a, x, rest = df / 2, df / (df + square), square / (df + square)
    if rest == 0:
        return 1.0
    front = math.exp(_half_step(a) - math.lgamma(0.5) - a * math.log1p(square / df) + 0.5 * math.log(rest))
    if x < (a + 1) / (a + 2.5):
        return front * _continued_fraction(a, 0.5, x) / a
    return 1 - front * _continued_fraction(0.5, a, rest) / 0.5


def two_sided_limit(confidence: float, df: float) -> float:
    """The t that chance stays within with this probability. R: `qt(0.5 + confidence / 2, df)`.

    Newton's method from the normal limit: the tail is convex and heavier than the normal one, so it never overshoots.

    >>> round(two_sided_limit(0.95, 10), 6)
    2.228139
    """
    limit = NormalDist().inv_cdf(0.5 + confidence / 2)
    constant = _half_step(df / 2) - 0.5 * math.log(df * math.pi)
    for _ in range(MOST_STEPS):
        density = math.exp(constant - (df + 1) / 2 * math.log1p(limit**2 / df))
        step = (two_sided_p(limit, df) - (1 - confidence)) / (2 * density)
        limit += step
        if abs(step) < 1e-13 * limit:
            break
    return limit


def holm_within(p: Sequence[float]) -> list[float]:
    """`change.holm` of one family of tests, NaN left out. R: `p.adjust(p, "holm")`.

    >>> [round(each, 4) for each in holm_within([0.01, 0.04, math.nan, 0.03])]
    [0.03, 0.06, nan, 0.06]
    """
    order = sorted((index for index, each in enumerate(p) if not math.isnan(each)), key=lambda at: p[at])
    adjusted, least = [math.nan] * len(p), 0.0
    for before, index in enumerate(order):
        least = max(least, min(p[index] * (len(order) - before), 1.0))
        adjusted[index] = least
    return adjusted


def _half_step(a: float) -> float:
    """log Γ(a + ½) − log Γ(a); by its series where the two are so large that their difference loses digits."""
    if a < LARGE:
        return math.lgamma(a + 0.5) - math.lgamma(a)
    return 0.5 * math.log(a) - 1 / (8 * a) + 1 / (192 * a**3)


def _continued_fraction(a: float, b: float, x: float) -> float:
    # A denominator is never exactly 0: written out, since a page asks for some thousand terms.
    d = 1 - (a + b) * x / (a + 1)
    c, d = 1.0, 1 / (d if d > TINY or d < -TINY else TINY)
    value = d
    for m in range(1, MOST_TERMS):
        at = a + 2 * m
        even = m * (b - m) * x / ((at - 1) * at)
        odd = -(a + m) * (a + b + m) * x / (at * (at + 1))
        for part in (even, odd):
            d = 1 + part * d
            d = 1 / (d if d > TINY or d < -TINY else TINY)
            c = 1 + part / c
            if -TINY <= c <= TINY:
                c = TINY
            value *= c * d
        if abs(c * d - 1) < ENOUGH:
            return value
    msg = f"the incomplete beta function of {a}, {b}, {x} does not converge"
    raise ArithmeticError(msg)
