"""Lines that an import leaves out: as a file to put right, and never that file taken for a whole one."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from surveys.files.columns import Record, TableRecords
from surveys.files.escaping import safe_cell
from surveys.files.report import ImportFault, LeftOutLine, LeftOutLines, lines_in_words
from surveys.files.workbooks import XLSX, BookSheet, SheetTable, workbook_bytes
from surveys.platform.texts import _, ngettext

CSV: Final = "text/csv"
_MARK: Final = "(Medvirk)"
"""After the heading of the reasons, in every language: so such a file is known again."""
_REASON_WIDTH: Final = 60  # letters
_WIDTH: Final = 18


@dataclass(frozen=True)
class LeftOutFile:
    """content: the bytes. name: what the browser calls it. mimetype: of its format."""

    content: bytes
    name: str
    mimetype: str


def left_out_lines(
    rows: Iterable[Record], faults: Iterable[ImportFault], headings: Sequence[str]
) -> LeftOutLines:
    """The rows that have any of the faults, each with its own; the others are counted as usable."""
    of_line: dict[int | None, list[ImportFault]] = {}
    for fault in faults:
        of_line.setdefault(fault.line, []).append(fault)
    rows = list(rows)
    lines = tuple(
        LeftOutLine(row.line, row.cells, tuple(of_line[row.line])) for row in rows if row.line in of_line
    )
    return LeftOutLines(lines, tuple(headings), len(rows) - len(lines))


def left_out_words(left_out: LeftOutLines) -> str:
    """Afterwards: which lines were not taken in."""
    return ngettext(
        "%(num)s linje er ikke tatt inn: linje %(lines)s.",
        "%(num)s linjer er ikke tatt inn: linje %(lines)s.",
        len(left_out),
        lines=lines_in_words(line.line for line in left_out.lines),
    )


def moved_lines(read: TableRecords) -> frozenset[int]:
    """Lines with more cells than headings: somewhere one cell has become two, and any cell may be anything."""
    return frozenset(fault.line for fault in read.row_faults if fault.cause == "width" and fault.line)


def left_out_file(left_out: LeftOutLines, sent_name: str, author: str, day: dt.date) -> LeftOutFile:
    """The lines in the sender's own columns, after a column with what is wrong: XLSX for XLSX, else CSV.

    The reason is first, since a line may be longer than the headings. Made when it is asked for, and never stored.
    """
    stem, suffix = Path(sent_name).stem or "fil", Path(sent_name).suffix.lower()
    name = "-".join((stem, _("linjer-med-feil")))
    columns = (_reason_heading(), *left_out.headings)
    rows = [(_reason(line), *line.cells) for line in left_out.lines]
    if suffix == ".xlsx":
        widths = (_REASON_WIDTH, *(_WIDTH for _heading in left_out.headings))
        sheet = BookSheet(_("Linjer med feil"), widths, [SheetTable(columns, rows)], is_list=True)
        return LeftOutFile(workbook_bytes(name, author, day, [sheet]), f"{name}.xlsx", XLSX)
    return LeftOutFile(_csv(columns, rows), f"{name}.csv", CSV)


def fault_of_left_out_file(headings: Iterable[str]) -> Iterator[ImportFault]:
    """A file of lines that were left out says nothing of all the others, who would look as if they were gone."""
    for heading in headings:
        if heading.endswith(_MARK):
            words = _(
                "Dette er linjene som ikke ble tatt inn. Rett dem i den hele filen, og send den. Har filen alle "
                "linjene, tar du bare bort denne kolonnen."
            )
            yield ImportFault(words, column=heading)


def _reason_heading() -> str:
    return " ".join((_("Hva som er feil"), _MARK))


def _reason(line: LeftOutLine) -> str:
    return " ".join(str(fault) for fault in line.faults)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Semicolon, UTF-8 with BOM, CRLF, as a Norwegian spreadsheet wants it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
