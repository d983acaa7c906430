"""Maximum likelihood for factor models in one or several groups, by Fisher scoring with analytic derivatives.

Every group has Σ = ΛΦΛ′ + Θ and, where means are modelled, μ = ν + Λα. A parameter may stand in several places
and groups, which is how equality across groups is expressed. Jöreskog 1969, 1971; what `lavaan::cfa` does with
`likelihood = "normal"` and `information = "expected"`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int_]
ArrayKind = TypeVar("ArrayKind", Floats, Places)
FIXED: Final = -1
MOST_STEPS: Final = 200
SMALLEST_STEP: Final = 1e-6
TOLERANCE: Final = 1e-12  # the fall of the discrepancy that a full step promises
NOISE: Final = 1e-8  # a promise this small may drown in rounding
WEAK: Final = 1e-9  # smallest eigenvalue of the scaled information that still identifies every parameter


@dataclass(frozen=True, eq=False)
class GroupMoments:
    """One group's n, means (P,) and covariances (P, P) with divisor n."""

    n: int
    mean: Floats
    covariance: Floats


@dataclass(frozen=True, eq=False)
class Matrices(Generic[ArrayKind]):
    """One group's Λ (P, M), Φ (M, M), Θ (P, P), ν (P,) and α (M,): values, or the parameters' numbers."""

    loadings: ArrayKind
    factors: ArrayKind
    residuals: ArrayKind
    intercepts: ArrayKind
    factor_means: ArrayKind

    def all(self) -> tuple[ArrayKind, ...]:
        return (self.loadings, self.factors, self.residuals, self.intercepts, self.factor_means)


@dataclass(frozen=True, eq=False)
class FactorModel:
    """Which parameter stands where. places: FIXED or a parameter's number; values: the fixed values.

    with_means: False leaves the means out, as for one group whose intercepts are all free.
    """

    places: tuple[Matrices[Places], ...]
    values: tuple[Matrices[Floats], ...]
    parameters: int
    with_means: bool

    def matrices(self, parameters: Floats, group: int) -> Matrices[Floats]:
        filled = [
            np.where(places >= 0, parameters[places], fixed)
            for places, fixed in zip(self.places[group].all(), self.values[group].all(), strict=True)
        ]
        return Matrices(*filled)

    def implied(self, parameters: Floats, group: int) -> tuple[Floats, Floats]:
        """μ (P,) and Σ (P, P) of a group."""
        m = self.matrices(parameters, group)
        mean = m.intercepts + m.loadings @ m.factor_means
        return mean, m.loadings @ m.factors @ m.loadings.T + m.residuals

    @cached_property
    def used(self) -> tuple[Places, ...]:
        """Per group the numbers of the parameters that stand in it, ascending."""
        each = [np.unique(np.concatenate([one.ravel() for one in group.all()])) for group in self.places]
        return tuple(numbers[numbers >= 0] for numbers in each)

    def degrees_of_freedom(self) -> int:
        items = len(self.places[0].loadings)
        each = items * (items + 1) // 2 + (items if self.with_means else 0)
        return each * len(self.places) - self.parameters


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
    gradient, information = _derivatives(model, groups, parameters)
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
        gradient, information = _derivatives(model, groups, parameters)
    return _estimate(groups, parameters, discrepancy, information, converged=converged)


def _estimate(
    groups: Sequence[GroupMoments],
    parameters: Floats,
    discrepancy: float,
    information: Floats,
    *,
    converged: bool,
) -> Estimate:
    scale = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    scaled = information / scale[:, np.newaxis] / scale
    identified = bool(np.linalg.eigvalsh(scaled)[0] > WEAK)
    covariance = np.full_like(information, np.nan)
    if identified:
        people = sum(group.n for group in groups)
        covariance = np.linalg.inv(scaled) / scale[:, np.newaxis] / scale * 2 / people
    return Estimate(parameters, discrepancy, covariance, converged, identified)


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


def _derivatives(
    model: FactorModel, groups: Sequence[GroupMoments], parameters: Floats
) -> tuple[Floats, Floats]:
    """The gradient of F, (K,), and its expected second derivatives, (K, K)."""
    people = sum(group.n for group in groups)
    gradient = np.zeros(model.parameters)
    information = np.zeros((model.parameters, model.parameters))
    for index, group in enumerate(groups):
        weight = group.n / people
        mean, covariance = model.implied(parameters, index)
        inverse = np.linalg.inv(covariance)
        used = model.used[index]  # the others do not move this group
        square = np.ix_(used, used)
        slopes = covariance_slopes(model, parameters, index)[used]
        observed = group.covariance
        if model.with_means:
            distance = group.mean - mean
            observed = observed + np.outer(distance, distance)
            mean_slopes = _mean_slopes(model, parameters, index)[used]
            gradient[used] -= 2 * weight * mean_slopes @ inverse @ distance
            information[square] += 2 * weight * mean_slopes @ inverse @ mean_slopes.T
        weighed = (inverse @ slopes @ inverse).reshape(len(used), -1)
        gradient[used] += weight * weighed @ (covariance - observed).ravel()
        information[square] += weight * weighed @ slopes.reshape(len(used), -1).T
    return gradient, information


def covariance_slopes(model: FactorModel, parameters: Floats, group: int) -> Floats:
    """∂Σ/∂parameter of a group, (K, P, P).

    >>> from analysis.cfa import simple_structure
    >>> model = simple_structure(np.zeros(3, dtype=int))
    >>> covariance_slopes(model, np.array([0.7, 0.7, 0.7, 0.51, 0.51, 0.51]), 0)[0].round(1).tolist()
    [[1.4, 0.7, 0.7], [0.7, 0.0, 0.0], [0.7, 0.0, 0.0]]
    """
    m, places = model.matrices(parameters, group), model.places[group]
    items, factors = m.loadings.shape
    slopes = np.zeros((model.parameters, items, items))
    reach = m.factors @ m.loadings.T  # (M, P)
    for item, factor in np.argwhere(places.loadings >= 0):
        slope = slopes[places.loadings[item, factor]]
        slope[item] += reach[factor]
        slope[:, item] += reach[factor]
    for one, other in zip(*np.tril_indices(factors), strict=True):
        if places.factors[one, other] >= 0:
            product = np.outer(m.loadings[:, one], m.loadings[:, other])
            slopes[places.factors[one, other]] += product if one == other else product + product.T
    for one, other in np.argwhere(np.tril(places.residuals >= 0)):
        slope = slopes[places.residuals[one, other]]
        slope[one, other] += 1
        slope[other, one] += one != other
    return slopes


def _mean_slopes(model: FactorModel, parameters: Floats, group: int) -> Floats:
    """∂μ/∂parameter of a group, (K, P)."""
    m, places = model.matrices(parameters, group), model.places[group]
    slopes = np.zeros((model.parameters, len(m.loadings)))
    for item, factor in np.argwhere(places.loadings >= 0):
        slopes[places.loadings[item, factor], item] += m.factor_means[factor]
    for item in np.flatnonzero(places.intercepts >= 0):
        slopes[places.intercepts[item], item] += 1
    for factor in np.flatnonzero(places.factor_means >= 0):
        slopes[places.factor_means[factor]] += m.loadings[:, factor]
    return slopes
