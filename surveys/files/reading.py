"""CSV and XLSX files as other systems write them → a heading line and rows of text below it, each with its line.

The formats themselves are `analysis.table_rows`. Here a cell becomes one line of text, and a file that must not be read
is refused before it goes any further: one with a personal number anywhere, or a very large one.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.personal_numbers import has_personal_number
from analysis.table_rows import TableFileError, TableProblem, rows_of
from surveys.files.report import FileRefusedError, ImportFault
from surveys.platform.texts import _

LARGEST_FILE: Final = 30_000_000  # bytes; the roster of the largest municipality is below a tenth of this
MOST_ROWS: Final = 500_000


@dataclass(frozen=True)
class TableRow:
    """One line of the file: `line` counts from 1, with the headings on the first line that is not empty."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The headings as they stand in the file, and the rows below, every row as long as the headings."""

    headings: tuple[str, ...]
    heading_line: int
    rows: tuple[TableRow, ...]


def read_table(file: Path) -> Table:
    """The file's table. Raises FileRefusedError with every reason when it cannot or must not be read."""
    try:
        size = file.stat().st_size
        content = file.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise FileRefusedError(
            ImportFault(_("«%(file)s» kan ikke leses (%(reason)s).", file=file, reason=error.strerror))
        ) from None
    if size > LARGEST_FILE:
        raise FileRefusedError(ImportFault(_("Filen er større enn 30 MB. Er det riktig fil?")))
    return parse_table(content)


def parse_table(content: bytes) -> Table:
    """The table of a file's bytes; raises as `read_table`."""
    written = [row for row in _text_rows(content) if any(row.cells)]
    if not written:
        raise FileRefusedError(ImportFault(_("Filen er tom.")))
    heading, *rows = written
    _refuse_personal_numbers(heading.cells, written)
    headings = _without_empty_end(heading.cells)
    faults = [*_width_faults(headings, rows)]
    if faults:
        raise FileRefusedError(*faults)
    fitted = tuple(TableRow(row.line, _fitted(row.cells, len(headings))) for row in rows)
    return Table(headings, heading.line, fitted)


def _text_rows(content: bytes) -> Iterator[TableRow]:
    try:
        for row in rows_of(content):
            _refuse_too_many(row.line)
            yield TableRow(row.line, tuple(_cell_text(cell) for cell in row.cells))
    except TableFileError as error:
        raise FileRefusedError(ImportFault(_words(error.problem), error.line)) from None


def _words(problem: TableProblem) -> str:
    words = {
        TableProblem.OLD_EXCEL: _(
            "Filen er i det gamle Excel-formatet (.xls). Lagre den som .xlsx eller .csv."
        ),
        TableProblem.NOT_TEXT: _(
            "Filen er ikke en tekstfil vi kan lese. Lagre den som CSV (UTF-8) eller XLSX."
        ),
        TableProblem.LOOSE_QUOTE: _(
            'Anførselstegn står på et sted der de ikke kan stå. Se etter et " som mangler.'
        ),
        TableProblem.BROKEN_WORKBOOK: _(
            "Filen ser ut som et regneark, men kan ikke åpnes. Lagre den på nytt som XLSX."
        ),
    }
    return words[problem]


def _refuse_too_many(line: int) -> None:
    if line > MOST_ROWS:
        raise FileRefusedError(
            ImportFault(_("Filen har flere enn %(most)s linjer. Er det riktig fil?", most=MOST_ROWS))
        )


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return _cleaned(str(value))


def _cleaned(cell: str) -> str:
    """One line without blanks around it; a no-break space is a blank."""
    return " ".join(cell.split())


def _refuse_personal_numbers(headings: Sequence[str], rows: Iterable[TableRow]) -> None:
    """The refusal names the place and never the number."""
    message = _(
        "Her står det et fødselsnummer eller D-nummer. Medvirk skal aldri ha slike. "
        "Ta kolonnen bort, og slett filen."
    )
    faults = []
    for row in rows:
        for place, cell in enumerate(row.cells):
            if has_personal_number(cell):
                faults.append(ImportFault(message, row.line, _column_name(headings, place)))
    if faults:
        raise FileRefusedError(*faults)


def _column_name(headings: Sequence[str], place: int) -> str:
    """The heading, unless it is empty or is itself a number that must not be shown."""
    heading = headings[place] if place < len(headings) else ""
    return (
        heading if heading and not has_personal_number(heading) else _("nummer %(number)s", number=place + 1)
    )


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    last = max(place for place, cell in enumerate(cells) if cell)
    return cells[: last + 1]


def _width_faults(headings: tuple[str, ...], rows: Iterable[TableRow]) -> Iterator[ImportFault]:
    for row in rows:
        if any(row.cells[len(headings) :]):
            found = len(_without_empty_end(row.cells))
            yield ImportFault(
                _(
                    "Linjen har %(found)s felt, men det er bare %(columns)s kolonner i overskriften.",
                    found=found,
                    columns=len(headings),
                ),
                row.line,
            )


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells[:width] + ("",) * (width - len(cells))
