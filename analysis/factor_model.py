"""Factor models in one or several groups: what they imply of means and covariances, and the slopes of that.

Every group has Σ = ΛΦΛ′ + Θ and, where means are modelled, μ = ν + Λα. A parameter may be in several places and groups,
which is how equality across groups is expressed (Jöreskog 1971).
"""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int_]
ArrayKind = TypeVar("ArrayKind", Floats, Places)
FIXED: Final = -1


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


def mean_slopes(model: FactorModel, parameters: Floats, group: int) -> Floats:
    """∂μ/∂parameter of a group, (K, P).

    >>> from analysis.cfa import simple_structure
    >>> without_means = simple_structure(np.zeros(3, dtype=int))
    >>> mean_slopes(without_means, np.array([0.7, 0.7, 0.7, 0.51, 0.51, 0.51]), 0).any().item()
    False
    """
    m, places = model.matrices(parameters, group), model.places[group]
    slopes = np.zeros((model.parameters, len(m.loadings)))
    for item, factor in np.argwhere(places.loadings >= 0):
        slopes[places.loadings[item, factor], item] += m.factor_means[factor]
    for item in np.flatnonzero(places.intercepts >= 0):
        slopes[places.intercepts[item], item] += 1
    for factor in np.flatnonzero(places.factor_means >= 0):
        slopes[places.factor_means[factor]] += m.loadings[:, factor]
    return slopes
