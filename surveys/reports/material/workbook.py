"""A unit's result as a workbook: what the page says on the first sheet, and the released numbers as numbers on another.

The numbers are those of `medvirk figures`, in the same columns: there is one form for released figures in files.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

from surveys.files.escaping import safe_cell
from surveys.platform.texts import _
from surveys.reports.material.contents import UnitMaterial
from surveys.results.exporting import COLUMNS, FigureRow

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_WIDTHS: Final = (34, 10, 8, 16, 16, 14, 14, 44, 24)
"""Of the columns of the first sheet, in letters."""


def as_workbook(material: UnitMaterial, figures: Sequence[FigureRow]) -> bytes:
    """The file. Call it in the material's own language."""
    from xlsxwriter import Workbook  # a process that makes no workbook need not load it

    content = io.BytesIO()
    # Text is text: nothing that begins as a formula or an address becomes one.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(content, options) as book:
        made = dt.datetime.combine(material.released_on, dt.time(12))
        book.set_properties({"title": material.title, "author": material.municipality, "created": made})
        _result_sheet(book, material)
        _numbers_sheet(book, figures)
    return content.getvalue()


def _result_sheet(book: "Workbook", material: UnitMaterial) -> None:
    sheet = book.add_worksheet(_("Resultat"))
    heading = book.add_format({"bold": True, "font_size": 16})
    bold = book.add_format({"bold": True})
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, _text(material.unit_name), heading)
    said = [
        material.survey_title,
        material.municipality,
        material.synthetic,
        *material.nothing,
        material.turnout,
        material.by_name,
        *material.summary,
        *material.comparison,
    ]
    row = 1
    for line in filter(None, said):
        sheet.write_string(row, 0, _text(line))
        row += 1
    for table in material.tables:
        row += 1
        sheet.write_string(row, 0, _text(table.title), bold)
        row = _table(book, sheet, row + 1, table.columns, table.rows)
    for mark in material.marks:
        row += 1
        sheet.write_string(row, 0, _text(mark))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _table(
    book: "Workbook", sheet: Any, row: int, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> int:
    """The next free row."""
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for index, name in enumerate(columns):
        sheet.write_string(row, index, name, head)
    for line in rows:
        row += 1
        for index, cell in enumerate(line):
            sheet.write_string(row, index, _text(cell), wrapped)
    return row + 1


def _numbers_sheet(book: "Workbook", figures: Sequence[FigureRow]) -> None:
    sheet = book.add_worksheet(_("Tall"))
    head = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    for index, name in enumerate(COLUMNS):
        sheet.set_column(index, index, 16)
        sheet.write_string(0, index, name, head)
    for row, figure in enumerate(figures, start=1):
        for index, value in enumerate(astuple(figure)):
            if isinstance(value, str):
                sheet.write_string(row, index, _text(value))
            elif value is not None:
                sheet.write_number(row, index, value)
    if figures:
        sheet.autofilter(0, 0, len(figures), len(COLUMNS) - 1)


def _text(text: str) -> str:
    found: str = safe_cell(text)
    return found
