"""Maximum likelihood for factor models in one or several groups, by Fisher scoring with analytic derivatives.

Every group has Σ = ΛΦΛ′ + Θ and, where means are modelled, μ = ν + Λα. A parameter may stand in several places
and groups, which is how equality across groups is expressed. Jöreskog 1969, 1971; what `lavaan::cfa` does with
`likelihood = "normal"` and `information = "expected"`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
DIFFERENCE: Final = 1e-4  # of a parameter's standard error, when the gradient is differentiated
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
    people = sum(group.n for group in groups)
    gradient = np.zeros(model.parameters)
    information = np.zeros((model.parameters, model.parameters))
    for index, group in enumerate(groups):
        weight = group.n / people
        mean, covariance = model.implied(parameters, index)
        inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        observed = group.covariance
        if model.with_means:
            distance = group.mean - mean
            observed = observed + np.outer(distance, distance)
            mean_slopes = _mean_slopes(model, parameters, index)
            gradient -= 2 * weight * mean_slopes @ inverse @ distance
            information += 2 * weight * mean_slopes @ inverse @ mean_slopes.T
        slopes = covariance_slopes(model, parameters, index)
        misfit = inverse @ (covariance - observed) @ inverse
        np.add.at(gradient, slopes.parameter, weight * slopes.along(misfit))
        square = slopes.parameter[:, np.newaxis], slopes.parameter
        np.add.at(information, square, weight * slopes.products(inverse))
    return gradient, information


@dataclass(frozen=True, eq=False)
class CovarianceSlopes:
    """∂Σ for each of E free elements of Λ, Φ and Θ: c·(x·y′ + y·x′), kept as the two columns instead of (P, P).

    columns: (P, Q) the unit vectors, ΛΦ and Λ side by side. x, y: (E,) which of them. c: (E,) 1, or ½ where x is y.
    parameter: (E,) the element's parameter. So traces over all pairs cost E², not E²·P².
    """

    columns: Floats
    x: Places
    y: Places
    c: Floats
    parameter: Places

    def along(self, symmetric: Floats) -> Floats:
        """tr(W·∂Σ) for each element, (E,). symmetric: W, (P, P)."""
        reached = self.columns.T @ symmetric @ self.columns
        found: Floats = 2 * self.c * reached[self.x, self.y]
        return found

    def products(self, inverse: Floats) -> Floats:
        """tr(A·∂Σ·A·∂Σ) for each pair of elements, (E, E). inverse: A, (P, P)."""
        reached = self.columns.T @ inverse @ self.columns
        from_x, from_y = reached[self.x], reached[self.y]
        traces = from_x[:, self.x] * from_y[:, self.y] + from_x[:, self.y] * from_y[:, self.x]
        found: Floats = 2 * self.c[:, np.newaxis] * self.c * traces
        return found

    def casewise(self, reached: Floats, inverse: Floats) -> Floats:
        """½·tr(Σ⁻¹(dd′ − Σ)Σ⁻¹·∂Σ) for each person and element, (n, E). reached: d′Σ⁻¹, (n, P). inverse: Σ⁻¹."""
        on = reached @ self.columns
        mean = (self.columns.T @ inverse @ self.columns)[self.x, self.y]
        found: Floats = self.c * (on[:, self.x] * on[:, self.y] - mean)
        return found

    def of_variances(self) -> Floats:
        """∂diag(Σ) for each element, (E, P)."""
        found: Floats = (2 * self.c * self.columns[:, self.x] * self.columns[:, self.y]).T
        return found


def covariance_slopes(model: FactorModel, parameters: Floats, group: int) -> CovarianceSlopes:
    """∂Σ by every free element of a group's matrices.

    >>> from analysis.cfa import simple_structure
    >>> model = simple_structure(np.zeros(3, dtype=int))
    >>> found = covariance_slopes(model, np.array([0.7, 0.7, 0.7, 0.51, 0.51, 0.51]), 0)
    >>> found.of_variances()[[0, 3]].round(1).tolist()
    [[1.4, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    m, places = model.matrices(parameters, group), model.places[group]
    items, factors = m.loadings.shape
    loading = np.argwhere(places.loadings >= 0)
    factor = np.argwhere(np.tril(places.factors >= 0))
    residual = np.argwhere(np.tril(places.residuals >= 0))
    pairs = np.vstack([loading + np.array([0, items]), factor + items + factors, residual])
    numbers = (
        places.loadings[tuple(loading.T)],
        places.factors[tuple(factor.T)],
        places.residuals[tuple(residual.T)],
    )
    return CovarianceSlopes(
        columns=np.hstack([np.eye(items), m.loadings @ m.factors, m.loadings]),
        x=pairs[:, 0],
        y=pairs[:, 1],
        c=np.where(pairs[:, 0] == pairs[:, 1], 0.5, 1.0),
        parameter=np.concatenate(numbers),
    )


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
