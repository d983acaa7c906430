"""Distributions and spreads that would give a figure told as a bound away, because nobody answered in between.

«4,8 eller høyere» of six people leaves open that one of them answered 4. It does not where a distribution around them
says that nobody there answered 4 or 3: then all six answered 5. Counts of answers add up over figures, so what is left
of a figure when others are taken out of it is known too. Where that happens, the theme's distributions are told of
nobody in this release, or as three classes only: what one figure keeps back could be had from the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.spread import People
from analysis.responses import Responses
from analysis.scale_ends import MARGIN
from analysis.scores import classes
from analysis.scoring import scored_answers
from questionnaires.model import Factor

CellGroup = frozenset[int]
Flags = NDArray[np.bool_]

_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class ScoredAnswers:
    """The answers to one theme, reversed items turned, and what they make of the people's scores.

    counts: (cells, values) of each value, lowest first. category: (values,) of the three that distributions have.
    n: (cells,) people with a score. between: (cells,) the sum of s·(1 − s) over their scores as shares of the scale: 0
    when all are at an end. items: in the theme.
    """

    counts: NDArray[np.int64]
    category: NDArray[np.int_]
    n: NDArray[np.float64]
    between: NDArray[np.float64]
    items: int

    @property
    def length(self) -> int:
        return int(self.counts.shape[1]) - 1


@dataclass(frozen=True)
class BoundedGroup:
    """A group whose mean is told as a bound at the upper end of the scale, or at the lower."""

    cells: CellGroup
    is_upper: bool


def scored_by_cell(responses: Responses, factor: Factor, people: People, column: int) -> ScoredAnswers:
    """people: their cells, and their scores to the factor in the column."""
    scale, values = factor.scale, scored_answers(responses, factor.key)
    counts = np.stack(
        [
            np.bincount(people.cell, (values == value).sum(axis=1), people.cells)
            for value in range(scale.minimum, scale.maximum + 1)
        ],
        axis=1,
    )
    category = classes(scale.minimum, scale.maximum, responses.questionnaire.reporting.favourable_from)
    between = people.sums[:, column] - people.squares[:, column]
    return ScoredAnswers(counts.astype(np.int64), category, people.n[:, column], between, len(factor.items))


def points_close(answers: ScoredAnswers, bounds: Sequence[BoundedGroup], told: Sequence[CellGroup]) -> bool:
    """Whether some bound is given away when the groups `told` show how many gave every answer.

    >>> all_five, all_one = np.array([0, 0, 0, 0, 6]), np.array([7, 0, 0, 0, 0])
    >>> answers = ScoredAnswers(np.stack([all_five, all_one]), np.arange(5), np.array([6.0, 7.0]), np.zeros(2), 1)
    >>> points_close(answers, [BoundedGroup(frozenset({0}), True)], [frozenset({0, 1})])
    True
    """
    return any(
        not answers.counts[around][:, _near(answers, group)].any()
        for group in bounds
        for around in _known_around(answers, group, told)
    )


def classes_close(answers: ScoredAnswers, bounds: Sequence[BoundedGroup], told: Sequence[CellGroup]) -> bool:
    """As `points_close`, when they show how many gave low, middle and high answers: all of a class look alike."""
    for group in bounds:
        near = _near(answers, group)
        looks_near = np.isin(answers.category, answers.category[near])
        if answers.category[-1 if group.is_upper else 0] in answers.category[near]:
            continue
        if any(
            not answers.counts[around][:, looks_near].any() for around in _known_around(answers, group, told)
        ):
            return True
    return False


def spreads_close(answers: ScoredAnswers, bounds: Sequence[BoundedGroup], told: Sequence[CellGroup]) -> bool:
    """As `points_close`, when they show an exact spread: the largest there is says that all are at an end."""
    return any(
        answers.between[around].sum() < _TOLERANCE
        for group in bounds
        if _room(answers, group) < answers.length - _TOLERANCE
        for around in _known_around(answers, group, told)
    )


def _known_around(
    answers: ScoredAnswers, group: BoundedGroup, told: Sequence[CellGroup]
) -> Iterator[list[int]]:
    """Groups with this one inside whose answers are known: figures, and what is left of one without others.

    None where somebody in it has not answered at the end: then nothing that is told says that all have.
    """
    end = -1 if group.is_upper else 0
    own = answers.counts[sorted(group.cells)].sum(axis=0)
    if own.sum() != own[end]:
        return
    by_size = sorted(told, key=len, reverse=True)
    for whole in by_size:
        if not group.cells <= whole:
            continue
        left = whole
        for part in by_size:
            if part < whole and part <= left and part.isdisjoint(group.cells):
                left -= part
        yield sorted(whole)
        if left != whole:
            yield sorted(left)


def _near(answers: ScoredAnswers, group: BoundedGroup) -> Flags:
    """(values,) the answers that one in the group may have given beside those at the end."""
    from_low = np.arange(answers.length + 1)
    away = answers.length - from_low if group.is_upper else from_low
    return np.asarray((away > 0) & (away <= _room(answers, group) * answers.items + _TOLERANCE))


def _room(answers: ScoredAnswers, group: BoundedGroup) -> float:
    """How many points the scores of the group may be from the end together."""
    n = answers.n[sorted(group.cells)].sum()
    return float(max(MARGIN * answers.length * n, 1.0))
