"""The rounds of a scorecard's year: tertials with their deadlines, and what each part of the year is for."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from surveys.platform.localisation import long_date
from surveys.platform.texts import _
from surveys.scorecards.frequencies import TertialPeriods

ENTERED_WITHIN: Final = dt.timedelta(days=15)
"""How long after a period its values are to be entered, and yellow and red replied to."""


@dataclass(frozen=True)
class Round:
    """A tertial: its last day, and the day its values and replies are due."""

    year: int
    part: int

    @property
    def ends(self) -> dt.date:
        return TertialPeriods().last_day(self.year, self.part)

    @property
    def due(self) -> dt.date:
        return due_after(self.ends)

    @property
    def words(self) -> str:
        return TertialPeriods().words(self.year, self.part)

    def told(self, today: dt.date) -> str:
        """«Pågår til 31. august 2026.», «Frist 15. september 2026.»"""
        if today <= TertialPeriods().first_day(self.year, self.part) - dt.timedelta(days=1):
            return _("Begynner %(day)s.", day=long_date(TertialPeriods().first_day(self.year, self.part)))
        if today <= self.ends:
            return _("Pågår til %(end)s. Frist %(due)s.", end=long_date(self.ends), due=long_date(self.due))
        if today <= self.due:
            return _("Er over. Frist %(due)s.", due=long_date(self.due))
        return _("Fristen var %(due)s.", due=long_date(self.due))


def due_after(last_day: dt.date) -> dt.date:
    return last_day + ENTERED_WITHIN


def last_round(today: dt.date) -> Round:
    """The newest tertial that is over."""
    return Round(*TertialPeriods().last_ended(today))


@dataclass(frozen=True)
class YearPhase:
    """Four months of the municipality's year. months: first and last."""

    title: str
    text: str
    months: tuple[int, int]
    round: Round

    def is_now(self, today: dt.date) -> bool:
        return today.year == self.round.year and self.months[0] <= today.month <= self.months[1]


def phases(year: int) -> Iterable[YearPhase]:
    """January to April results, May to August dialogue, September to December budget."""
    return (
        YearPhase(
            _("Januar–april: resultater"),
            _("Undersøkelser, årsmelding for året før, og handlingsplan med vurdering av fjorårets tiltak."),
            (1, 4),
            Round(year, 1),
        ),
        YearPhase(
            _("Mai–august: dialog"),
            _("Resultatene blir drøftet i enhetene. Tiltakene følges opp i juni."),
            (5, 8),
            Round(year, 2),
        ),
        YearPhase(
            _("September–desember: budsjett"),
            _(
                "Mål og ambisjonsnivåer for neste år blir satt sammen med budsjettet. Tiltakene følges opp i oktober."
            ),
            (9, 12),
            Round(year, 3),
        ),
    )
