"""Directions over the years in plain words."""

from analysis.trend import TrendVerdict
from surveys.platform.localisation import number, percent
from surveys.platform.texts import _
from surveys.release.measures import MeasureKind
from surveys.results.trends.queries import TrendLine


def mean_text(line: TrendLine, mean: float | None) -> str:
    if mean is None:
        return "–"
    return percent(mean) if line.kind == MeasureKind.SHARE else number(mean)


def slope_text(line: TrendLine) -> str:
    """«+0,15 (+0,05 til +0,25)»: the change a year and its interval; in percentage points for a share."""
    factor, decimals = (100, 0) if line.kind == MeasureKind.SHARE else (1, 2)
    slope, low, high = (
        number(value * factor, decimals, sign=True) for value in (line.slope, line.ci_low, line.ci_high)
    )
    if line.kind == MeasureKind.SHARE:
        return _("%(slope)s prosentpoeng (%(low)s til %(high)s)", slope=slope, low=low, high=high)
    return _("%(slope)s (%(low)s til %(high)s)", slope=slope, low=low, high=high)


def verdict_text(line: TrendLine) -> str:
    """«Tydelig oppover», «Ujevnt. Størst steg fra 2022 til 2024»: never a direction for noise or a single step."""
    return direction_text(line.verdict, line.step)


def direction_text(verdict: TrendVerdict, step: tuple[int, int]) -> str:
    """The same of a line that is no page's. step: the two years with the largest step between them."""
    if verdict == TrendVerdict.UNEVEN:
        return _("Ujevnt. Størst steg fra %(first)s til %(last)s", first=step[0], last=step[1])
    words = {TrendVerdict.UP: _("Tydelig oppover"), TrendVerdict.DOWN: _("Tydelig nedover")}
    return words.get(verdict, _("Ingen sikker retning"))
