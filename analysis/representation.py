"""Who answered, against who was invited: response rates, skew between groups, and how far a mean could move."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ResponseRates:
    """Invited and answered in G groups, (G,) each. rate: 0–1, NaN where nobody was invited. overall: 0–1."""

    invited: NDArray[np.int64]
    answered: NDArray[np.int64]
    rate: Floats
    overall: float


@dataclass(frozen=True, eq=False)
class Skew:
    """Do some groups answer more than others?

    chi2, df, p: Pearson's test of equal rates; NaN for fewer than two groups or when all or none answered.
    cramers_v: its size, 0–1; .1 small, .3 medium (Cohen 1988). share_invited, share_answered: (G,) each
    group's share of those invited and of those who answered.
    """

    chi2: float
    df: int
    p: float
    cramers_v: float
    share_invited: Floats
    share_answered: Floats


def response_rates(invited: NDArray[np.integer], answered: NDArray[np.integer]) -> ResponseRates:
    """Response rate per group, (G,) each. Raises ValueError when more have answered than were invited.

    >>> response_rates(np.array([10, 30, 0]), np.array([5, 27, 0])).rate.tolist()
    [0.5, 0.9, nan]
    """
    if (answered > invited).any() or (answered < 0).any():
        msg = "more people have answered than were invited"
        raise ValueError(msg)
    rate = np.full(len(invited), np.nan)
    np.divide(answered, invited, out=rate, where=invited > 0)
    total = int(invited.sum())
    overall = float(answered.sum() / total) if total else np.nan
    return ResponseRates(invited.astype(np.int64), answered.astype(np.int64), rate, overall)


def skew(invited: NDArray[np.integer], answered: NDArray[np.integer]) -> Skew:
    """Whether those who answered differ from those invited by group: unit, unit type, leader or staff.

    Pearson's χ² of group × answered, groups without invited people left out; V = √(χ²/n).
    R: `chisq.test(cbind(answered, invited - answered), correct = FALSE)`.

    >>> found = skew(np.array([100, 50]), np.array([80, 20]))
    >>> round(found.chi2, 3), found.df, round(found.cramers_v, 3)
    (24.0, 1, 0.4)
    """
    from scipy.special import chdtrc

    rates = response_rates(invited, answered)
    total, yes = int(invited.sum()), int(answered.sum())
    share_invited = invited / total if total else np.full(len(invited), np.nan)
    share_answered = answered / yes if yes else np.full(len(invited), np.nan)
    df = int((invited > 0).sum()) - 1
    if df < 1 or yes in {0, total}:
        return Skew(np.nan, max(df, 0), np.nan, np.nan, share_invited, share_answered)
    expected = invited * rates.overall
    deviation = (answered - expected) ** 2
    some = invited > 0
    chi2 = float((deviation[some] / expected[some] + deviation[some] / (invited - expected)[some]).sum())
    return Skew(
        chi2, df, float(chdtrc(df, chi2)), float(np.sqrt(chi2 / total)), share_invited, share_answered
    )


def mean_bounds(
    mean: Floats | float,
    answered: NDArray[np.integer] | int,
    invited: NDArray[np.integer] | int,
    minimum: int,
    maximum: int,
) -> tuple[Floats, Floats]:
    """The lowest and highest the mean could be had everybody answered, whatever the missing would have said.

    Elementwise: (n·mean + (N − n)·end)/N for both ends of the scale (Manski 1989). NaN where nobody was invited.

    >>> low, high = mean_bounds(4.0, 80, 100, 1, 5)
    >>> low.item(), high.item()
    (3.4, 4.2)
    """
    people = np.asarray(invited, dtype=np.float64)
    total = np.where(np.asarray(answered) > 0, answered * np.asarray(mean), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = ((total + (people - answered) * end) / people for end in (minimum, maximum))
    return low, high


def mean_if_missing_differ(
    mean: Floats | float,
    answered: NDArray[np.integer] | int,
    invited: NDArray[np.integer] | int,
    difference: float,
) -> Floats:
    """The mean of all invited had the missing scored `difference` from those who answered, elementwise.

    A plausible bound beside the extreme ones: mean + (1 − rate)·difference.

    >>> mean_if_missing_differ(4.0, 80, 100, -0.5).item()
    3.9
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        missing = 1 - np.asarray(answered) / np.asarray(invited)
    return np.asarray(mean + missing * difference, dtype=np.float64)
