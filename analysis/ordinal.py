"""The intended structure fitted to answers as ordered categories: WLSMV, a labelled choice beside maximum likelihood.

Answers on few steps are no continuous measurements. Here each answer is a step of something continuous and normal: the
model is fitted to polychoric correlations by diagonally weighted least squares, and χ² is adjusted in mean and variance
for their real uncertainty (Muthén 1984; Muthén, du Toit & Spisic 1997; Asparouhov & Muthén 2010).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.cfa import (
    Cfa,
    NoSolutionError,
    NoSolutionReason,
    group_moments,
    impossible,
    positive_first,
    simple_structure,
    starting_values,
)
from analysis.factor_model import Floats
from analysis.fit_indices import Fit, fit_from
from analysis.maximum_likelihood import Estimate, estimated
from analysis.one_core import one_core
from analysis.polychoric import (
    BATCH,
    FAR,
    LEAST,
    Indices,
    OrdinalItems,
    cell_probabilities,
    cell_scores,
    ordinal_items,
    pair_correlations,
    pair_tables,
)

MOST_ITEMS: Final = 100
"""The uncertainty of all pairs of correlations together grows as items⁴: 4,950 pairs take 200 MB."""
MOST_STEPS: Final = 500
SMALLEST_STEP: Final = 1e-8
TOLERANCE: Final = 1e-13  # the fall of F that a full step promises
ROWS_AT_ONCE: Final = 2_000


@one_core()
def ordinal(answers: Floats, factor_of: NDArray[np.int_]) -> Cfa:
    """Fit the intended structure to complete rows as ordered categories. answers: (n, P) scored.

    χ² is scaled and shifted, and the fit indices are made of it: lavaan's «scaled». Without modification indices.
    R: `lavaan::cfa(model, data, estimator = "WLSMV", ordered = TRUE)`.

    Raises NoSolutionError as `cfa.confirmatory`, above MOST_ITEMS, and where the correlations' uncertainty gives no
    adjustment.

    >>> rng = np.random.default_rng(1)
    >>> answers = np.rint(0.8 * rng.normal(size=(1000, 1)) + 0.6 * rng.normal(size=(1000, 4))).clip(-2, 2)
    >>> found = ordinal(answers, np.zeros(4, dtype=int))
    >>> found.loadings.round(1).tolist(), found.fit.df
    ([0.8, 0.8, 0.8, 0.8], 2)
    """
    n, count = answers.shape
    if count > MOST_ITEMS:
        raise NoSolutionError(NoSolutionReason.TOO_MANY_ITEMS)
    group_moments(answers)
    pairs = count * (count - 1) // 2
    structure = _Structure(factor_of)
    df = pairs - structure.parameters
    if df < 0:
        raise NoSolutionError(NoSolutionReason.NOT_IDENTIFIED)
    items = ordinal_items(answers)
    found = pair_correlations(items)
    uncertainty = correlation_uncertainty(items, found)
    weights = 1 / np.maximum(np.diag(uncertainty), LEAST)
    estimate = _least_squares(structure, found, weights, n)
    inadmissible = impossible(simple_structure(factor_of), _with_residuals(estimate, count))
    if inadmissible and not df:
        raise inadmissible
    slopes = structure.slopes(estimate.parameters)
    spread = np.sqrt(weights)[:, np.newaxis] * uncertainty * np.sqrt(weights)
    chi2 = _adjusted((n - 1) * estimate.discrepancy, df, spread, np.sqrt(weights)[:, np.newaxis] * slopes)
    base = _adjusted((n - 1) * float(weights @ found**2), pairs, spread, np.empty((pairs, 0)))
    # lavaan's RMSEA of least squares divides by n − 1
    residual = float(np.sqrt(((found - structure.implied(estimate.parameters)) ** 2).sum() / (pairs + count)))
    fit = fit_from(chi2, df, (base, pairs), residual, n, divisor=n - 1)
    bread = estimate.covariance * n
    meat = slopes.T @ (weights[:, np.newaxis] * uncertainty * weights) @ slopes
    errors = np.sqrt(np.maximum(np.diag(bread @ meat @ bread), 0.0) / (n - 1))
    return structure.standardised(estimate.parameters, errors, fit, inadmissible)


@dataclass(frozen=True, eq=False)
class _Structure:
    """The correlations between items that a simple structure implies. Parameters: P loadings, then the correlations of
    the factors, lower triangle by rows.
    """

    factor_of: NDArray[np.int_]

    @property
    def factors(self) -> int:
        return int(self.factor_of.max()) + 1

    @property
    def parameters(self) -> int:
        return len(self.factor_of) + self.factors * (self.factors - 1) // 2

    def correlations(self, parameters: Floats) -> Floats:
        """Of the factors, (M, M)."""
        found = np.eye(self.factors)
        below = np.tril_indices(self.factors, -1)
        found[below] = parameters[len(self.factor_of) :]
        found.T[below] = found[below]
        return found

    def implied(self, parameters: Floats) -> Floats:
        """(Q,) for every pair of items."""
        one, other = np.triu_indices(len(self.factor_of), 1)
        related = self.correlations(parameters)[self.factor_of[one], self.factor_of[other]]
        found: Floats = parameters[one] * parameters[other] * related
        return found

    def slopes(self, parameters: Floats) -> Floats:
        """∂implied/∂parameter, (Q, K)."""
        items = len(self.factor_of)
        one, other = np.triu_indices(items, 1)
        a, b = self.factor_of[one], self.factor_of[other]
        related = self.correlations(parameters)[a, b]
        found, rows = np.zeros((len(one), self.parameters)), np.arange(len(one))
        found[rows, one] = parameters[other] * related
        found[rows, other] = parameters[one] * related
        apart = np.flatnonzero(a != b)
        high, low = np.maximum(a, b)[apart], np.minimum(a, b)[apart]
        number = items + high * (high - 1) // 2 + low
        found[apart, number] = (parameters[one] * parameters[other])[apart]
        return found

    def standardised(
        self, parameters: Floats, errors: Floats, fit: Fit, inadmissible: NoSolutionError | None
    ) -> Cfa:
        items, below = len(self.factor_of), np.tril_indices(self.factors, -1)
        sign = positive_first(parameters[:items], self.factor_of)
        correlation_errors = np.zeros((self.factors, self.factors))
        correlation_errors[below] = errors[items:]
        return Cfa(
            fit=fit,
            loadings=parameters[:items] * sign[self.factor_of],
            loading_errors=errors[:items],
            correlations=self.correlations(parameters) * np.outer(sign, sign),
            correlation_errors=correlation_errors + correlation_errors.T,
            modifications=(),
            inadmissible=inadmissible,
        )


def _least_squares(structure: _Structure, found: Floats, weights: Floats, n: int) -> Estimate:
    """Minimises F = Σw(r − ρ)² by Gauss and Newton's steps, halved until F falls."""
    items = len(structure.factor_of)
    observed = np.eye(items)
    one, other = np.triu_indices(items, 1)
    observed[one, other] = observed[other, one] = found
    start = starting_values(observed, structure.factor_of)
    parameters = np.concatenate([start[:items], start[2 * items :]])
    residual = found - structure.implied(parameters)
    discrepancy, converged = float(weights @ residual**2), False
    for _ in range(MOST_STEPS):
        slopes = structure.slopes(parameters)
        root = np.sqrt(weights)
        step = np.linalg.lstsq(root[:, np.newaxis] * slopes, root * residual, rcond=1e-10)[0]
        promised = 2 * float((weights * residual) @ slopes @ step)
        if promised < TOLERANCE:
            converged = True
            break
        size = 1.0
        while size > SMALLEST_STEP:
            tried = found - structure.implied(parameters + size * step)
            fallen = discrepancy - float(weights @ tried**2)
            if fallen > 1e-4 * size * promised:
                break
            size /= 2
        else:
            converged = promised < TOLERANCE * 1e3
            break
        parameters, residual = parameters + size * step, tried
        discrepancy = float(weights @ residual**2)
    slopes = structure.slopes(parameters)
    information = 2 * slopes.T @ (weights[:, np.newaxis] * slopes)
    return estimated(n, parameters, discrepancy, information, converged=converged)


