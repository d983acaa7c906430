"""May the answers be factored at all, and in how many factors? KMO, Bartlett's test and parallel analysis."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.factoring import minres
from analysis.one_core import one_core

Floats = NDArray[np.float64]
RANDOM_SETS: Final = 50
PERCENTILE: Final = 95
SEED: Final = 20_260_605  # the same random data every time: a report drawn twice is the same report


@dataclass(frozen=True, eq=False)
class SamplingAdequacy:
    """Kaiser–Meyer–Olkin, 0–1. items: (P,). At least .60 is usual (Kaiser 1974)."""

    overall: float
    items: Floats


@dataclass(frozen=True)
class Bartlett:
    """Bartlett's test that no items are related."""

    chi2: float
    df: int
    p: float


@dataclass(frozen=True, eq=False)
class ParallelAnalysis:
    """Eigenvalues beside those of random data of the same size (Horn 1965), and how many are larger.

    factors: common factors, from the correlations with each item's unique variance taken out. components:
    principal components, from the correlations themselves. eigenvalues, random: (P,) for factors.
    """

    factors: int
    components: int
    eigenvalues: Floats
    random: Floats


def sampling_adequacy(correlation: Floats) -> SamplingAdequacy:
    """KMO from an invertible correlation matrix, (P, P), P ≥ 2.

    Σr²/(Σr² + Σa²), a the partial correlations −q/√(q·q) of the inverse. R: `psych::KMO(r)`.

    >>> r = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    >>> round(sampling_adequacy(r).overall, 4)
    0.6923
    """
    inverse = np.linalg.inv(correlation)
    scale = 1 / np.sqrt(np.diag(inverse))
    partial = (inverse * scale[:, np.newaxis] * scale) ** 2
    squares = correlation**2
    np.fill_diagonal(partial, 0)
    np.fill_diagonal(squares, 0)
    items = squares.sum(axis=0) / (squares.sum(axis=0) + partial.sum(axis=0))
    return SamplingAdequacy(float(squares.sum() / (squares.sum() + partial.sum())), items)


def bartlett(correlation: Floats, rows: int) -> Bartlett:
    """Bartlett's test of sphericity (1951): χ² = −(n − 1 − (2P + 5)/6)·log|R|. R: `psych::cortest.bartlett(r, n)`.

    >>> found = bartlett(np.array([[1, 0.5], [0.5, 1]]), 100)
    >>> round(found.chi2, 3), found.df
    (28.049, 1)
    """
    from scipy.special import chdtrc

    items = len(correlation)
    _, log_determinant = np.linalg.slogdet(correlation)
    chi2 = max(-(rows - 1 - (2 * items + 5) / 6) * float(log_determinant), 0.0)
    df = items * (items - 1) // 2
    return Bartlett(chi2, df, float(chdtrc(df, chi2)))


@one_core()
def parallel_analysis(correlation: Floats, rows: int, sets: int = RANDOM_SETS) -> ParallelAnalysis:
    """How many factors and components stand above the 95th percentile of normal random data.

    Factors are counted from the largest eigenvalue of R − Ψ to the first that does not stand above, with Ψ from
    one minres factor. Random correlations come from Wishart matrices, which is what the correlations of random
    data are. R: `psych::fa.parallel(x, fm = "minres", quant = .95, sim = TRUE)`.

    >>> r = np.kron(np.eye(2), np.full((4, 4), 0.5)) + np.eye(8) * 0.5
    >>> found = parallel_analysis(r, 500)
    >>> found.factors, found.components
    (2, 2)
    """
    rng = np.random.default_rng(SEED)
    random = [_random_correlation(len(correlation), rows, rng) for _ in range(sets)]
    observed = _factor_eigenvalues(correlation)
    limit = np.percentile([_factor_eigenvalues(r) for r in random], PERCENTILE, axis=0)
    component_limit = np.percentile([_eigenvalues(r) for r in random], PERCENTILE, axis=0)
    components = _above(_eigenvalues(correlation), component_limit)
    return ParallelAnalysis(_above(observed, limit), components, observed, limit)


def _factor_eigenvalues(correlation: Floats) -> Floats:
    unique = minres(correlation, 1).uniqueness
    return _eigenvalues(correlation - np.diag(unique))


def _eigenvalues(symmetric: Floats) -> Floats:
    """Largest first."""
    return np.linalg.eigvalsh(symmetric)[::-1].astype(np.float64)


def _above(values: Floats, limits: Floats) -> int:
    """How many values stand above their limit before the first that does not."""
    below = np.flatnonzero(values <= limits)
    return int(below[0]) if len(below) else len(values)


def _random_correlation(items: int, rows: int, rng: np.random.Generator) -> Floats:
    """The correlations of `rows` independent normal rows, by Bartlett's decomposition; rows > items."""
    lower = np.tril(rng.standard_normal((items, items)), -1)
    np.fill_diagonal(lower, np.sqrt(rng.chisquare(rows - 1 - np.arange(items))))
    scatter = lower @ lower.T
    scale = 1 / np.sqrt(np.diag(scatter))
    found: Floats = scatter * scale[:, np.newaxis] * scale
    return found
