"""Rows by column name, and every fault of the heading line."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analysis.shown_cells import FormulaText
from surveys.files.headings import ColumnChoices, ImportColumn, guess, is_pay
from surveys.files.reading import Table, read_table
from surveys.files.report import FileRefusedError, ImportFault, lines_in_words
from surveys.platform.texts import _


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the file. positions: where each column is; headings: what each is called in the file."""

    line: int
    cells: tuple[str, ...]
    positions: Mapping[str, int]
    headings: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell, «» when the file does not have the column."""
        index = self.positions.get(column)
        return "" if index is None else self.cells[index]

    def cell(self, column: str) -> str | None:
        """The cell, None when the file does not have the column."""
        return self[column] if column in self.positions else None

    def __contains__(self, column: str) -> bool:
        """Whether the file has the column."""
        return column in self.positions

    def fault(self, column: str, message: str, cause: str = "") -> ImportFault:
        return ImportFault(message, self.line, self.headings.get(column, column), cause)


UNIT_COLUMNS: Final = (
    ImportColumn(
        "code",
        (
            *(
                "kode",
                "enhetskode",
                "enhetsnummer",
                "organisasjonsId",
                "organisasjonskode",
                "enhetsnr",
                "org.enhet",
            ),
            *("avdelingskode", "avdelingsnr", "avdelingsnummer", "ansvar", "ansvarskode"),
        ),
        yields_to={"organisasjonskode": "organisasjonsid"},
    ),
    ImportColumn("name", ("navn", "enhetsnavn", "enhet", "avdelingsnavn", "organisasjonsnavn", "betegnelse")),
    ImportColumn("type", ("enhetstype", "nivå"), required=False),
    ImportColumn(
        "parent",
        (
            *("overordnet", "overordnet enhet", "overordnet kode", "forelder", "tilhører", "parent code"),
            *("overordnet enhetskode", "overordnet enhetsnr", "hører til", "ligger under"),
        ),
    ),
    # Codes of the units that this one came from, with commas between.
    ImportColumn(
        "predecessor", ("erstatter", "forgjenger", "forgjengere", "predecessors", "replaces"), required=False
    ),
)

PEOPLE_COLUMNS: Final = (
    ImportColumn(
        "employee_number",
        (
            *(
                "ansattnummer",
                "ansattnr",
                "ansatt-id",
                "ansatt nr",
                "ressursnr",
                "ressursnummer",
                "arbeidstakernr",
            ),
            *("arbeidstakernummer", "medarbeidernummer", "medarbeidernr", "personalnummer", "employee id"),
        ),
    ),
    ImportColumn(
        "name", ("navn", "fullt navn", "ansattnavn", "medarbeider"), instead=("first_name", "last_name")
    ),
    ImportColumn("first_name", ("fornavn", "given name"), required=False),
    ImportColumn("last_name", ("etternavn", "family name", "surname"), required=False),
    ImportColumn("email", ("e-post", "e-postadresse", "mail", "e-mail", "e-post jobb", "jobb e-post")),
    ImportColumn(
        "unit",
        (
            *(
                "enhet",
                "enhetskode",
                "unit code",
                "arbeidssted",
                "organisasjonsId",
                "organisasjonskode",
                "enhetsnr",
            ),
            *(
                "avdeling",
                "avdelingskode",
                "avdelingsnr",
                "tjenestested",
                "ansvar",
                "ansvarskode",
                "org.enhet",
            ),
        ),
        instead=("unit_name",),
        yields_to={"organisasjonskode": "organisasjonsid"},
    ),
    ImportColumn(
        "unit_name", ("enhetsnavn", "navn på enhet", "avdelingsnavn", "organisasjonsnavn"), required=False
    ),
    ImportColumn(
        "phone",
        (
            *("mobil", "mobilnummer", "mobilnr", "mobiltelefon", "telefon", "telefonnummer", "tlf", "mobile"),
            *("phone", "telefon jobb", "telefon mobil"),
        ),
        required=False,
    ),
    ImportColumn("leader", ("leder", "er leder", "is leader"), required=False),
    ImportColumn("language", ("språk", "målform"), required=False),
    ImportColumn("main_position", ("hovedstilling", "hovedarbeidsforhold"), required=False),
    ImportColumn(
        "end_date",
        ("sluttdato", "sluttetdato", "fratredelsesdato", "fratrådt", "ansatttil", "ansattildato", "enddate"),
        required=False,
    ),
    ImportColumn("share", ("stillingsprosent", "ansettelsesprosent", "stillingsstørrelse"), required=False),
)


@dataclass(frozen=True)
class TableRecords:
    """A file's rows by column name, its faults, and what the reader should know. meanings: of each heading.

    row_faults: of single rows, which stand among `rows` too; only when they were asked for.
    """

    rows: tuple[Record, ...] = ()
    faults: tuple[ImportFault, ...] = ()
    notes: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    row_faults: tuple[ImportFault, ...] = ()

    @property
    def faulty_lines(self) -> frozenset[int]:
        """The lines that `row_faults` are of."""
        return frozenset(fault.line for fault in self.row_faults if fault.line is not None)


_SUM: Final = re.compile(
    r"(sum|del ?sum|totalt?|total ?sum|i alt|antall( ansatte| personer| enheter| rader)?)\b.*", re.IGNORECASE
)


def read_records(
    file: Path,
    columns: Sequence[ImportColumn],
    chosen: ColumnChoices | None = None,
    remembered: Callable[[Sequence[str]], ColumnChoices] = lambda _headings: {},
    *,
    by_row: bool = False,
) -> TableRecords:
    """Everything of a file in one value; a file that cannot be read has faults and no rows. Sums are left out.

    remembered: what was chosen for an earlier file with the same headings; `chosen` goes before it. by_row: faults of
    single rows are apart, in `row_faults`, and do not refuse the others.
    """
    try:
        table = read_table(file, columns, chosen, long_rows=by_row)
    except FileRefusedError as refusal:
        return TableRecords(faults=refusal.faults)
    chosen = {**remembered(table.headings), **(chosen or {})}
    meanings = tuple(guess(table.headings, columns, chosen))
    sums = [row.line for row in table.rows if _is_sum(row.cells, meanings, columns)]
    if sums:
        skipped = set(sums)
        table = replace(table, rows=tuple(row for row in table.rows if row.line not in skipped))
    rows, faults = _by_column(table, columns, chosen)
    formulas = tuple(_formula_faults(rows))
    row_faults = (*table.row_faults, *formulas) if by_row else ()
    if formulas and not by_row:
        rows, faults = [], (*faults, *formulas)
    summed = [_("Linje %(lines)s er en sum og er hoppet over.", lines=lines_in_words(sums))] if sums else []
    notes = (*table.notes, *summed, *left_out(table, columns, chosen))
    return TableRecords(tuple(rows), faults, notes, table.headings, meanings, row_faults)


def _is_sum(cells: Sequence[str], meanings: Sequence[str], columns: Sequence[ImportColumn]) -> bool:
    """«Sum» or «Totalt» in a row that lacks something it would need."""
    if "" not in cells or not any(cell[:1] in "sStTdDiIaA" and _SUM.fullmatch(cell) for cell in cells):
        return False
    # A row may be longer than the headings.
    empty = {name for cell, name in zip(cells, meanings, strict=False) if not cell}
    return any(column.name in empty for column in columns if column.required)


def records(table: Table, columns: Sequence[ImportColumn]) -> list[Record]:
    """Every row by column name. Raises FileRefusedError with every fault of the heading line."""
    rows, faults = records_and_faults(table, columns)
    if faults:
        raise FileRefusedError(*faults)
    return rows


def records_and_faults(
    table: Table, columns: Sequence[ImportColumn], chosen: ColumnChoices | None = None
) -> tuple[list[Record], tuple[ImportFault, ...]]:
    """Every row by column name, and every fault of the heading line. No rows when a column that must be there is not.

    Columns that nothing is known of, or that stand twice, are left out of the records, so that everything else can be
    checked too.
    """
    rows, faults = _by_column(table, columns, chosen)
    formulas = tuple(_formula_faults(rows))
    # Whatever else could be said of a formula's text would only be in the way.
    return ([], (*faults, *formulas)) if formulas else (rows, faults)


def _by_column(
    table: Table, columns: Sequence[ImportColumn], chosen: ColumnChoices | None
) -> tuple[list[Record], tuple[ImportFault, ...]]:
    """As `records_and_faults`, with rows that have formulas."""
    meanings = guess(table.headings, columns, chosen)
    places: dict[str, int] = {}
    for index, name in enumerate(meanings):
        if name:
            places.setdefault(name, index)
    faults = tuple(_heading_faults(table, columns, meanings))
    if any(_is_missing(column, places) for column in columns):
        return [], faults
    headings = {name: table.headings[index] for name, index in places.items()}
    return [Record(row.line, row.cells, places, headings) for row in table.rows], faults


def left_out(
    table: Table, columns: Sequence[ImportColumn], chosen: ColumnChoices | None = None
) -> tuple[str, ...]:
    """One note with the columns that are neither read nor stored."""
    meanings = guess(table.headings, columns, chosen)
    unread = [
        f"«{heading}»" for heading, name in zip(table.headings, meanings, strict=True) if heading and not name
    ]
    if not unread:
        return ()
    return (_("Disse kolonnene er ikke lest og blir ikke lagret: %(columns)s.", columns=", ".join(unread)),)


def _is_missing(column: ImportColumn, found: Mapping[str, object]) -> bool:
    has_instead = bool(column.instead) and all(name in found for name in column.instead)
    return column.required and column.name not in found and not has_instead


def _heading_faults(
    table: Table, columns: Sequence[ImportColumn], meanings: Sequence[str]
) -> Iterator[ImportFault]:
    line = table.heading_line
    seen: dict[str, str] = {}
    for heading, name in zip(table.headings, meanings, strict=True):
        if name in seen:
            yield ImportFault(
                _("Kolonnen betyr det samme som «%(other)s». Behold bare den ene.", other=seen[name]),
                line,
                heading,
            )
        elif name:
            seen[name] = heading
        elif is_pay(heading):
            yield ImportFault(
                _("Medvirk skal aldri ha opplysninger om lønn. Ta kolonnen bort."), line, heading
            )
    for column in columns:
        if _is_missing(column, seen):
            words = ", ".join(column.synonyms)
            yield ImportFault(
                _("Kolonnen «%(name)s» mangler (kan også hete %(words)s).", name=column.name, words=words),
                line,
            )


def _formula_faults(rows: Sequence[Record]) -> Iterator[ImportFault]:
    """Only in columns that are read: what a formula counts may be anything."""
    for row in rows:
        if FormulaText not in map(type, row.cells):
            continue
        for name in row.positions:
            if type(row[name]) is FormulaText:
                words = _("Cellen har en formel. Lim inn verdiene i stedet (Lim inn utvalg, Verdier).")
                yield row.fault(name, words)
