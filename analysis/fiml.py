"""The intended structure fitted to all the answers: full information maximum likelihood.

A person who skipped a question counts with the others. Arbuckle 1996; Enders 2010, chapter 4. It assumes that whether
an answer is missing depends on the answers that are there, not on the missing answer itself (missing at random);
complete rows assume that it depends on nothing.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.cfa import (
    SINGULAR,
    Cfa,
    NoSolutionError,
    NoSolutionReason,
    impossible,
    simple_structure,
    standardised,
    starting_values,
)
from analysis.factor_model import FactorModel, Floats, GroupMoments
from analysis.fit_indices import fit_from, srmr
from analysis.maximum_likelihood import Estimate, curvature, estimated, fit, gradient_at
from analysis.missing import (
    EmMoments,
    IncompleteRows,
    em_moments,
    expected,
    incomplete_rows,
    independent_deviance,
)
from analysis.one_core import one_core

FEWEST_TOGETHER: Final = 2  # rows that have answered both items of a pair
MOST_STEPS: Final = 200
SMALLEST_STEP: Final = 1e-6
TOLERANCE: Final = 1e-11  # the fall of −2·log L for each row that a full step promises
NOISE: Final = 1e-8  # a promise this small may drown in rounding


@dataclass(frozen=True, eq=False)
class FullInformation:
    """The structure on all rows with an answer. cfa: without modification indices. moments: EM's mean and covariance.

    patterns: different sets of answered items.
    """

    cfa: Cfa
    moments: GroupMoments
    patterns: int


@one_core()
def full_information(values: Floats, factor_of: NDArray[np.int_]) -> FullInformation:
    """Fit the intended structure to rows with gaps. values: (N, P), NaN where there is no answer.

    R: `lavaan::cfa(model, data, missing = "fiml")`, observed information as there.

    Raises NoSolutionError as `cfa.confirmatory`, and where two items were never answered by the same person.

    >>> rng = np.random.default_rng(1)
    >>> values = 0.8 * rng.normal(size=(1000, 1)) + 0.6 * rng.normal(size=(1000, 4))
    >>> values[rng.random(values.shape) < 0.1] = np.nan
    >>> found = full_information(values, np.zeros(4, dtype=int))
    >>> found.cfa.loadings.round(1).tolist(), found.cfa.fit.df, found.patterns
    ([0.8, 0.8, 0.8, 0.8], 2, 14)
    """
    rows, unrestricted = saturated(values)
    moments = unrestricted.moments
    model = with_intercepts(simple_structure(factor_of))
    if model.degrees_of_freedom() < 0:
        raise NoSolutionError(NoSolutionReason.NOT_IDENTIFIED)
    estimate = _fitted(rows, model, moments, factor_of)
    inadmissible = impossible(model, estimate)
    if inadmissible and not model.degrees_of_freedom():
        raise inadmissible
    chi2 = float(max(rows.n * estimate.discrepancy - unrestricted.deviance, 0.0))
    items = len(factor_of)
    baseline = independent_deviance(rows) - unrestricted.deviance, items * (items - 1) // 2
    residual = srmr(model, [moments], estimate.parameters)
    fit_indices = fit_from(chi2, model.degrees_of_freedom(), baseline, residual, rows.n)
    return FullInformation(
        standardised(model, estimate, factor_of, fit_indices, (), inadmissible), moments, rows.patterns
    )


def saturated(values: Floats) -> tuple[IncompleteRows, EmMoments]:
    """The rows by pattern, and EM's moments. Raises NoSolutionError where they have no inverse, or EM no end: too few
    rows, constant items, or pairs never answered together.

    >>> saturated(np.array([[1.0, np.nan], [2, np.nan], [np.nan, 1], [np.nan, 2]]))
    Traceback (most recent call last):
    ...
    analysis.cfa.NoSolutionError: singular
    """
    rows = incomplete_rows(values)
    if rows.n <= values.shape[1] or rows.together < FEWEST_TOGETHER:
        raise NoSolutionError(NoSolutionReason.SINGULAR)
    constant = np.flatnonzero(np.nanmin(values, axis=0) == np.nanmax(values, axis=0))
    if len(constant):
        raise NoSolutionError(NoSolutionReason.SINGULAR, constant.tolist())
    try:
        found = em_moments(rows)
    except np.linalg.LinAlgError as error:  # on its way EM came to items that are sums of others
        raise NoSolutionError(NoSolutionReason.SINGULAR) from error
    if not found.converged:
        raise NoSolutionError(NoSolutionReason.NOT_CONVERGED)
    scale = 1 / np.sqrt(np.diag(found.moments.covariance))
    if np.linalg.eigvalsh(found.moments.covariance * scale[:, np.newaxis] * scale)[0] < SINGULAR:
        raise NoSolutionError(NoSolutionReason.SINGULAR)
    return rows, found


def with_intercepts(model: FactorModel) -> FactorModel:
    """The model of one group with a free intercept for each item, after its other parameters.

    >>> with_intercepts(simple_structure(np.zeros(4, dtype=int))).parameters
    12
    """
    items = len(model.places[0].loadings)
    intercepts = np.arange(model.parameters, model.parameters + items)
    places = replace(model.places[0], intercepts=intercepts)
    return FactorModel((places,), model.values, model.parameters + items, with_means=True)


def _fitted(
    rows: IncompleteRows, model: FactorModel, moments: GroupMoments, factor_of: NDArray[np.int_]
) -> Estimate:
    """The estimate, with −2·log L for each row as its discrepancy, from that of EM's moments as if all were complete.

    Newton's method with the information of complete rows to begin with, which BFGS corrects for what is missing.
    """
    start = np.concatenate([starting_values(moments.covariance, factor_of), moments.mean])
    complete = fit(model, [moments], start)
    if not complete.converged or not complete.identified:
        return complete
    parameters, inverse = complete.parameters, complete.covariance * moments.n / 2
    value, gradient = _slope(rows, model, parameters)
    converged = False
    for _ in range(MOST_STEPS):
        step = -inverse @ gradient
        promised = -float(gradient @ step)
        if promised < TOLERANCE:
            converged = True
            break
        size = 1.0
        while size > SMALLEST_STEP:
            tried, tried_gradient = _slope(rows, model, parameters + size * step)
            if tried < value - 1e-4 * size * promised:
                break
            size /= 2
        else:
            converged = promised < NOISE
            break
        inverse = _bfgs(inverse, size * step, tried_gradient - gradient)
        parameters, value, gradient = parameters + size * step, tried, tried_gradient
    errors = np.sqrt(np.diag(complete.covariance))
    information = curvature(lambda at: _slope(rows, model, at)[1], parameters, errors)
    return estimated(rows.n, parameters, value, information, converged=converged)


def _slope(rows: IncompleteRows, model: FactorModel, parameters: Floats) -> tuple[float, Floats]:
    """−2·log L for each row, and its gradient: that of complete rows with the moments they are expected to have.

    The gaps' own part falls away (Fisher's identity), so the complete-data derivatives serve.
    """
    mean, covariance = model.implied(parameters, 0)
    try:
        found = expected(rows, mean, covariance)
    except np.linalg.LinAlgError:
        return np.inf, np.full(model.parameters, np.nan)
    return found.deviance / rows.n, gradient_at(model, [found.moments], parameters)


def _bfgs(inverse: Floats, moved: Floats, gained: Floats) -> Floats:
    """The inverse curvature corrected so that it explains the last change of the gradient."""
    along = float(moved @ gained)
    if along <= 0:
        return inverse
    left = np.eye(len(moved)) - np.outer(moved, gained) / along
    found: Floats = left @ inverse @ left.T + np.outer(moved, moved) / along
    return found
