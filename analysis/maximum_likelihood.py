"""Maximum likelihood for factor models in one or several groups, by Fisher scoring with analytic derivatives.

Jöreskog 1969, 1971; what `lavaan::cfa` does with `likelihood = "normal"` and `information = "expected"`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.factor_model import (
    CovarianceSlopes,
    FactorModel,
    Floats,
    GroupMoments,
    covariance_slopes,
    mean_slopes,
)

MOST_STEPS: Final = 200
SMALLEST_STEP: Final = 1e-6
TOLERANCE: Final = 1e-12  # the fall of the discrepancy that a full step promises
NOISE: Final = 1e-8  # a promise this small may drown in rounding
DIFFERENCE: Final = 1e-4  # of a parameter's standard error, when the gradient is differentiated
WEAK: Final = 1e-9  # smallest eigenvalue of the scaled information that still identifies every parameter


@dataclass(frozen=True, eq=False)
class Estimate:
    """A fitted model. parameters: (K,). discrepancy: F; χ² is n·F. covariance: (K, K) of the parameters.

    converged: a minimum was found. identified: the information determines every parameter; the covariance is
    NaN when it does not.
    """

    parameters: Floats
    discrepancy: float
    covariance: Floats
    converged: bool
    identified: bool


def fit(model: FactorModel, groups: Sequence[GroupMoments], start: Floats) -> Estimate:
    """The maximum likelihood estimate from `start`, (K,).

    Minimises F = Σ(n_g/n)·(log|Σ_g| + tr(Σ_g⁻¹(S_g + dd′)) − log|S_g| − P), d = mean − μ. Each step is
    Fisher's, halved until F falls. Not converged when no step helps or 200 are not enough, or when some S is
    not positive definite.

    >>> from analysis.cfa import simple_structure, starting_values
    >>> observed = GroupMoments(100, np.zeros(3), np.full((3, 3), 0.49) + 0.51 * np.eye(3))
    >>> factor_of = np.zeros(3, dtype=int)
    >>> found = fit(simple_structure(factor_of), [observed], starting_values(observed.covariance, factor_of))
    >>> found.parameters.round(3).tolist()
    [0.7, 0.7, 0.7, 0.51, 0.51, 0.51]
    """
    parameters = start.copy()
    discrepancy = _discrepancy(model, groups, parameters)
    if not np.isfinite(discrepancy):
        unknown = np.full((model.parameters, model.parameters), np.nan)
        return Estimate(parameters, discrepancy, unknown, converged=False, identified=False)
    converged = False
    gradient, information = derivatives(model, groups, parameters)
    for _ in range(MOST_STEPS):
        step = -_solved(information, gradient)
        promised = -float(gradient @ step)
        if promised < TOLERANCE:
            converged = True
            break
        size = 1.0
        while size > SMALLEST_STEP:
            tried = _discrepancy(model, groups, parameters + size * step)
            if tried < discrepancy - 1e-4 * size * promised:
                break
            size /= 2
        else:
            converged = promised < NOISE
            break
        parameters, discrepancy = parameters + size * step, tried
        gradient, information = derivatives(model, groups, parameters)
    people = sum(group.n for group in groups)
    return estimated(people, parameters, discrepancy, information, converged=converged)


def estimated(
    people: int,
    parameters: Floats,
    discrepancy: float,
    information: Floats,
    *,
    converged: bool,
) -> Estimate:
    """The estimate with its covariance, from the second derivatives of F.

    >>> estimated(100, np.zeros(1), 0.0, np.array([[2.0]]), converged=True).covariance.round(9).tolist()
    [[0.01]]
    """
    scale = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    scaled = information / scale[:, np.newaxis] / scale
    identified = bool(np.linalg.eigvalsh(scaled)[0] > WEAK)
    covariance = np.full_like(information, np.nan)
    if identified:
        covariance = np.linalg.inv(scaled) / scale[:, np.newaxis] / scale * 2 / people
    return Estimate(parameters, discrepancy, covariance, converged, identified)


def curvature(gradient: Callable[[Floats], Floats], parameters: Floats, errors: Floats) -> Floats:
    """The observed second derivatives, (K, K): central differences of the gradient over a sliver of a standard error.

    >>> curvature(lambda at: 3 * at, np.array([1.0]), np.array([0.1])).round(6).tolist()
    [[3.0]]
    """
    columns = []
    for index, error in enumerate(errors):
        step = np.zeros(len(parameters))
        step[index] = DIFFERENCE * error
        columns.append((gradient(parameters + step) - gradient(parameters - step)) / (2 * step[index]))
    found = np.array(columns)
    symmetric: Floats = (found + found.T) / 2
    return symmetric


def _solved(information: Floats, gradient: Floats) -> Floats:
    """information⁻¹·gradient; directions the information knows nothing of are left alone."""
    try:
        spread = np.diag(np.linalg.cholesky(information))
    except np.linalg.LinAlgError:
        pass
    else:
        if spread.min() > spread.max() * 1e-6:
            return np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
    values, vectors = np.linalg.eigh(information)
    known = values > values[-1] * 1e-12
    found: Floats = vectors[:, known] @ ((vectors[:, known].T @ gradient) / values[known])
    return found


def _discrepancy(model: FactorModel, groups: Sequence[GroupMoments], parameters: Floats) -> float:
    """F, or infinity where some Σ or S is not positive definite."""
    people = sum(group.n for group in groups)
    total = 0.0
    for index, group in enumerate(groups):
        mean, covariance = model.implied(parameters, index)
        observed = group.covariance
        if model.with_means:
            observed = observed + np.outer(group.mean - mean, group.mean - mean)
        try:
            lower = np.linalg.cholesky(covariance)
            saturated = np.linalg.cholesky(group.covariance)
        except np.linalg.LinAlgError:
            return np.inf
        trace = np.trace(np.linalg.solve(covariance, observed))
        logs = 2 * (np.log(np.diag(lower)).sum() - np.log(np.diag(saturated)).sum())
        total += group.n / people * float(logs + trace - len(mean))
    return total


def derivatives(
    model: FactorModel, groups: Sequence[GroupMoments], parameters: Floats
) -> tuple[Floats, Floats]:
    """The gradient of F, (K,), and its expected second derivatives, (K, K).

    >>> from analysis.cfa import simple_structure
    >>> at = np.array([0.7, 0.7, 0.7, 0.51, 0.51, 0.51])
    >>> observed = GroupMoments(100, np.zeros(3), np.full((3, 3), 0.49) + 0.51 * np.eye(3))
    >>> derivatives(simple_structure(np.zeros(3, dtype=int)), [observed], at)[0].round(9).any().item()
    False
    """
    fits = [_group_fit(model, groups, parameters, index) for index in range(len(groups))]
    information = np.zeros((model.parameters, model.parameters))
    for fit in fits:
        if model.with_means:
            information += 2 * fit.weight * fit.of_means @ fit.inverse @ fit.of_means.T
        square = fit.slopes.parameter[:, np.newaxis], fit.slopes.parameter
        np.add.at(information, square, fit.weight * fit.slopes.products(fit.inverse))
    return _gradient(model, fits), information


def gradient_at(model: FactorModel, groups: Sequence[GroupMoments], parameters: Floats) -> Floats:
    """The gradient of F alone, (K,): of a model with many parameters it takes a fraction of `derivatives`' time.

    >>> from analysis.cfa import simple_structure
    >>> observed = GroupMoments(100, np.zeros(3), np.full((3, 3), 0.49) + 0.51 * np.eye(3))
    >>> at = np.array([0.7, 0.7, 0.7, 0.51, 0.51, 0.61])
    >>> gradient_at(simple_structure(np.zeros(3, dtype=int)), [observed], at).round(2).tolist()
    [-0.03, -0.03, 0.08, 0.02, 0.02, 0.17]
    """
    return _gradient(model, [_group_fit(model, groups, parameters, index) for index in range(len(groups))])


@dataclass(frozen=True, eq=False)
class _GroupFit:
    """How a model at some parameters meets one group. weight: n_g/n. inverse: Σ⁻¹. distance: mean − μ, or zeros."""

    weight: float
    inverse: Floats
    misfit: Floats
    distance: Floats
    of_means: Floats
    slopes: CovarianceSlopes


def _group_fit(
    model: FactorModel, groups: Sequence[GroupMoments], parameters: Floats, index: int
) -> _GroupFit:
    group = groups[index]
    mean, covariance = model.implied(parameters, index)
    inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    distance = group.mean - mean if model.with_means else np.zeros_like(mean)
    misfit = inverse @ (covariance - group.covariance - np.outer(distance, distance)) @ inverse
    of_means = mean_slopes(model, parameters, index) if model.with_means else np.zeros((0, len(mean)))
    slopes = covariance_slopes(model, parameters, index)
    return _GroupFit(group.n / sum(each.n for each in groups), inverse, misfit, distance, of_means, slopes)


def _gradient(model: FactorModel, fits: Sequence[_GroupFit]) -> Floats:
    gradient = np.zeros(model.parameters)
    for fit in fits:
        if model.with_means:
            gradient -= 2 * fit.weight * fit.of_means @ fit.inverse @ fit.distance
        np.add.at(gradient, fit.slopes.parameter, fit.weight * fit.slopes.along(fit.misfit))
    return gradient
