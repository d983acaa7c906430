"""The bytes of a CSV or XLSX file → rows of cells, each with its line. The one place that knows those two formats.

CSV: semicolon, comma or tab; UTF-8 (with or without BOM), UTF-16 with BOM, else Windows-1252. XLSX: the first sheet,
the values of formulas as Excel last saved them. Neither numpy nor pandas is needed, so a web page can read a file too.
Callers word the problems: a command's response file and a page's upload say them differently.
"""

import codecs
import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Final

_DELIMITERS: Final = ";,\t"
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


class TableProblem(Enum):
    """Why a file has no rows that can be read."""

    NOT_TEXT = "not text in any encoding we know"
    LOOSE_QUOTE = "a quotation mark where none can be"
    OLD_EXCEL = "a workbook in the format before 2007"
    BROKEN_WORKBOOK = "not a workbook, or a damaged one"


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
    """The delimiter that stands most often, outside quotation marks, on the first line with anything on it.

    >>> delimiter_of('\\n"navn; kort",kode,type\\n')
    ','
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside_quotes = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=outside_quotes.count)


def xlsx_rows(source: Path | BinaryIO) -> Iterator[CellRow]:
    """Every row of the first sheet. Raises TableFileError.

    >>> from openpyxl import Workbook
    >>> book, file = Workbook(), io.BytesIO()
    >>> book.worksheets[0].append(["skolen", 5, None])
    >>> book.save(file)
    >>> [row.cells for row in xlsx_rows(file)]
    [('skolen', 5, None)]
    """
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
            book = load_workbook(source, read_only=True, data_only=True)
            for line, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield CellRow(line, tuple(values))
            book.close()
    except broken as error:
        raise TableFileError(TableProblem.BROKEN_WORKBOOK, detail=str(error)) from error
