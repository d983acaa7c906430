"""A unit's result as a workbook: what the page says on the first sheet, and the released numbers as numbers on another.

The numbers are those of `medvirk figures`, in the same columns: there is one form for released figures in files.
"""

from collections.abc import Sequence
from dataclasses import astuple
from itertools import zip_longest
from typing import Final

from surveys.files.workbooks import BookSheet, SheetTable, workbook_bytes
from surveys.platform.texts import _
from surveys.reports.material.contents import MaterialTable, UnitMaterial
from surveys.results.exporting import COLUMNS, FigureRow

_NARROWEST: Final = 10
_WIDEST: Final = 44
_NUMBERS_WIDTH: Final = 16


def as_workbook(material: UnitMaterial, figures: Sequence[FigureRow]) -> bytes:
    """The file. Call it in the material's own language."""
    sheets = (_result_sheet(material), _numbers_sheet(figures))
    return workbook_bytes(material.title, material.municipality, material.released_on, sheets)


def _result_sheet(material: UnitMaterial) -> BookSheet:
    return BookSheet(
        _("Resultat"),
        _widths(material.tables),
        [_with_note(table) for table in material.tables],
        material.unit_name,
        (
            material.survey_title,
            material.municipality,
            material.synthetic,
            *material.nothing,
            material.turnout,
            material.by_name,
            *material.summary,
            *material.comparison,
        ),
        material.marks,
    )


def _with_note(table: MaterialTable) -> SheetTable:
    title = f"{table.title.rstrip('.')}. {table.note}" if table.note else table.title
    return SheetTable(table.columns, table.rows, title)


def _widths(tables: Sequence[MaterialTable]) -> list[int]:
    """In letters: room for the longest cell of each column, up to what breaks into lines."""
    columns = zip_longest(*(row for table in tables for row in table.rows), fillvalue="")
    return [min(max(_NARROWEST, *(len(cell) + 2 for cell in cells)), _WIDEST) for cells in columns]


def _numbers_sheet(figures: Sequence[FigureRow]) -> BookSheet:
    table = SheetTable(COLUMNS, [astuple(figure) for figure in figures])
    return BookSheet(_("Tall"), [_NUMBERS_WIDTH] * len(COLUMNS), [table], is_list=True)
