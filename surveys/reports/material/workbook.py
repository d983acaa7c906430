"""A unit's result as a workbook: what the page says on the first sheet, and the released numbers as numbers on another.

The numbers are those of `medvirk figures`, in the same columns: there is one form for released figures in files.
"""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Final

from surveys.platform.texts import _
from surveys.reports.material.contents import UnitMaterial
from surveys.reports.workbooks import BookSheet, SheetTable, workbook_bytes
from surveys.results.exporting import COLUMNS, FigureRow

_WIDTHS: Final = (34, 10, 8, 16, 16, 14, 14, 44, 24)
_NUMBERS_WIDTH: Final = 16


def as_workbook(material: UnitMaterial, figures: Sequence[FigureRow]) -> bytes:
    """The file. Call it in the material's own language."""
    sheets = (_result_sheet(material), _numbers_sheet(figures))
    return workbook_bytes(material.title, material.municipality, material.released_on, sheets)


def _result_sheet(material: UnitMaterial) -> BookSheet:
    return BookSheet(
        _("Resultat"),
        _WIDTHS,
        [SheetTable(table.columns, table.rows, table.title) for table in material.tables],
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


def _numbers_sheet(figures: Sequence[FigureRow]) -> BookSheet:
    table = SheetTable(COLUMNS, [astuple(figure) for figure in figures])
    return BookSheet(_("Tall"), [_NUMBERS_WIDTH] * len(COLUMNS), [table], is_list=True)
