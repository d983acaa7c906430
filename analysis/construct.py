"""Do a factor's items measure one thing (convergent), and another thing than the other factors' (discriminant)?"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def average_variance_extracted(loadings: Floats, factor_of: NDArray[np.int_]) -> Floats:
    """AVE of each factor, (M,): the mean of its items' squared standardised loadings.

    At least .50 is usual (Fornell & Larcker 1981). R: `semTools::AVE` on a standardised solution.

    >>> average_variance_extracted(np.array([0.6, 0.8, 0.5, 0.5]), np.array([0, 0, 1, 1])).round(2).tolist()
    [0.5, 0.25]
    """
    return np.bincount(factor_of, loadings**2) / np.bincount(factor_of)


def composite_reliability(loadings: Floats, factor_of: NDArray[np.int_]) -> Floats:
    """Composite reliability of each factor, (M,): (Σλ)²/((Σλ)² + Σ(1 − λ²)), standardised loadings.

    Fornell & Larcker 1981. R: `sum(l)^2 / (sum(l)^2 + sum(1 - l^2))` with lavaan's
    standardised loadings `l`; `semTools::compRelSEM` divides by the observed variance instead.

    >>> composite_reliability(np.array([0.6, 0.8, 0.7]), np.array([0, 0, 0])).round(4).tolist()
    [0.7449]
    """
    common = np.bincount(factor_of, loadings) ** 2
    unique = np.bincount(factor_of, 1 - loadings**2)
    found: Floats = common / (common + unique)
    return found


def fornell_larcker(ave: Floats, correlations: Floats) -> NDArray[np.bool_]:
    """For each pair of factors, (M, M): is √AVE of both larger than their correlation? True on the diagonal.

    Fornell & Larcker 1981. R: `sqrt(semTools::AVE(fit))` beside `lavInspect(fit, "cor.lv")`.

    >>> fornell_larcker(np.array([0.5, 0.6]), np.array([[1, 0.7], [0.7, 1]])).all().item()
    True
    """
    weaker = np.minimum(ave[:, np.newaxis], ave)
    return (weaker > correlations**2) | np.eye(len(ave), dtype=np.bool_)


def htmt(correlation: Floats, factor_of: NDArray[np.int_]) -> Floats:
    """Heterotrait–monotrait ratio of each pair of factors, (M, M), 1 on the diagonal.

    The mean |r| between two factors' items over the geometric mean of each factor's own mean |r| (Henseler,
    Ringle & Sarstedt 2015; arithmetic means within, not HTMT2). Below .85 or .90 is usual. NaN for a factor of
    one item. R: `semTools::htmt(model, data, htmt2 = FALSE)`.

    >>> r = np.full((4, 4), 0.3) + np.kron(np.eye(2), np.full((2, 2), 0.3)) + 0.4 * np.eye(4)
    >>> htmt(r, np.array([0, 0, 1, 1])).round(2).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    strength = np.abs(correlation)
    member = (factor_of == np.arange(int(factor_of.max()) + 1)[:, np.newaxis]).astype(np.float64)
    size = member.sum(axis=1)
    sums = member @ strength @ member.T
    with np.errstate(divide="ignore", invalid="ignore"):
        within = (np.diag(sums) - size) / (size * (size - 1))
        found: Floats = sums / np.outer(size, size) / np.sqrt(np.outer(within, within))
    np.fill_diagonal(found, 1.0)
    return found
