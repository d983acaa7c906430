"""Additive sums from which every score, spread, interval, distribution and alpha follow.

One pass over the answers gives the sums of every unit; sums add, so chunks, machines, merged units and the
organisation tree need nothing but addition. All sums are integers: the order of adding changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from analysis.answer_sums import answer_sums, counted_codes
from analysis.responses import Responses
from analysis.scoring import FactorScoring, factor_scorings
from questionnaires.model import Questionnaire

Integers = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the respondents of each of U units (or nodes), for F factors with J items in all.

    respondents: (U,) everyone who delivered.
    n: (U, F) people with a score on the factor.
    sums, squares: (U, F) Σx and Σx² of their scores, each x multiplied by the factor's `multiplier`.
    complete: (U, F) people who answered every item of the factor; the next three are over them.
    item_sums: (U, J) Σ of each item's scored value.
    item_squares: (U, F) Σ of squared scored values, over people and items.
    total_squares: (U, F) Σ of the squared total (the person's sum over the factor's items).
    answers: (U, C, J) how many gave code `codes[c]` to the item, as answered (reversed items not turned).
    """

    questionnaire: Questionnaire
    respondents: Integers
    n: Integers
    sums: Integers
    squares: Integers
    complete: Integers
    item_sums: Integers
    item_squares: Integers
    total_squares: Integers
    answers: Integers

    def __len__(self) -> int:
        """The number of units."""
        return len(self.respondents)

    def __add__(self, other: "Moments") -> "Moments":
        """The moments of both sets of respondents together, unit by unit.

        Raises ValueError when the questionnaires or the number of units differ.
        """
        if self.questionnaire != other.questionnaire or len(self) != len(other):
            msg = "moments of different questionnaires or different units cannot be added"
            raise ValueError(msg)
        return Moments(
            self.questionnaire,
            *(getattr(self, name) + getattr(other, name) for name in _ARRAYS),
        )

    @property
    def scorings(self) -> tuple[FactorScoring, ...]:
        return factor_scorings(self.questionnaire)

    @property
    def codes(self) -> tuple[int, ...]:
        """The code of each row of `answers`: scale values, then «not applicable» and blank."""
        return counted_codes(self.questionnaire)

    @property
    def totals(self) -> Integers:
        """(U, F) Σ of the person's total over complete rows."""
        starts = [scoring.columns.start for scoring in self.scorings]
        totals: Integers = np.add.reduceat(self.item_sums, starts, axis=1)
        return totals

    def of(self, units: Integers | slice) -> "Moments":
        """The chosen units only, in the given order."""
        return self._each(lambda sums: sums[units])

    def _each(self, change: Callable[[Integers], Integers]) -> "Moments":
        return Moments(self.questionnaire, *(change(getattr(self, name)) for name in _ARRAYS))


_ARRAYS = tuple(field.name for field in fields(Moments) if field.name != "questionnaire")


def moments(responses: Responses) -> Moments:
    """The sums of every unit in `responses.units`, one row per unit; a unit without respondents has zeros.

    >>> from analysis.example import RESPONSES
    >>> found = moments(RESPONSES)
    >>> found.n.tolist(), found.sums.tolist(), found.scorings[0].multiplier
    ([[3], [3]], [[72], [38]], 6)
    """
    return Moments(responses.questionnaire, *answer_sums(responses))


def regrouped(unit_moments: Moments, into: Integers, groups: int) -> Moments:
    """The moments of `groups` groups of units: unit i belongs to group `into[i]`, or to none when that is −1.

    Pools the predecessors of a merged unit, or every unit of the same type.

    >>> from analysis.example import RESPONSES
    >>> regrouped(moments(RESPONSES), np.array([0, 0]), 1).n.tolist()
    [[6]]
    """
    members = np.flatnonzero(into >= 0)

    def grouped(sums: Integers) -> Integers:
        result = np.zeros((groups, *sums.shape[1:]), dtype=sums.dtype)
        _add_rows(result, sums, members, into[members])
        return result

    return unit_moments._each(grouped)


def up_the_tree(unit_moments: Moments, parents: Integers) -> Moments:
    """The moments of every node of a tree: itself and all its descendants.

    parents: (U,) index of each node's parent, −1 for a root; nodes in any order.
    Raises ValueError when the parents go in a circle.

    >>> from analysis.example import RESPONSES
    >>> up_the_tree(moments(RESPONSES), np.array([-1, 0])).n.tolist()
    [[6], [3]]
    """
    depth = depths(parents)
    levels = [np.flatnonzero(depth == level) for level in range(depth.max(initial=0), 0, -1)]

    def summed(sums: Integers) -> Integers:
        result = sums.copy()
        for children in levels:
            _add_rows(result, result, children, parents[children])
        return result

    return unit_moments._each(summed)


def depths(parents: Integers) -> NDArray[np.int32]:
    """Each node's distance from its root, (U,). Raises ValueError when the parents go in a circle.

    >>> depths(np.array([-1, 0, 1, 0]))
    array([0, 1, 2, 1], dtype=int32)
    """
    depth = np.zeros(len(parents), dtype=np.int32)
    ancestor = np.asarray(parents)
    for _ in range(len(parents) + 1):
        below = ancestor >= 0
        if not below.any():
            return depth
        depth += below
        ancestor = np.where(below, parents[ancestor], -1)
    msg = "the units' parents go in a circle"
    raise ValueError(msg)


def _add_rows(
    target: Integers,
    source: Integers,
    rows: Integers,
    into: Integers,
) -> None:
    """target[into[i]] += source[rows[i]], also where `into` repeats."""
    if not len(rows):
        return
    order = np.argsort(into, kind="stable")
    groups, starts = np.unique(into[order], return_index=True)
    target[groups] += np.add.reduceat(source[rows[order]], starts, axis=0)