def _with_residuals(estimate: Estimate, items: int) -> Estimate:
    """The estimate with the residual variances that follow, in the order of `cfa.simple_structure`."""
    loadings = estimate.parameters[:items]
    whole = np.concatenate([loadings, 1 - loadings**2, estimate.parameters[items:]])
    return replace(estimate, parameters=whole)


def _adjusted(chi2: float, df: int, spread: Floats, slopes: Floats) -> float:
    """χ² scaled and shifted so that its mean and variance are those of χ² with df (Asparouhov & Muthén 2010).

    spread: (Q, Q) uncertainty of the weighted correlations. slopes: (Q, K), weighted too: what the model can follow.
    """
    if not df:
        return chi2
    basis = np.linalg.qr(slopes)[0]
    left = spread - basis @ (basis.T @ spread)
    left -= (left @ basis) @ basis.T
    squares = float((left**2).sum())
    if not (np.isfinite(squares) and squares > 0):
        raise NoSolutionError(NoSolutionReason.NO_ADJUSTMENT)
    scale = np.sqrt(df / squares)
    return float(max(scale * chi2 + df - scale * float(np.trace(left)), 0.0))


def correlation_uncertainty(items: OrdinalItems, correlations: Floats) -> Floats:
    """n times the covariance of the pairs' polychoric correlations, (Q, Q), their thresholds' uncertainty included.

    Each person's pull on a pair's correlation depends on the two answers alone, so it is a table for each pair; the
    covariance is the people's pulls multiplied (Muthén 1984). R: `lavInspect(fit, "gamma")` of `estimator = "WLSMV"`.

    >>> answers = np.array([[1, 1], [1, 1], [2, 2], [2, 1], [3, 3], [3, 2], [1, 2], [2, 3]])
    >>> items = ordinal_items(answers)
    >>> correlation_uncertainty(items, pair_correlations(items)).round(1).tolist()
    [[1.0]]
    """
    one, other = items.pairs()
    parts = [
        _pulls(items, one[part], other[part], correlations[part])
        for part in (slice(start, start + BATCH) for start in range(0, len(one), BATCH))
    ]
    tables = np.concatenate(parts)
    found = np.zeros((len(one), len(one)))
    pair = np.arange(len(one))
    for start in range(0, len(items.index), ROWS_AT_ONCE):
        rows = items.index[start : start + ROWS_AT_ONCE]
        pulls = tables[pair, rows[:, one], rows[:, other]]
        found += pulls.T @ pulls
    return found / len(items.index)


