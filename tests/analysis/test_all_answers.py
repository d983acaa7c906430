"""The structure on all the answers: EM and FIML equal to lavaan, whatever the pattern of gaps."""

from typing import Any

import numpy as np
import pytest

from analysis.all_answers import on_all_answers
from analysis.cautions import validity_cautions
from analysis.cfa import NoSolutionError, confirmatory, simple_structure, starting_values
from analysis.details import matching
from analysis.factoring import explored
from analysis.fiml import _slope, full_information, saturated, with_intercepts
from analysis.missing import em_moments, expected, incomplete_rows
from analysis.reliability import correlation_of
from analysis.report import analyse, to_json
from analysis.validity import StructureBasis, asked_of_all, validity
from questionnaires.coding import BLANK
from tests.analysis.example_surveys import (
    reference_responses,
    reference_values,
    responses,
    simulated,
    survey,
)


def structure_values(name: str) -> dict[str, Any]:
    found: dict[str, Any] = reference_values("structure")[name]
    return found


def test_the_moments_of_incomplete_rows_equal_lavaan() -> None:
    expected_values = structure_values("em_bfi")
    found = em_moments(incomplete_rows(asked_of_all(reference_responses("bfi")).values))
    assert found.moments.mean.tolist() == pytest.approx([*expected_values["mean"].values()], abs=1e-6)
    spread = np.sqrt(np.diag(found.moments.covariance))
    assert spread.tolist() == pytest.approx([*expected_values["sd"].values()], abs=1e-6)
    assert found.deviance / -2 == pytest.approx(expected_values["log_likelihood"], abs=1e-3)


@pytest.fixture(scope="module")
def bfi() -> dict[str, Any]:
    answers = reference_responses("bfi")
    found: dict[str, Any] = to_json(analyse(answers.questionnaire, answers))["validity"]
    return found


