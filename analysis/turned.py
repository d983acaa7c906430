"""Items that run against the others: probably reversed, while the questionnaire does not say so.

A forgotten reversal makes a good scale look bad: alpha falls, and every other item looks worse than it is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.reliability import FEWEST_TO_JUDGE, alpha_of, correlation_of, item_rest

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
SURE: Final = (
    1.96  # standard errors of Fisher's z that an item's correlation with the turned rest must be below zero
)
GAIN: Final = 0.05  # in alpha; less than this is not worth a question


@dataclass(frozen=True)
class ReversalSuggestion:
    """items: their indices, ascending. alpha: what alpha becomes when they are turned."""

    items: tuple[int, ...]
    alpha: float


def suggested_reversals(covariance: Floats, rows: int) -> ReversalSuggestion | None:
    """The items that run against the others, from the (K, K) covariances of `rows` complete rows; None when none do.

    They are those on the smaller side of the first principal component, as `psych::alpha(x, check.keys = TRUE)` has
    it. Beside that each of them must be against the sum of the others, turned as suggested, by more than chance
    (Fisher's z), and turning must lift alpha by .05. Two items cannot say which of them is turned, and fewer than
    `FEWEST_TO_JUDGE` rows say nothing about an item.

    >>> r = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    >>> r[3, :3] = r[:3, 3] = -0.5
    >>> found = suggested_reversals(r, 100)
    >>> found.items, round(found.alpha, 2), suggested_reversals(r, 5)
    ((3,), 0.8, None)
    """
    correlation = correlation_of(covariance)
    if rows < FEWEST_TO_JUDGE or len(covariance) < 3 or np.isnan(correlation).any():
        return None
    along = np.linalg.eigh(correlation)[1][:, -1]
    against = along < 0 if (along < 0).sum() * 2 <= len(along) else along > 0
    if against.sum() * 2 == len(along) and against[0]:
        against = ~against  # as many each way: the first item's side is taken for the right one
    sign = np.where(against, -1.0, 1.0)
    turned = covariance * np.outer(sign, sign)
    with_rest = item_rest(turned)
    surely = np.arctanh(np.clip(with_rest, -0.999999, 0.999999)) * np.sqrt(rows - 3) > SURE
    alpha = alpha_of(turned)
    before = alpha_of(covariance)
    worth = np.isnan(before) or alpha > before + GAIN
    if not against.any() or not surely[against].all() or not worth:
        return None
    return ReversalSuggestion(tuple(np.flatnonzero(against).tolist()), alpha)
