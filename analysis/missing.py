"""Mean and covariance of incomplete rows by maximum likelihood, with all the answers there are (EM).

Rows with the same gaps share one pattern, and a pattern with many rows is a few sums: an evaluation costs per pattern,
not per row. Everything follows from what the missing answers are expected to be, so the same step serves the saturated
model here and the factor model in `fiml`. Normal answers, missing at random given those that are there (Rubin 1976).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.factor_model import Floats, GroupMoments, Places

MOST_EM_STEPS: Final = 2_000
EM_TOLERANCE: Final = 1e-7  # the fall of −2·log L in a step
BATCH_NUMBERS: Final = 4_000_000  # numbers in one batch of matrices: 32 MB


@dataclass(frozen=True, eq=False)
class _Batch:
    """Patterns with equally many gaps. missing: (B, m) the items that are not answered, n: (B,) rows in each pattern.

    rows: (R,) indices of the patterns' rows, pattern: (R,) which of the B each has.
    """

    missing: Places
    n: Places
    rows: Places
    pattern: Places


@dataclass(frozen=True, eq=False)
class IncompleteRows:
    """Rows with gaps, those without an answer left out.

    n: rows. observed: answers in all. values: (R, P) with 0 in the gaps; each stands for values − times·μ, so that a
    pattern with many rows can be its mean (times √n) and the square root of its scatter (times 0).
    means, variances, answered: (P,) each item's own answers. together: least number of rows that have both of a pair.
    """

    n: int
    observed: int
    patterns: int
    values: Floats
    times: Floats
    batches: tuple[_Batch, ...]
    means: Floats
    variances: Floats
    answered: Places
    together: int


@dataclass(frozen=True, eq=False)
class Expected:
    """Incomplete rows under a mean and covariance.

    moments: the mean and covariance that the completed rows are expected to have, which is EM's next step.
    deviance: −2·log L.
    """

    moments: GroupMoments
    deviance: float


@dataclass(frozen=True, eq=False)
class EmMoments:
    """The maximum likelihood moments of incomplete rows; deviance: −2·log L. converged: EM ended by itself."""

    moments: GroupMoments
    deviance: float
    converged: bool


def incomplete_rows(values: Floats) -> IncompleteRows:
    """Groups rows by pattern. values: (N, P) with NaN in the gaps.

    >>> found = incomplete_rows(np.array([[1.0, 2], [2, np.nan], [3, np.nan], [np.nan, np.nan]]))
    >>> found.n, found.patterns, found.observed, found.together
    (3, 2, 4, 1)
    """
    known = ~np.isnan(values)
    some = known.any(axis=1)
    values, known = values[some], known[some]
    patterns, pattern_of = np.unique(known, axis=0, return_inverse=True)
    order = np.argsort(pattern_of, kind="stable")
    ends = np.cumsum(np.bincount(pattern_of, minlength=len(patterns)))
    filled = np.where(known, values, 0.0)
    parts = [
        _compressed(filled[rows], int(patterns[number].sum()))
        for number, rows in enumerate(np.split(order, ends[:-1]) if len(ends) else [])
    ]
    sizes = np.array([len(times) for _, times in parts], dtype=np.int_)
    answered = known.sum(axis=0)
    counts = known.T.astype(np.float64) @ known
    with np.errstate(divide="ignore", invalid="ignore"):
        means = filled.sum(axis=0) / answered
        variances = (np.where(known, values - means, 0.0) ** 2).sum(axis=0) / answered
    return IncompleteRows(
        n=len(values),
        observed=int(answered.sum()),
        patterns=len(patterns),
        values=np.vstack([part for part, _ in parts]) if parts else filled,
        times=np.concatenate([times for _, times in parts]) if parts else np.empty(0),
        batches=_batches(~patterns, np.diff(ends, prepend=0), np.repeat(np.arange(len(patterns)), sizes)),
        means=means,
        variances=variances,
        answered=answered,
        together=int(counts.min(initial=len(values))),
    )


def _compressed(rows: Floats, answered: int) -> tuple[Floats, Floats]:
    """A pattern's rows, or when they are many their mean and the square root of their scatter."""
    n = len(rows)
    if n <= answered + 1:
        return rows, np.ones(n)
    mean = rows.mean(axis=0)
    root = np.linalg.qr(rows - mean, mode="r")
    return np.vstack([np.sqrt(n) * mean, root]), np.concatenate([[np.sqrt(n)], np.zeros(len(root))])


