"""Every factor as the outcome in turn gives what `drivers` gives for each, and leaves out what few are asked."""

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import comovement
from analysis.comovement import co_movement
from analysis.drivers import FEWEST_ROWS, drivers


def made_up(people: int = 400, seed: int = 3) -> NDArray[np.float64]:
    """(people, 4) scores that share a common part, unequally, on a 1–5 scale."""
    random = np.random.default_rng(seed)
    common = random.normal(size=(people, 1))
    return 3 + 0.5 * (common * [1.0, 0.8, 0.5, 0.1] + random.normal(size=(people, 4)))


def test_each_outcome_has_the_weights_of_the_plain_function() -> None:
    scores = made_up()
    found = co_movement(scores, replicates=20)
    assert found is not None
    for outcome, one in enumerate(found.by_outcome):
        plain = drivers(np.delete(scores, outcome, axis=1), scores[:, outcome], replicates=20)
        assert one is not None
        assert plain is not None
        assert one.r_squared == pytest.approx(plain.r_squared)
        assert one.weights == pytest.approx(plain.weights)
        assert one.correlations == pytest.approx(plain.correlations)
        assert one.n == plain.n == 400


def test_the_intervals_are_those_of_the_plain_bootstrap_but_for_chance() -> None:
    scores = made_up(1000)
    found = co_movement(scores)
    plain = drivers(scores[:, 1:], scores[:, 0])
    assert found is not None
    assert plain is not None
    first = found.by_outcome[0]
    assert first is not None
    assert first.low == pytest.approx(plain.low, abs=0.02)
    assert first.high == pytest.approx(plain.high, abs=0.02)


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
