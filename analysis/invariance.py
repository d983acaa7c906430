"""Do the items mean the same to different groups, languages or years? Otherwise their scores cannot be compared.

Four models, each asking more than the one before: the same structure (configural), equal loadings (metric),
equal intercepts (scalar), equal residual variances (strict). Means of years may be compared from scalar on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.cfa import NoSolutionError, check, group_moments, simple_structure, starting_values
from analysis.factor_model import FIXED, FactorModel, Floats, GroupMoments, Matrices, Places
from analysis.fit_indices import Fit, fit_of
from analysis.maximum_likelihood import Estimate, fit
from analysis.one_core import one_core

CFI_FALL: Final = 0.01  # Cheung & Rensvold 2002
RMSEA_RISE: Final = 0.015  # Chen 2007


class InvarianceLevel(StrEnum):
    """What is held equal, from least to most."""

    CONFIGURAL = "configural"
    METRIC = "metric"
    SCALAR = "scalar"
    STRICT = "strict"


@dataclass(frozen=True)
class InvarianceStep:
    """One level's fit, and what it cost beside the level before (NaN for the first).

    cfi_change, rmsea_change: negative and positive when the fit is worse. holds: neither is past its limit,
    and every level before holds. The first level holds when it has a solution.
    """

    level: InvarianceLevel
    fit: Fit
    cfi_change: float
    rmsea_change: float
    holds: bool


@dataclass(frozen=True)
class Invariance:
    """The levels that have a solution, in order. problem: why the next one has none."""

    steps: tuple[InvarianceStep, ...]
    problem: NoSolutionError | None

    @property
    def reached(self) -> InvarianceLevel | None:
        """The most that holds; means may be compared from SCALAR on. None when not even the structure does."""
        held = [step.level for step in self.steps if step.holds]
        return held[-1] if held else None


@one_core()
def invariance(groups: Sequence[Floats], factor_of: NDArray[np.int_]) -> Invariance:
    """Fit the four models to two or more groups' complete rows.

    groups: (n_g, P) scored answers each. factor_of: (P,) each item's factor.
    R: `lavaan::cfa(model, data, group = g, group.equal = c("loadings", "intercepts", "residuals"))`.

    >>> rng = np.random.default_rng(1)
    >>> years = [rng.normal(size=(500, 1)) + rng.normal(size=(500, 4)) for year in range(2)]
    >>> invariance(years, np.zeros(4, dtype=int)).reached.value
    'strict'
    """
    try:
        moments = [group_moments(answers) for answers in groups]
    except NoSolutionError as problem:
        return Invariance((), problem)
    start: list[Matrices[Floats]] = [_start(group, factor_of) for group in moments]
    steps: list[InvarianceStep] = []
    for level in InvarianceLevel:
        model = equal_model(factor_of, len(groups), level)
        estimate = fit(model, moments, _collected(model, start))
        try:
            check(model, estimate)
        except NoSolutionError as problem:
            return Invariance(tuple(steps), problem)
        steps.append(_step(level, fit_of(model, moments, estimate), steps))
        start = _next_start(model, estimate, len(groups))
    return Invariance(tuple(steps), None)


def _step(level: InvarianceLevel, found: Fit, before: Sequence[InvarianceStep]) -> InvarianceStep:
    if not before:
        return InvarianceStep(level, found, np.nan, np.nan, holds=True)
    cfi_change = found.cfi - before[-1].fit.cfi
    rmsea_change = found.rmsea - before[-1].fit.rmsea
    holds = before[-1].holds and cfi_change >= -CFI_FALL and rmsea_change <= RMSEA_RISE
    return InvarianceStep(level, found, cfi_change, rmsea_change, holds)


def equal_model(factor_of: NDArray[np.int_], groups: int, level: InvarianceLevel) -> FactorModel:
    """The model of a level. The first group's factors have mean 0 and variance 1; the other groups' variances
    are free once loadings are equal, their means once intercepts are. R: lavaan's `group.equal`.

    >>> equal_model(np.zeros(4, dtype=int), 2, InvarianceLevel.SCALAR).degrees_of_freedom()
    10
    """
    single, values = simple_structure(factor_of).places[0], simple_structure(factor_of).values[0]
    items, factors = single.loadings.shape
    reached = list(InvarianceLevel).index(level)
    counter = _Counter()
    places: list[Matrices[Places]] = []
    for group in range(groups):
        equal = [group > 0 and reached >= list(InvarianceLevel).index(step) for step in InvarianceLevel]
        same_loadings, same_intercepts, same_residuals = equal[1:]
        places.append(
            Matrices(
                loadings=places[0].loadings if same_loadings else counter.renumbered(single.loadings),
                factors=counter.symmetric(factors, with_diagonal=same_loadings),
                residuals=places[0].residuals if same_residuals else counter.renumbered(single.residuals),
                intercepts=places[0].intercepts if same_intercepts else counter.vector(items),
                factor_means=counter.vector(factors) if same_intercepts else single.factor_means,
            )
        )
    return FactorModel(tuple(places), (values,) * groups, counter.used, with_means=True)


class _Counter:
    """Hands out parameter numbers."""

    def __init__(self) -> None:
        self.used = 0

    def vector(self, length: int) -> Places:
        self.used += length
        return np.arange(self.used - length, self.used)

    def renumbered(self, pattern: Places) -> Places:
        """New numbers where the pattern has one."""
        places = np.full_like(pattern, FIXED)
        free = pattern != FIXED
        places[free] = self.vector(int(free.sum()))
        return places

    def symmetric(self, size: int, *, with_diagonal: bool) -> Places:
        places = np.full((size, size), FIXED)
        below = np.tril_indices(size, 0 if with_diagonal else -1)
        places[below] = self.vector(len(below[0]))
        places.T[below] = places[below]
        return places


def _start(moments: GroupMoments, factor_of: NDArray[np.int_]) -> Matrices[Floats]:
    single = simple_structure(factor_of)
    matrices = single.matrices(starting_values(moments.covariance, factor_of), 0)
    return replace(matrices, intercepts=moments.mean)


def _collected(model: FactorModel, start: Sequence[Matrices[Floats]]) -> Floats:
    """Each parameter's starting value: the mean over the places where it stands."""
    total, count = np.zeros(model.parameters), np.zeros(model.parameters)
    for places, values in zip(model.places, start, strict=True):
        for numbers, numeric in zip(places.all(), values.all(), strict=True):
            free = numbers != FIXED
            np.add.at(total, numbers[free], numeric[free])
            np.add.at(count, numbers[free], 1)
    return total / count


def _next_start(model: FactorModel, estimate: Estimate, groups: int) -> list[Matrices[Floats]]:
    return [model.matrices(estimate.parameters, group) for group in range(groups)]
