"""Consistency measures that equal R's, and that behave as consistency must."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from analysis.factoring import minres
from analysis.moments import moments
from analysis.reliability import (
    ScaleReliability,
    alpha_of,
    correlation_of,
    covariance_of,
    feldt_interval,
    omega_total,
    reliability,
    unit_alpha,
)
from analysis.responses import Responses
from analysis.scoring import complete_rows, factor_scorings, scored_answers
from analysis.split_half import halves, split_halves
from questionnaires.coding import BLANK
from tests.analysis.example_surveys import (
    any_responses,
    part,
    reference_responses,
    reference_values,
    responses,
    survey,
)

SCALES = [("lq2002", key) for key in ("LEAD", "TSIG", "HOSTIL")] + [("bfi", key) for key in "ACENO"]


def complete(name: str, factor: str) -> NDArray[np.float64]:
    return complete_rows(scored_answers(reference_responses(name), factor))


@pytest.mark.parametrize(("name", "factor"), SCALES)
def test_every_measure_equals_r(name: str, factor: str) -> None:
    expected = reference_values(name)["scales"][factor]
    found = reliability(complete(name, factor))
    assert found.items == expected["items"]
    assert found.n_complete == expected["n_complete"]
    assert found.alpha == pytest.approx(expected["alpha"], rel=1e-9)
    assert [found.alpha_low, found.alpha_high] == pytest.approx(expected["alpha_ci"], rel=1e-9)
    assert found.mean_interitem_r == pytest.approx(expected["mean_interitem_r"], rel=1e-9)
    assert found.split_half == pytest.approx(expected["split_half_odd_even"], rel=1e-9)
    assert found.item_rest.tolist() == pytest.approx([*expected["item_rest"].values()], rel=1e-9)
    assert found.alpha_if_deleted.tolist() == pytest.approx(
        [*expected["alpha_if_deleted"].values()], rel=1e-9
    )
    assert found.omega == pytest.approx(expected["omega"], rel=1e-4)


@pytest.mark.parametrize(("name", "factor"), SCALES)
def test_alpha_and_its_interval_equal_pingouin_once_incomplete_rows_are_dropped(
    name: str, factor: str
) -> None:
    found = reliability(complete(name, factor))
    alpha, interval = pingouin.cronbach_alpha(
        pd.DataFrame(scored_answers(reference_responses(name), factor)).dropna()
    )
    assert found.alpha == pytest.approx(alpha)
    assert [found.alpha_low, found.alpha_high] == pytest.approx(interval.tolist(), abs=6e-4)


def test_alpha_of_every_unit_equals_alpha_of_its_complete_rows() -> None:
    answers = reference_responses("bfi")
    units = np.random.default_rng(5).integers(0, 30, len(answers)).astype(np.int32)
    answers = Responses(answers.questionnaire, answers.items, units, tuple(map(str, range(30))))
    found = unit_alpha(moments(answers))
    for unit in range(30):
        mine = part(answers, np.flatnonzero(units == unit))
        for place, factor in enumerate("ACENO"):
            rows = complete_rows(scored_answers(mine, factor))
            alpha = alpha_of(covariance_of(rows))
            low, high = feldt_interval(alpha, len(rows), 5)
            assert found.n[unit, place] == len(rows)
            measures = [found.alpha[unit, place], found.low[unit, place], found.high[unit, place]]
            assert measures == pytest.approx([alpha, low, high], rel=1e-9)


@given(any_responses())
def test_alpha_of_small_units_is_nan_or_the_formula(answers: Responses) -> None:
    found = unit_alpha(moments(answers))
    for unit in range(len(answers.units)):
        mine = part(answers, np.flatnonzero(answers.unit == unit))
        for place, scoring in enumerate(factor_scorings(answers.questionnaire)):
            rows = complete_rows(scored_answers(mine, scoring.key))
            expected = alpha_of(covariance_of(rows))
            assert found.alpha[unit, place] == pytest.approx(expected, rel=1e-6, nan_ok=True)


def likert(seed: int, people: int, items: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    answers = rng.normal(size=(people, 1)) + rng.normal(size=(people, items))
    return np.clip(np.rint(answers + 3), 1, 5)


SHAPES = (st.integers(0, 2**32 - 1), st.integers(20, 200), st.integers(3, 8))


def measures(found: ScaleReliability) -> list[float]:
    single = [found.alpha, found.alpha_low, found.standardised_alpha, found.omega, found.split_half]
    return [*single, found.mean_interitem_r, *found.item_rest, *found.alpha_if_deleted]


@settings(max_examples=12)
@given(*SHAPES)
def test_turning_every_item_changes_nothing(seed: int, people: int, items: int) -> None:
    answers = likert(seed, people, items)
    turned = measures(reliability(6 - answers))
    assert turned == pytest.approx(measures(reliability(answers)), rel=1e-6, nan_ok=True)


@settings(max_examples=12)
@given(*SHAPES, st.integers(-50, 50))
def test_adding_a_constant_changes_nothing(seed: int, people: int, items: int, constant: int) -> None:
    answers = likert(seed, people, items)
    moved = measures(reliability(answers + constant))
    assert moved == pytest.approx(measures(reliability(answers)), rel=1e-6, nan_ok=True)


@settings(max_examples=12)
@given(*SHAPES)
def test_the_order_of_rows_changes_nothing_and_doubling_them_only_the_interval(
    seed: int, people: int, items: int
) -> None:
    answers = likert(seed, people, items)
    once = reliability(answers)
    shuffled = reliability(answers[np.random.default_rng(seed).permutation(people)])
    assert measures(shuffled) == pytest.approx(measures(once), rel=1e-6, nan_ok=True)
    twice = reliability(np.repeat(answers, 2, axis=0))
    assert twice.alpha == pytest.approx(once.alpha)
    assert twice.item_rest == pytest.approx(once.item_rest)
    assert twice.alpha_high - twice.alpha_low < once.alpha_high - once.alpha_low


@given(hnp.arrays(np.float64, st.tuples(st.integers(0, 12), st.integers(1, 5)), elements=st.integers(1, 5)))
def test_no_answers_crash_and_what_is_undefined_is_nan(answers: NDArray[np.float64]) -> None:
    found = reliability(answers)
    assert not np.isinf(measures(found)).any()
    assert np.isnan(found.alpha) == (
        answers.shape[1] < 2 or len(answers) < 2 or np.ptp(answers.sum(axis=1)) == 0
    )


def test_an_item_everybody_answers_alike_has_no_correlation_but_alpha_stands() -> None:
    answers = np.column_stack([likert(1, 50, 3), np.full(50, 3.0)])
    found = reliability(answers)
    assert np.isnan(found.item_rest).tolist() == [False, False, False, True]
    assert np.isnan([found.omega, found.mean_interitem_r, found.standardised_alpha]).all()
    assert 0 < found.alpha < 1


def test_two_items_have_alpha_but_neither_omega_nor_alpha_if_deleted() -> None:
    found = reliability(likert(2, 60, 2))
    assert found.alpha == pytest.approx(found.split_half, abs=0.05)
    assert np.isnan([found.omega, *found.alpha_if_deleted]).all()


def test_a_heywood_case_gives_no_omega() -> None:
    correlation = np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]])
    assert minres(correlation, 1).heywood
    assert np.isnan(omega_total(correlation))


def test_omega_of_parallel_items_is_standardised_alpha() -> None:
    correlation = np.full((6, 6), 0.4) + 0.6 * np.eye(6)
    assert omega_total(correlation) == pytest.approx(alpha_of(correlation), rel=1e-6)


def test_feldt_intervals_are_wider_for_fewer_people_and_undefined_for_one() -> None:
    low, high = feldt_interval(0.8, np.array([1, 10, 1000]), 5)
    width = high - low
    assert np.isnan(width[0])
    assert width[1] > width[2] > 0


@pytest.mark.parametrize(("items", "splits"), [(2, 1), (3, 3), (4, 3), (5, 10), (12, 462), (13, 1000)])
def test_splits_are_all_distinct_ones_or_a_thousand(items: int, splits: int) -> None:
    found = halves(items)
    assert found.shape == (splits, items)
    assert (found.sum(axis=1) == items // 2).all()
    if splits < 1000:
        canonical = {tuple(row) if row[0] or items % 2 else tuple(~row) for row in found}
        assert len(canonical) == splits


def test_the_mean_over_all_splits_of_parallel_items_is_alpha() -> None:
    covariance = np.full((6, 6), 0.4) + 0.6 * np.eye(6)
    assert split_halves(covariance, halves(6)).tolist() == pytest.approx([alpha_of(covariance)] * 10)


def test_correlations_are_those_of_numpy() -> None:
    answers = complete("bfi", "A")
    assert np.allclose(correlation_of(covariance_of(answers)), np.corrcoef(answers.T))


def test_rows_with_a_gap_are_left_out_of_alpha() -> None:
    answers = responses(survey((3,)), [[1, 2, 1], [5, 4, 5], [3, 3, 3], [5, BLANK, 5]])
    assert reliability(complete_rows(scored_answers(answers, "A"))).n_complete == 3
    assert unit_alpha(moments(answers)).n.tolist() == [[3]]
