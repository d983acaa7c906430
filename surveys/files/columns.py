"""Which heading means what: English names, their Norwegian synonyms, and every fault of a heading line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from surveys.files.reading import Table
from surveys.files.report import FileRefusedError, ImportFault
from surveys.platform.texts import _


@dataclass(frozen=True)
class ImportColumn:
    """A column a file may have: its name, the other headings that mean the same, and whether it must be there."""

    name: str
    synonyms: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True)
class Record:
    """One line with its cells by column name; `headings` gives the name each column has in the file."""

    line: int
    values: Mapping[str, str]
    headings: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell, «» when the file does not have the column."""
        return self.values.get(column, "")

    def fault(self, column: str, message: str) -> ImportFault:
        return ImportFault(message, self.line, self.headings.get(column, column))


UNIT_COLUMNS: Final = (
    ImportColumn("code", ("kode", "enhetskode", "enhetsnummer", "organisasjonskode", "organisasjonsId")),
    ImportColumn("name", ("navn", "enhetsnavn")),
    ImportColumn("type", ("enhetstype",), required=False),
    ImportColumn(
        "parent", ("overordnet", "overordnet enhet", "overordnet kode", "forelder", "tilhører", "parent code")
    ),
    # Codes of the units that this one came from, with commas between.
    ImportColumn(
        "predecessor", ("erstatter", "forgjenger", "forgjengere", "predecessors", "replaces"), required=False
    ),
)

PEOPLE_COLUMNS: Final = (
    ImportColumn("employee_number", ("ansattnummer", "ansattnr", "ansatt-id")),
    ImportColumn("name", ("navn",)),
    ImportColumn("email", ("e-post", "e-postadresse", "mail")),
    ImportColumn(
        "unit", ("enhet", "enhetskode", "unit code", "arbeidssted", "organisasjonskode", "organisasjonsId")
    ),
    ImportColumn("leader", ("leder", "er leder", "is leader"), required=False),
    ImportColumn("language", ("språk", "målform"), required=False),
    ImportColumn("main_position", ("hovedstilling",), required=False),
)


def records(table: Table, columns: Sequence[ImportColumn]) -> list[Record]:
    """Every row by column name. Raises FileRefusedError with every fault of the heading line."""
    rows, faults = records_and_faults(table, columns)
    if faults:
        raise FileRefusedError(*faults)
    return rows


def records_and_faults(
    table: Table, columns: Sequence[ImportColumn]
) -> tuple[list[Record], tuple[ImportFault, ...]]:
    """Every row by column name, and every fault of the heading line. No rows when a column that must be there is not.

    Columns that are unknown or stand twice are left out of the records, so that everything else can be checked too.
    """
    places: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        column = _meaning(heading, columns)
        if column:
            places.setdefault(column.name, place)
    faults = tuple(_heading_faults(table, columns))
    if any(column.required and column.name not in places for column in columns):
        return [], faults
    headings = {name: table.headings[place] for name, place in places.items()}
    rows = [
        Record(row.line, {name: row.cells[place] for name, place in places.items()}, headings)
        for row in table.rows
    ]
    return rows, faults


def _meaning(heading: str, columns: Sequence[ImportColumn]) -> ImportColumn | None:
    wanted = _plain(heading)
    for column in columns:
        if wanted in {_plain(word) for word in (column.name, *column.synonyms)}:
            return column
    return None


def _plain(heading: str) -> str:
    """Headings compared without case, blanks, dashes, underscores and full stops."""
    return re.sub(r"[\s_.\-–]", "", heading).casefold()


def _heading_faults(table: Table, columns: Sequence[ImportColumn]) -> Iterator[ImportFault]:
    line = table.heading_line
    known = ", ".join("/".join((column.name, *column.synonyms[:1])) for column in columns)
    seen: dict[str, str] = {}
    for heading in table.headings:
        column = _meaning(heading, columns)
        if column is None:
            yield ImportFault(
                _("Ukjent kolonne. Ta den bort eller gi den et av disse navnene: %(known)s.", known=known),
                line,
                heading,
            )
        elif column.name in seen:
            yield ImportFault(
                _("Kolonnen betyr det samme som «%(other)s». Behold bare den ene.", other=seen[column.name]),
                line,
                heading,
            )
        else:
            seen[column.name] = heading
    for column in columns:
        if column.required and column.name not in seen:
            words = ", ".join(column.synonyms)
            yield ImportFault(
                _("Kolonnen «%(name)s» mangler (kan også hete %(words)s).", name=column.name, words=words),
                line,
            )
