"""Whether a group's mean differs from others' on a scale with ends: for one reader's choice, without numpy.

The test goes with `intervals.bounded_interval`: the spread follows the mean (see there). All follows from n, mean and
standard deviation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.confidence import CONFIDENCE, FEWEST
from analysis.students_t import holm_within, two_sided_limit, two_sided_p

PRIOR: Final = 0.5
"""How much of one person answering at the ends is mixed into the spread: few who answer alike prove little.

The least of the weights tried that covers 94 % in every case of `benchmarks/claims.py`.
"""


@dataclass(frozen=True)
class Others:
    """What a group is compared with, on a scale from 0 to 1. n None: the mean is taken as it is."""

    mean: float
    n: int | None = None
    sd: float = math.nan


def dispersion_of(n: int, mean: float, sd: float) -> float:
    """φ: the variance as a share of the most there can be with this mean, μ(1 − μ), and half a person at the most.

    mean, sd: on a scale from 0 to 1. φ = ((n − 1)·s²/(μ(1 − μ)) + ½) / (n − ½). NaN for n < 2.

    >>> round(dispersion_of(9, 0.8, 0.2), 3), dispersion_of(1, 0.8, math.nan)
    (0.294, nan)
    """
    if n < 2 or math.isnan(sd):
        return math.nan
    most = mean * (1 - mean)
    # With the mean at an end a spread is impossible; what rounding leaves of one is none.
    share = sd**2 / most if sd > 0 and most > 0 else 0.0
    return ((n - 1) * share + PRIOR) / (n - 1 + PRIOR)


def difference_from(n: int, mean: float, sd: float, others: Others) -> float:
    """Two-sided p of a group's mean against that of others, none of whom is in the group.

    Were the group drawn from the others, its mean's variance would be φ·M(1 − M)/n, M their mean. To it comes the
    others' own S²/N, with Welch–Satterthwaite's degrees of freedom. NaN for n < 2, without a spread, or where the
    others are all at an end of the scale.

    >>> round(difference_from(7, 0.85, 0.15, Others(0.632)), 3)
    0.05
    """
    own = dispersion_of(n, mean, sd) * others.mean * (1 - others.mean) / max(n, 1)
    theirs = 0.0 if others.n is None else others.sd**2 / others.n
    if not own > 0 or math.isnan(theirs):
        return math.nan
    parts = own**2 / (n - 1) + (theirs**2 / (others.n - 1) if others.n is not None and theirs > 0 else 0.0)
    return two_sided_p((mean - others.mean) / math.sqrt(own + theirs), (own + theirs) ** 2 / parts)


def clear_differences(p: Sequence[float], confidence: float = CONFIDENCE) -> list[bool]:
    """Which of one group's differences are clear: Holm over all that are tested. NaN is never clear.

    >>> clear_differences([0.01, 0.04, math.nan])
    [True, True, False]
    """
    return [each < 1 - confidence for each in holm_within(p)]


@dataclass(frozen=True)
class InvitedScore:
    """A group's score in one wave, and how many were invited to it."""

    n: int
    mean: float
    sd: float
    invited: int


def invited_share(n: int, invited: int) -> float:
    """`change.finite_population_factor` of one group: √(1 − n/N), 0 when all have answered.

    >>> round(invited_share(9, 36), 3), invited_share(36, 30)
    (0.866, 0.0)
    """
    return math.sqrt(max(1 - n / max(invited, 1), 0.0))


def pooled_score(scores: Sequence[InvitedScore]) -> InvitedScore:
    """`change.pooled` of one group: what several units had together, exact.

    >>> found = pooled_score([InvitedScore(10, 3.0, 0.5, 12), InvitedScore(30, 4.0, 0.5, 30)])
    >>> found.n, found.mean, round(found.sd, 2), found.invited
    (40, 3.75, 0.66, 42)
    """
    n = sum(one.n for one in scores)
    mean = math.fsum(one.n * one.mean for one in scores) / n if n else math.nan
    # A single person's spread is not known and adds nothing
    parts = [(one.n - 1) * one.sd**2 if one.n > 1 else 0.0 for one in scores]
    squares = math.fsum([*parts, *(one.n * (one.mean - mean) ** 2 for one in scores)])
    sd = math.sqrt(squares / (n - 1)) if n > 1 else math.nan
    return InvitedScore(n, mean, sd, sum(one.invited for one in scores))


def invited_change(
    before: InvitedScore, after: InvitedScore, confidence: float = CONFIDENCE
) -> tuple[float, float] | None:
    """Welch's interval of a change among those invited: each wave's error times its `invited_share`.

    None below two people in either wave, and the change itself, twice, when everybody answered in both.

    >>> low, high = invited_change(InvitedScore(9, 3.4, 0.6, 12), InvitedScore(9, 3.9, 0.6, 12))
    >>> round(low, 2), round(high, 2)
    (0.2, 0.8)
    """
    if before.n < 2 or after.n < 2 or math.isnan(before.sd) or math.isnan(after.sd):
        return None
    errors = [one.sd**2 / one.n * invited_share(one.n, one.invited) ** 2 for one in (before, after)]
    change, total = after.mean - before.mean, math.fsum(errors)
    if not total:
        return change, change
    df = total**2 / (errors[0] ** 2 / (before.n - 1) + errors[1] ** 2 / (after.n - 1))
    margin = two_sided_limit(confidence, df) * math.sqrt(total)
    return change - margin, change + margin


@dataclass(frozen=True)
class PlainScore:
    """A group's score in one wave. sd: of two people or more."""

    n: int
    mean: float
    sd: float


@dataclass(frozen=True)
class PlainChange:
    """`change.ChangeEstimate` of one comparison: Welch's interval, and whether the change is clear.

    low, high: NaN without any spread. few: too few people to say anything.
    """

    low: float
    high: float
    few: bool
    clear: bool


def plain_changes(
    pairs: Sequence[tuple[PlainScore, PlainScore]], confidence: float = CONFIDENCE
) -> list[PlainChange]:
    """`change.change` of one unit, (before, after) for each theme, without numpy: Welch's tests, Holm over the themes.

    >>> before, after = PlainScore(40, 3.6, 0.6), PlainScore(42, 4.1, 0.6)
    >>> [found] = plain_changes([(before, after)])
    >>> round(found.low, 2), round(found.high, 2), found.clear
    (0.24, 0.76, True)
    """
    errors = [_welch(before, after) for before, after in pairs]
    few = [min(before.n, after.n) < FEWEST for before, after in pairs]
    p = [
        math.nan if is_few or not error else two_sided_p((after.mean - before.mean) / error, df)
        for (before, after), (error, df), is_few in zip(pairs, errors, few, strict=True)
    ]
    clear = clear_differences(p, confidence)
    found = []
    for (before, after), (error, df), is_few, is_clear in zip(pairs, errors, few, clear, strict=True):
        margin = two_sided_limit(confidence, df) * error if error else math.nan
        moved = after.mean - before.mean
        found.append(PlainChange(moved - margin, moved + margin, is_few, is_clear))
    return found


def _welch(before: PlainScore, after: PlainScore) -> tuple[float, float]:
    """Standard error of the difference and Welch–Satterthwaite's degrees of freedom; 0 and NaN without any spread."""
    first, second = before.sd**2 / before.n, after.sd**2 / after.n
    total = first + second
    if not total:
        return 0.0, math.nan
    return math.sqrt(total), total**2 / (first**2 / (before.n - 1) + second**2 / (after.n - 1))
