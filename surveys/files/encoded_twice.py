"""Text that was saved in the wrong encoding on its way here: «Ã…se» is mended to «Åse», «�se» is refused."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from analysis.shown_cells import FormulaText
from surveys.files.report import ImportFault, lines_in_words
from surveys.platform.texts import _

# What the first byte of a letter in UTF-8 looks like in Windows-1252, and then what any later byte may look like.
_SUSPECT: Final = re.compile(
    "[ÂÃÄÅâ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_LOST: Final = "\ufffd"


class Mender:
    """Mends the cells of one table. notes: what was mended. faults: what could not be."""

    def __init__(self, headings: Sequence[str]) -> None:
        self._headings = headings
        self._mended: list[int] = []
        self._example = ""
        self.faults: list[ImportFault] = []

    def mended(self, line: int, cells: tuple[str, ...]) -> tuple[str, ...]:
        text = "\n".join(cells)
        if text.isascii() or (
            _LOST not in text and not _SUSPECT.search(text) and unicodedata.is_normalized("NFC", text)
        ):
            return cells
        return tuple(self._cell(line, index, cell) for index, cell in enumerate(cells))

    @property
    def notes(self) -> Iterator[str]:
        if self._mended:
            lines = lines_in_words(sorted(set(self._mended)))
            yield _(
                "Teksten på linje %(lines)s var kodet to ganger og er rettet (%(example)s).",
                lines=lines,
                example=self._example,
            )

    def _cell(self, line: int, index: int, cell: str) -> str:
        if cell.isascii() or isinstance(cell, FormulaText):
            return cell
        if _LOST in cell:
            words = _(
                "Bokstaver er gått tapt (�). Hent filen på nytt, og lagre den som CSV (UTF-8) eller XLSX."
            )
            self.faults.append(ImportFault(words, line, self._headings[index], cause="lost"))
        if not _SUSPECT.search(cell):
            return unicodedata.normalize("NFC", cell)
        # Only files with such text need it.
        from ftfy import fix_encoding
        from ftfy.badness import is_bad

        text = fix_encoding(cell)
        if is_bad(text):
            words = _(
                "Teksten «%(text)s» er kodet to ganger og kan ikke rettes. Lagre filen på nytt som CSV (UTF-8).",
                text=cell,
            )
            self.faults.append(ImportFault(words, line, self._headings[index], cause="encoded twice"))
        if text != cell:
            self._mended.append(line)
            self._example = self._example or f"«{cell}» → «{text}»"
        return unicodedata.normalize("NFC", text)
