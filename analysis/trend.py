"""Three anonymous waves or more: is there a direction, and do the waves lie along a line at all.

The waves are independent groups, compared by contrasts of their means without assuming equal spread (Welch 1947;
Satterthwaite 1946), from n, mean and sd alone. The same people in several waves make the test careful, not bold.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.change import FEWEST, Floats, Wave, holm
from analysis.scores import CONFIDENCE

FEWEST_WAVES: Final = 3


class TrendVerdict(StrEnum):
    """What may be said of several waves; the words are the page's."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_TREND = "no_clear_trend"
    # The waves do not lie along a line: a single step, or up and down.
    UNEVEN = "uneven"
    TOO_FEW = "too_few"


@dataclass(frozen=True, eq=False)
class TrendEstimate:
    """The trend of F themes; arrays (F,), NaN where fewer than three waves can be used.

    slope, ci_low, ci_high: per unit of time. p_holm: adjusted over the themes. p_uneven: of the waves not lying along a
    line. verdict: a `TrendVerdict` per theme.
    """

    slope: Floats
    ci_low: Floats
    ci_high: Floats
    p_holm: Floats
    p_uneven: Floats
    verdict: NDArray[np.object_]


def trend(times: Floats, waves: Wave, confidence: float = CONFIDENCE) -> TrendEstimate:
    """The direction of each theme over the waves, Holm's correction over all themes that are tested.

    times: (W,) in years, rising. waves: arrays (W, F); a wave with fewer than five people or no spread is left out of
    its theme. A direction is clear when its adjusted p is below 1 − confidence and the waves lie along a line: their
    curves of second order and more, each tested alike and Holm-adjusted, are not clear.
    R: slope `coef(lm(mean ~ time))[2]`; test as SPSS ONEWAY /CONTRAST, variances not assumed equal.

    >>> three = Wave(np.full((3, 1), 20), np.array([[3.0], [3.3], [3.6]]), np.full((3, 1), 0.6))
    >>> found = trend(np.array([2022.0, 2024.0, 2026.0]), three)
    >>> found.slope.round(2).tolist(), found.ci_low.round(2).tolist(), found.verdict[0].value
    ([0.15], [0.05], 'up')
    """
    usable = (waves.n >= FEWEST) & (waves.sd > 0)
    found = [_one(times, waves, column, usable[:, column], confidence) for column in range(waves.n.shape[1])]
    slope, margin, p, uneven = np.array(found, dtype=np.float64).reshape(-1, 4).T
    p_holm = holm(p)
    clear = p_holm < 1 - confidence
    choices = np.array(list(TrendVerdict), dtype=np.object_)  # up, down, no clear trend, uneven, too few
    index = np.select(
        [np.isnan(p), uneven < 1 - confidence, clear & (slope > 0), clear & (slope < 0)],
        [4, 3, 0, 1],
        default=2,
    )
    return TrendEstimate(slope, slope - margin, slope + margin, p_holm, uneven, choices[index])


def _one(
    times: Floats, waves: Wave, column: int, usable: NDArray[np.bool_], confidence: float
) -> tuple[float, float, float, float]:
    """Slope, half its interval, its p, and the p of not being a line."""
    from scipy.special import stdtrit

    if usable.sum() < FEWEST_WAVES:
        return (np.nan,) * 4
    n, mean, sd = (values[usable, column].astype(np.float64) for values in (waves.n, waves.mean, waves.sd))
    contrasts = _orthogonal(times[usable])
    tested = [_contrast(each, n, mean, sd) for each in contrasts]
    slope, error, df, p = tested[0]
    uneven = float(np.min(holm(np.array([each[3] for each in tested[1:]]))))
    return slope, float(stdtrit(df, 0.5 + confidence / 2)) * error, p, uneven


def _orthogonal(times: Floats) -> list[Floats]:
    """Contrasts for the slope (per unit of time), then for every higher order. R: `contr.poly(scores = times)`."""
    centred = times - times.mean()
    span = np.abs(centred).max()
    basis, _ = np.linalg.qr(np.vander(centred / span, increasing=True))
    higher: list[Floats] = [basis[:, order] for order in range(2, len(times))]
    return [centred / (centred**2).sum(), *higher]


def _contrast(weights: Floats, n: Floats, mean: Floats, sd: Floats) -> tuple[float, float, float, float]:
    """Value, standard error, Satterthwaite's degrees of freedom, and p of Σ weights · mean."""
    from scipy.special import stdtr

    parts = weights**2 * sd**2 / n
    error = float(np.sqrt(parts.sum()))
    df = float(parts.sum() ** 2 / (parts**2 / (n - 1)).sum())
    value = float(weights @ mean)
    return value, error, df, float(2 * stdtr(df, -abs(value) / error))
