"""Files as other systems write them (CSV, XLSX, FINT's JSON) → a heading line and rows of text below it, with lines.

The formats themselves are `analysis.table_rows` and `surveys.files.fint`. Here the right sheet and its headings are
found, a cell becomes one line of text, and a file that must not be read is refused before it goes any further: one with
a personal number, or a very large one.
"""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from analysis.personal_numbers import has_personal_number
from analysis.shown_cells import FormulaText
from analysis.table_rows import (
    MOST_COLUMNS,
    CellRow,
    TableFileError,
    TableProblem,
    csv_rows,
    decoded,
    shown_sheets,
)
from surveys.files import fint
from surveys.files.encoded_twice import Mender
from surveys.files.headings import ColumnChoices, ImportColumn, guess, plain, words_of
from surveys.files.report import FileRefusedError, ImportFault, lines_in_words
from surveys.platform.texts import _
from surveys.platform.write_lock import without_write_lock

LARGEST_FILE: Final = 30_000_000  # bytes; the roster of the largest municipality is below a tenth of this
MOST_ROWS: Final = 500_000
MOST_CELLS: Final = 10_000_000
MOST_UNZIPPED: Final = 200_000_000  # bytes
MOST_SECONDS: Final = 60.0  # of the processor: a busy machine refuses nobody's file
_ROWS_LOOKED_AT: Final = 10
_ROWS_BETWEEN_LOOKS: Final = 200  # at the clock
_ZIP: Final = b"PK\x03\x04"
_PDF: Final = b"%PDF-"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the file: `line` counts from 1, as a spreadsheet shows it."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The headings as they stand in the file, and the rows below, every row as long as the headings.

    notes: what was left out or mended on the way, for the reader. row_faults: of rows that are longer than the
    headings, when those were asked for.
    """

    headings: tuple[str, ...]
    heading_line: int
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    row_faults: tuple[ImportFault, ...] = ()


def read_table(
    file: Path,
    columns: Sequence[ImportColumn] = (),
    chosen: ColumnChoices | None = None,
    *,
    long_rows: bool = False,
) -> Table:
    """The file's table. Raises FileRefusedError with every reason when it cannot or must not be read.

    columns: those that the headings are known by; without any, the first line with anything on it is the headings.
    long_rows: rows that are longer than the headings are kept whole, each with its fault, and do not refuse the file.
    """
    try:
        size = file.stat().st_size
        content = file.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise FileRefusedError(
            ImportFault(_("«%(file)s» kan ikke leses (%(reason)s).", file=file, reason=error.strerror))
        ) from None
    if size > LARGEST_FILE:
        raise FileRefusedError(ImportFault(_("Filen er større enn 30 MB. Er det riktig fil?")))
    return parse_table(content, columns, chosen, long_rows=long_rows)


def parse_table(
    content: bytes,
    columns: Sequence[ImportColumn] = (),
    chosen: ColumnChoices | None = None,
    *,
    long_rows: bool = False,
) -> Table:
    """The table of a file's bytes; raises as `read_table`. Nobody waits for SQLite's write lock meanwhile."""
    with without_write_lock():
        return _parsed(content, columns, chosen, long_rows=long_rows)


def _parsed(
    content: bytes, columns: Sequence[ImportColumn], chosen: ColumnChoices | None, *, long_rows: bool
) -> Table:
    try:
        written, heading, notes = _written_rows(content, columns, chosen)
    except TableFileError as error:
        raise FileRefusedError(ImportFault(_words(error.problem), error.line)) from None
    headings = written[heading].cells
    _refuse_personal_numbers(headings, written)
    headings = _without_empty_end(headings)
    rows, repeated = _without_repeated_headings(written[heading + 1 :], headings, columns, chosen)
    faults = tuple(_width_faults(headings, rows))
    if faults and not long_rows:
        raise FileRefusedError(*faults)
    if heading:
        above = [row.line for row in written[:heading]]
        notes += [
            _("Linje %(lines)s står over overskriftene og er hoppet over.", lines=lines_in_words(above))
        ]
    if repeated:
        notes += [
            _(
                "Overskriftene kommer igjen på linje %(lines)s. Det er hoppet over.",
                lines=lines_in_words(repeated),
            )
        ]
    mender = Mender(headings)
    fitted = tuple(
        TableRow(
            row.line,
            mender.mended(row.line, _fitted(row.cells, len(headings))) + _rest(row.cells, len(headings)),
        )
        for row in rows
    )
    if mender.faults:
        raise FileRefusedError(*mender.faults)
    return Table(headings, written[heading].line, fitted, (*notes, *mender.notes), faults)


def _without_repeated_headings(
    rows: Sequence[TableRow],
    headings: tuple[str, ...],
    columns: Sequence[ImportColumn],
    chosen: ColumnChoices | None,
) -> tuple[list[TableRow], list[int]]:
    """The rows but those that say the headings again, as each page of a printed list does, and their lines."""
    wanted = guess(headings, columns, chosen)
    known = [index for index, name in enumerate(wanted) if name]
    if len(known) < 2:
        return list(rows), []
    words = words_of(columns)

    def says_them(row: TableRow) -> bool:
        cells = [row.cells[index] if index < len(row.cells) else "" for index in known]
        # A heading has no digits, and most of what is below has: nearly every row is done with here.
        if any(not cell or cell[-1].isdigit() or cell[0].isdigit() for cell in cells):
            return False
        return all(
            cell == headings[index] or (plain(cell) in words and words[plain(cell)].name == wanted[index])
            for cell, index in zip(cells, known, strict=True)
        )

    repeated = [row.line for row in rows if says_them(row)]
    return [row for row in rows if row.line not in repeated] if repeated else list(rows), repeated


def _written_rows(
    content: bytes, columns: Sequence[ImportColumn], chosen: ColumnChoices | None
) -> tuple[list[TableRow], int, list[str]]:
    """The lines with anything on them, which of them has the headings, and what was left out."""
    if content.startswith(_OLD_EXCEL):
        raise TableFileError(TableProblem.OLD_EXCEL)
    if content.startswith(_PDF):
        raise TableFileError(TableProblem.PDF)
    if fint.is_json(content):
        return _text_rows(fint.rows(content, columns)), 0, []
    if content.startswith(_ZIP):
        return _sheet_rows(content, columns, chosen)
    written = _text_rows(csv_rows(decoded(content)))
    return written, _heading_index(written, columns, chosen), []


def _sheet_rows(
    content: bytes, columns: Sequence[ImportColumn], chosen: ColumnChoices | None
) -> tuple[list[TableRow], int, list[str]]:
    """The rows of the sheet with the most known headings, the first of those that are alike."""
    with shown_sheets(content, MOST_UNZIPPED) as sheets:
        beginnings = [_beginning(sheet.rows()) for sheet in sheets]
        with_data = [place for place, rows in enumerate(beginnings) if rows]
        if not with_data:
            raise FileRefusedError(ImportFault(_("Filen er tom.")))
        best = max(with_data, key=lambda index: (_known_headings(beginnings[index], columns, chosen), -index))
        sheet = sheets[best]
        written = _text_rows(sheet.rows())
        notes = []
        if len(with_data) > 1:
            unread = ", ".join(f"«{sheets[index].title}»" for index in with_data if index != best)
            notes.append(
                _(
                    "Arket «%(sheet)s» er lest. Disse arkene er ikke lest: %(unread)s.",
                    sheet=sheet.title,
                    unread=unread,
                )
            )
    return written, _heading_index(written, columns, chosen), notes


def _beginning(rows: Iterable[CellRow]) -> list[TableRow]:
    found: list[TableRow] = []
    # A sheet may have thousands of formatted, empty rows: looking for its beginning must end.
    for row in islice(rows, _ROWS_LOOKED_AT * 10):
        if any(row.cells):
            found.append(TableRow(row.line, tuple(_cleaned(str(cell)) for cell in row.cells)))
        if len(found) == _ROWS_LOOKED_AT:
            break
    return found


def _text_rows(rows: Iterable[CellRow]) -> list[TableRow]:
    written: list[TableRow] = []
    cells = 0
    latest = time.thread_time() + MOST_SECONDS
    for index, row in enumerate(rows):
        if index % _ROWS_BETWEEN_LOOKS == 0 and time.thread_time() > latest:
            raise FileRefusedError(
                ImportFault(
                    _("Filen tar for lang tid å lese. Del den i flere filer, eller lagre den som CSV."),
                    row.line,
                )
            )
        texts: tuple[str, ...] = row.cells  # type: ignore[assignment]
        if _UNCLEAN.search(f"\0{chr(0).join(texts)}\0"):
            texts = tuple([_cleaned(cell) for cell in texts])
        if not any(texts):
            continue
        if len(written) == MOST_ROWS:
            raise FileRefusedError(
                ImportFault(_("Filen har flere enn %(most)s linjer. Er det riktig fil?", most=MOST_ROWS))
            )
        cells += len(texts)
        if len(texts) > MOST_COLUMNS and any(texts[MOST_COLUMNS:]):
            raise FileRefusedError(
                ImportFault(
                    _("Linjen har flere enn %(most)s kolonner. Er det riktig fil?", most=MOST_COLUMNS),
                    row.line,
                )
            )
        if cells > MOST_CELLS:
            raise FileRefusedError(
                ImportFault(_("Filen har flere enn 10 millioner celler. Er det riktig fil?"))
            )
        written.append(TableRow(row.line, texts))
    if not written:
        raise FileRefusedError(ImportFault(_("Filen er tom.")))
    return written


_UNSEEN: Final = "\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff"
"""Characters nobody sees, which web pages and directories leave in what is copied from them. The two that join letters
(U+200C, U+200D) belong to words.
"""

_UNCLEAN: Final = re.compile(rf"[^\S ]|[{_UNSEEN}]|  |\0 | \0|\0=")
"""Something for `_cleaned` in cells with NUL around them: one look at a row costs less than one at each cell."""


def _cleaned(cell: str) -> str:
    """One line without blanks around it; a no-break space is a blank. `="00001"` is how some write a text in CSV."""
    cell = re.sub(f"[{_UNSEEN}]", "", cell)
    if cell[:1] == "=":
        text = cell.strip()
        if len(text) > 2 and text[1] == text[-1] == '"' and '"' not in text[2:-1]:
            return " ".join(text[2:-1].split())
        return FormulaText(text)
    return " ".join(cell.split())


def _heading_index(
    written: Sequence[TableRow], columns: Sequence[ImportColumn], chosen: ColumnChoices | None
) -> int:
    """The line with most known headings among the first ten. Raises FileRefusedError when none has enough."""
    if not columns:
        return 0
    counts = [_known_in(row, columns, chosen) for row in written[:_ROWS_LOOKED_AT]]
    most = max(counts)
    if most >= min(2, sum(column.required for column in columns)):
        return counts.index(most)
    _refuse_personal_numbers((), written)
    needed = ", ".join(column.synonyms[0] for column in columns if column.required)
    raise FileRefusedError(
        ImportFault(
            _(
                "Fant ikke overskriftene. En av de ti første linjene må ha navn på kolonnene, "
                "for eksempel %(needed)s.",
                needed=needed,
            )
        )
    )


def _known_headings(
    rows: Iterable[TableRow], columns: Sequence[ImportColumn], chosen: ColumnChoices | None
) -> int:
    return max((_known_in(row, columns, chosen) for row in rows), default=0)


def _known_in(row: TableRow, columns: Sequence[ImportColumn], chosen: ColumnChoices | None) -> int:
    return len(set(guess(row.cells, columns, chosen)) - {""})


def _words(problem: TableProblem) -> str:
    words = {
        TableProblem.OLD_EXCEL: _(
            "Filen er i det gamle Excel-formatet (.xls). Lagre den som .xlsx eller .csv."
        ),
        TableProblem.PDF: _("Filen er en PDF. Hent den samme listen som XLSX eller CSV."),
        TableProblem.NOT_TEXT: _(
            "Filen er ikke en tekstfil vi kan lese. Lagre den som CSV (UTF-8) eller XLSX."
        ),
        TableProblem.LOOSE_QUOTE: _(
            'Anførselstegn står på et sted der de ikke kan stå. Se etter et " som mangler.'
        ),
        TableProblem.BROKEN_WORKBOOK: _(
            "Filen ser ut som et regneark, men kan ikke åpnes. Lagre den på nytt som XLSX."
        ),
        TableProblem.LONG_CELL: _(
            "En celle har flere enn 130 000 tegn. Se etter et anførselstegn som mangler, eller kort ned teksten."
        ),
        TableProblem.WIDE_ROW: _(
            "Linjen har flere enn %(most)s kolonner. Er det riktig fil?", most=MOST_COLUMNS
        ),
        TableProblem.ENTITIES: _(
            "Regnearket har innhold som ikke hører hjemme i et regneark (DOCTYPE). Lagre det på nytt som XLSX."
        ),
        TableProblem.DEEP_JSON: _("Innholdet er nøstet for dypt. Hent filen på nytt fra FINT."),
        TableProblem.LARGE_WORKBOOK: _("Regnearket er for stort når det pakkes ut. Er det riktig fil?"),
    }
    return words[problem]


def _refuse_personal_numbers(headings: Sequence[str], rows: Iterable[TableRow]) -> None:
    """The refusal names the place and never the number."""
    message = _(
        "Her står det et fødselsnummer eller D-nummer. Medvirk skal aldri ha slike. "
        "Ta kolonnen bort, og slett filen."
    )
    faults = []
    for row in rows:
        if not _MANY_DIGITS.search("\n".join(row.cells)):
            continue
        for index, cell in enumerate(row.cells):
            if has_personal_number(cell):
                faults.append(ImportFault(message, row.line, _column_name(headings, index)))
    if faults:
        raise FileRefusedError(*faults)


_MANY_DIGITS: Final = re.compile(r"\d{6}[ .-]?\d{4}")


def _column_name(headings: Sequence[str], index: int) -> str:
    """The heading, unless it is empty or is itself a number that must not be shown."""
    heading = headings[index] if index < len(headings) else ""
    return (
        heading if heading and not has_personal_number(heading) else _("nummer %(number)s", number=index + 1)
    )


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    last = max(index for index, cell in enumerate(cells) if cell)
    return cells[: last + 1]


def _width_faults(headings: tuple[str, ...], rows: Iterable[TableRow]) -> Iterator[ImportFault]:
    for row in rows:
        if any(row.cells[len(headings) :]):
            found = len(_without_empty_end(row.cells))
            yield ImportFault(
                _(
                    "Linjen har %(found)s felt, men det er bare %(columns)s kolonner i overskriften. "
                    "Se etter et skilletegn for mye i en av cellene.",
                    found=found,
                    columns=len(headings),
                ),
                row.line,
                cause="width",
            )


def _rest(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """What a row has beyond the headings, when it is anything at all."""
    rest = cells[width:]
    return rest if any(rest) else ()


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells if len(cells) == width else cells[:width] + ("",) * (width - len(cells))
