"""Cells that a spreadsheet must not run."""

from typing import Final

# A spreadsheet takes a cell that begins so for a formula.
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """The text; with a ' in front when a spreadsheet would take it for a formula.

    >>> safe_cell("=1+1"), safe_cell("Kari")
    ("'=1+1", 'Kari')
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text
