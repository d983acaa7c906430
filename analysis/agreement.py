"""Do people in a unit agree, and do units differ? Both are needed before one speaks of a unit's score.

ICC(1) and ICC(2) compare units with one another; rwg(j) and AD look inside each unit. All come from moments,
except AD, which needs the answers themselves.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.moments import Moments
from analysis.reliability import item_variances
from analysis.responses import Responses
from analysis.scores import mean_and_sd
from analysis.scoring import factor_scorings, scored

Floats = NDArray[np.float64]

SLIGHT_SKEW: Final = {5: 1.34, 6: 1.85, 7: 2.90, 8: 3.47, 9: 5.66, 10: 6.30, 11: 7.31}
"""Variance of slightly skewed answers by number of points (LeBreton & Senter 2008, table 2)."""

AGREEMENT_LIMIT: Final = 0.70  # rwg(j) and ICC(2): LeBreton & Senter 2008
SIGNIFICANCE: Final = 0.05


class UnitScoreSupport(StrEnum):
    """May the people of a unit be averaged into a unit score? The words are the page's."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT_SUPPORTED = "not_supported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Agreement:
    """Agreement on F factors in U units; arrays are (F,), those by unit (U, F). NaN where undefined.

    groups: units with a score, (F,). icc1: share of a person's score that the unit explains, may be negative.
    icc2: reliability of the unit means. f, p: one-way ANOVA. rwgj, rwgj_skewed: 0–1 per unit with at least two
    complete rows, against the uniform and the slightly skewed null. ad: mean absolute deviation per unit, on
    the scale; NaN throughout when only moments were given.
    """

    groups: NDArray[np.int64]
    icc1: Floats
    icc2: Floats
    f: Floats
    p: Floats
    rwgj: Floats
    rwgj_skewed: Floats
    ad: Floats

    def support(self) -> tuple[UnitScoreSupport, ...]:
        """What the factors' values say together, one word per factor.

        Supported: units differ (p < .05), their means are reliable (ICC(2) ≥ .70) and half the units agree well
        (median rwg(j) ≥ .70). Not supported: units do not differ. Partly: anything between.
        """
        medians = summarised(self.rwgj)[1]
        return tuple(
            _support(p, icc2, rwgj) for p, icc2, rwgj in zip(self.p, self.icc2, medians, strict=True)
        )


def _support(p: float, icc2: float, rwgj: float) -> UnitScoreSupport:
    if np.isnan([p, icc2, rwgj]).any():
        return UnitScoreSupport.UNKNOWN
    if p >= SIGNIFICANCE:
        return UnitScoreSupport.NOT_SUPPORTED
    if icc2 >= AGREEMENT_LIMIT and rwgj >= AGREEMENT_LIMIT:
        return UnitScoreSupport.SUPPORTED
    return UnitScoreSupport.PARTLY


def agreement(moments: Moments, responses: Responses | None = None) -> Agreement:
    """Agreement in the units of `moments`, and AD where the same units' responses are given.

    R: `multilevel::ICC1(aov(x ~ as.factor(unit)))`, `ICC2`, `rwg.j(items, unit, ranvar = (A^2 - 1)/12)`, `ad.m`.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> found = agreement(moments(RESPONSES), RESPONSES)
    >>> found.icc1.round(3).tolist(), found.rwgj.round(3).ravel().tolist()
    ([0.757], [0.857, 0.938])
    """
    groups, icc1, icc2, f, p = intraclass(moments)
    points = np.array([s.maximum - s.minimum + 1 for s in moments.scorings])
    skewed = np.array([SLIGHT_SKEW.get(a, np.nan) for a in points.tolist()])
    deviation = np.full(moments.n.shape, np.nan) if responses is None else average_deviation(responses)
    return Agreement(
        groups, icc1, icc2, f, p, rwgj(moments, (points**2 - 1) / 12), rwgj(moments, skewed), deviation
    )


