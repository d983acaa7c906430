"""Values at the end of the scale are bounds, and detail needs larger groups than means do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure import protect_tree
from analysis.disclosure.detail import (
    CLASSES_FROM,
    POINTS_FROM,
    Coded,
    coded_mean,
    coded_shares,
    details,
    three_classes,
)


def test_a_unanimous_top_score_reads_as_a_bound() -> None:
    assert coded_mean(5.0, 8, 1, 5) == Coded(pytest.approx(4.8), "at_least")
    assert coded_mean(1.0, 8, 1, 5) == Coded(pytest.approx(1.2), "at_most")
    assert coded_mean(0.0, 8, 0, 10) == Coded(0.5, "at_most")


def test_ordinary_means_stay_as_they_are() -> None:
    assert coded_mean(4.79, 8, 1, 5) == Coded(4.79)


@given(st.integers(3, 200), st.sampled_from([(1, 4), (1, 5), (1, 6), (0, 10)]))
def test_a_mean_bound_reads_the_same_when_one_person_answered_otherwise(
    n: int, scale: tuple[int, int]
) -> None:
    low, high = scale
    assert coded_mean(high, n, low, high) == coded_mean((high * n - 1) / n, n, low, high)
    assert coded_mean(low, n, low, high) == coded_mean((low * n + 1) / n, n, low, high)
    assert coded_mean(high, n, low, high).bound == "at_least"


@given(st.integers(CLASSES_FROM, 300))
def test_a_share_of_everybody_reads_like_everybody_but_one(n: int) -> None:
    everybody = coded_shares(np.array([0, n]))[1]
    assert everybody.bound == "at_least"
    assert everybody == coded_shares(np.array([1, n - 1]))[1]


def test_shares_of_nobody_are_zero() -> None:
    assert coded_shares(np.zeros(3, dtype=np.int64)) == (Coded(0.0),) * 3
    assert coded_shares(np.array([5, 15, 10])) == (
        Coded(pytest.approx(1 / 6)),
        Coded(0.5),
        Coded(pytest.approx(1 / 3)),
    )


def test_detail_follows_the_strictest_mask() -> None:
    means, classes = np.array([True, True, True, False]), np.array([True, True, False, True])
    points = np.array([True, False, True, True])
    assert details(means, classes, points) == ("points", "classes", "mean", "nothing")


def test_no_distribution_of_fewer_than_ten_can_be_subtracted_from_another() -> None:
    parents = np.array([-1, 0, 0, 0], np.int32)
    counts = np.array([0, 40, 25, 6])
    masks = [protect_tree(parents, counts, k).shown for k in (5, CLASSES_FROM, POINTS_FROM)]
    assert details(masks[0], masks[1], masks[2]) == ("points", "points", "mean", "mean")


@pytest.mark.parametrize(
    ("points", "favourable_from", "expected"),
    [(range(1, 6), 4, [3, 3, 9]), (range(1, 7), 5, [3, 7, 11]), (range(1, 5), 3, [3, 0, 7])],
)
def test_three_classes_are_alike_at_both_ends(
    points: range, favourable_from: int, expected: list[int]
) -> None:
    counts = np.array([1, 2, 3, 4, 5, 6])[: len(points)]
    assert three_classes(counts, list(points), favourable_from).tolist() == expected


def test_a_high_class_that_swallows_the_low_one_is_refused() -> None:
    with pytest.raises(ValueError, match="high class"):
        three_classes(np.ones(5, dtype=np.int64), [1, 2, 3, 4, 5], 3)
