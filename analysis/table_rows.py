"""The bytes of a CSV or XLSX file → rows of cells, each with its line. The one place that knows those two formats.

CSV: semicolon, comma or tab, or what a first line «sep=…» says; UTF-8 (with or without BOM), UTF-16 with BOM, else
Windows-1252. XLSX: either the first sheet's values (`xlsx_rows`), or every sheet with its cells as they are shown
(`shown_sheets`). Neither numpy nor pandas is needed, so a web page can read a file too. Callers word the problems: a
command's response file and a page's upload say them differently.
"""

import codecs
import csv
import io
import lzma
import re
import struct
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
_NO_DELIMITERS: Final = '" \r\n'

MOST_COLUMNS: Final = 1_000
"""Columns of a sheet that are read; the national user surveys have about 300."""

_MOST_CELLS_PASSED: Final = 20_000_000
_MOST_EMPTY_ROWS: Final = 1_100_000

MOST_UNZIPPED: Final = 1_000_000_000
"""Bytes of a workbook's parts where the caller has no limit of its own: 500,000 answers are about half of it."""

_DECLARES: Final = (b"<!DOCTYPE", b"<!ENTITY")
_PROLOGUE: Final = 4_096  # bytes: a DOCTYPE comes before the first element


class TableProblem(Enum):
    """Why a file has no rows that can be read."""

    NOT_TEXT = "not text in any encoding we know"
    LOOSE_QUOTE = "a quotation mark where none can be"
    OLD_EXCEL = "a workbook in the format before 2007"
    PDF = "a PDF, which has no table"
    BROKEN_WORKBOOK = "not a workbook, or a damaged one"
    LONG_CELL = "a cell that is longer than any text"
    WIDE_ROW = "a cell far to the right of any table"
    ENTITIES = "a workbook whose XML declares entities"
    DEEP_JSON = "objects in objects, deeper than any record"
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
        is_long = "field larger than field limit" in str(error)
        problem = TableProblem.LONG_CELL if is_long else TableProblem.LOOSE_QUOTE
        raise TableFileError(problem, line, str(error)) from None


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
    if (stated := _SEPARATOR_LINE.fullmatch(lines[0])) and stated[1] not in _NO_DELIMITERS:
        return stated[1]
    outside_quotes = ["".join(line.split('"')[::2]) for line in lines]

    def evidence(delimiter: str) -> tuple[int, int, int]:
        counts = [line.count(delimiter) for line in outside_quotes]
        alike = Counter(count for count in counts if count)
        lines_alike, how_often = max(((lines, count) for count, lines in alike.items()), default=(0, 0))
        return lines_alike, how_often, counts[0]

    return max(_DELIMITERS, key=evidence)


def xlsx_rows(source: Path | BinaryIO) -> Iterator[CellRow]:
    """Every row of the first sheet as far as it has cells, formulas as Excel last saved them. Raises TableFileError.

    >>> from openpyxl import Workbook
    >>> book, file = Workbook(), io.BytesIO()
    >>> book.worksheets[0].append(["skolen", 5, None])
    >>> book.save(file)
    >>> [row.cells for row in xlsx_rows(file)]
    [('skolen', 5)]
    """
    if isinstance(source, Path):
        content = source.read_bytes()
    else:
        source.seek(0)
        content = source.read()
    _refuse_dangerous(content, MOST_UNZIPPED)
    with _workbook(io.BytesIO(content), data_only=True) as book:
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

    Columns beyond `MOST_COLUMNS` may be formatted, but not have values: one cell in column XFD makes a row of 16,384.

    >>> from openpyxl import Workbook
    >>> book, file = Workbook(), io.BytesIO()
    >>> book.worksheets[0].append([7, "=1+1"])
    >>> book.save(file)
    >>> with shown_sheets(file.getvalue(), most_unzipped=1_000_000) as sheets:
    ...     [row.cells for row in sheets[0].rows()]
    [('7', '=1+1')]
    """
    _refuse_dangerous(content, most_unzipped)
    with _workbook(io.BytesIO(content), data_only=False) as book:
        yield [_shown_sheet(sheet) for sheet in book.worksheets]


def _refuse_dangerous(content: bytes, most_unzipped: int) -> None:
    """Looks at the parts before openpyxl does. A part that is larger than its stated size ends there, as damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > most_unzipped:
                raise TableFileError(TableProblem.LARGE_WORKBOOK)
            for part in parts.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    with parts.open(part) as opened:
                        # In UTF-16 every other byte of plain letters is zero.
                        beginning = opened.read(_PROLOGUE).replace(b"\0", b"").upper()
                    if any(word in beginning for word in _DECLARES):
                        raise TableFileError(TableProblem.ENTITIES)
    except _BROKEN as error:
        raise TableFileError(TableProblem.BROKEN_WORKBOOK, detail=str(error)) from error


_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,  # bz2's word for damaged data
    RuntimeError,  # encrypted; NotImplementedError: packed in a way nobody uses
    LookupError,
    AttributeError,
    ArithmeticError,
    ValueError,
    TypeError,
    SyntaxError,  # openpyxl's parser of XML
)
"""What zipfile and openpyxl raise for damaged and made-up files; found by fuzzing."""


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
        if passed > _MOST_CELLS_PASSED or line > _MOST_EMPTY_ROWS:
            raise TableFileError(TableProblem.LARGE_WORKBOOK)
        if any((cell if values_only else cell.value) is not None for cell in cells[MOST_COLUMNS:]):
            raise TableFileError(TableProblem.WIDE_ROW, line)
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

    broken = (InvalidFileException, *_BROKEN)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions it leaves out; only the cells' values are wanted.
            warnings.simplefilter("ignore")
            book = load_workbook(source, read_only=True, data_only=data_only)
            yield book
            book.close()
    except broken as error:
        raise TableFileError(TableProblem.BROKEN_WORKBOOK, detail=str(error)) from error