def _pulls(items: OrdinalItems, one: Indices, other: Indices, correlations: Floats) -> Floats:
    """(Q, C, C): how a person with each two answers moves the pair's correlation, times n."""
    x, y = items.thresholds[one], items.thresholds[other]
    wide = x[:, :, np.newaxis], y[:, np.newaxis, :]
    shares = pair_tables(items, one, other) / len(items.index)
    scores = np.where(shares > 0, cell_scores(*wide, correlations), 0.0)
    relative = shares * scores / cell_probabilities(*wide, correlations)
    information = np.einsum("qab,qab->q", shares, scores**2)
    by_one = _through_thresholds(x, y, correlations, relative)
    by_other = _through_thresholds(y, x, correlations, relative.transpose(0, 2, 1))
    pulled = scores - by_one[:, :, np.newaxis] - by_other[:, np.newaxis, :]
    found: Floats = pulled / np.maximum(information, LEAST)[:, np.newaxis, np.newaxis]
    return found


def _through_thresholds(x: Floats, y: Floats, correlations: Floats, relative: Floats) -> Floats:
    """(Q, C): what a person's answer to the item with thresholds x moves the correlation's score by moving them."""
    from scipy.special import ndtr

    rest = np.sqrt(1 - correlations**2)[:, np.newaxis, np.newaxis]
    reach = (y[:, np.newaxis, :] - correlations[:, np.newaxis, np.newaxis] * x[:, :, np.newaxis]) / rest
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    # ∂π/∂threshold, which adds to the category below it and takes from the one above; thresholds inside only
    moved = (density[:, :, np.newaxis] * np.diff(ndtr(reach), axis=2))[:, 1:-1]
    follows = np.einsum("qkb,qkb->qk", moved, relative[:, :-1] - relative[:, 1:])
    inside = density[:, 1:-1]
    known = np.abs(x[:, 1:-1]) < FAR
    weight = np.where(known, follows / np.where(known, inside, 1.0), 0.0)
    below = np.tri(x.shape[1] - 1, x.shape[1] - 2, -1) == 0
    found: Floats = weight @ below.T - (weight * ndtr(x[:, 1:-1])).sum(axis=1)[:, np.newaxis]
    return found
