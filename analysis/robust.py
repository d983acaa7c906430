"""The intended structure with maximum likelihood made robust: MLR, a labelled choice beside the plain fit.

The estimates are those of maximum likelihood. χ² and the standard errors are corrected for answers that are not normal:
skewed, or piled up at an end (Yuan & Bentler 2000; Huber 1967; White 1982).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.cfa import (
    Cfa,
    NoSolutionError,
    NoSolutionReason,
    group_moments,
    most_likely,
    standardised,
)
from analysis.factor_model import FactorModel, Floats, GroupMoments, covariance_slopes
from analysis.fit_indices import fit_of, independence, robust_fit
from analysis.maximum_likelihood import Estimate, curvature, gradient_at
from analysis.one_core import one_core


@one_core()
def robust(answers: Floats, factor_of: NDArray[np.int_]) -> Cfa:
    """Fit the intended structure to complete rows, robustly. answers: (n, P) scored. Without modification indices.

    R: `lavaan::cfa(model, data, estimator = "MLR")`: observed information, the scaling factor as Mplus has it.

    Raises NoSolutionError as `cfa.confirmatory`, and where so few rows give no correction (a factor below 0).

    >>> rng = np.random.default_rng(1)
    >>> answers = 0.8 * rng.normal(size=(1000, 1)) + 0.6 * rng.normal(size=(1000, 4))
    >>> found = robust(answers, np.zeros(4, dtype=int))
    >>> found.loadings.round(1).tolist(), found.fit.df
    ([0.8, 0.8, 0.8, 0.8], 2)
    """
    moments = group_moments(answers)
    model, estimate, inadmissible = most_likely(moments, factor_of)
    deviations = answers - moments.mean
    # of the mean discrepancy −2·log L, so twice the information of a person
    hessian = curvature(
        lambda at: gradient_at(model, [moments], at),
        estimate.parameters,
        np.sqrt(np.diag(estimate.covariance)),
    )
    try:
        bread = np.linalg.inv(hessian / 2)
    except np.linalg.LinAlgError as error:
        raise NoSolutionError(NoSolutionReason.NO_ADJUSTMENT) from error
    meat = _score_products(model, estimate, deviations)
    fit = fit_of(model, [moments], estimate)
    if fit.df:
        own = float((meat * bread).sum())
        scaling = (_saturated_trace(moments, deviations) - own) / fit.df
        base_scaling = _independence_scaling(moments, deviations)
        if not (scaling > 0 and base_scaling > 0):
            raise NoSolutionError(NoSolutionReason.NO_ADJUSTMENT)
        fit = robust_fit(fit, scaling, independence([moments]), base_scaling)
    sandwich = replace(estimate, covariance=bread @ meat @ bread / moments.n)
    return standardised(model, sandwich, factor_of, fit, (), inadmissible)


def _score_products(model: FactorModel, estimate: Estimate, deviations: Floats) -> Floats:
    """(K, K): mean over people of the products of their scores."""
    inverse = np.asarray(np.linalg.inv(model.implied(estimate.parameters, 0)[1]), dtype=np.float64)
    slopes = covariance_slopes(model, estimate.parameters, 0)
    scores = np.zeros((len(deviations), model.parameters))
    scores[:, slopes.parameter] = slopes.casewise(deviations @ inverse, inverse)
    found: Floats = scores.T @ scores / len(deviations)
    return found


def _saturated_trace(moments: GroupMoments, deviations: Floats) -> float:
    """tr(B·A⁻¹) of the model with free covariances: half of Mardia's kurtosis over P."""
    distances = np.einsum("np,np->n", deviations @ np.linalg.inv(moments.covariance), deviations)
    return float((distances**2).mean() - len(moments.mean)) / 2


def _independence_scaling(moments: GroupMoments, deviations: Floats) -> float:
    """The scaling factor of the model where no two items are related; each variance's trace is (kurtosis − 1)/2."""
    kurtosis = (deviations**4).mean(axis=0) / np.diag(moments.covariance) ** 2
    items = len(kurtosis)
    own = float((kurtosis - 1).sum()) / 2
    return (_saturated_trace(moments, deviations) - own) / (items * (items - 1) / 2)
