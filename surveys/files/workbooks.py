"""The one writer of workbooks: sheets of lines and tables become an .xlsx file that looks the same, whatever it is of.

Text is text: nothing that begins as a formula or an address becomes one. The same content and day give the same bytes.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from surveys.files.escaping import safe_cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SheetCell = str | float | int | None
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class SheetTable:
    """title: above the table; «» for none. rows: each as long as columns, or shorter."""

    columns: Sequence[str]
    rows: Sequence[Sequence[SheetCell]]
    title: str = ""


@dataclass(frozen=True)
class BookSheet:
    """A sheet from top to bottom: heading, lines, tables and marks.

    widths: of the columns, in letters. is_list: one table alone, with its heading in sight and its rows filtered.
    """

    name: str
    widths: Sequence[int]
    tables: Sequence[SheetTable] = ()
    heading: str = ""
    lines: Sequence[str] = field(default=())
    marks: Sequence[str] = field(default=())
    is_list: bool = False


def workbook_bytes(title: str, author: str, day: dt.date, sheets: Sequence[BookSheet]) -> bytes:
    """The file. day: written into it as the day it was made."""
    from xlsxwriter import Workbook  # a process that makes no workbook need not load it

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(content, options) as book:
        made = dt.datetime.combine(day, dt.time(12))
        book.set_properties({"title": title, "author": author, "created": made})
        formats = _formats(book)
        for sheet in sheets:
            _write_sheet(book, formats, sheet)
    return content.getvalue()


def _formats(book: "Workbook") -> dict[str, Any]:
    return {
        "heading": book.add_format({"bold": True, "font_size": 16}),
        "title": book.add_format({"bold": True}),
        "column": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "cell": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_sheet(book: "Workbook", formats: dict[str, Any], sheet: BookSheet) -> None:
    page = book.add_worksheet(sheet.name)
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    row = 0
    if sheet.heading:
        page.write_string(row, 0, safe_cell(sheet.heading), formats["heading"])
        row += 1
    for line in filter(None, sheet.lines):
        page.write_string(row, 0, safe_cell(line))
        row += 1
    for table in sheet.tables:
        row = _write_table(page, formats, row, table)
    for mark in sheet.marks:
        row += 1
        page.write_string(row, 0, safe_cell(mark))
    if sheet.is_list:
        _as_list(page, sheet.tables[0])
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _write_table(page: Any, formats: dict[str, Any], row: int, table: SheetTable) -> int:
    """The next free row."""
    if table.title:
        row += 1
        page.write_string(row, 0, safe_cell(table.title), formats["title"])
        row += 1
    for column, name in enumerate(table.columns):
        page.write_string(row, column, safe_cell(name), formats["column"])
    for cells in table.rows:
        row += 1
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(row, column, safe_cell(cell), formats["cell"])
            elif cell is not None:
                page.write_number(row, column, cell, formats["cell"])
    return row + 1


def _as_list(page: Any, table: SheetTable) -> None:
    page.freeze_panes(1, 0)
    if table.rows:
        page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    page.repeat_rows(0)
