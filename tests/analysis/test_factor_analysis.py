"""Factors suggested and factors intended: KMO to modification indices, equal to psych and lavaan."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.adequacy import bartlett, parallel_analysis, sampling_adequacy
from analysis.cfa import (
    Cfa,
    NoSolutionError,
    NoSolutionReason,
    confirmatory,
    group_moments,
    simple_structure,
    starting_values,
)
from analysis.factor_model import FactorModel, GroupMoments
from analysis.factoring import explore, minres
from analysis.fit_indices import fit_of
from analysis.invariance import InvarianceLevel, equal_model
from analysis.maximum_likelihood import _discrepancy, derivatives, fit
from analysis.modification import modifications
from analysis.reliability import correlation_of, covariance_of
from tests.analysis.example_surveys import complete_answers, holzinger, reference_values, simulated

Floats = NDArray[np.float64]
Data = tuple[Floats, NDArray[np.int_]]


def correlations(name: str) -> tuple[Floats, int]:
    rows, _ = complete_answers(name)
    return correlation_of(covariance_of(rows)), len(rows)


@pytest.mark.parametrize("name", ["lq2002", "bfi"])
def test_kmo_and_bartlett_equal_psych(name: str) -> None:
    correlation, rows = correlations(name)
    expected = reference_values(name)["validity"]
    adequacy, sphericity = sampling_adequacy(correlation), bartlett(correlation, rows)
    assert rows == expected["n_complete"]
    assert adequacy.overall == pytest.approx(expected["kmo"], rel=1e-9)
    assert adequacy.items.tolist() == pytest.approx([*expected["kmo_items"].values()], rel=1e-9)
    assert sphericity.chi2 == pytest.approx(expected["bartlett"]["chi2"], rel=1e-9)
    assert sphericity.df == expected["bartlett"]["df"]
    assert sphericity.p == pytest.approx(expected["bartlett"]["p"])


def test_parallel_analysis_suggests_what_psych_suggests() -> None:
    correlation, rows = correlations("bfi")
    found = parallel_analysis(correlation, rows)
    assert found.factors == reference_values("bfi")["parallel"]["factors"]
    assert found.components == reference_values("bfi")["parallel"]["components"]


def test_unrelated_items_suggest_no_factor_and_three_factors_are_found() -> None:
    noise = np.random.default_rng(2).normal(size=(800, 9))
    assert parallel_analysis(np.asarray(np.corrcoef(noise.T)), 800).factors == 0
    three, _ = simulated(1, 800, (4, 4, 4), between=0.3)
    assert parallel_analysis(np.asarray(np.corrcoef(three.T)), 800).factors == 3


@pytest.mark.parametrize(("name", "factors"), [("lq2002", 3), ("bfi", 5)])
def test_exploration_equals_psych_up_to_the_order_and_sign_of_factors(name: str, factors: int) -> None:
    expected = reference_values(name)["efa_minres_oblimin"]
    found = explore(correlations(name)[0], factors)
    assert found is not None
    loadings, phi = np.array(expected["loadings"]), np.array(expected["phi"])
    alike = found.loadings.T @ loadings
    order = np.abs(alike).argmax(axis=0)
    assert sorted(order.tolist()) == list(range(factors))
    sign = np.sign(alike[order, range(factors)])
    assert np.allclose(found.loadings[:, order] * sign, loadings, atol=1e-3)
    assert np.allclose(found.correlations[np.ix_(order, order)] * np.outer(sign, sign), phi, atol=1e-3)
    assert found.communalities.tolist() == pytest.approx([*expected["communality"].values()], rel=1e-3)


@pytest.mark.parametrize(("name", "factors"), [("lq2002", 3), ("bfi", 5)])
def test_minres_leaves_the_residuals_psych_leaves(name: str, factors: int) -> None:
    correlation, _ = correlations(name)
    solution = minres(correlation, factors)
    residual = correlation - solution.loadings @ solution.loadings.T
    rms = np.sqrt((residual[np.tril_indices(len(residual), -1)] ** 2).mean())
    assert rms == pytest.approx(reference_values(name)["efa_minres_oblimin"]["rms"], rel=1e-4)


def test_factors_that_cannot_be_told_apart_give_no_exploration() -> None:
    heywood = np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]])
    assert explore(heywood, 1) is None
    one = explore(np.full((4, 4), 0.5) + 0.5 * np.eye(4), 1)
    assert one is not None
    assert one.loadings[:, 0].tolist() == pytest.approx([0.5**0.5] * 4, rel=1e-5)


def structure_values(name: str) -> dict[str, Any]:
    """What lavaan and psych say, made by tests/reference/structure.R."""
    found: dict[str, Any] = reference_values("structure")[name]
    return found


def test_an_impossible_solution_has_the_fit_lavaan_gives_it_and_says_that_it_is_impossible() -> None:
    found = confirmatory(*complete_answers("verbagg"))
    expected = structure_values("ml_verbagg")
    assert found.inadmissible is not None
    assert found.inadmissible.factors == (2, 3)
    for ours, theirs in (
        ("chi2", "chisq"),
        ("cfi", "cfi"),
        ("tli", "tli"),
        ("rmsea", "rmsea"),
        ("srmr", "srmr"),
    ):
        assert getattr(found.fit, ours) == pytest.approx(expected["fit"][theirs], rel=1e-4), ours
    assert found.loadings.tolist() == pytest.approx([*expected["loadings"].values()], abs=1e-4)
    assert np.isfinite(found.loading_errors).all()


def test_the_indices_of_two_hundred_items_need_little_memory() -> None:
    """A table of the 20,000 candidates by the 410 parameters and 200 items would be 15 GB."""
    rows, factor_of = simulated(1, 600, (40,) * 5, between=0.3)
    tracemalloc.start()
    try:
        found = confirmatory(rows, factor_of)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.modifications) == 10
    assert peak < 200e6


def check_cfa(found: Cfa, expected: dict[str, object]) -> None:
    fit = found.fit
    for key in ("chi2", "df", "p", "cfi", "tli", "rmsea", "srmr"):
        assert getattr(fit, key) == pytest.approx(expected[key], rel=1e-4), key
    assert [fit.rmsea_low, fit.rmsea_high] == pytest.approx(expected["rmsea_ci"], rel=1e-4)
    loadings: dict[str, float] = expected["loadings"]  # type: ignore[assignment]
    assert found.loadings.tolist() == pytest.approx([*loadings.values()], rel=1e-3)


@pytest.mark.parametrize("name", ["lq2002", "bfi"])
def test_cfa_equals_lavaan(name: str) -> None:
    found = confirmatory(*complete_answers(name))
    expected = reference_values(name)["validity"]["cfa"]
    check_cfa(found, expected)
    assert found.fit.n == expected["n"]
    factors = len(found.correlations)
    pairs = [found.correlations[i, j] for i in range(factors) for j in range(i + 1, factors)]
    assert pairs == pytest.approx([*expected["factor_correlations"].values()], rel=1e-3)


def test_cfa_of_the_classic_nine_tests_equals_lavaan() -> None:
    scores, factor_of, _ = holzinger()
    check_cfa(confirmatory(scores, factor_of), reference_values("holzinger1939")["cfa"])


def test_standard_errors_are_the_spread_of_the_estimates_over_samples() -> None:
    loadings, related = [], []
    for seed in range(80):
        found = confirmatory(*simulated(seed, 300, (3, 3)))
        loadings.append(found.loadings)
        related.append(found.correlations[0, 1])
    told = confirmatory(*simulated(1000, 300, (3, 3)))
    assert np.std(loadings, axis=0).mean() == pytest.approx(told.loading_errors.mean(), rel=0.25)
    assert np.std(related) == pytest.approx(told.correlation_errors[0, 1], rel=0.35)


def test_a_modification_index_is_about_what_freeing_the_parameter_gains() -> None:
    rows, factor_of = simulated(3, 3000, (4, 4))
    rows[:, 1] += 0.15 * rows[:, 5]
    moments = group_moments(rows)
    model = simple_structure(factor_of)
    start = starting_values(moments.covariance, factor_of)
    estimate = fit(model, [moments], start)
    before = fit_of(model, [moments], estimate).chi2
    every = modifications(model, moments, estimate)
    assert len(every) == 8 + 28
    assert [m.index for m in every] == sorted((m.index for m in every), reverse=True)
    for one in (*every[:3], every[-1]):
        crossed = [(one.item, one.factor)] if one.factor is not None else []
        linked = [(one.item, one.other)] if one.other is not None else []
        freer = simple_structure(factor_of, crossed, linked)
        again = fit(freer, [moments], np.append(estimate.parameters, 0.0))
        gained = before - fit_of(freer, [moments], again).chi2
        assert gained == pytest.approx(one.index, rel=0.15, abs=0.02)
        assert again.parameters[-1] == pytest.approx(one.change, rel=0.15, abs=0.02)


def numeric_slope(of: Callable[[Floats], float], at: Floats) -> Floats:
    steps = 1e-6 * np.eye(len(at))
    return np.array([(of(at + step) - of(at - step)) / 2e-6 for step in steps])


@pytest.mark.parametrize("level", list(InvarianceLevel))
def test_the_analytic_gradient_is_the_slope(level: InvarianceLevel) -> None:
    groups = [group_moments(simulated(seed, 60, (3, 2))[0] + seed) for seed in (1, 2)]
    model = equal_model(np.array([0, 0, 0, 1, 1]), 2, level)
    at = np.random.default_rng(1).uniform(0.4, 0.6, model.parameters)
    at = raised(model, at)
    gradient, information = derivatives(model, groups, at)
    slope = numeric_slope(lambda x: _discrepancy(model, groups, x), at)
    assert np.allclose(gradient, slope, atol=1e-5)
    assert np.allclose(information, information.T)


def test_the_analytic_gradient_is_the_slope_of_freed_parameters_too() -> None:
    rows, factor_of = simulated(1, 60, (3, 2))
    model = simple_structure(factor_of, crossed=[(0, 1)], linked=[(1, 3), (4, 2)])
    at = raised(model, np.random.default_rng(1).uniform(0.2, 0.4, model.parameters))
    groups = [group_moments(rows)]
    gradient, _ = derivatives(model, groups, at)
    assert np.allclose(gradient, numeric_slope(lambda x: _discrepancy(model, groups, x), at), atol=1e-5)


def raised(model: FactorModel, parameters: Floats) -> Floats:
    """Larger variances, so that every implied matrix is positive definite."""
    for matrices in model.places:
        for square in (matrices.residuals, matrices.factors):
            diagonal = np.diag(square)
            parameters[diagonal[diagonal >= 0]] += 1
    return parameters


def test_the_expected_information_is_the_curvature_where_the_model_is_true() -> None:
    model = simple_structure(np.array([0, 0, 0, 1, 1, 1]))
    at = np.concatenate([np.full(6, 0.7), np.full(6, 0.5), [0.3]])
    true = [GroupMoments(100, np.zeros(6), model.implied(at, 0)[1])]
    _, information = derivatives(model, true, at)

    def slope_of(k: int) -> Floats:
        return numeric_slope(lambda x: float(derivatives(model, true, x)[0][k]), at)

    columns = [slope_of(k) for k in range(13)]
    assert np.allclose(information, np.array(columns), atol=1e-5)


SMALL = st.tuples(st.integers(0, 10_000), st.integers(150, 400))


def essence(found: Cfa) -> list[float]:
    off = found.correlations[np.tril_indices(len(found.correlations), -1)]
    return [found.fit.chi2, found.fit.cfi, found.fit.srmr, *found.loadings, *off]


@settings(max_examples=10)
@given(SMALL, st.floats(-20, 20))
def test_turning_all_items_moving_them_or_mixing_rows_changes_nothing(
    sample: tuple[int, int], constant: float
) -> None:
    rows, factor_of = simulated(*sample, (3, 4))
    expected = pytest.approx(essence(confirmatory(rows, factor_of)), rel=1e-4, abs=1e-5)
    assert essence(confirmatory(-rows, factor_of)) == expected
    assert essence(confirmatory(rows + constant, factor_of)) == expected
    assert essence(confirmatory(rows[::-1], factor_of)) == expected
    assert essence(confirmatory(rows * 3, factor_of)) == expected


@settings(max_examples=10)
@given(SMALL)
def test_doubling_the_sample_doubles_chi_square_and_keeps_the_loadings(sample: tuple[int, int]) -> None:
    rows, factor_of = simulated(*sample, (3, 4))
    once, twice = confirmatory(rows, factor_of), confirmatory(np.repeat(rows, 2, axis=0), factor_of)
    assert twice.fit.chi2 == pytest.approx(2 * once.fit.chi2, rel=1e-4, abs=1e-5)
    assert twice.loadings == pytest.approx(once.loadings, abs=1e-4)
    assert twice.loading_errors == pytest.approx(once.loading_errors / np.sqrt(2), rel=1e-2)


def problem_of(rows: Floats, factor_of: list[int]) -> NoSolutionError:
    with pytest.raises(NoSolutionError) as caught:
        confirmatory(rows, np.array(factor_of))
    return caught.value


def test_a_constant_item_is_named() -> None:
    rows, factor_of = simulated(1, 100, (3, 3))
    rows[:, 4] = 3.0
    found = problem_of(rows, factor_of.tolist())
    assert (found.reason, found.items) == (NoSolutionReason.SINGULAR, (4,))


def test_an_item_that_is_another_twice_over_has_no_solution() -> None:
    rows, factor_of = simulated(1, 100, (3, 3))
    rows[:, 4] = 2 * rows[:, 3]
    assert problem_of(rows, factor_of.tolist()).reason is NoSolutionReason.SINGULAR


def test_fewer_rows_than_items_have_no_solution() -> None:
    rows, factor_of = simulated(1, 6, (3, 3))
    assert problem_of(rows, factor_of.tolist()).reason is NoSolutionReason.SINGULAR
    assert problem_of(rows[:0], factor_of.tolist()).reason is NoSolutionReason.SINGULAR


def test_one_factor_of_two_items_cannot_be_determined() -> None:
    rows, _ = simulated(1, 100, (2,))
    assert problem_of(rows, [0, 0]).reason is NoSolutionReason.NOT_IDENTIFIED


def test_two_unrelated_factors_of_two_items_have_no_usable_solution() -> None:
    rows = np.random.default_rng(4).normal(size=(500, 4))
    rows[:, 1] += rows[:, 0]
    rows[:, 3] += rows[:, 2]
    basis, _ = np.linalg.qr(rows - rows.mean(axis=0))
    apart = np.column_stack([basis[:, 0], basis[:, 0] + basis[:, 1], basis[:, 2], basis[:, 2] + basis[:, 3]])
    assert problem_of(apart, [0, 0, 1, 1]).reason in {
        NoSolutionReason.NOT_IDENTIFIED,
        NoSolutionReason.NOT_CONVERGED,
        NoSolutionReason.HEYWOOD,
    }


def with_correlations(correlation: list[list[float]]) -> Floats:
    """Rows whose sample correlations are exactly these."""
    noise = np.random.default_rng(5).normal(size=(400, len(correlation)))
    white, _ = np.linalg.qr(noise - noise.mean(axis=0))
    return white @ np.linalg.cholesky(np.array(correlation)).T


def impossible_of(rows: Floats, factor_of: list[int]) -> NoSolutionError:
    found = confirmatory(rows, np.array(factor_of)).inadmissible
    assert found is not None
    return found


def test_a_negative_residual_variance_without_a_fit_to_show_is_refused_and_the_item_named() -> None:
    found = problem_of(with_correlations([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1]]), [0, 0, 0])
    assert (found.reason, found.items) == (NoSolutionReason.HEYWOOD, (0,))


def test_factors_that_are_one_are_marked_and_named() -> None:
    correlation = np.full((6, 6), 0.5) + 0.5 * np.eye(6)
    correlation[:3, 3:] = correlation[3:, :3] = 0.55
    found = impossible_of(with_correlations(correlation.tolist()), [0, 0, 0, 1, 1, 1])
    assert (found.reason, found.factors) == (NoSolutionReason.HEYWOOD, (0, 1))


def test_three_items_alone_fit_exactly_and_their_fit_says_nothing() -> None:
    rows, factor_of = simulated(2, 300, (3,))
    found = confirmatory(rows, factor_of)
    assert found.fit.df == 0
    assert found.fit.chi2 == pytest.approx(0, abs=1e-6)
    assert np.isnan([found.fit.cfi, found.fit.tli, found.fit.rmsea, found.fit.p]).all()
    assert found.loadings == pytest.approx(
        minres(np.asarray(np.corrcoef(rows.T)), 1).loadings[:, 0], abs=1e-4
    )


def test_a_factor_with_a_negative_first_loading_is_turned() -> None:
    rows, factor_of = simulated(6, 400, (3, 3))
    rows[:, 0] *= -1
    found = confirmatory(rows, factor_of)
    assert (found.loadings > 0).tolist() == [True, False, False, True, True, True]
    assert found.correlations[0, 1] < 0