def test_full_information_equals_lavaan(bfi: dict[str, Any]) -> None:
    lavaan = structure_values("fiml_bfi")
    found = bfi["all_answers"]["cfa"]
    assert found["n"] == lavaan["fit"]["ntotal"] == 2800
    names = {"chi2": "chisq", "df": "df", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr"}
    for ours, theirs in names.items():
        assert found[ours] == pytest.approx(lavaan["fit"][theirs], abs=1e-3), ours
    ends = [lavaan["fit"]["rmsea.ci.lower"], lavaan["fit"]["rmsea.ci.upper"]]
    assert found["rmsea_ci"] == pytest.approx(ends, abs=1e-3)
    assert found["loadings"] == pytest.approx(lavaan["loadings"], abs=1e-4)
    assert found["factor_correlations"] == pytest.approx(lavaan["factor_correlations"], abs=1e-4)


def test_kmo_factors_and_omega_of_the_em_correlations_equal_psych(bfi: dict[str, Any]) -> None:
    psych = structure_values("em_bfi")
    assert bfi["all_answers"]["kmo"] == pytest.approx(psych["kmo"], abs=1e-6)
    assert bfi["all_answers"]["factors_suggested"] == psych["factors"]
    assert bfi["all_answers"]["omega"] == pytest.approx(psych["omega"], abs=1e-4)


def test_htmt_of_the_em_correlations_equals_semtools(bfi: dict[str, Any]) -> None:
    assert bfi["all_answers"]["htmt"] == pytest.approx(structure_values("em_bfi")["htmt"], abs=1e-6)
    assert bfi["all_answers"]["htmt"] != pytest.approx(bfi["htmt"], abs=1e-3)


def test_the_exploration_of_the_em_correlations_equals_psych() -> None:
    answers = asked_of_all(reference_responses("bfi"))
    found = explored(correlation_of(saturated(answers.values)[1].moments.covariance), 5)
    assert found is not None
    pattern = np.array([[*row.values()] for row in structure_values("em_bfi")["pattern"].values()])
    ours = found.loadings[:, matching(found.loadings, answers.factor_of)]
    theirs = pattern[:, matching(pattern, answers.factor_of)]
    assert np.abs(ours) == pytest.approx(np.abs(theirs), abs=1e-3)


def test_all_the_answers_are_shown_by_default_and_complete_rows_beside_them(bfi: dict[str, Any]) -> None:
    assert bfi["basis"] == StructureBasis.ALL_ANSWERS
    assert (bfi["n_complete"], bfi["cfa"]["n"], bfi["all_answers"]["n"]) == (2436, 2436, 2800)


def with_gaps(seed: int, share: float, people: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rows, factor_of = simulated(seed, people, (3, 3))
    gaps = np.random.default_rng(seed).random(rows.shape) < share
    return np.where(gaps, np.nan, rows), factor_of


def test_without_gaps_the_solution_is_that_of_complete_rows() -> None:
    rows, factor_of = with_gaps(2, 0.0)
    complete, whole = confirmatory(rows, factor_of), full_information(rows, factor_of).cfa
    for key in ("chi2", "cfi", "rmsea"):
        assert getattr(whole.fit, key) == pytest.approx(getattr(complete.fit, key), abs=2e-3), key
    assert whole.loadings == pytest.approx(complete.loadings, abs=1e-6)
    assert on_all_answers(rows, factor_of, ("A", "B"), np.arange(6)) is None


def test_a_pattern_with_many_rows_is_a_few_sums_and_gives_the_same() -> None:
    rows, _ = with_gaps(1, 0.0, 400)
    rows[:200, 0] = np.nan
    rows[150:200, 4] = np.nan
    grouped = incomplete_rows(rows)
    assert len(grouped.values) < 25
    mean, covariance = np.zeros(6), np.cov(simulated(9, 300, (3, 3))[0].T)
    found = expected(grouped, mean, covariance).deviance
    alone = 0.0
    for row in rows:
        known = ~np.isnan(row)
        part = covariance[np.ix_(known, known)]
        alone += known.sum() * np.log(2 * np.pi) + np.linalg.slogdet(part)[1]
        alone += row[known] @ np.linalg.solve(part, row[known])
    assert found == pytest.approx(alone, rel=1e-12)


def test_the_analytic_gradient_is_the_slope_of_the_likelihood() -> None:
    values, factor_of = with_gaps(4, 0.3)
    rows, model = incomplete_rows(values), with_intercepts(simple_structure(factor_of))
    at = np.concatenate([starting_values(np.eye(6) + 0.3, factor_of), np.full(6, 0.1)])
    _, gradient = _slope(rows, model, at)
    steps = 1e-6 * np.eye(len(at))
    slope = [(_slope(rows, model, at + s)[0] - _slope(rows, model, at - s)[0]) / 2e-6 for s in steps]
    assert gradient == pytest.approx(slope, abs=1e-6)


def test_answers_missing_because_of_other_answers_do_not_bend_the_means() -> None:
    rows, factor_of = simulated(5, 4000, (3, 3))
    values = rows.copy()
    values[rows[:, 0] < 0, 1] = np.nan
    found = full_information(values, factor_of)
    assert found.moments.mean[1] == pytest.approx(rows[:, 1].mean(), abs=0.05)
    assert np.nanmean(values[:, 1]) - rows[:, 1].mean() > 0.3
    assert found.cfa.loadings == pytest.approx(confirmatory(rows, factor_of).loadings, abs=0.05)


def test_rows_without_an_answer_are_nobody() -> None:
    values, factor_of = with_gaps(6, 0.2)
    empty = np.vstack([values, np.full((40, 6), np.nan)])
    assert full_information(empty, factor_of).cfa.fit == full_information(values, factor_of).cfa.fit


def test_two_items_nobody_answered_both_of_have_no_solution_and_the_page_says_so() -> None:
    rows, factor_of = simulated(1, 300, (3, 3))
    rows[:150, 0] = np.nan
    rows[150:, 1] = np.nan
    with pytest.raises(NoSolutionError):
        full_information(rows, factor_of)
    codes = np.where(np.isnan(rows), BLANK, np.clip(np.rint(np.nan_to_num(rows) + 3), 1, 5)).astype(int)
    found = validity(responses(survey((3, 3)), codes.tolist()))
    assert found.basis is StructureBasis.COMPLETE
    assert any("alle svarene (FIML) mangler" in str(line) for line in validity_cautions(found))


@pytest.mark.parametrize("seed", range(5))
def test_items_that_are_copies_of_each_other_have_no_structure_and_stop_nothing(seed: int) -> None:
    """EM meets a covariance without an inverse on its way. It ended the count of a whole survey in an error."""
    values = np.random.default_rng(seed).integers(1, 5, size=(40, 4)).astype(float)
    values[:, 1], values[:, 3] = values[:, 0], values[:, 2]
    values[0, 3] = values[1, 2] = np.nan
    with pytest.raises(NoSolutionError):
        saturated(values)
    found = on_all_answers(values, np.array([0, 0, 1, 1]), ("A", "B"), np.arange(4))
    assert found is not None
    assert (found.by_em.adequacy, found.cfa) == (None, None)
