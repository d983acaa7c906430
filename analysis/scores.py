"""Unit scores, spread, intervals and answer distributions, all from moments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidence import CONFIDENCE
from analysis.moments import Moments
from analysis.scoring import FactorScoring

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UnitScores:
    """Scores of U units (or nodes) on F factors; every array is (U, F). What cannot be computed is NaN.

    n: people with a score, 0 or more.
    mean: on the factor's scale; NaN when n = 0.
    sd: sample standard deviation (n − 1); NaN when n < 2.
    ci_low, ci_high: t interval of the mean, without finite population correction; NaN when n < 2.
    low, middle, high: shares (0–1) of the answers to the factor's items, see `classes`; NaN without answers.
    """

    n: NDArray[np.int64]
    mean: Floats
    sd: Floats
    ci_low: Floats
    ci_high: Floats
    low: Floats
    middle: Floats
    high: Floats


def unit_scores(moments: Moments, confidence: float = CONFIDENCE) -> UnitScores:
    """The scores of every unit in `moments`.

    mean ± t(n − 1)·sd/√n. R: `t.test(x)$conf.int`; a unit of identical scores has sd 0 exactly.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> found = unit_scores(moments(RESPONSES))
    >>> found.mean.round(3).ravel().tolist(), found.sd.round(3).ravel().tolist()
    ([4.0, 2.111], [0.667, 0.77])
    """
    multiplier = np.array([scoring.multiplier for scoring in moments.scorings], dtype=np.float64)
    n = moments.n.astype(np.int64)
    mean, sd = mean_and_sd(n, moments.sums, moments.squares)
    mean, sd = mean / multiplier, sd / multiplier
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = t_quantile(n - 1, 0.5 + confidence / 2) * sd / np.sqrt(n)
    low, middle, high = answer_shares(moments)
    return UnitScores(n, mean, sd, mean - margin, mean + margin, low, middle, high)


def mean_and_sd(
    n: NDArray[np.integer], sums: NDArray[np.integer], squares: NDArray[np.integer]
) -> tuple[Floats, Floats]:
    """Mean and sample standard deviation from n, Σx and Σx² of integers; NaN for n = 0 and n < 2.

    R: `mean(x)` and `sd(x)`.

    Σ(x − q)² = Σx² − 2qΣx + nq², q = ⌊Σx/n⌋, is exact in integers (they wrap around, and back), so no digits
    cancel and equal scores give 0.

    >>> mean_and_sd(np.array([3, 1, 0]), np.array([12, 5, 0]), np.array([50, 25, 0]))
    (array([ 4.,  5., nan]), array([ 1., nan, nan]))
    """
    some = np.maximum(n, 1)
    quotient, rest = np.divmod(sums.astype(np.int64), some)
    about_quotient = squares - 2 * quotient * sums + n * quotient**2
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, quotient + rest / some, np.nan)
        variance = (about_quotient - rest.astype(np.float64) ** 2 / some) / (n - 1)
        sd = np.sqrt(np.where(n > 1, variance, np.nan))
    return mean, sd


def t_quantile(df: NDArray[np.integer], probability: float) -> Floats:
    """Student's t quantile for each whole number of degrees of freedom; NaN below 1. R: `qt(p, df)`.

    Units share few sizes, so each size is computed once.

    >>> t_quantile(np.array([1, 10, 0]), 0.975).round(3).tolist()
    [12.706, 2.228, nan]
    """
    from scipy.special import stdtrit

    sizes, index = np.unique(df, return_inverse=True)
    quantiles = np.full(len(sizes), np.nan)
    positive = sizes > 0
    quantiles[positive] = stdtrit(sizes[positive].astype(np.float64), probability)
    found: Floats = quantiles[index].reshape(np.shape(df))
    return found


def answer_distribution(moments: Moments, factor: str) -> NDArray[np.int64]:
    """How many answers to the factor's items have each scored value, lowest first: (U, points of the scale).

    Reversed items are turned. Raises KeyError when there is no such factor. R: `table` over the items.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> answer_distribution(moments(RESPONSES), "MOT").tolist()
    [[0, 0, 2, 5, 2], [2, 4, 2, 0, 0]]
    """
    for scoring in moments.scorings:
        if scoring.key == factor:
            return _distribution(moments, scoring)
    raise KeyError(factor)


def _distribution(moments: Moments, scoring: FactorScoring) -> NDArray[np.int64]:
    first = moments.codes.index(scoring.minimum)
    counts = moments.answers[:, first : first + scoring.maximum - scoring.minimum + 1, scoring.columns]
    as_answered = counts[:, :, ~scoring.reversed].sum(axis=2, dtype=np.int64)
    turned = counts[:, ::-1, scoring.reversed].sum(axis=2, dtype=np.int64)
    total: NDArray[np.int64] = as_answered + turned
    return total


def item_distribution(moments: Moments) -> NDArray[np.int64]:
    """Answers per unit, counted code (`moments.codes`) and item, then «not asked»: (U, C + 1, J).

    As answered: reversed items are not turned. Each column adds up to the unit's respondents.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> item_distribution(moments(RESPONSES)).sum(axis=1).tolist()
    [[3, 3, 3], [3, 3, 3]]
    """
    counts = moments.answers.astype(np.int64)
    not_asked = moments.respondents[:, np.newaxis] - counts.sum(axis=1)
    return np.concatenate([counts, not_asked[:, np.newaxis]], axis=1)


def answer_shares(moments: Moments) -> tuple[Floats, Floats, Floats]:
    """Shares (0–1) of low, middle and high answers per unit and factor, (U, F) each; NaN without answers.

    >>> from analysis.example import RESPONSES
    >>> from analysis.moments import moments
    >>> [share.round(3).ravel().tolist() for share in answer_shares(moments(RESPONSES))]
    [[0.0, 0.75], [0.222, 0.25], [0.778, 0.0]]
    """
    favourable_from = moments.questionnaire.reporting.favourable_from
    shares = np.full((3, len(moments), len(moments.scorings)), np.nan)
    for index, scoring in enumerate(moments.scorings):
        distribution = _distribution(moments, scoring)
        group = classes(scoring.minimum, scoring.maximum, favourable_from)
        counts = np.stack([distribution[:, group == level].sum(axis=1) for level in range(3)])
        answers = counts.sum(axis=0)
        np.divide(counts, answers, out=shares[:, :, index], where=answers > 0)
    low, middle, high = shares
    return low, middle, high


def classes(minimum: int, maximum: int, favourable_from: int | None = None) -> NDArray[np.int_]:
    """Which values of a scale are low (0), middle (1) and high (2): (points of the scale,).

    High begins at `favourable_from` when the scale's upper half has it, otherwise in the upper third; low
    mirrors high.

    >>> classes(1, 5), classes(1, 6), classes(0, 10, 9)
    (array([0, 0, 1, 2, 2]), array([0, 0, 1, 1, 2, 2]), array([0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2]))
    """
    values = np.arange(minimum, maximum + 1)
    if favourable_from is not None and minimum + maximum < 2 * favourable_from <= 2 * maximum:
        high_from: float = favourable_from
    else:
        high_from = minimum + 2 * (maximum - minimum) / 3
    return 1 + (values >= high_from) - (values <= minimum + maximum - high_from)