def _batches(missing: NDArray[np.bool_], n: Places, pattern_of_row: Places) -> tuple[_Batch, ...]:
    """The patterns with gaps, those with equally many together, split where a batch would be large."""
    gaps = missing.sum(axis=1)
    starts = np.searchsorted(pattern_of_row, np.arange(len(missing) + 1))
    found = []
    for size in np.unique(gaps[gaps > 0]).tolist():
        members = np.flatnonzero(gaps == size)
        rows_before = np.cumsum(np.diff(starts)[members])
        piece = rows_before * size**2 // BATCH_NUMBERS
        for part in np.split(members, np.flatnonzero(np.diff(piece)) + 1):
            lengths = np.diff(starts)[part]
            rows = np.concatenate([np.arange(starts[one], starts[one + 1]) for one in part])
            items = np.nonzero(missing[part])[1].reshape(-1, size)
            found.append(_Batch(items, n[part], rows, np.repeat(np.arange(len(part)), lengths)))
    return tuple(found)


def expected(rows: IncompleteRows, mean: Floats, covariance: Floats) -> Expected:
    """One E-step. Raises LinAlgError when the covariance is not positive definite.

    With K = Σ⁻¹ and m the gaps of a pattern: the missing deviations are expected at −K[m,m]⁻¹·K[m,o]·d, their
    covariance given the others is K[m,m]⁻¹, and log|Σ[o,o]| = log|Σ| + log|K[m,m]|. So only matrices of the size
    of the gaps are inverted (Little & Rubin 2002, chapter 11).

    >>> rows = incomplete_rows(np.array([[1.0, 2], [3, np.nan]]))
    >>> expected(rows, np.array([2.0, 2]), np.array([[1, 0.5], [0.5, 1]])).moments.mean.tolist()
    [2.0, 2.25]
    """
    root = np.linalg.cholesky(covariance)
    inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    centred = rows.values - rows.times[:, np.newaxis] * mean
    log_determinants = rows.n * 2 * float(np.log(np.diag(root)).sum())
    spread = np.zeros_like(inverse)
    for batch in rows.batches:
        centred[batch.rows[:, np.newaxis], batch.missing[batch.pattern]] = 0.0
    reached = centred @ inverse
    for batch in rows.batches:
        square = batch.missing[:, :, np.newaxis], batch.missing[:, np.newaxis, :]
        small = inverse[square]
        conditional = np.linalg.inv(small)
        log_determinants += float(batch.n @ np.linalg.slogdet(small)[1])
        np.add.at(spread, square, batch.n[:, np.newaxis, np.newaxis] * conditional)
        at = batch.rows[:, np.newaxis], batch.missing[batch.pattern]
        centred[at] = -np.einsum("rab,rb->ra", conditional[batch.pattern], reached[at])
    quadratic = float(np.einsum("rp,rp->", centred @ inverse, centred))
    moved = rows.times @ centred / rows.n
    scatter = (centred.T @ centred + spread) / rows.n - np.outer(moved, moved)
    deviance = rows.observed * float(np.log(2 * np.pi)) + log_determinants + quadratic
    return Expected(GroupMoments(rows.n, mean + moved, scatter), deviance)


def em_moments(rows: IncompleteRows) -> EmMoments:
    """The mean and covariance that make the answers most likely, from each item's own.

    Dempster, Laird & Rubin 1977. R: `lavaan::lavInspect(fit, "sampstat")` with `missing = "fiml"`.

    >>> found = em_moments(incomplete_rows(np.array([[1.0, 1], [2, 3], [3, 2], [4, np.nan]])))
    >>> found.converged, found.moments.mean.round(2).tolist()
    (True, [2.5, 2.25])
    """
    mean, covariance = rows.means, np.diag(rows.variances)
    before = np.inf
    for _ in range(MOST_EM_STEPS):
        step = expected(rows, mean, covariance)
        if before - step.deviance < EM_TOLERANCE:
            return EmMoments(GroupMoments(rows.n, mean, covariance), step.deviance, converged=True)
        before = step.deviance
        mean, covariance = step.moments.mean, step.moments.covariance
    return EmMoments(GroupMoments(rows.n, mean, covariance), before, converged=False)


def independent_deviance(rows: IncompleteRows) -> float:
    """−2·log L of the model where no two items are related: each item alone on its own answers.

    >>> round(independent_deviance(incomplete_rows(np.array([[1.0], [3.0]]))), 3)
    5.676
    """
    return float(rows.answered @ (np.log(2 * np.pi * rows.variances) + 1))
