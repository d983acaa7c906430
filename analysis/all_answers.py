"""The structure on all the answers, beside that of complete rows: FIML for the CFA, EM's correlations for the rest.

Complete rows throw away everybody who skipped one question: in a questionnaire of 36 items a few blanks each may leave
a quarter of the people. KMO, parallel analysis, exploration, HTMT and omega have no likelihood of their own, so they
are taken from the correlations that EM finds most likely, and labelled as that (Truxillo 2005; Weaver & Maxwell 2014).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.adequacy import SamplingAdequacy, parallel_analysis, sampling_adequacy
from analysis.cfa import Cfa, NoSolutionError
from analysis.construct import average_variance_extracted, composite_reliability, fornell_larcker, htmt
from analysis.factor_model import Floats
from analysis.factoring import Exploration, explored
from analysis.fiml import full_information, saturated
from analysis.reliability import correlation_of, omega_total


@dataclass(frozen=True, eq=False)
class ByEm:
    """What EM's correlations say; None and NaN where EM finds none with an inverse.

    exploration: as many minres factors as intended, oblimin. omega: by factor. htmt: (M, M) of the CFA's factors.
    """

    adequacy: SamplingAdequacy | None
    factors_suggested: int | None
    exploration: Exploration | None
    omega: Mapping[str, float]
    htmt: Floats


@dataclass(frozen=True, eq=False)
class AllAnswers:
    """n: people with at least one answer.

    cfa: by FIML, over the items of factors with at least two; None when there is no solution. problem: why, or why the
    solution there is is impossible. ave, composite: (M,) and apart: (M, M) of that CFA's factors.
    """

    n: int
    by_em: ByEm
    cfa: Cfa | None
    problem: NoSolutionError | None
    ave: Floats
    composite: Floats
    apart: NDArray[np.bool_] | None


def on_all_answers(
    values: Floats, factor_of: NDArray[np.int_], factors: tuple[str, ...], chosen: NDArray[np.int_]
) -> AllAnswers | None:
    """The structure of rows with gaps; None when no row has any, since complete rows are then all the answers.

    values: (N, P). factor_of: (P,) each item's place in `factors`. chosen: the items in the CFA.

    >>> rng = np.random.default_rng(1)
    >>> values = 0.8 * rng.normal(size=(400, 1)) + 0.6 * rng.normal(size=(400, 4))
    >>> on_all_answers(values, np.zeros(4, dtype=int), ("A",), np.arange(4)) is None
    True
    >>> values[:100, 0] = np.nan
    >>> found = on_all_answers(values, np.zeros(4, dtype=int), ("A",), np.arange(4))
    >>> found.n, found.by_em.factors_suggested, round(found.by_em.omega["A"], 1)
    (400, 1, 0.9)
    """
    answered = ~np.isnan(values)
    some = answered.any(axis=1)
    if answered[some].all() or values.shape[1] < 2:
        return None
    n = int(some.sum())
    present, index = np.unique(factor_of[chosen], return_inverse=True)
    unknown = np.full(len(present), np.nan)
    by_em = _by_em(values, factor_of, factors, chosen)
    if not len(chosen):
        return AllAnswers(n, by_em, None, None, unknown, unknown, None)
    try:
        cfa = full_information(values[:, chosen], index).cfa
    except NoSolutionError as problem:
        return AllAnswers(n, by_em, None, problem, unknown, unknown, None)
    ave = average_variance_extracted(cfa.loadings, index)
    composite = composite_reliability(cfa.loadings, index)
    apart = fornell_larcker(ave, cfa.correlations)
    return AllAnswers(n, by_em, cfa, cfa.inadmissible, ave, composite, apart)


def _by_em(
    values: Floats, factor_of: NDArray[np.int_], factors: tuple[str, ...], chosen: NDArray[np.int_]
) -> ByEm:
    _, index = np.unique(factor_of[chosen], return_inverse=True)
    try:
        rows, found = saturated(values)
    except NoSolutionError:
        pairs = np.full((len(np.unique(index)),) * 2, np.nan)
        return ByEm(None, None, None, dict.fromkeys(factors, float("nan")), pairs)
    correlation = correlation_of(found.moments.covariance)
    omega = {
        key: omega_total(correlation[np.ix_(factor_of == number, factor_of == number)])
        for number, key in enumerate(factors)
    }
    return ByEm(
        adequacy=sampling_adequacy(correlation),
        factors_suggested=parallel_analysis(correlation, rows.n).factors,
        exploration=explored(correlation, len(factors)),
        omega=omega,
        htmt=htmt(correlation[np.ix_(chosen, chosen)], index) if len(chosen) else np.empty((0, 0)),
    )
