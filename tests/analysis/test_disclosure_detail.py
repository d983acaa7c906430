"""Values at the end of the scale are bounds, and detail needs larger groups than means do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure import protect_tree
from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from analysis.scale_ends import Coded, coded_mean


def test_a_unanimous_top_score_reads_as_a_bound() -> None:
    assert coded_mean(5.0, 8, 1, 5) == Coded(pytest.approx(4.8), "at_least")  # type: ignore[arg-type] # as near
    assert coded_mean(1.0, 8, 1, 5) == Coded(pytest.approx(1.2), "at_most")  # type: ignore[arg-type] # as near
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


def test_no_distribution_of_fewer_than_ten_can_be_subtracted_from_another() -> None:
    parents = np.array([-1, 0, 0, 0], np.int32)
    counts = np.array([0, 40, 25, 6])
    masks = [protect_tree(parents, counts, k).shown for k in (5, CLASSES_FROM, POINTS_FROM)]
    means, classes, points = (mask.tolist() for mask in masks)
    assert means == [True, True, True, True]
    assert classes == [True, True, False, False]
    assert points == [True, True, False, False]
