"""When a distribution or a spread says that nobody answered between a bound and what others answered."""

import numpy as np
import pytest

from surveys.release.protection.answers_between import (
    BoundedGroup,
    ScoredAnswers,
    classes_close,
    points_close,
    spreads_close,
    too_small_spreads,
)

GROUP, OTHERS, ELSEWHERE = frozenset({0}), frozenset({1}), frozenset({2})
EVERYBODY = GROUP | OTHERS | ELSEWHERE
UPPER = [BoundedGroup(GROUP, is_upper=True)]
ALL_FIVE = [0, 0, 0, 0, 6]
THREES_AND_FIVES = [0, 0, 9, 0, 20]
SOME_FOURS = [0, 0, 5, 4, 20]


def _answers(*counts: list[int], items: int = 1, high_from: int = 4) -> ScoredAnswers:
    """Answers on 1–5 of the group, of those beside it, and of everybody else."""
    table = np.array(counts)
    n = table.sum(axis=1) / items
    category = np.array([0, 0, 1, 1, 2]) if high_from == 5 else np.array([0, 0, 1, 2, 2])
    shares = np.arange(5) / 4
    return ScoredAnswers(table, category, n, table @ shares / items, table @ shares**2 / items, items)


def test_six_whose_mean_allows_a_4_are_given_away_where_nobody_answered_4() -> None:
    assert points_close(_answers(ALL_FIVE, THREES_AND_FIVES, [3] * 5), UPPER, [GROUP | OTHERS])
    assert not points_close(_answers(ALL_FIVE, SOME_FOURS, [3] * 5), UPPER, [GROUP | OTHERS])


def test_what_is_left_of_a_figure_counts_as_a_figure() -> None:
    answers = _answers(ALL_FIVE, THREES_AND_FIVES, [3] * 5)
    assert points_close(answers, UPPER, [EVERYBODY, ELSEWHERE])
    assert not points_close(answers, UPPER, [EVERYBODY])
    both = [BoundedGroup(GROUP | OTHERS, is_upper=True)]
    fives = _answers(ALL_FIVE, [0, 0, 0, 0, 5], [9, 0, 0, 0, 0])
    assert not points_close(fives, both, [OTHERS | ELSEWHERE]), "it tells of some of them only"
    assert points_close(fives, both, [EVERYBODY])


@pytest.mark.parametrize(
    ("counts", "items", "is_given_away"),
    [
        ([0, 0, 0, 0, 9], 1, True),  # nine: a 3 is two points, and the bound leaves 1.8
        ([0, 0, 0, 0, 10], 1, False),  # ten: it leaves 2
        ([0, 0, 0, 0, 12], 2, False),  # six with two questions each: one 3 of twelve answers
        ([0, 0, 0, 1, 11], 2, False),  # one of them did answer 4
    ],
)
def test_a_bound_is_given_away_only_where_no_answer_that_others_gave_fits_in_it(
    counts: list[int], items: int, is_given_away: bool
) -> None:
    answers = _answers(counts, [0, 0, 20, 0, 20], [3] * 5, items=items)
    assert points_close(answers, UPPER, [GROUP | OTHERS]) == is_given_away


def test_at_the_lower_end_too() -> None:
    answers = _answers([6, 0, 0, 0, 0], [20, 0, 9, 0, 0], [3] * 5)
    assert points_close(answers, [BoundedGroup(GROUP, is_upper=False)], [GROUP | OTHERS])


def test_in_three_classes_answers_of_one_class_look_alike() -> None:
    """4 and 5 are one class; where 5 is a class of its own, 3 and 4 are one."""
    ones = [9, 0, 0, 0, 20]
    assert not classes_close(_answers(ALL_FIVE, ones, [3] * 5), UPPER, [GROUP | OTHERS])
    assert classes_close(_answers(ALL_FIVE, ones, [3] * 5, high_from=5), UPPER, [GROUP | OTHERS])
    assert not classes_close(
        _answers(ALL_FIVE, THREES_AND_FIVES, [3] * 5, high_from=5), UPPER, [GROUP | OTHERS]
    )


def test_the_largest_spread_there_is_says_that_all_are_at_an_end() -> None:
    ones = [9, 0, 0, 0, 20]
    assert spreads_close(_answers(ALL_FIVE, ones, [3] * 5), UPPER, [GROUP | OTHERS])
    assert not spreads_close(_answers(ALL_FIVE, THREES_AND_FIVES, [3] * 5), UPPER, [GROUP | OTHERS])
    assert not spreads_close(_answers([0, 0, 0, 0, 20], ones, [3] * 5), UPPER, [GROUP | OTHERS])


def test_a_spread_so_small_that_not_all_can_be_at_the_end_is_not_told() -> None:
    nearly = [0, 0, 0, 1, 5]
    alike, apart = _answers(nearly, [0, 0, 30, 0, 0], [3] * 5), _answers(nearly, [0, 5, 20, 5, 0], [3] * 5)
    told = [EVERYBODY, GROUP | OTHERS]
    assert too_small_spreads(alike, UPPER, told, 0) == {1}
    assert too_small_spreads(apart, UPPER, told, 0) == frozenset()
    assert too_small_spreads(_answers(ALL_FIVE, [0, 0, 30, 0, 0], [3] * 5), UPPER, told, 0) == frozenset()
    assert too_small_spreads(alike, UPPER, [EVERYBODY, ELSEWHERE], 0) == {1}, (
        "the whole without the others says it"
    )
    assert too_small_spreads(alike, UPPER, [EVERYBODY, ELSEWHERE], 1) == {0}, "what is out already stays"
    lower = [BoundedGroup(GROUP, is_upper=False)]
    turned = _answers(nearly[::-1], [0, 0, 30, 0, 0], [3] * 5)
    assert too_small_spreads(turned, lower, told, 0) == {1}
