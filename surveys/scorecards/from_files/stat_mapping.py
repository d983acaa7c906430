"""Which unit, which indicator and which period a cell of a statistical table is, and the lines that it becomes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from surveys.files.columns import Record, TableRecords
from surveys.files.jsonstat import StatDimension, StatTable
from surveys.files.report import ImportFault
from surveys.platform.texts import _

WHOLE_TABLE: Final = ""
"""In place of a category, where the table has no dimension for units or indicators: everything in it is of one."""

_COLUMNS: Final = ("indicator", "unit", "year", "value", "source", "measured_on")
MOST_LINES: Final = 20_000


@dataclass(frozen=True)
class StatMapping:
    """What somebody has said of a table. units and indicators: category → code; picked: dimension → category.

    A category without a code is left out.
    """

    units: Mapping[str, str] = field(default_factory=dict)
    indicators: Mapping[str, str] = field(default_factory=dict)
    picked: Mapping[str, str] = field(default_factory=dict)


def guessed_mapping(table: StatTable, units: Mapping[str, str], indicators: Iterable[str]) -> StatMapping:
    """What needs no asking. units: code → name; indicators: codes. By code first, then by name."""
    known = set(indicators)
    by_name = {name.casefold(): code for code, name in units.items()}

    def unit_of(code: str, label: str) -> str:
        return code if code in units else by_name.get(label.casefold(), "")

    found_units = {code: unit_of(code, label) for code, label in unit_categories(table).items()}
    found = {code: code if code in known else "" for code in indicator_categories(table)}
    picked = {each.code: next(iter(each.categories)) for each in table.others}
    return StatMapping(found_units, found, picked)


def unit_categories(table: StatTable) -> Mapping[str, str]:
    return table.region.categories if table.region else {WHOLE_TABLE: _("Hele tabellen")}


def indicator_categories(table: StatTable) -> Mapping[str, str]:
    return table.contents.categories if table.contents else {WHOLE_TABLE: _("Alle tallene")}


def mapped_records(table: StatTable, mapping: StatMapping) -> TableRecords:
    """The lines that the mapping makes of the table, as of a file of values."""
    if table.time is None:
        return _refused(_("Tabellen sier ikke hvilken periode tallene gjelder."))
    units = [(code, unit) for code in unit_categories(table) if (unit := mapping.units.get(code))]
    found = [(code, it) for code in indicator_categories(table) if (it := mapping.indicators.get(code))]
    if not units:
        return _refused(_("Velg minst én enhet."))
    if not found:
        return _refused(_("Velg minst én indikator."))
    count = len(units) * len(found) * len(table.time.categories)
    if count > MOST_LINES:
        return _refused(_("Det blir %(count)s verdier. Velg færre hos kilden.", count=count))
    for dimension in table.others:
        if mapping.picked.get(dimension.code) not in dimension.categories:
            return _refused(_("Velg hva som skal brukes av «%(name)s».", name=dimension.label))
    return TableRecords(tuple(_records(table, mapping, units, found, table.time)))


def _refused(words: str) -> TableRecords:
    return TableRecords(faults=(ImportFault(words),))


def _records(
    table: StatTable,
    mapping: StatMapping,
    units: Iterable[tuple[str, str]],
    indicators: Iterable[tuple[str, str]],
    time: StatDimension,
) -> Iterator[Record]:
    positions = {name: index for index, name in enumerate(_COLUMNS)}
    headings = {
        "indicator": table.contents.label if table.contents else _("Indikator"),
        "unit": table.region.label if table.region else _("Enhet"),
        "year": time.label,
        "value": _("Verdi"),
        "source": _("Kilde"),
        "measured_on": _("Oppdatert"),
    }
    source = ", ".join(filter(None, (table.source, table.title))) or "JSON-stat"
    day = table.updated.isoformat() if table.updated else ""
    combined = product(units, indicators, time.categories)
    for number, ((region, unit), (contents, indicator), period) in enumerate(combined, start=1):
        categories = {**mapping.picked, time.code: period}
        if table.region:
            categories[table.region.code] = region
        if table.contents:
            categories[table.contents.code] = contents
        cells = (indicator, unit, period, table.cell(categories), source[:200], day)
        yield Record(number, cells, positions, headings)
