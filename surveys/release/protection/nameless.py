"""Answers without a named invitation lift no unit over the minimum group.

Whoever makes loose codes, or has cards left over, knows what she answered with them. So a figure must be safe from
somebody who knows all of these answers, and takes them away: it needs the minimum group of the others.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


def without_the_nameless(
    scores: Column, unit: NDArray[np.integer], without_name: Sequence[int]
) -> list[Column]:
    """What else one mask must be safe for: (N, 1) scores with NaN for whoever is left out; empty when none is.

    scores, unit: (N,) of each response. without_name: of each unit, how many answers have no named invitation.

    First the named alone. Then the same with one answer from each unit where there are no named: it is small too, and
    somebody honest may be among its answers. A response says only its unit, so which of a unit's answers are left out
    is chosen here, from those who have a score: only how many counts, and the others may be anybody's. A survey where
    nobody who answered has a name has nothing to be held up to. That is asked of the survey, never of one measure:
    leaving some of them blank must not take the protection away.
    """
    nameless, answered = np.array(without_name, dtype=np.int64), ~np.isnan(scores)
    if not nameless.any() or nameless.sum() >= len(unit) or not answered.any():
        return []
    order = np.flatnonzero(answered)
    order = order[np.argsort(unit[order], kind="stable")]
    own = unit[order]
    first = np.flatnonzero(np.r_[True, own[1:] != own[:-1]])
    rank = np.arange(len(own)) - np.repeat(first, np.diff(np.r_[first, len(own)]))
    is_named = rank >= nameless[own]
    named = np.bincount(own, is_named, minlength=len(nameless)) > 0
    kept = is_named | ((rank == 0) & ~named[own])
    return [_only(scores, order[chosen]) for chosen in (is_named, kept)]


def _only(scores: Column, chosen: NDArray[np.int64]) -> Column:
    column: Column = np.full((len(scores), 1), np.nan)
    column[chosen, 0] = scores[chosen]
    return column
