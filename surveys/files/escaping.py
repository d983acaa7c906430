"""Cells that a spreadsheet must not run."""

from typing import Final, TypeVar

CellValue = TypeVar("CellValue")

# A spreadsheet takes a cell that begins so for a formula.
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(cell: CellValue) -> CellValue:
    """The cell; text gets a ' in front when a spreadsheet would take it for a formula. Numbers are as they are.

    >>> safe_cell("=1+1"), safe_cell("Kari"), safe_cell(-1)
    ("'=1+1", 'Kari', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_DANGEROUS) else cell  # type: ignore[return-value]
