"""Straight-lining and other careless patterns: shares of everybody, never a person."""

import numpy as np
import pytest

from analysis.carelessness import carelessness, carelessness_json, even_odd, longest_runs
from questionnaires.coding import BLANK
from tests.analysis.example_surveys import responses, simulated, survey


def honest(people: int = 200, factors: int = 8) -> np.ndarray:
    rows, _ = simulated(1, people, (4,) * factors, loading=0.85, between=0.2)
    return np.asarray(np.clip(np.rint(rows * 1.2 + 3), 1, 5), dtype=int)


def turned_some() -> tuple[list[int], np.ndarray]:
    codes = honest()
    turned = list(range(1, codes.shape[1], 4))
    codes[:, turned] = 6 - codes[:, turned]
    return turned, codes


def test_honest_answers_show_hardly_any_pattern() -> None:
    turned, codes = turned_some()
    found = carelessness(responses(survey((4,) * 8, turned=turned), codes.tolist()))
    assert found.same.share == 0
    assert found.long_run.share == 0
    assert found.contradiction.share < 0.2
    assert found.inconsistent.share < 0.05


def test_a_tenth_who_tick_the_same_everywhere_are_a_tenth() -> None:
    turned, codes = turned_some()
    codes[:20] = 4
    found = carelessness(responses(survey((4,) * 8, turned=turned), codes.tolist()))
    assert (found.same.n, found.same.share, found.long_run.share) == (200, 0.10, 0.10)
    assert found.contradiction.share >= 0.10


def test_random_answers_are_told_by_the_halves() -> None:
    codes = honest()
    codes[:100] = np.random.default_rng(1).integers(1, 6, codes[:100].shape)
    found = carelessness(responses(survey((4,) * 8), codes.tolist()))
    assert 0.25 < found.inconsistent.share < 0.5
    assert found.contradiction.n == 0


def test_the_middle_of_the_scale_is_no_contradiction() -> None:
    questionnaire = survey((4, 4, 4), turned=[1, 5, 9])
    found = carelessness(responses(questionnaire, [[3] * 12] * 60))
    assert (found.contradiction.share, found.same.share) == (0, 1)


def test_few_people_and_few_items_tell_nothing() -> None:
    few = carelessness_json(carelessness(responses(survey((6, 6)), [[4] * 12] * 49)))
    assert few["same"] == {"n": 0, "share": None}
    short = carelessness_json(carelessness(responses(survey((3, 3)), [[4] * 6] * 90)))
    assert all(found == {"n": 0, "share": None} for found in short.values())


def test_a_gap_neither_breaks_a_run_nor_adds_to_it() -> None:
    values = np.array([[4.0, BLANK, 4, 4, 2, 2]])
    assert longest_runs(values, values < 10).tolist() == [3]


def test_the_halves_are_correlated_over_the_factors() -> None:
    codes = honest(60)
    found = even_odd(responses(survey((4,) * 8), codes.tolist()))
    person = codes[7].reshape(8, 4) / 4
    r = np.corrcoef(person[:, 0::2].mean(axis=1), person[:, 1::2].mean(axis=1))[0, 1]
    assert found[7] == pytest.approx(2 * r / (1 + abs(r)))
