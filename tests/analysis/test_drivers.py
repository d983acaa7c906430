"""Relative weights: R's values, and what must hold for any data."""

import csv

import numpy as np
import pytest
from example_surveys import REFERENCE
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.drivers import FEWEST_ROWS, drivers

# Johnson's algorithm in R 4.2 (svd of the scaled predictors), x9 on x1–x8 of holzinger1939.
WEIGHTS_IN_R = [
    0.07151029,
    0.01778396,
    0.04868281,
    0.00800367,
    0.01811560,
    0.00800879,
    0.06574951,
    0.11075968,
]


def holzinger() -> NDArray[np.float64]:
    with (REFERENCE / "data" / "holzinger1939.csv").open(encoding="utf-8", newline="") as file:
        return np.array([[float(row[f"x{i}"]) for i in range(1, 10)] for row in csv.DictReader(file)])


def made_up(people: int = 400) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(7)
    common = random.normal(size=(people, 1))
    x = common + random.normal(size=(people, 3))
    return x, x[:, 0] + 0.3 * x[:, 1] + random.normal(size=people)


def test_weights_equal_r() -> None:
    rows = holzinger()
    found = drivers(rows[:, :8], rows[:, 8], replicates=20)
    assert found is not None
    assert found.n == 301
    assert found.r_squared * found.weights == pytest.approx(WEIGHTS_IN_R, abs=1e-6)


def test_unrelated_factors_weigh_as_their_squared_correlations() -> None:
    x = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)] * 50)
    y = 2 * x[:, 0] + x[:, 1]
    found = drivers(x, y, replicates=20)
    assert found is not None
    assert found.weights == pytest.approx([0.8, 0.2])
    assert found.r_squared == pytest.approx(1.0)


def test_the_interval_holds_the_weight_and_narrows_with_more_people() -> None:
    few, many = drivers(*made_up(150), replicates=200), drivers(*made_up(5000), replicates=200)
    assert few is not None
    assert many is not None
    assert (few.low <= few.weights).all()
    assert (few.weights <= few.high).all()
    assert ((many.high - many.low) < (few.high - few.low)).all()


def test_the_same_answers_always_give_the_same_interval() -> None:
    one, other = drivers(*made_up(), replicates=50), drivers(*made_up(), replicates=50)
    assert one is not None
    assert other is not None
    assert one.low.tolist() == other.low.tolist()


def test_rows_with_a_gap_are_left_out() -> None:
    x, y = made_up()
    holed = x.copy()
    holed[:40, 1] = np.nan
    found, without = drivers(holed, y, replicates=20), drivers(x[40:], y[40:], replicates=20)
    assert found is not None
    assert without is not None
    assert found.n == 360
    assert found.weights.tolist() == without.weights.tolist()


def test_too_few_constant_or_doubled_factors_give_nothing() -> None:
    x, y = made_up()
    assert drivers(x[: FEWEST_ROWS - 1], y[: FEWEST_ROWS - 1]) is None
    assert drivers(np.column_stack([x, np.ones(len(x))]), y) is None
    assert drivers(np.column_stack([x, x[:, 0]]), y) is None


@given(st.lists(st.floats(0.1, 9), min_size=3, max_size=3), st.permutations([0, 1, 2]))
@settings(max_examples=20, deadline=None)
def test_scale_and_order_of_the_factors_do_not_matter(stretch: list[float], order: list[int]) -> None:
    x, y = made_up()
    plain, changed = drivers(x, y, replicates=2), drivers((x * stretch)[:, order], y, replicates=2)
    assert plain is not None
    assert changed is not None
    assert changed.weights == pytest.approx(plain.weights[order], abs=1e-9)
    assert plain.weights.sum() == pytest.approx(1.0)
    assert (plain.weights >= 0).all()
