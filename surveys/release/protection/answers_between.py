"""Distributions and spreads that would give a figure told as a bound away, because nobody answered in between.

«4,8 eller høyere» of six people leaves open that one of them answered 4. It does not where a distribution around them
says that nobody there answered 4 or 3: then all six answered 5. Counts of answers add up over figures, so what is left
of a figure when others are taken out of it is known too. Where that happens, the theme's distributions are told of
nobody in this release, or as three classes only: what one figure keeps back could be had from the others.

The largest spread there is tells it too. And a small one tells that not everybody in the group is at the end: then the
figure that says so has no exact spread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.spread import People
from analysis.responses import Responses
from analysis.scores import classes
from analysis.scoring import scored_answers
from questionnaires.model import Factor
from surveys.release.protection.bounded_figures import zone_without_bound

CellGroup = frozenset[int]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class ScoredAnswers:
    """The answers to one theme, reversed items turned, and what they make of the people's scores.

    counts: (cells, values) of each value, lowest first. category: (values,) of the three that distributions have.
    n: (cells,) people with a score. sums, squares: (cells,) of their scores as shares of the scale. items: in the
    theme.
    """

    counts: NDArray[np.int64]
    category: NDArray[np.int_]
    n: Floats
    sums: Floats
    squares: Floats
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
    n, sums, squares = (of[:, column] for of in (people.n, people.sums, people.squares))
    return ScoredAnswers(counts.astype(np.int64), category, n, sums, squares, len(factor.items))


def points_close(answers: ScoredAnswers, bounds: Sequence[BoundedGroup], told: Sequence[CellGroup]) -> bool:
    """Whether some bound is given away when the groups `told` show how many gave every answer.

    >>> all_five, all_one = np.array([0, 0, 0, 0, 6]), np.array([7, 0, 0, 0, 0])
    >>> n, sums = np.array([6.0, 7.0]), np.array([6.0, 0.0])
    >>> answers = ScoredAnswers(np.stack([all_five, all_one]), np.arange(5), n, sums, sums, 1)
    >>> points_close(answers, [BoundedGroup(frozenset({0}), True)], [frozenset({0, 1})])
    True
    """
    return any(
        not answers.counts[around][:, _near(answers, group)].any()
        for group in bounds
        if _is_at_the_end(answers, group)
        for around, _ in _known_around(group, told)
    )


def classes_close(answers: ScoredAnswers, bounds: Sequence[BoundedGroup], told: Sequence[CellGroup]) -> bool:
    """As `points_close`, when they show how many gave low, middle and high answers: all of a class look alike."""
    for group in bounds:
        near = _near(answers, group)
        looks_near = np.isin(answers.category, answers.category[near])
        if looks_near[-1 if group.is_upper else 0] or not _is_at_the_end(answers, group):
            continue
        if any(not answers.counts[around][:, looks_near].any() for around, _ in _known_around(group, told)):
            return True
    return False


def spreads_close(answers: ScoredAnswers, bounds: Sequence[BoundedGroup], told: Sequence[CellGroup]) -> bool:
    """As `points_close`, when they show an exact spread: the largest there is says that all are at an end."""
    return any(
        float((answers.sums - answers.squares)[around].sum()) < _TOLERANCE
        for group in bounds
        if _room(answers, group) < answers.length - _TOLERANCE
        for around, _ in _known_around(group, told)
    )


def too_small_spreads(
    answers: ScoredAnswers, bounds: Sequence[BoundedGroup], told: Sequence[CellGroup], fixed: int
) -> frozenset[int]:
    """Which of the groups `told` must not show their exact spread: it says that not all in a bound are at the end.

    fixed: how many of the last are out already, and stay. Of those that say it together the smallest goes.
    """
    gone: set[int] = set()
    for group in bounds:
        for _ in told:
            left = {place: cells for place, cells in enumerate(told) if place not in gone}
            found = next(
                (
                    used
                    for around, used in _known_around(group, list(left.values()))
                    if _cannot_reach_the_end(answers, group, around)
                ),
                None,
            )
            places = [list(left)[place] for place in found or ()]
            open_to = [place for place in places if place < len(told) - fixed]
            if not open_to:
                break
            gone.add(min(open_to, key=lambda place: answers.n[sorted(told[place])].sum()))
    return frozenset(gone)


def _cannot_reach_the_end(answers: ScoredAnswers, group: BoundedGroup, around: list[int]) -> bool:
    """m of n people are at most s·√((n − m)/m) from the mean of all (Samuelson's inequality for m = 1)."""
    n, sums, squares = (float(of[around].sum()) for of in (answers.n, answers.sums, answers.squares))
    some = float(answers.n[sorted(group.cells)].sum())
    if n <= some:
        return False
    mean = sums / n
    farthest = np.sqrt(max(squares / n - mean**2, 0.0) * (n - some) / some)
    return bool(mean + farthest < 1 - _TOLERANCE if group.is_upper else mean - farthest > _TOLERANCE)


def _known_around(group: BoundedGroup, told: Sequence[CellGroup]) -> Iterator[tuple[list[int], list[int]]]:
    """Groups with this one inside that something is known of: figures, and what is left of one without others.

    Each as cells, and with the places of the figures that say it.
    """
    by_size = sorted(range(len(told)), key=lambda place: len(told[place]), reverse=True)
    for whole in by_size:
        if not group.cells <= told[whole]:
            continue
        left, used = told[whole], [whole]
        for part in by_size:
            if told[part] <= left and told[part].isdisjoint(group.cells):
                left, used = left - told[part], [*used, part]
        yield sorted(told[whole]), [whole]
        if len(used) > 1:
            yield sorted(left), used


def _is_at_the_end(answers: ScoredAnswers, group: BoundedGroup) -> bool:
    """Whether everybody in it answered the highest, or the lowest: else nothing that is told says so."""
    own = answers.counts[sorted(group.cells)].sum(axis=0)
    return bool(own.sum() == own[-1 if group.is_upper else 0])


def _near(answers: ScoredAnswers, group: BoundedGroup) -> Flags:
    """(values,) the answers that one in the group may have given beside those at the end."""
    from_low = np.arange(answers.length + 1)
    away = answers.length - from_low if group.is_upper else from_low
    return np.asarray((away > 0) & (away <= _room(answers, group) * answers.items + _TOLERANCE))


def _room(answers: ScoredAnswers, group: BoundedGroup) -> float:
    """How many points the scores of the group may be from the end together."""
    n = int(answers.n[sorted(group.cells)].sum())
    return zone_without_bound(n, answers.length)[0] * answers.length * n
