"""A unit's card across the years: every indicator on the same years, and those that are read in pairs.

Made of the card as its reader may read it: who sees what is decided there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from surveys.platform.texts import _
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.queries import Card
from surveys.scorecards.rows import SMALLEST_SPAN, HistoryEntry, IndicatorRow
from surveys.scorecards.sparkline import Spark, SparkFrame, spark

WIDTH: Final = 320
HEIGHT: Final = 56
MOST_STACKED: Final = 4
"""A cell has a line for each period of a year up to this many; of more it has the last."""
_MOST_TICKS: Final = 7


@dataclass(frozen=True)
class YearTick:
    x: float
    year: int


@dataclass(frozen=True)
class YearAxis:
    """The years that every picture of the page shows: first and last time in years."""

    first: float
    last: float

    @property
    def ticks(self) -> tuple[YearTick, ...]:
        """Each year, or every second, third … when they are many."""
        years = range(int(self.first), int(self.last) + 1)
        step = -(-len(years) // _MOST_TICKS) or 1
        frame = SparkFrame(WIDTH, HEIGHT, self.first, self.last)
        return tuple(YearTick(round(frame.across(year, ()), 1), year) for year in years[::step])


@dataclass(frozen=True)
class YearCell:
    """One year of an indicator: a value for each period, oldest first. notes: why there is none."""

    year: int
    values: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator across the years. pictures: None with fewer than two values. note: why there is no value."""

    row: IndicatorRow
    cells: tuple[YearCell, ...]
    picture: Spark | None
    small_picture: Spark | None

    @property
    def name(self) -> str:
        return f"{self.row.code} {self.row.title}"

    @property
    def parts(self) -> int:
        """How many periods a year has."""
        return periods_of(self.row.frequency).parts

    @property
    def per(self) -> str:
        """«per tertial»; «» for whole years."""
        return _("per %(period)s", period=periods_of(self.row.frequency).name()) if self.parts > 1 else ""

    @property
    def change(self) -> str:
        """What may be said of the change: the words of the card."""
        previous = self.row.previous
        if previous is None or not previous.change:
            return ""
        return _("%(change)s siden %(period)s", change=previous.change, period=previous.period)


@dataclass(frozen=True)
class LinePair:
    experienced: IndicatorLine
    measured: IndicatorLine


@dataclass(frozen=True)
class CrossView:
    """pairs_are_chosen: somebody chose them for the card; else they are the nearest two in each perspective."""

    card: Card
    axis: YearAxis
    pairs: tuple[LinePair, ...]
    pairs_are_chosen: bool
    experienced: tuple[IndicatorLine, ...]
    measured: tuple[IndicatorLine, ...]

    @property
    def lines(self) -> tuple[IndicatorLine, ...]:
        return (*self.experienced, *self.measured)

    @property
    def has_values(self) -> bool:
        return any(line.row.value for line in self.lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """Why values are missing, each once, with its year."""
        found = [f"{line.name}, {note}" for line in self.lines for cell in line.cells for note in cell.notes]
        found += [f"{line.name}: {line.row.reason}" for line in self.lines if _lacks_words(line)]
        return tuple(dict.fromkeys(found))


def _lacks_words(line: IndicatorLine) -> bool:
    """No cell says already what the card says of the newest value."""
    told = [note for cell in line.cells for note in cell.notes]
    return bool(line.row.reason) and not any(note.endswith(line.row.reason) for note in told)


def cross_view(card: Card, chosen: Sequence[tuple[int, int]]) -> CrossView:
    """The page of a card. chosen: (experienced, measured) indicator ids, some of which may not be on this card."""
    axis = _axis(card)
    lines = {row.indicator_id: _line(row, card.years, axis) for row in card.rows}
    pairs = [LinePair(lines[one], lines[other]) for one, other in chosen if one in lines and other in lines]
    usual = [LinePair(lines[one], lines[other]) for one, other in usual_pairs(card)]
    return CrossView(
        card,
        axis,
        tuple(pairs or usual),
        bool(pairs),
        tuple(line for line in lines.values() if line.row.is_experienced),
        tuple(line for line in lines.values() if not line.row.is_experienced),
    )


def usual_pairs(card: Card) -> Iterator[tuple[int, int]]:
    """Where nobody has chosen: the first experienced and the first measured of a perspective that has both."""
    for perspective in card.perspectives:
        sides: Mapping[bool, list[int]] = {True: [], False: []}
        for row in perspective.rows:
            sides[row.is_experienced].append(row.indicator_id)
        if sides[True] and sides[False]:
            yield sides[True][0], sides[False][0]


def _axis(card: Card) -> YearAxis:
    times = [entry.moment.time for row in card.rows for entry in row.history if entry.moment is not None]
    first, last = min(card.years, default=card.year), max(card.years, default=card.year)
    return YearAxis(first, max([last, *times]))


def _line(row: IndicatorRow, years: Sequence[int], axis: YearAxis) -> IndicatorLine:
    moments = [entry.moment for entry in reversed(row.history) if entry.moment is not None]
    large = SparkFrame(WIDTH, HEIGHT, axis.first, axis.last)
    small = SparkFrame(first=axis.first, last=axis.last)
    return IndicatorLine(
        row,
        tuple(_cell(row, year) for year in years),
        spark(moments, None, SMALLEST_SPAN, large),
        spark(moments, None, SMALLEST_SPAN, small),
    )


def _cell(row: IndicatorRow, year: int) -> YearCell:
    found = {entry.part: entry for entry in row.history if entry.year == year}
    if not found:
        return YearCell(year)
    notes = tuple(f"{entry.period}: {entry.reason}" for entry in found.values() if not entry.value)
    parts = periods_of(row.frequency).parts
    if parts > MOST_STACKED:
        return YearCell(year, (_with_period(found[max(found)]),), notes)
    if parts == 1:
        return YearCell(year, (_value(found[min(found)]),), notes)
    return YearCell(year, tuple(_value(found.get(part)) for part in range(1, max(found) + 1)), notes)


def _value(entry: HistoryEntry | None) -> str:
    if entry is None:
        return "–"
    return entry.value or _("Skjult")


def _with_period(entry: HistoryEntry) -> str:
    return f"{entry.period}: {_value(entry)}"
