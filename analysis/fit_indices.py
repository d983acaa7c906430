"""How well a model's covariances (and means) fit the observed ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.factor_model import FactorModel, GroupMoments
from analysis.maximum_likelihood import Estimate

Floats = NDArray[np.float64]
RMSEA_CONFIDENCE: Final = 0.90


@dataclass(frozen=True)
class Fit:
    """Fit of a model; NaN where undefined (all but χ² and SRMR when there are no degrees of freedom).

    cfi, tli: against independent items; ≥ .95 is usual. rmsea with its 90 % interval: ≤ .06. srmr: ≤ .08
    (Hu & Bentler 1999). n: people.
    """

    chi2: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    n: int


def fit_of(model: FactorModel, groups: Sequence[GroupMoments], estimate: Estimate) -> Fit:
    """χ² and the indices made from it. R: `lavaan::fitMeasures(fit)`.

    >>> from analysis.cfa import simple_structure, starting_values
    >>> from analysis.maximum_likelihood import fit
    >>> observed = GroupMoments(100, np.zeros(4), np.full((4, 4), 0.49) + 0.51 * np.eye(4))
    >>> factor_of = np.zeros(4, dtype=int)
    >>> model = simple_structure(factor_of)
    >>> found = fit_of(model, [observed], fit(model, [observed], starting_values(observed.covariance, factor_of)))
    >>> found.df, round(found.cfi, 3), round(found.rmsea, 3)
    (2, 1.0, 0.0)
    """
    n = sum(group.n for group in groups)
    residual = srmr(model, groups, estimate.parameters)
    chi2 = max(n * estimate.discrepancy, 0.0)
    return fit_from(chi2, model.degrees_of_freedom(), independence(groups), residual, n, len(groups))


def fit_from(
    chi2: float,
    df: int,
    baseline: tuple[float, int],
    residual: float,
    n: int,
    groups: int = 1,
    divisor: int | None = None,
) -> Fit:
    """The indices that follow from χ² of the model and of the independence model (its χ² and degrees of freedom).

    CFI: Bentler 1990. TLI: Tucker & Lewis 1973. RMSEA: Steiger 1990, times √groups as lavaan. residual: SRMR.
    divisor: of the RMSEA in place of n.

    >>> round(fit_from(85.3055, 24, (918.8516, 36), 0.065, 301).cfi, 4)
    0.9306
    """
    from scipy.special import chdtrc

    if df <= 0:
        return Fit(chi2, df, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, residual, n)
    base, base_df = baseline
    excess, base_excess = max(chi2 - df, 0.0), max(base - base_df, chi2 - df, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.float64(base) / base_df
        tli = float((ratio - chi2 / df) / (ratio - 1))
    people = divisor or n
    low, high = rmsea_interval(chi2, df, people, groups)
    return Fit(
        chi2=chi2,
        df=df,
        p=float(chdtrc(df, chi2)),
        cfi=1 - excess / base_excess if base_excess else 1.0,
        tli=tli if np.isfinite(tli) else np.nan,
        rmsea=float(np.sqrt(groups * excess / (people * df))),
        rmsea_low=low,
        rmsea_high=high,
        srmr=residual,
        n=n,
    )


def robust_fit(plain: Fit, scaling: float, baseline: tuple[float, int], base_scaling: float) -> Fit:
    """The fit when χ² and the independence model's χ² are that many times too large for answers that are not normal.

    χ² and p: scaled (Yuan & Bentler 2000). CFI and TLI: robust (Brosseau-Liard & Savalei 2014), RMSEA with its
    interval: robust (Brosseau-Liard, Savalei & Li 2012; Li & Bentler 2006). plain: by maximum likelihood.

    R: `fitMeasures(fit, c("chisq.scaled", "cfi.robust", "tli.robust", "rmsea.robust"))` with `estimator = "MLR"`.

    >>> plain = fit_from(85.3055, 24, (918.8516, 36), 0.065, 301)
    >>> robust_fit(plain, 1.0, (918.8516, 36), 1.0) == plain
    True
    """
    from scipy.special import chdtrc

    base, base_df = baseline
    df, scaled = plain.df, plain.chi2 / scaling
    excess = max(plain.chi2 - scaling * df, 0.0)
    base_excess = max(base - base_scaling * base_df, excess)
    with np.errstate(divide="ignore", invalid="ignore"):
        tli = 1 - np.float64(plain.chi2 - scaling * df) * base_df / ((base - base_scaling * base_df) * df)
    low, high = rmsea_interval(scaled, df, plain.n)
    return replace(
        plain,
        chi2=scaled,
        p=float(chdtrc(df, scaled)),
        cfi=1 - excess / base_excess if base_excess else 1.0,
        tli=float(tli) if np.isfinite(tli) else np.nan,
        rmsea=float(np.sqrt(excess / (plain.n * df))),
        rmsea_low=low * float(np.sqrt(scaling)),
        rmsea_high=high * float(np.sqrt(scaling)),
    )


def independence(groups: Sequence[GroupMoments]) -> tuple[float, int]:
    """χ² and degrees of freedom of the model where no two items are related.

    R: lavaan's `fitMeasures(fit, c("baseline.chisq", "baseline.df"))`.

    >>> chi2, df = independence([GroupMoments(100, np.zeros(2), np.array([[1, 0.5], [0.5, 1]]))])
    >>> round(chi2, 3), df
    (28.768, 1)
    """
    items = len(groups[0].mean)
    chi2 = 0.0
    for group in groups:
        _, log_determinant = np.linalg.slogdet(group.covariance)
        chi2 += group.n * float(np.log(np.diag(group.covariance)).sum() - log_determinant)
    return chi2, len(groups) * items * (items - 1) // 2


def rmsea_interval(
    chi2: float, df: int, n: int, groups: int = 1, confidence: float = RMSEA_CONFIDENCE
) -> tuple[float, float]:
    """RMSEA for the noncentralities that put χ² at the two tails (Steiger 1990).

    R: lavaan's `fitMeasures(fit, c("rmsea.ci.lower", "rmsea.ci.upper"))`.

    >>> low, high = rmsea_interval(85.3055217699727, 24, 301)
    >>> round(low, 4), round(high, 4)
    (0.0714, 0.1137)
    """
    tail = (1 - confidence) / 2
    found = [_noncentrality(chi2, df, probability) for probability in (1 - tail, tail)]
    low, high = np.sqrt(np.array(found) / (n * df) * groups)
    return float(low), float(high)


def _noncentrality(chi2: float, df: int, probability: float) -> float:
    """λ for which a noncentral χ² is at most `chi2` with this probability; 0 when even λ = 0 gives less."""
    from scipy.optimize import brentq
    from scipy.special import chndtr

    def excess(noncentrality: float) -> float:
        return float(chndtr(chi2, df, noncentrality)) - probability

    if excess(0.0) <= 0:
        return 0.0
    upper = max(chi2, 1.0)
    while excess(upper) > 0:
        upper *= 2
    return float(brentq(excess, 0.0, upper, xtol=1e-8, rtol=1e-12))


def srmr(model: FactorModel, groups: Sequence[GroupMoments], parameters: Floats) -> float:
    """Standardised root mean square residual (Bentler 1995), groups weighted by people.

    R: lavaan's `fitMeasures(fit, "srmr")`.

    Residuals are divided by observed standard deviations; the lower triangle with its diagonal, and the means
    where they are modelled.

    >>> from analysis.cfa import simple_structure
    >>> observed = GroupMoments(100, np.zeros(3), np.full((3, 3), 0.5) + 0.5 * np.eye(3))
    >>> parameters = np.array([0.7, 0.7, 0.7, 0.51, 0.51, 0.51])
    >>> round(srmr(simple_structure(np.zeros(3, dtype=int)), [observed], parameters), 4)
    0.0071
    """
    people = sum(group.n for group in groups)
    total = 0.0
    for index, group in enumerate(groups):
        mean, covariance = model.implied(parameters, index)
        scale = 1 / np.sqrt(np.diag(group.covariance))
        residual = (group.covariance - covariance) * scale[:, np.newaxis] * scale
        squares = residual[np.tril_indices(len(mean))] ** 2
        if model.with_means:
            squares = np.append(squares, ((group.mean - mean) * scale) ** 2)
        total += group.n / people * float(np.sqrt(squares.mean()))
    return total
