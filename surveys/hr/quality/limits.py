"""Named limits for the figures of a quality report, each with its source, and what a figure comes to."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveys.platform.localisation import number
from surveys.platform.texts import _


class Mark(StrEnum):
    """What a figure comes to. UNKNOWN: it cannot be computed, or rests on too little.

    DISCUSSED and MISSING are for what no figure can say: somebody has written down what they think, or nobody has.
    """

    GOOD = "good"
    CAREFUL = "careful"
    WEAK = "weak"
    UNKNOWN = "unknown"
    DISCUSSED = "discussed"
    MISSING = "missing"
    # A figure that no limit was made for: not judged
    NO_LIMIT = "no_limit"


@dataclass(frozen=True)
class QualityLimit:
    """Where a figure is good, where it is still tolerable, and who said so. `low`: small figures are good."""

    good: float
    source: str
    tolerable: float | None = None
    low: bool = False
    decimals: int = 2

    def mark(self, value: float | None) -> Mark:
        if value is None:
            return Mark.UNKNOWN
        if self._reaches(value, self.good):
            return Mark.GOOD
        if self.tolerable is not None and self._reaches(value, self.tolerable):
            return Mark.CAREFUL
        return Mark.WEAK

    def _reaches(self, value: float, limit: float) -> bool:
        return value <= limit if self.low else value >= limit

    @property
    def words(self) -> str:
        """«minst 0,70»."""
        limit = number(self.good, self.decimals)
        return _("høyst %(limit)s", limit=limit) if self.low else _("minst %(limit)s", limit=limit)


@dataclass(frozen=True)
class QualityFinding:
    """One row: a figure with its interval, n, limit and source; what it means, and what to do. Texts, ready to show."""

    name: str
    value: str
    mark: Mark
    meaning: str
    advice: str = ""
    interval: str = ""
    n: str = ""
    limit: str = ""
    source: str = ""


ALPHA: Final = QualityLimit(0.70, "Nunnally & Bernstein 1994")
ALPHA_GOOD: Final = 0.80  # the same source: for basic research
ALPHA_REDUNDANT: Final = 0.95  # Streiner 2003: the items say the same thing
ITEM_REST: Final = QualityLimit(0.30, "Nunnally & Bernstein 1994")
INTERITEM: Final = (0.15, 0.50)  # Clark & Watson 1995
KMO: Final = QualityLimit(0.60, "Kaiser 1974")
CFI: Final = QualityLimit(0.95, "Hu & Bentler 1999", tolerable=0.90)
TLI: Final = QualityLimit(0.95, "Hu & Bentler 1999", tolerable=0.90)
RMSEA: Final = QualityLimit(0.06, "Hu & Bentler 1999", tolerable=0.08, low=True)
SRMR: Final = QualityLimit(0.08, "Hu & Bentler 1999", tolerable=0.10, low=True)
AVE: Final = QualityLimit(0.50, "Fornell & Larcker 1981")
COMPOSITE: Final = QualityLimit(0.70, "Fornell & Larcker 1981")
HTMT: Final = QualityLimit(0.85, "Henseler, Ringle & Sarstedt 2015", tolerable=0.90, low=True)
LOADING: Final = QualityLimit(0.40, "Stevens 2002")
CROSS_LOADING: Final = QualityLimit(0.32, "Costello & Osborne 2005", low=True)
ICC1: Final = QualityLimit(0.10, "LeBreton & Senter 2008", tolerable=0.05)
ICC2: Final = QualityLimit(0.70, "LeBreton & Senter 2008")
SIGNIFICANCE: Final = 0.05
CRAMERS_V: Final = QualityLimit(0.10, "Cohen 1988", tolerable=0.30, low=True)
STABILITY: Final = QualityLimit(0.50, "Cohen 1988", tolerable=0.30)
FEWEST_ANSWERS: Final = 50
"""Below this alpha is noise: its standard deviation is .5–.8 at n = 3–9."""
ROWS_PER_ITEM: Final = 5  # Gorsuch 1983


def decimal(value: float | None, decimals: int = 2) -> str:
    """The number, or a dash when there is none."""
    return "–" if value is None else number(value, decimals)


def beside(limit: QualityLimit, value: float | None) -> str:
    """The number with a decimal more when rounding would put it on the other side of its limit: «0,697»."""
    if value is None:
        return "–"
    rounded = round(value, limit.decimals)
    return number(value, limit.decimals + (limit.mark(value) is not limit.mark(rounded)))


def interval(low: float | None, high: float | None, decimals: int = 2) -> str:
    """«0,77 til 0,91», or a dash."""
    if low is None or high is None:
        return "–"
    return _("%(low)s til %(high)s", low=number(low, decimals), high=number(high, decimals))


def probability(p: float | None) -> str:
    """«p < 0,001» or «p = 0,034»."""
    if p is None:
        return "–"
    return _("p < 0,001") if p < 0.001 else _("p = %(p)s", p=number(p, 3))


def count_word(count: int) -> str:
    """«ti» for 10; digits above twelve."""
    words = [
        _("null"),
        _("ett"),
        _("to"),
        _("tre"),
        _("fire"),
        _("fem"),
        _("seks"),
        _("sju"),
        _("åtte"),
        _("ni"),
    ]
    words += [_("ti"), _("elleve"), _("tolv")]
    return words[count] if count < len(words) else number(count, 0)
