"""The bytes of a CSV or XLSX file → rows of cells, each with its line. The one place that knows those two formats.

CSV: semicolon, comma or tab, or what a first line «sep=…» says; UTF-8 (with or without BOM), UTF-16 with BOM, else
Windows-1252. XLSX: either the first sheet's values (`xlsx_rows`), or every sheet with its cells as they are shown
(`shown_sheets`). Neither numpy nor pandas is needed, so a web page can read a file too. Callers word the problems: a
command's response file and a page's upload say them differently.
"""

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, Final

from analysis.shown_cells import FormulaText, shown_text

_SEPARATOR_LINE: Final = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_LINES_LOOKED_AT: Final = 10
_TEXT_LOOKED_AT: Final = 100_000
_DELIMITERS: Final = ";,\t"
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"

MOST_COLUMNS: Final = 1_000
"""Columns of a sheet that are read; the national user surveys have about 300."""

_MOST_CELLS_PASSED: Final = 50_000_000


class TableProblem(Enum):
    """Why a file has no rows that can be read."""

    NOT_TEXT = "not text in any encoding we know"
    LOOSE_QUOTE = "a quotation mark where none can be"
    OLD_EXCEL = "a workbook in the format before 2007"
    BROKEN_WORKBOOK = "not a workbook, or a damaged one"
    LARGE_WORKBOOK = "a workbook that is far larger than its file"


class TableFileError(Exception):
    """A file that cannot be read. line: where, when it is known. detail: the reader's own words, in English."""

    def __init__(self, problem: TableProblem, line: int | None = None, detail: str = "") -> None:
        self.problem, self.line, self.detail = problem, line, detail
        super().__init__(f"{problem.value} (line {line}): {detail}")


@dataclass(frozen=True, slots=True)
class CellRow:
    """One row. line: where it begins, from 1, as a spreadsheet shows it. cells: text in CSV, any value in XLSX."""

    line: int
    cells: tuple[object, ...]


def rows_of(content: bytes) -> Iterator[CellRow]:
    """The rows of a file's bytes, CSV or XLSX by what they are. Raises TableFileError, also while the rows are read.

    >>> [row.cells for row in rows_of("enhet;svar\\nskolen;5\\n".encode())]
    [('enhet', 'svar'), ('skolen', '5')]
    """
    if content.startswith(_OLD_EXCEL):
        raise TableFileError(TableProblem.OLD_EXCEL)
    if content.startswith(_ZIP):
        return xlsx_rows(io.BytesIO(content))
    return csv_rows(decoded(content))


def decoded(content: bytes) -> str:
    """The text of a CSV file's bytes. Raises TableFileError.

    >>> decoded("å;ø".encode("cp1252")), decoded("å;ø".encode("utf-8-sig"))
    ('å;ø', 'å;ø')
    """
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableFileError(TableProblem.NOT_TEXT)


