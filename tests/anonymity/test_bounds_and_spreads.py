"""«4,8 eller høyere» keeps all the room it says there is, beside the exact spreads and distributions around it.

Eight answered 5 but for one who answered 4, and seven hidden ones beside them all answered 4. From the mean and the
spread of the fifteen the eight are at 4,93 or lower: not all of them answered 5, which the bound does not say.
"""

from dataclasses import replace

import numpy as np
import pytest

from analysis.disclosure.spread import People, PublishedDetail
from questionnaires import loading
from surveys.release.measures import Measure, MeasureKind
from surveys.release.protection.bounded_figures import ShownFigures, closed_by_squares

MEASURE = Measure("IM", MeasureKind.MEAN, loading.builtin("medarbeider", 1).factors[0])
PEOPLE = People(np.repeat([0, 1], [8, 7]), np.array([[1.0]] * 7 + [[0.75]] * 8), 2)
WHOLE, EIGHT = frozenset({0, 1}), frozenset({0})
SHOWN = ShownFigures([WHOLE, EIGHT], np.array([-1, 0]), [True, False], [])
TOLD = PublishedDetail(
    [WHOLE, EIGHT],
    np.array([-1, 0]),
    np.array([[True], [False]]),
    np.array([[True], [False]]),
    np.zeros(2, dtype=bool),
    np.zeros(2, dtype=bool),
)


def _left(told: PublishedDetail, *, step: float = 0.0, exact: bool = True) -> tuple[bool, bool]:
    """Whether the whole keeps its spread and its distribution."""
    after = closed_by_squares(
        told, 0, MEASURE, SHOWN, np.array([step, 0.0]), np.array([exact, False]), PEOPLE
    )
    return bool(after.spread[0, 0]), bool(after.distribution[0, 0])


def test_a_spread_that_narrows_the_bound_is_not_told() -> None:
    spread_alone = replace(TOLD, distribution=np.zeros((2, 1), dtype=bool))
    assert _left(spread_alone) == (False, False)


def test_nor_a_distribution_which_stands_on_no_spread() -> None:
    assert _left(TOLD) == (False, False)


def test_a_spread_that_is_told_in_words_stays_and_the_distribution_goes() -> None:
    assert _left(TOLD, exact=False) == (True, False)


@pytest.mark.parametrize("step", [0.1, np.nan])
def test_beside_a_mean_that_is_rounded_or_not_told_nothing_follows(step: float) -> None:
    assert _left(TOLD, step=step) == (True, True)


def test_nothing_goes_where_no_figure_is_told_as_a_bound() -> None:
    apart = People(np.repeat([0, 1], [8, 7]), np.array([[0.5]] * 7 + [[0.75]] * 8), 2)
    after = closed_by_squares(TOLD, 0, MEASURE, SHOWN, np.zeros(2), np.array([True, False]), apart)
    assert after is TOLD
