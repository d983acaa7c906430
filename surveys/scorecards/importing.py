"""Values from a file onto the cards: sykefravær, budget deviation, KOSTRA figures. Dry run unless told otherwise."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.files.columns import Record, read_records
from surveys.files.headings import ImportColumn
from surveys.files.report import ImportChange, ImportFault, ImportReport, told_once
from surveys.organisation.models import Unit
from surveys.platform.localisation import localised
from surveys.platform.texts import _, pgettext
from surveys.scorecards.cards import AllAmbitions, all_ambitions
from surveys.scorecards.frequencies import PART_HEADINGS, named_by, periods_of
from surveys.scorecards.measuring import MeasurementError, check_period, record_measurement
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.texts import value_words

MEASUREMENT_COLUMNS: Final = (
    ImportColumn("indicator", ("indikator", "indikatorkode", "styringsindikator")),
    ImportColumn("unit", ("enhet", "enhetskode")),
    ImportColumn("year", ("år",)),
    ImportColumn("part", PART_HEADINGS, required=False),
    ImportColumn("value", ("verdi",)),
    ImportColumn("source", ("kilde",)),
    ImportColumn("measured_on", ("måledato", "målt"), required=False),
)

CellValue = TypeVar("CellValue")
MeasurementKey = tuple[int, int, int, int]
"""Indicator id, unit id, year and part."""


@dataclass(frozen=True)
class ImportContext:
    """What the file's codes may point to, and what stands there now."""

    indicators: Mapping[str, Indicator]
    units: Mapping[str, Unit]
    standing: Mapping[MeasurementKey, Measurement]
    ambitions: AllAmbitions


@dataclass(frozen=True)
class ValueLine:
    """A line of the file without faults."""

    indicator: Indicator
    unit: Unit
    year: int
    part: int
    value: float
    source: str
    measured_on: dt.date

    @property
    def place(self) -> MeasurementKey:
        return self.indicator.id, self.unit.id, self.year, self.part


class MeasurementCellError(ValueError):
    """A cell that cannot be used, and why."""


def import_measurements(session: Session, file: Path, *, apply: bool, today: dt.date) -> ImportReport:
    """What the file would change, and with `apply` the change itself, in the caller's transaction.

    Faults of any kind stand in the report, and then nothing is changed.
    """
    read = read_records(file, MEASUREMENT_COLUMNS)
    rows = read.rows
    if read.faults:
        return ImportReport(faults=read.faults, notes=read.notes)
    known = _known(session)
    lines, faults = _lines(rows, known, today)
    if not rows:
        faults.append(ImportFault(_("Filen har ingen verdier under overskriften.")))
    if faults:
        return ImportReport(faults=told_once(faults), notes=read.notes)
    report = replace(_report(lines, known, apply=apply), notes=read.notes)
    if apply and report.changes:
        for line in lines:
            record_measurement(
                session,
                line.indicator,
                line.unit,
                line.year,
                line.part,
                line.value,
                line.source,
                line.measured_on,
            )
        audit.record(
            session, "measurements.imported", file.name, new=len(report.new), changed=len(report.changed)
        )
    return report


def _known(session: Session) -> ImportContext:
    standing = session.scalars(select(Measurement).where(Measurement.current))
    return ImportContext(
        {indicator.code: indicator for indicator in session.scalars(select(Indicator))},
        {unit.code: unit for unit in session.scalars(select(Unit))},
        {(m.indicator_id, m.unit_id, m.year, m.part): m for m in standing},
        all_ambitions(session),
    )


def _lines(
    rows: Sequence[Record], known: ImportContext, today: dt.date
) -> tuple[list[ValueLine], list[ImportFault]]:
    """Every usable line, and every fault of the others."""
    lines: list[ValueLine] = []
    faults: list[ImportFault] = []
    first: dict[MeasurementKey, int] = {}
    for row in rows:
        line = _line(row, known, today, faults)
        if line is None:
            continue
        if line.place in first:
            faults.append(
                row.fault(
                    "indicator",
                    _("Den samme perioden står også på linje %(first)s.", first=first[line.place]),
                )
            )
        first.setdefault(line.place, row.line)
        lines.append(line)
    return lines, faults


