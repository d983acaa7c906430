"""The pictures of quality: what each of them shows, apart from how it is drawn.

The page draws one as SVG (`templates/hr/quality/pictures.html`), and `surveys.hr.quality.figures` makes Plotly's figure
of it for somebody who explores. The same figures are in a table beside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Factor
from surveys.hr.quality.items import ItemRow
from surveys.hr.quality.limits import ALPHA, ITEM_REST, decimal, interval
from surveys.hr.quality.years import AlphaOfYear
from surveys.platform.localisation import localised, number, percent
from surveys.platform.texts import _

ROOM_FOR_TEXT: Final = 0.12
"""The smallest share that has room for its number inside, on the narrowest phone."""
DARK: Final = 0.7
"""From this shade on, letters in the paper's colour are easier to read."""
_TICKS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Dot:
    """A figure, and the ends of its interval when it has one. year: «» when it is not one of several."""

    value: float
    low: float | None = None
    high: float | None = None
    year: str = ""

    @property
    def text(self) -> str:
        """The number that is written beside."""
        return decimal(self.value)

    @property
    def told(self) -> str:
        """«2024: 0,81 (0,77 til 0,85)»."""
        if self.low is None or self.high is None:
            return f"{self.year}: {self.text}" if self.year else self.text
        return f"{self.year}: {self.text} ({interval(self.low, self.high)})"


@dataclass(frozen=True)
class Series:
    """A figure, or None, for each row of the chart. name: «» when the chart has one series only."""

    name: str
    dots: tuple[Dot | None, ...]


@dataclass(frozen=True)
class DotChart:
    """Rows from top to bottom, each with a dot for each series, oldest first, on one axis with a named limit."""

    finding: str
    rows: tuple[str, ...]
    axis: str
    low: float
    high: float
    limit: float
    limit_text: str
    series: tuple[Series, ...]

    def position(self, value: float) -> str:
        """Where a figure is along the axis: «63.25%»."""
        return f"{100 * (value - self.low) / (self.high - self.low):.2f}%"

    @property
    def ticks(self) -> list[tuple[str, str]]:
        """Places and numbers along the axis."""
        return [(self.position(tick), number(tick, 1)) for tick in _TICKS if tick >= self.low]


@dataclass(frozen=True)
class ShareChart:
    """Rows as bars of a hundred per cent. parts: names, lowest answer first. shares: for each row, a share of each."""

    finding: str
    rows: tuple[str, ...]
    axis: str
    parts: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]

    def shade(self, part: int) -> float:
        """How strong the colour of a part is, 0–1: stronger towards the scale's top."""
        return 1.0 if len(self.parts) < 2 else 0.08 + 0.9 * part / (len(self.parts) - 1)

    def is_dark(self, part: int) -> bool:
        """Whether letters on the part are in the paper's colour."""
        return self.shade(part) > DARK

    def widths(self, row: int) -> list[float]:
        """The shares as parts of a whole bar: shares in whole percents may add up to 99 or 101."""
        total = sum(self.shares[row]) or 1.0
        return [share / total for share in self.shares[row]]

    def bars(self, row: int) -> list[tuple[str, str, str, int, str]]:
        """Of each part: its beginning, width and middle, which part it is, and its number if there is room."""
        found, start = [], 0.0
        for part, (share, width) in enumerate(zip(self.shares[row], self.widths(row), strict=True)):
            text = percent(share) if share >= ROOM_FOR_TEXT else ""
            found.append(
                (
                    f"{100 * start:.2f}%",
                    f"{100 * width:.2f}%",
                    f"{100 * (start + width / 2):.2f}%",
                    part,
                    text,
                )
            )
            start += width
        return found


def item_rest_chart(rows: Sequence[ItemRow], finding: str) -> DotChart:
    """Each statement's correlation with the others, beside the limit."""
    lowest = min([row.rest for row in rows if row.rest is not None], default=0.0)
    return DotChart(
        finding,
        tuple(row.text for row in rows),
        _("Korrelasjon med resten av temaet"),
        min(0.0, lowest - 0.05),
        1.0,
        ITEM_REST.good,
        _("grense %(limit)s", limit=decimal(ITEM_REST.good)),
        (Series("", tuple(None if row.rest is None else Dot(row.rest) for row in rows)),),
    )


def alpha_chart(found: Mapping[str, Sequence[AlphaOfYear]], titles: Mapping[str, str]) -> DotChart:
    """Each factor's alpha with its interval, a series for each year."""
    years = sorted({one.year for waves in found.values() for one in waves})
    lows = [one.low for waves in found.values() for one in waves if one.low is not None]
    return DotChart(
        _("Cronbachs alfa for hvert tema, år for år"),
        tuple(titles[key] for key in found),
        _("Cronbachs alfa med 95 % intervall"),
        min(0.5, *lows) - 0.02 if lows else 0.0,
        1.0,
        ALPHA.good,
        _("grense %(limit)s", limit=decimal(ALPHA.good)),
        tuple(
            Series(str(year), tuple(_alpha_dot(waves, year) for waves in found.values())) for year in years
        ),
    )


def _alpha_dot(waves: Sequence[AlphaOfYear], year: int) -> Dot | None:
    found = next((one for one in waves if one.year == year), None)
    if found is None or found.alpha is None:
        return None
    return Dot(found.alpha, found.low, found.high, str(year))


def answers_chart(rows: Sequence[ItemRow], factor: Factor) -> ShareChart | None:
    """The shares of each answer to each statement, lowest first; None where no statement's answers are kept."""
    with_answers = [row for row in rows if row.answers]
    if not with_answers:
        return None
    return ShareChart(
        _("Slik fordeler svarene seg i hele undersøkelsen"),
        tuple(row.text for row in with_answers),
        _("Andel av svarene"),
        tuple(localised(point.label) for point in factor.scale.points),
        tuple(row.answers for row in with_answers),
    )
