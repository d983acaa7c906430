"""One line of a file of values → what it says, with every fault of its cells."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from surveys.files.columns import Record
from surveys.files.headings import ImportColumn
from surveys.files.missing_marks import is_dash
from surveys.files.report import ImportFault
from surveys.organisation.models import Unit
from surveys.platform.texts import _, pgettext
from surveys.scorecards.cards import AllAmbitions, IndicatorsByCode
from surveys.scorecards.doubts import future_words, impossible_words
from surveys.scorecards.frequencies import PART_HEADINGS, named_by, periods_of
from surveys.scorecards.measuring import MeasurementError, MeasurementKey, StandingValue, check_period
from surveys.scorecards.models import Indicator
from surveys.scorecards.written_periods import WrittenPeriod, WrittenPeriodError, read_period

MEASUREMENT_COLUMNS: Final = (
    ImportColumn("indicator", ("indikator", "indikatorkode", "styringsindikator")),
    ImportColumn("unit", ("enhet", "enhetskode")),
    ImportColumn("year", ("år", "tid"), instead=("part",)),
    ImportColumn("part", PART_HEADINGS, required=False),
    ImportColumn("value", ("verdi",)),
    ImportColumn("source", ("kilde",)),
    ImportColumn("measured_on", ("måledato", "målt"), required=False),
)

CellValue = TypeVar("CellValue")


@dataclass(frozen=True)
class ImportContext:
    """What the file's codes may point to, and what stands there now. dash_is_zero: what «-» was said to mean.

    may_enter: whether whoever sends the file may enter the indicator for the unit.
    """

    indicators: IndicatorsByCode
    units: Mapping[str, Unit]
    standing: Mapping[MeasurementKey, StandingValue]
    ambitions: AllAmbitions
    today: dt.date
    dash_is_zero: bool | None = None
    may_enter: Callable[[Indicator, Unit], bool] = lambda _indicator, _unit: True


@dataclass(frozen=True)
class ValueLine:
    """A line of the file without faults. is_percent: the cell said «%». has_date: the file said when."""

    row: Record
    indicator: Indicator
    unit: Unit
    year: int
    part: int
    value: float
    source: str
    measured_on: dt.date
    is_percent: bool
    has_date: bool
    # The day it is read: a period may not be over yet.
    today: dt.date

    @property
    def place(self) -> MeasurementKey:
        return self.indicator.id, self.unit.id, self.year, self.part


class MeasurementCellError(ValueError):
    """A cell that cannot be used, and why."""


def value_line(row: Record, known: ImportContext, faults: list[ImportFault]) -> ValueLine | None:
    """The row as values; None when it has faults, which are added to the list."""

    def read(column: str, parse: Callable[[str], CellValue]) -> CellValue | None:
        try:
            return parse(row[column])
        except (MeasurementCellError, WrittenPeriodError) as error:
            faults.append(row.fault(column, str(error)))
            return None

    code = read("indicator", partial(_known_code, known=known))
    unit = read("unit", partial(_unit, known=known))
    year = read("year", _year_cell)
    period = read("part" if row["part"] else "year", partial(_period, row=row)) if year is not None else None
    value = read("value", partial(_number, dash_is_zero=known.dash_is_zero))
    source = read("source", _source)
    day = read("measured_on", partial(_day, today=known.today))
    if not (code and unit and period and source and day) or value is None:
        return None
    indicator = read("indicator", partial(_indicator, unit=unit, year=period.year or 0, known=known))
    if indicator is None:
        return None
    if not known.may_enter(indicator, unit):
        words = _("Du fører ikke inn denne verdien for %(unit)s.", unit=unit.name)
        faults.append(row.fault("unit", words))
        return None
    if fault := _period_fault(row, indicator, period, known.today):
        faults.append(fault)
        return None
    line = ValueLine(
        row,
        indicator,
        unit,
        period.year or 0,
        period.part or 0,
        value,
        source,
        day,
        is_percent=row["value"].endswith("%"),
        has_date=bool(row["measured_on"]),
        today=known.today,
    )
    if fault := _value_fault(row, line, known):
        faults.append(fault)
        return None
    return line


def _period_fault(
    row: Record, indicator: Indicator, period: WrittenPeriod, today: dt.date
) -> ImportFault | None:
    column = "part" if row["part"] else "year"
    measured = indicator.frequency
    named = period.frequency or (named_by(row.headings.get("part", "")) if row["part"] else None)
    if period.frequency and period.frequency is not measured:
        return row.fault(
            column,
            _(
                "Indikatoren måles per %(name)s, og dette er %(other)s.",
                name=periods_of(measured).name(),
                other=periods_of(period.frequency).name(),
            ),
        )
    year, part = period.year or 0, period.part or 0
    try:
        check_period(measured, year, part)
    except MeasurementError as error:
        return row.fault("part" if 1990 <= year <= 2100 else "year", str(error))
    if part and named not in {None, measured}:
        name = periods_of(measured).name()
        return row.fault("part", _("Indikatoren måles per %(name)s. Kall kolonnen «periode».", name=name))
    words = future_words(measured, year, part, today)
    return row.fault("year", words) if words else None


def _value_fault(row: Record, line: ValueLine, known: ImportContext) -> ImportFault | None:
    standing = known.standing.get(line.place)
    if standing is not None and standing.release_id is not None:
        return row.fault("value", _("Verdien kommer fra en frigitt undersøkelse og kan ikke overskrives."))
    words = impossible_words(line.indicator, line.value)
    return row.fault("value", words) if words else None


def _known_code(code: str, known: ImportContext) -> str:
    if code not in known.indicators.codes:
        codes = ", ".join(sorted(known.indicators.codes)) or pgettext("an empty list", "ingen")
        raise MeasurementCellError(
            _("Ukjent indikator «%(code)s». Disse finnes: %(codes)s.", code=code, codes=codes)
        )
    return code


def _indicator(code: str, unit: Unit, year: int, known: ImportContext) -> Indicator:
    found = known.indicators.on_card_of(code, known.ambitions.line(unit.id), year)
    if found is None:
        raise MeasurementCellError(
            _(
                "Flere kort har en indikator «%(code)s», og ingen av dem er kortet til %(unit)s.",
                code=code,
                unit=unit.name,
            )
        )
    return found


def _unit(code: str, known: ImportContext) -> Unit:
    if code not in known.units:
        raise MeasurementCellError(_("Ukjent enhet «%(code)s». Bruk enhetens kode.", code=code))
    return known.units[code]


def _year_cell(text: str) -> str:
    """A lone number here is a year, never a part of one."""
    if re.fullmatch(r"[0-9]+", text) and not re.fullmatch(r"199[0-9]|20[0-9]{2}", text):
        raise MeasurementCellError(_("Året må skrives med fire sifre, fra 1990, ikke «%(text)s».", text=text))
    return text


def _period(_text: str, row: Record) -> WrittenPeriod:
    """The year and the part, however the two columns share them."""
    found = read_period(row["year"], row["part"])
    if found.year is None or not 1990 <= found.year <= 2100:
        text = row["year"] or row["part"]
        raise MeasurementCellError(_("Året må skrives med fire sifre, fra 1990, ikke «%(text)s».", text=text))
    return found


def _source(text: str) -> str:
    if not text:
        raise MeasurementCellError(_("Kilden mangler. Skriv hvor tallet kommer fra."))
    return text


def _number(text: str, dash_is_zero: bool | None = None) -> float:
    """«7,9», «7.9», «−0,5 %», «1 234,5». Raises MeasurementCellError."""
    if is_dash(text) and dash_is_zero is not False:
        return 0.0
    return read_number(text)


def read_number(text: str) -> float:
    """A number as people write it. Raises MeasurementCellError."""
    plain = re.sub(r"\s|%$", "", text).replace("−", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,12}([.,][0-9]+)?", plain):
        raise MeasurementCellError(_("Verdien må være et tall, ikke «%(text)s».", text=text))
    return float(plain.replace(",", "."))


def _day(text: str, today: dt.date) -> dt.date:
    return read_day(text, today) if text else today


def read_day(text: str, today: dt.date) -> dt.date:
    """A day that has been, as `written_day`. Raises MeasurementCellError."""
    found = written_day(text)
    if found > today:
        raise MeasurementCellError(_("Datoen %(text)s har ikke vært ennå.", text=text))
    return found


def written_day(text: str) -> dt.date:
    """«2026-09-01» or «01.09.2026». Raises MeasurementCellError."""
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    raise MeasurementCellError(
        _("Datoen må skrives som 31.12.2026 eller 2026-12-31, ikke «%(text)s».", text=text)
    )