def csv_rows(text: str) -> Iterator[CellRow]:
    """Every row of a CSV text, also empty ones. Raises TableFileError with the line.

    >>> [(row.line, row.cells) for row in csv_rows('navn,kode\\n"Ås\\nskole",A\\nHaga,B')]
    [(1, ('navn', 'kode')), (2, ('Ås\\nskole', 'A')), (4, ('Haga', 'B'))]
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield CellRow(line, tuple(cells))
            line = reader.line_num + 1  # where the next row begins: a quoted cell may go on for several lines
    except csv.Error as error:
        raise TableFileError(TableProblem.LOOSE_QUOTE, line, str(error)) from None


def delimiter_of(text: str) -> str:
    """What a first line «sep=;» says, else the delimiter that most of the first lines have equally often.

    Quoted text does not count. A title above the headings is one line, a decimal comma is not in the headings.

    >>> delimiter_of('\\n"navn; kort",kode,type\\n')
    ','
    >>> delimiter_of("Ansatte, oktober\\nkode;navn;andel\\nA;Eva;3,5\\nB;Per;4,5\\n")
    ';'
    """
    lines = [line for line in text[:_TEXT_LOOKED_AT].splitlines() if line.strip()][:_LINES_LOOKED_AT]
    if not lines:
        return ";"
    if stated := _SEPARATOR_LINE.fullmatch(lines[0]):
        return stated[1]
    outside_quotes = ["".join(line.split('"')[::2]) for line in lines]

    def evidence(delimiter: str) -> tuple[int, int, int]:
        counts = [line.count(delimiter) for line in outside_quotes]
        alike = Counter(count for count in counts if count)
        lines_alike, how_often = max(((lines, count) for count, lines in alike.items()), default=(0, 0))
        return lines_alike, how_often, counts[0]

    return max(_DELIMITERS, key=evidence)


def xlsx_rows(source: Path | BinaryIO) -> Iterator[CellRow]:
    """Every row of the first sheet, the values of formulas as Excel last saved them. Raises TableFileError.

    >>> from openpyxl import Workbook
    >>> book, file = Workbook(), io.BytesIO()
    >>> book.worksheets[0].append(["skolen", 5, None])
    >>> book.save(file)
    >>> [row.cells for row in xlsx_rows(file)]
    [('skolen', 5, None)]
    """
    with _workbook(source, data_only=True) as book:
        for line, values in _sheet_rows(book.worksheets[0], values_only=True):
            yield CellRow(line, values)


@dataclass(frozen=True)
class ShownSheet:
    """A sheet with data. rows: opens it from its first row each time; cells are text as shown, or FormulaText."""

    title: str
    rows: Callable[[], Iterator[CellRow]]


@contextmanager
def shown_sheets(content: bytes, most_unzipped: int) -> Iterator[list[ShownSheet]]:
    """The sheets of a workbook's bytes. Raises TableFileError, also while rows are read.

    Columns beyond `MOST_COLUMNS` are not read: one cell in column XFD would make every row 16,384 cells long.

    >>> from openpyxl import Workbook
    >>> book, file = Workbook(), io.BytesIO()
    >>> book.worksheets[0].append([7, "=1+1"])
    >>> book.save(file)
    >>> with shown_sheets(file.getvalue(), most_unzipped=1_000_000) as sheets:
    ...     [row.cells for row in sheets[0].rows()]
    [('7', '=1+1')]
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unzipped = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise TableFileError(TableProblem.BROKEN_WORKBOOK, detail=str(error)) from error
    if unzipped > most_unzipped:
        raise TableFileError(TableProblem.LARGE_WORKBOOK)
    with _workbook(io.BytesIO(content), data_only=False) as book:
        yield [_shown_sheet(sheet) for sheet in book.worksheets]


def _shown_sheet(sheet: Any) -> ShownSheet:
    def rows() -> Iterator[CellRow]:
        for line, cells in _sheet_rows(sheet, values_only=False):
            yield CellRow(line, tuple([_shown(cell) for cell in cells]))

    return ShownSheet(str(sheet.title), rows)


def _sheet_rows(sheet: Any, *, values_only: bool) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Each row as far as it has cells, not as far as the sheet says that its longest row goes."""
    sheet.reset_dimensions()
    passed = 0
    for line, cells in enumerate(sheet.iter_rows(values_only=values_only), start=1):
        passed += len(cells)
        if passed > _MOST_CELLS_PASSED:
            raise TableFileError(TableProblem.LARGE_WORKBOOK)
        yield line, cells[:MOST_COLUMNS]


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FormulaText(value)
    if isinstance(value, str):
        return value
    return shown_text(value, cell.number_format)


@contextmanager
def _workbook(source: Path | BinaryIO, *, data_only: bool) -> Iterator[Any]:
    """An open workbook; what openpyxl raises for a damaged one is a TableFileError."""
    # Loaded with the first workbook: pages that read none do without.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    broken = (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,  # openpyxl's parser of XML
    )
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions it leaves out; only the cells' values are wanted.
            warnings.simplefilter("ignore")
            book = load_workbook(source, read_only=True, data_only=data_only)
            yield book
            book.close()
    except broken as error:
        raise TableFileError(TableProblem.BROKEN_WORKBOOK, detail=str(error)) from error
