"""Confirmatory factor analysis of the intended structure: every item on its own factor, factors correlated.

Maximum likelihood on complete rows. Factors have variance 1 while fitting, which gives the same fit and the same
standardised solution as fixing the first loading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.factor_model import (
    FIXED,
    FactorModel,
    Floats,
    GroupMoments,
    Matrices,
    Places,
    covariance_slopes,
)
from analysis.factoring import minres
from analysis.fit_indices import Fit, fit_of
from analysis.maximum_likelihood import Estimate, fit
from analysis.modification import Modification, modifications
from analysis.one_core import one_core

MODIFICATIONS_SHOWN: Final = 10
SINGULAR: Final = 1e-10  # smallest eigenvalue of a correlation matrix that still has an inverse


class NoSolutionReason(StrEnum):
    """Why a model has no usable solution; the words are given in `analysis.cautions`."""

    SINGULAR = "singular"
    NOT_IDENTIFIED = "not_identified"
    NOT_CONVERGED = "not_converged"
    HEYWOOD = "heywood"
    TOO_MANY_ITEMS = "too_many_items"
    NO_ADJUSTMENT = "no_adjustment"


class NoSolutionError(Exception):
    """The model cannot be used. items: places of the items with impossible variances; factors: likewise."""

    def __init__(
        self, reason: NoSolutionReason, items: Sequence[int] = (), factors: Sequence[int] = ()
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.items = tuple(items)
        self.factors = tuple(factors)


@dataclass(frozen=True, eq=False)
class Cfa:
    """A fitted factor model of P items in M factors.

    loadings, loading_errors: (P,) standardised, with standard errors (delta method, expected information).
    correlations, correlation_errors: (M, M) of the factors. modifications: the ten largest.
    inadmissible: why the solution is impossible as a description of people (a negative variance, or factor
    correlations that contradict one another), None when it is not. Its fit is still the fit of that model.
    """

    fit: Fit
    loadings: Floats
    loading_errors: Floats
    correlations: Floats
    correlation_errors: Floats
    modifications: tuple[Modification, ...]
    inadmissible: NoSolutionError | None


@one_core()
def confirmatory(answers: Floats, factor_of: NDArray[np.int_]) -> Cfa:
    """Fit the intended structure to complete rows.

    answers: (n, P) scored. factor_of: (P,) each item's factor, 0…M − 1.
    R: `lavaan::cfa(model, data)` with `standardizedSolution`, `fitMeasures` and `modindices`.

    Raises NoSolutionError: dependent or constant items, too few degrees of freedom, or no convergence. An impossible
    solution (negative residual variance, a factor correlation of 1 or more) is shown for what it is, as lavaan does
    with a warning: `inadmissible` says why. It is raised where there are no degrees of freedom, so no fit to show.

    >>> rng = np.random.default_rng(1)
    >>> answers = 0.8 * rng.normal(size=(1000, 1)) + 0.6 * rng.normal(size=(1000, 4))
    >>> found = confirmatory(answers, np.zeros(4, dtype=int))
    >>> found.loadings.round(1).tolist(), found.fit.df
    ([0.8, 0.8, 0.8, 0.8], 2)
    """
    moments = group_moments(answers)
    model, estimate, inadmissible = most_likely(moments, factor_of)
    found = modifications(model, moments, estimate, MODIFICATIONS_SHOWN)
    return standardised(model, estimate, factor_of, fit_of(model, [moments], estimate), found, inadmissible)


def most_likely(
    moments: GroupMoments, factor_of: NDArray[np.int_]
) -> tuple[FactorModel, Estimate, NoSolutionError | None]:
    """The intended structure, its maximum likelihood estimate, and why that is impossible where it is.

    Raises NoSolutionError as `confirmatory`.

    >>> moments = GroupMoments(100, np.zeros(3), np.full((3, 3), 0.49) + 0.51 * np.eye(3))
    >>> most_likely(moments, np.zeros(3, dtype=int))[1].parameters.round(2).tolist()
    [0.7, 0.7, 0.7, 0.51, 0.51, 0.51]
    """
    model = simple_structure(factor_of)
    if model.degrees_of_freedom() < 0:
        raise NoSolutionError(NoSolutionReason.NOT_IDENTIFIED)
    estimate = fit(model, [moments], starting_values(moments.covariance, factor_of))
    inadmissible = impossible(model, estimate)
    if inadmissible and not model.degrees_of_freedom():
        raise inadmissible
    return model, estimate, inadmissible


def impossible(model: FactorModel, estimate: Estimate) -> NoSolutionError | None:
    """Why a solution is impossible (Heywood), None when it is not. Raises NoSolutionError when there is none.

    >>> model = simple_structure(np.zeros(3, dtype=int))
    >>> parameters = np.array([1.2, 0.7, 0.7, -0.4, 0.5, 0.5])
    >>> estimate = Estimate(parameters, 0.1, np.eye(6), converged=True, identified=True)
    >>> impossible(model, estimate).items
    (0,)
    """
    try:
        check(model, estimate)
    except NoSolutionError as problem:
        if problem.reason is not NoSolutionReason.HEYWOOD:
            raise
        return problem
    return None


def group_moments(answers: Floats) -> GroupMoments:
    """Means and covariances (divisor n) of complete rows. Raises NoSolutionError when they have no inverse.

    >>> group_moments(np.array([[1.0, 2], [2, 1], [3, 5], [4, 4]])).covariance.tolist()
    [[1.25, 1.25], [1.25, 2.5]]
    """
    rows, items = answers.shape
    if rows <= items:
        raise NoSolutionError(NoSolutionReason.SINGULAR)
    mean = answers.mean(axis=0)
    covariance = (answers - mean).T @ (answers - mean) / rows
    constant = np.flatnonzero((answers == answers[0]).all(axis=0))
    if len(constant):
        raise NoSolutionError(NoSolutionReason.SINGULAR, constant.tolist())
    scale = 1 / np.sqrt(np.diag(covariance))
    if np.linalg.eigvalsh(covariance * scale[:, np.newaxis] * scale)[0] < SINGULAR:
        raise NoSolutionError(NoSolutionReason.SINGULAR)
    return GroupMoments(rows, mean, covariance)


def simple_structure(
    factor_of: NDArray[np.int_],
    crossed: Sequence[tuple[int, int]] = (),
    linked: Sequence[tuple[int, int]] = (),
) -> FactorModel:
    """One group's model. Parameters in order: P loadings, P residual variances, the correlations (lower
    triangle by rows), then each crossed (item, factor) loading and each linked (item, item) residual.

    >>> model = simple_structure(np.array([0, 0, 0, 1, 1, 1]))
    >>> model.parameters, model.degrees_of_freedom()
    (13, 8)
    """
    items, factors = len(factor_of), int(factor_of.max()) + 1
    loadings = np.full((items, factors), FIXED)
    loadings[np.arange(items), factor_of] = np.arange(items)
    residuals = np.full((items, items), FIXED)
    np.fill_diagonal(residuals, np.arange(items, 2 * items))
    correlations = np.full((factors, factors), FIXED)
    below = np.tril_indices(factors, -1)
    correlations[below] = 2 * items + np.arange(len(below[0]))
    correlations.T[below] = correlations[below]
    parameters = 2 * items + len(below[0])
    for item, factor in crossed:
        loadings[item, factor] = parameters
        parameters += 1
    for item, other in linked:
        residuals[item, other] = residuals[other, item] = parameters
        parameters += 1
    none = np.full(items, FIXED), np.full(factors, FIXED)
    places = Matrices[Places](loadings, correlations, residuals, *none)
    zero = (np.zeros((items, factors)), np.eye(factors), np.zeros((items, items)))
    values = Matrices[Floats](*zero, np.zeros(items), np.zeros(factors))
    return FactorModel((places,), (values,), parameters, with_means=False)


def starting_values(covariance: Floats, factor_of: NDArray[np.int_]) -> Floats:
    """Loadings of each factor's items taken alone, what they leave over, and correlations of sums, shrunk.

    The order of `simple_structure`; (2P + M(M − 1)/2,).

    >>> one_factor = np.full((3, 3), 0.49) + 0.51 * np.eye(3)
    >>> starting_values(one_factor, np.zeros(3, dtype=int)).round(2).tolist()
    [0.7, 0.7, 0.7, 0.51, 0.51, 0.51]
    """
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    loadings = np.array([0.7] * len(sd))
    factors = int(factor_of.max()) + 1
    weights = np.zeros((factors, len(sd)))
    for factor in range(factors):
        mine = np.flatnonzero(factor_of == factor)
        if len(mine) > 2:
            alone = minres(correlation[np.ix_(mine, mine)], 1).loadings[:, 0]
            loadings[mine] = np.sign(alone) * np.clip(np.abs(alone), 0.2, 0.95)
        elif len(mine) == 2 and correlation[mine[0], mine[1]] < 0:
            loadings[mine[1]] = -0.7
        weights[factor, mine] = np.sign(loadings[mine])
    sums = weights @ correlation @ weights.T
    spread = np.sqrt(np.diag(sums))
    related = np.clip(sums / np.outer(spread, spread), -0.8, 0.8)
    return np.concatenate([loadings * sd, (1 - loadings**2) * sd**2, related[np.tril_indices(factors, -1)]])


def check(model: FactorModel, estimate: Estimate) -> None:
    """Raise NoSolutionError unless the estimate is a possible one, in every group.

    >>> model = simple_structure(np.zeros(3, dtype=int))
    >>> parameters = np.array([1.2, 0.7, 0.7, -0.4, 0.5, 0.5])
    >>> impossible = Estimate(parameters, 0.1, np.eye(6), converged=True, identified=True)
    >>> try:
    ...     check(model, impossible)
    ... except NoSolutionError as error:
    ...     print(error.reason, error.items)
    heywood (0,)
    """
    if not estimate.converged:
        raise NoSolutionError(NoSolutionReason.NOT_CONVERGED)
    if not estimate.identified:
        raise NoSolutionError(NoSolutionReason.NOT_IDENTIFIED)
    for group in range(len(model.places)):
        matrices = model.matrices(estimate.parameters, group)
        impossible = np.flatnonzero(np.diag(matrices.residuals) <= 0)
        spread = np.sqrt(np.maximum(np.diag(matrices.factors), 0))
        if len(impossible) or not spread.all():
            raise NoSolutionError(NoSolutionReason.HEYWOOD, items=impossible.tolist())
        if np.linalg.eigvalsh(matrices.factors / np.outer(spread, spread))[0] <= 0:
            pair = _closest(matrices.factors / np.outer(spread, spread))
            raise NoSolutionError(NoSolutionReason.HEYWOOD, factors=pair)


def _closest(correlations: Floats) -> tuple[int, int]:
    """The two factors with the strongest correlation."""
    strength = np.abs(np.tril(correlations, -1))
    one, other = np.unravel_index(int(strength.argmax()), strength.shape)
    return int(other), int(one)


def standardised(
    model: FactorModel,
    estimate: Estimate,
    factor_of: NDArray[np.int_],
    fit: Fit,
    found: tuple[Modification, ...],
    inadmissible: NoSolutionError | None,
) -> Cfa:
    """The estimate with each item and factor at variance 1, and each factor's first loading positive.

    model: begins with the parameters of `simple_structure`; more may follow.

    >>> model = simple_structure(np.zeros(3, dtype=int))
    >>> parameters = np.array([1.4, 1.4, 1.4, 2.04, 2.04, 2.04])
    >>> estimate = Estimate(parameters, 0.0, 0.01 * np.eye(6), converged=True, identified=True)
    >>> fit = fit_of(model, [GroupMoments(100, np.zeros(3), model.implied(parameters, 0)[1])], estimate)
    >>> standardised(model, estimate, np.zeros(3, dtype=int), fit, (), None).loadings.round(2).tolist()
    [0.7, 0.7, 0.7]
    """
    matrices = model.matrices(estimate.parameters, 0)
    items, factors = matrices.loadings.shape
    raw = matrices.loadings[np.arange(items), factor_of]
    variance = np.diag(model.implied(estimate.parameters, 0)[1])
    slopes = covariance_slopes(model, estimate.parameters, 0)
    # ∂(λ/√σ) = ∂λ/√σ − λ·∂σ/2σ^1.5
    jacobian = np.zeros((model.parameters, items))
    jacobian[slopes.parameter] = -(raw / (2 * variance**1.5)) * slopes.of_variances()
    jacobian[np.arange(items), np.arange(items)] += 1 / np.sqrt(variance)
    errors = np.sqrt(np.einsum("ki,ki->i", jacobian, estimate.covariance @ jacobian))
    correlation_errors = np.zeros((factors, factors))
    below = np.tril_indices(factors, -1)
    own = np.sqrt(np.diag(estimate.covariance))
    correlation_errors[below] = own[2 * items : 2 * items + len(below[0])]
    sign = positive_first(raw, factor_of)
    return Cfa(
        fit=fit,
        loadings=raw / np.sqrt(variance) * sign[factor_of],
        loading_errors=errors,
        correlations=matrices.factors * np.outer(sign, sign),
        correlation_errors=correlation_errors + correlation_errors.T,
        modifications=found,
        inadmissible=inadmissible,
    )


def positive_first(loadings: Floats, factor_of: NDArray[np.int_]) -> Floats:
    """The sign of each factor, (M,), that makes its first loading positive.

    >>> positive_first(np.array([0.7, -0.6, 0.5]), np.array([0, 1, 1])).tolist()
    [1.0, -1.0]
    """
    first = [int(np.flatnonzero(factor_of == factor)[0]) for factor in range(int(factor_of.max()) + 1)]
    return np.where(loadings[first] < 0, -1.0, 1.0)