def _line(row: Record, known: ImportContext, today: dt.date, faults: list[ImportFault]) -> ValueLine | None:
    """The row as values; None when it has faults, which are added to the list."""

    def read(column: str, parse: Callable[[str], CellValue]) -> CellValue | None:
        try:
            return parse(row[column])
        except MeasurementCellError as error:
            faults.append(row.fault(column, str(error)))
            return None

    indicator = read("indicator", partial(_indicator, known=known))
    unit = read("unit", partial(_unit, known=known))
    year = read("year", _year)
    part = read("part", _part)
    value = read("value", _number)
    source = read("source", _source)
    day = read("measured_on", partial(_day, today=today))
    if not (indicator and unit and year and source and day) or part is None or value is None:
        return None
    line = ValueLine(indicator, unit, year, part, value, source, day)
    if fault := _period_fault(row, line) or _survey_fault(row, line, known):
        faults.append(fault)
        return None
    return line


def _period_fault(row: Record, line: ValueLine) -> ImportFault | None:
    try:
        check_period(line.indicator.frequency, line.year, line.part)
    except MeasurementError as error:
        return row.fault("part", str(error))
    named, measured = named_by(row.headings.get("part", "")), line.indicator.frequency
    if line.part and named not in {None, measured}:
        name = periods_of(measured).name()
        return row.fault("part", _("Indikatoren måles per %(name)s. Kall kolonnen «periode».", name=name))
    return None


def _survey_fault(row: Record, line: ValueLine, known: ImportContext) -> ImportFault | None:
    standing = known.standing.get(line.place)
    if standing is None or standing.release_id is None:
        return None
    return row.fault("value", _("Verdien kommer fra en frigitt undersøkelse og kan ikke overskrives."))


def _indicator(code: str, known: ImportContext) -> Indicator:
    if code not in known.indicators:
        codes = ", ".join(sorted(known.indicators)) or pgettext("an empty list", "ingen")
        raise MeasurementCellError(
            _("Ukjent indikator «%(code)s». Disse finnes: %(codes)s.", code=code, codes=codes)
        )
    return known.indicators[code]


def _unit(code: str, known: ImportContext) -> Unit:
    if code not in known.units:
        raise MeasurementCellError(_("Ukjent enhet «%(code)s». Bruk enhetens kode.", code=code))
    return known.units[code]


def _year(text: str) -> int:
    if not re.fullmatch(r"199[0-9]|20[0-9]{2}", text):
        raise MeasurementCellError(_("Året må skrives med fire sifre, fra 1990, ikke «%(text)s».", text=text))
    return int(text)


def _part(text: str) -> int:
    """«2»; nothing is the whole year."""
    if not re.fullmatch(r"[0-9]{0,2}", text):
        raise MeasurementCellError(_("Perioden må være et tall, ikke «%(text)s».", text=text))
    return int(text or 0)


def _source(text: str) -> str:
    if not text:
        raise MeasurementCellError(_("Kilden mangler. Skriv hvor tallet kommer fra."))
    return text


def _number(text: str) -> float:
    """«7,9», «7.9», «−0,5 %», «1 234,5». Raises CellError."""
    plain = re.sub(r"\s|%$", "", text).replace("−", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,12}([.,][0-9]+)?", plain):
        raise MeasurementCellError(_("Verdien må være et tall, ikke «%(text)s».", text=text))
    return float(plain.replace(",", "."))


def _day(text: str, today: dt.date) -> dt.date:
    """«2026-09-01» or «01.09.2026»; today when the file does not say."""
    if not text:
        return today
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            found = dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
        if found > today:
            raise MeasurementCellError(_("Datoen %(text)s har ikke vært ennå.", text=text))
        return found
    raise MeasurementCellError(
        _("Datoen må skrives som 31.12.2026 eller 2026-12-31, ikke «%(text)s».", text=text)
    )


def _report(lines: Sequence[ValueLine], known: ImportContext, *, apply: bool) -> ImportReport:
    new = tuple(_change(line, known) for line in lines if line.place not in known.standing)
    changed = tuple(_changes(lines, known))
    return ImportReport(new, changed, unchanged=len(lines) - len(new) - len(changed), applied=apply)


def _changes(lines: Sequence[ValueLine], known: ImportContext) -> Iterator[ImportChange]:
    for line in lines:
        before = known.standing.get(line.place)
        if before is not None and (before.value, before.source) != (line.value, line.source):
            yield _change(line, known, before)


def _change(line: ValueLine, known: ImportContext, before: Measurement | None = None) -> ImportChange:
    """«M1.2 Sykefravær – OK4, 2. tertial 2026: 11,2 % → 9,6 %»."""
    target = known.ambitions.of(line.indicator, line.unit.id, line.year)
    where = f"{line.unit.code}, {periods_of(line.indicator.frequency).words(line.year, line.part)}"
    now = value_words(line.value, line.indicator, target)
    if before is not None and before.value is not None:
        now = f"{value_words(before.value, line.indicator, target)} → {now}"
    return ImportChange(line.indicator.code, localised(line.indicator.title), f"{where}: {now}")
