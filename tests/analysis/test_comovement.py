"""Relative weights: R's values, what must hold for any data, and every factor as the outcome in turn."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis import comovement
from analysis.comovement import FEWEST_ROWS, Drivers, co_movement
from tests.analysis.example_surveys import REFERENCE

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


def three_and_outcome(people: int = 400) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(7)
    common = random.normal(size=(people, 1))
    x = common + random.normal(size=(people, 3))
    return x, x[:, 0] + 0.3 * x[:, 1] + random.normal(size=people)


def drivers(x: NDArray[np.float64], outcome: NDArray[np.float64], replicates: int) -> Drivers | None:
    """What moves with the outcome alone."""
    found = co_movement(np.column_stack([x, outcome]), replicates)
    return found.by_outcome[-1] if found else None


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
    few, many = (
        drivers(*three_and_outcome(150), replicates=200),
        drivers(*three_and_outcome(5000), replicates=200),
    )
    assert few is not None
    assert many is not None
    assert (few.low <= few.weights).all()
    assert (few.weights <= few.high).all()
    assert ((many.high - many.low) < (few.high - few.low)).all()


def test_the_same_answers_always_give_the_same_interval() -> None:
    one, other = drivers(*three_and_outcome(), replicates=50), drivers(*three_and_outcome(), replicates=50)
    assert one is not None
    assert other is not None
    assert one.low.tolist() == other.low.tolist()


def test_rows_with_a_gap_are_left_out() -> None:
    x, y = three_and_outcome()
    holed = x.copy()
    holed[:40, 1] = np.nan
    found, without = drivers(holed, y, replicates=20), drivers(x[40:], y[40:], replicates=20)
    assert found is not None
    assert without is not None
    assert found.n == 360
    assert found.weights.tolist() == without.weights.tolist()


def test_too_few_constant_or_doubled_factors_give_nothing() -> None:
    x, y = three_and_outcome()
    assert drivers(x[: FEWEST_ROWS - 1], y[: FEWEST_ROWS - 1], replicates=5) is None
    assert drivers(np.column_stack([x, np.ones(len(x))]), y, replicates=5) is None
    assert drivers(np.column_stack([x, x[:, 0]]), y, replicates=5) is None


@given(st.lists(st.floats(0.1, 9), min_size=3, max_size=3), st.permutations([0, 1, 2]))
@settings(max_examples=20)
def test_scale_and_order_of_the_factors_do_not_matter(stretch: list[float], order: list[int]) -> None:
    x, y = three_and_outcome()
    plain, changed = drivers(x, y, replicates=2), drivers((x * stretch)[:, order], y, replicates=2)
    assert plain is not None
    assert changed is not None
    assert changed.weights == pytest.approx(plain.weights[order], abs=1e-9)
    assert plain.weights.sum() == pytest.approx(1.0)
    assert (plain.weights >= 0).all()


def made_up(people: int = 400, seed: int = 3) -> NDArray[np.float64]:
    """(people, 4) scores that share a common part, unequally, on a 1–5 scale."""
    random = np.random.default_rng(seed)
    common = random.normal(size=(people, 1))
    return 3 + 0.5 * (common * [1.0, 0.8, 0.5, 0.1] + random.normal(size=(people, 4)))


def test_each_outcome_is_answered_as_if_it_were_the_only_one() -> None:
    scores = made_up()
    found = co_movement(scores, replicates=20)
    assert found is not None
    for outcome, one in enumerate(found.by_outcome):
        alone = drivers(np.delete(scores, outcome, axis=1), scores[:, outcome], replicates=20)
        assert one is not None
        assert alone is not None
        assert one.weights == pytest.approx(alone.weights)
        plain = np.asarray(np.corrcoef(scores, rowvar=False))[outcome]
        assert one.correlations == pytest.approx(np.delete(plain, outcome))
        x = np.column_stack([np.ones(len(scores)), np.delete(scores, outcome, axis=1)])
        fitted = x @ np.linalg.lstsq(x, scores[:, outcome])[0]
        assert one.r_squared == pytest.approx(np.var(fitted) / np.var(scores[:, outcome]))


def test_the_intervals_are_those_of_drawing_people_one_by_one_but_for_chance() -> None:
    scores = made_up(1000)
    found = co_movement(scores)
    assert found is not None
    first = found.by_outcome[0]
    assert first is not None
    random = np.random.default_rng(5)
    drawn = []
    for _ in range(400):
        sample = scores[random.integers(len(scores), size=len(scores))]
        one = drivers(sample[:, 1:], sample[:, 0], replicates=1)
        assert one is not None
        drawn.append(one.weights)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    assert first.low == pytest.approx(low, abs=0.025)
    assert first.high == pytest.approx(high, abs=0.025)


def test_people_in_groups_give_the_same_intervals_but_for_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = made_up(4000)
    alone = co_movement(scores)
    monkeypatch.setattr(comovement, "MOST_GROUPS", 500)
    grouped = co_movement(scores)
    assert alone is not None
    assert grouped is not None
    one, other = alone.by_outcome[0], grouped.by_outcome[0]
    assert one is not None
    assert other is not None
    assert other.weights == pytest.approx(one.weights)
    assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.2)


def test_a_factor_few_are_asked_is_left_out_and_leaves_everybody_in() -> None:
    scores = made_up()
    scores[50:, 2] = np.nan
    found = co_movement(scores, replicates=5)
    assert found is not None
    assert (found.used, found.n) == ((0, 1, 3), 400)
    assert len(found.by_outcome) == 3


def test_too_few_people_or_factors_give_nothing() -> None:
    scores = made_up()
    assert co_movement(scores[: FEWEST_ROWS - 1]) is None
    assert co_movement(scores[:FEWEST_ROWS], replicates=5) is not None
    assert co_movement(scores[:, :1]) is None
    assert co_movement(np.empty((0, 4))) is None


def test_a_constant_factor_leaves_no_solution() -> None:
    scores = made_up()
    scores[:, 1] = 3.0
    found = co_movement(scores, replicates=5)
    assert found is not None
    assert found.by_outcome == (None, None, None, None)


def test_the_same_answers_always_give_the_same() -> None:
    one, other = co_movement(made_up(), replicates=20), co_movement(made_up(), replicates=20)
    assert one is not None
    assert other is not None
    assert [d.low.tolist() for d in one.by_outcome if d] == [d.low.tolist() for d in other.by_outcome if d]
