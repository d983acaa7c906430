"""Three anonymous waves or more: is there a direction, and do the waves lie along a line at all.

The waves are independent groups, compared by contrasts of their means without assuming equal spread (Welch 1947;
Satterthwaite 1946), from n, mean and sd alone. The same people in several waves make the test careful, not bold.
A page computes it for one unit, without numpy and scipy.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from analysis.confidence import CONFIDENCE, FEWEST
from analysis.students_t import holm_within, two_sided_limit, two_sided_p

FEWEST_WAVES: Final = 3

Contrast = Sequence[float]
"""A weight for each wave; they add up to 0."""


class TrendVerdict(StrEnum):
    """What may be said of several waves; the words are the page's."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_TREND = "no_clear_trend"
    # The waves do not lie along a line: a single step, or up and down.
    UNEVEN = "uneven"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class WaveScore:
    """One theme in one wave. sd: None where it is not known."""

    n: int
    mean: float
    sd: float | None

    @property
    def usable(self) -> bool:
        return self.n >= FEWEST and self.sd is not None and self.sd > 0


@dataclass(frozen=True)
class TrendEstimate:
    """The trend of one theme; NaN where fewer than three waves can be used.

    slope, ci_low, ci_high: per unit of time. p_holm: adjusted over the themes. p_uneven: of the waves not lying along a
    line.
    """

    slope: float
    ci_low: float
    ci_high: float
    p_holm: float
    p_uneven: float
    verdict: TrendVerdict


@dataclass(frozen=True)
class _Direction:
    """margin: half the slope's interval. p: of the slope alone."""

    slope: float = math.nan
    margin: float = math.nan
    p: float = math.nan
    p_uneven: float = math.nan


def trend(
    times: Sequence[float], themes: Sequence[Sequence[WaveScore | None]], confidence: float = CONFIDENCE
) -> list[TrendEstimate]:
    """The direction of each theme over the waves, Holm's correction over all themes that are tested.

    times: in years, rising. themes: for each its waves, as many as the times; one with fewer than five people or no
    spread is left out. A direction is clear when its adjusted p is below 1 − confidence and the waves lie along a
    line: their curves of second order and more, each tested alike and Holm-adjusted, are not clear.
    R: slope `coef(lm(mean ~ time))[2]`; test as SPSS ONEWAY /CONTRAST, variances not assumed equal.

    >>> [found] = trend([2022, 2024, 2026], [[WaveScore(20, mean, 0.6) for mean in (3.0, 3.3, 3.6)]])
    >>> round(found.slope, 2), round(found.ci_low, 2), found.verdict.value
    (0.15, 0.05, 'up')
    """
    found = [_direction(tuple(times), tuple(waves), confidence) for waves in themes]
    adjusted = holm_within([each.p for each in found])
    return [
        TrendEstimate(
            each.slope,
            each.slope - each.margin,
            each.slope + each.margin,
            p,
            each.p_uneven,
            _verdict(each, p, 1 - confidence),
        )
        for each, p in zip(found, adjusted, strict=True)
    ]


def _verdict(found: _Direction, p_holm: float, level: float) -> TrendVerdict:
    if math.isnan(found.p):
        return TrendVerdict.TOO_FEW
    if found.p_uneven < level:
        return TrendVerdict.UNEVEN
    if p_holm < level:
        return TrendVerdict.UP if found.slope > 0 else TrendVerdict.DOWN
    return TrendVerdict.NO_CLEAR_TREND


@lru_cache(maxsize=2_048)
def _direction(
    times: tuple[float, ...], scores: tuple[WaveScore | None, ...], confidence: float
) -> _Direction:
    """Kept: released scores never change, and a page of a whole municipality has a hundred directions."""
    used = [(time, score) for time, score in zip(times, scores, strict=True) if score and score.usable]
    if len(used) < FEWEST_WAVES:
        return _Direction()
    waves = [score for _time, score in used]
    line, *higher = _orthogonal([time for time, _score in used])
    slope, error, df = _contrast(line, waves)
    curves = [_contrast(each, waves) for each in higher]
    uneven = min(holm_within([two_sided_p(value / error, df) for value, error, df in curves]))
    return _Direction(slope, two_sided_limit(confidence, df) * error, two_sided_p(slope / error, df), uneven)


def _orthogonal(times: Sequence[float]) -> list[Contrast]:
    """Contrasts for the slope (per unit of time), then for every higher order. R: `contr.poly(scores = times)`.

    Each power is taken from the order before, and cleared twice of all the lower ones (Gram–Schmidt).
    """
    middle = math.fsum(times) / len(times)
    centred = [time - middle for time in times]
    span = max(abs(each) for each in centred)
    basis = [[1 / math.sqrt(len(times))] * len(times)]
    for _order in range(1, len(times)):
        power = [each / span * before for each, before in zip(centred, basis[-1], strict=True)]
        for lower in [*basis, *basis]:
            along = _product(power, lower)
            power = [value - along * each for value, each in zip(power, lower, strict=True)]
        length = math.hypot(*power)
        basis.append([value / length for value in power])
    squares = _product(centred, centred)
    return [[each / squares for each in centred], *basis[2:]]


def _product(one: Contrast, other: Contrast) -> float:
    return math.fsum(left * right for left, right in zip(one, other, strict=True))


def _contrast(weights: Contrast, waves: Sequence[WaveScore]) -> tuple[float, float, float]:
    """Value, standard error and Satterthwaite's degrees of freedom of Σ weights · mean."""
    pairs = list(zip(weights, waves, strict=True))
    parts = [weight**2 * (wave.sd or 0.0) ** 2 / wave.n for weight, wave in pairs]
    within = math.fsum(part**2 / (wave.n - 1) for part, wave in zip(parts, waves, strict=True))
    total = math.fsum(parts)
    value = math.fsum(weight * wave.mean for weight, wave in pairs)
    return value, math.sqrt(total), total**2 / within