def intraclass(moments: Moments) -> tuple[NDArray[np.int64], Floats, Floats, Floats, Floats]:
    """Groups, ICC(1), ICC(2), F and p of one-way ANOVA on person scores, (F,) each.

    ICC(1) = (MSB − MSW)/(MSB + (n̄ − 1)·MSW) with n̄ the mean group size, ICC(2) = (MSB − MSW)/MSB
    (Bartko 1976; Bliese 2000). NaN for fewer than two groups or no group with two people; F and p are NaN too
    when nobody differs from her own unit.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> groups, icc1, icc2, f, p = intraclass(moments(RESPONSES))
    >>> groups.tolist(), icc2.round(3).tolist(), f.round(3).tolist()
    ([2], [0.903], [10.321])
    """
    from scipy.special import fdtrc

    n = moments.n.astype(np.int64)
    mean, sd = mean_and_sd(n, moments.sums, moments.squares)
    people, groups = n.sum(axis=0), (n > 0).sum(axis=0)
    within = np.where(n > 1, (n - 1) * sd**2, 0).sum(axis=0)
    overall, _ = mean_and_sd(people, moments.sums.sum(axis=0), moments.squares.sum(axis=0))
    between = np.where(n > 0, n * (mean - overall) ** 2, 0).sum(axis=0)
    enough = (groups > 1) & (people > groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        msb = np.where(enough, between / (groups - 1), np.nan)
        msw = np.where(enough, within / (people - groups), np.nan)
        icc1 = (msb - msw) / (msb + (people / groups - 1) * msw)
        icc2 = (msb - msw) / np.where(msb > 0, msb, np.nan)
        f = np.where(msw > 0, msb / msw, np.nan)
        p = fdtrc(groups - 1.0, people - groups.astype(np.float64), f)
    return groups, icc1, icc2, f, p


def rwgj(moments: Moments, null_variance: Floats) -> Floats:
    """rwg(j) of every unit, (U, F): J(1 − s²/σ²)/(J(1 − s²/σ²) + s²/σ²), s² the items' mean variance.

    null_variance: (F,) σ² of answers given at random. s² above σ² counts as σ², which gives 0 (James, Demaree
    & Wolf 1984). Rows complete in the factor; NaN for fewer than two.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> rwgj(moments(RESPONSES), np.array([2.0])).round(3).ravel().tolist()
    [0.857, 0.938]
    """
    n = moments.complete.astype(np.int64)
    items = np.array([scoring.items for scoring in moments.scorings])
    ratio = np.minimum(np.maximum(item_variances(moments, n), 0) / items / null_variance, 1)
    with np.errstate(invalid="ignore"):
        found: Floats = items * (1 - ratio) / (items * (1 - ratio) + ratio)
    return np.where(n > 1, found, np.nan)


def average_deviation(responses: Responses) -> Floats:
    """AD(M)(J) of every unit, (U, F): the mean over items of |answer − the unit's mean|.

    Rows complete in the factor; NaN for none. Below a sixth of the number of points is usually called
    agreement (Burke & Dunlap 2002). R: `multilevel::ad.m(items, unit, type = "mean")`.

    >>> from analysis.example import RESPONSES
    >>> average_deviation(RESPONSES).round(3).ravel().tolist()
    [0.444, 0.333]
    """
    scorings = factor_scorings(responses.questionnaire)
    units = len(responses.units)
    found = np.full((units, len(scorings)), np.nan)
    for index, scoring in enumerate(scorings):
        answers = scored(responses.items[:, scoring.columns], scoring)
        complete = ~np.isnan(answers).any(axis=1)
        answers, unit = answers[complete], responses.unit[complete]
        n = np.bincount(unit, minlength=units)
        present = n > 0
        sums = np.stack([np.bincount(unit, item, minlength=units) for item in answers.T], axis=1)
        means = sums / np.maximum(n, 1)[:, np.newaxis]
        deviations = np.bincount(unit, np.abs(answers - means[unit]).mean(axis=1), minlength=units)
        found[present, index] = deviations[present] / n[present]
    return found


def summarised(by_unit: Floats) -> tuple[Floats, Floats]:
    """Mean and median over the units that have a value, (F,) each; NaN when none has.

    >>> mean, median = summarised(np.array([[0.2, np.nan], [0.4, np.nan], [0.9, np.nan]]))
    >>> mean.round(2).tolist(), median.tolist()
    ([0.5, nan], [0.4, nan])
    """
    columns = [column[~np.isnan(column)] for column in by_unit.T]
    mean = np.array([column.mean() if len(column) else np.nan for column in columns])
    median = np.array([np.median(column) if len(column) else np.nan for column in columns])
    return mean, median
