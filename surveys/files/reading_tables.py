"""CSV and XLSX files as other systems write them → rows of text, each with its line.

CSV: semicolon, comma or tab; UTF-8 (with or without BOM), UTF-16 with BOM, else Windows-1252. XLSX: the first
sheet, the values of formulas. A file with a personal number anywhere is refused before it goes any further.
"""

import codecs
import csv
import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.personal_numbers import has_personal_number
from surveys.files.import_report import FileRefusedError, ImportFault
from surveys.platform.texts import _

LARGEST_FILE: Final = 30_000_000  # bytes; the roster of the largest municipality is below a tenth of this
MOST_ROWS: Final = 500_000
_DELIMITERS: Final = ";,\t"
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


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
    if content.startswith(_OLD_EXCEL):
        raise FileRefusedError(
            ImportFault(_("Filen er i det gamle Excel-formatet (.xls). Lagre den som .xlsx eller .csv."))
        )
    lines = _xlsx_lines(content) if content.startswith(_ZIP) else _csv_lines(_decoded(content))
    written = [TableRow(line, cells) for line, cells in lines if any(cells)]
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


def _decoded(content: bytes) -> str:
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefusedError(
        ImportFault(_("Filen er ikke en tekstfil vi kan lese. Lagre den som CSV (UTF-8) eller XLSX."))
    )


def _csv_lines(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=_outside_quotes(first).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, tuple(_cleaned(cell) for cell in cells)
            line = reader.line_num + 1
            _refuse_too_many(line)
    except csv.Error:
        message = _('Anførselstegn står på et sted der de ikke kan stå. Se etter et " som mangler.')
        raise FileRefusedError(ImportFault(message, line)) from None


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _xlsx_lines(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    unreadable = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions it leaves out; only the cells' values are wanted.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            rows = book.worksheets[0].iter_rows(values_only=True)
            for line, values in enumerate(rows, start=1):
                _refuse_too_many(line)
                yield line, tuple(_cell_text(value) for value in values)
            book.close()
    except unreadable:
        message = _("Filen ser ut som et regneark, men kan ikke åpnes. Lagre den på nytt som XLSX.")
        raise FileRefusedError(ImportFault(message)) from None


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
