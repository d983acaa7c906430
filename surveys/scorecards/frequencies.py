"""How often an indicator is measured, and everything that follows from it.

A new frequency is a member of `Frequency` and a class here; pages, imports, sparklines and due dates ask the class.
"""

import datetime as dt
from abc import ABC, abstractmethod
from enum import StrEnum
from typing import ClassVar, Final, assert_never

from surveys.platform.texts import _


class Frequency(StrEnum):
    YEAR = "year"
    TERTIAL = "tertial"
    QUARTER = "quarter"
    MONTH = "month"


class Periods(ABC):
    """The periods of a frequency. A period is a year and its part: 1 to `parts`, or 0 for a whole year."""

    parts: ClassVar[int]
    headings: ClassVar[tuple[str, ...]]
    """What the column with the part is called in files."""
    years_valid: ClassVar[int] = 1
    """How many years a value is new, unless its indicator says something else."""

    @abstractmethod
    def name(self) -> str:
        """One period: «tertial», as in «per tertial»."""

    @abstractmethod
    def words(self, year: int, part: int) -> str:
        """«2. tertial 2026»."""

    @abstractmethod
    def part_fault(self) -> str:
        """What a part must be, for somebody who wrote another."""

    @property
    def first_part(self) -> int:
        return 0 if self.parts == 1 else 1

    def first_day(self, year: int, part: int) -> dt.date:
        return dt.date(year, 1 + max(part - 1, 0) * 12 // self.parts, 1)

    def last_day(self, year: int, part: int) -> dt.date:
        return self.first_day(*self.after(year, part)) - dt.timedelta(days=1)

    def after(self, year: int, part: int) -> tuple[int, int]:
        """The next period."""
        return (year + 1, self.first_part) if part in {0, self.parts} else (year, part + 1)

    def before(self, year: int, part: int) -> tuple[int, int]:
        """The period before."""
        return (year - 1, 0 if self.parts == 1 else self.parts) if part <= 1 else (year, part - 1)

    def last_ended(self, today: dt.date) -> tuple[int, int]:
        """The newest period that is over."""
        found = (today.year, 0 if self.parts == 1 else self.parts)
        while self.last_day(*found) >= today:
            found = self.before(*found)
        return found

    def has_part(self, part: int) -> bool:
        return part == 0 if self.parts == 1 else 1 <= part <= self.parts


class YearPeriods(Periods):
    parts = 1
    headings = ()
    years_valid = 2

    def name(self) -> str:
        return _("år")

    def words(self, year: int, part: int) -> str:  # noqa: ARG002
        return str(year)

    def part_fault(self) -> str:
        return _("Indikatoren måles for hele året. La perioden stå tom.")


class TertialPeriods(Periods):
    parts = 3
    headings = ("tertial",)

    def name(self) -> str:
        return _("tertial")

    def words(self, year: int, part: int) -> str:
        return _("%(part)s. tertial %(year)s", part=part, year=year)

    def part_fault(self) -> str:
        return _("Tertialet må være et tall fra 1 til 3.")


class QuarterPeriods(Periods):
    parts = 4
    headings = ("kvartal",)

    def name(self) -> str:
        return _("kvartal")

    def words(self, year: int, part: int) -> str:
        return _("%(part)s. kvartal %(year)s", part=part, year=year)

    def part_fault(self) -> str:
        return _("Kvartalet må være et tall fra 1 til 4.")


class MonthPeriods(Periods):
    parts = 12
    headings = ("måned",)

    def name(self) -> str:
        return _("måned")

    def words(self, year: int, part: int) -> str:
        months = (
            _("januar"), _("februar"), _("mars"), _("april"), _("mai"), _("juni"),
            _("juli"), _("august"), _("september"), _("oktober"), _("november"), _("desember"),
        )  # fmt: skip
        return f"{months[part - 1]} {year}"

    def part_fault(self) -> str:
        return _("Måneden må være et tall fra 1 til 12.")


def periods_of(frequency: Frequency) -> Periods:
    match frequency:
        case Frequency.YEAR:
            return YearPeriods()
        case Frequency.TERTIAL:
            return TertialPeriods()
        case Frequency.QUARTER:
            return QuarterPeriods()
        case Frequency.MONTH:
            return MonthPeriods()
        case _:
            assert_never(frequency)


PART_HEADINGS: Final = ("periode", *(heading for one in Frequency for heading in periods_of(one).headings))


def named_by(heading: str) -> Frequency | None:
    """The frequency that a column's heading names; None for «periode», which any may use."""
    plain = heading.strip().casefold()
    return next((one for one in Frequency if plain in periods_of(one).headings), None)
