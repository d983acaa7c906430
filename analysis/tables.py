"""A response file as columns of text: CSV, Excel, SPSS and Parquet alike.

Each column is kept as its different texts and an index into them, so that whatever is done to a text is done
once, however many rows have it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.answer_mapping import LabelChoice
from analysis.messages import N_, Message, listed
from analysis.table_rows import CellRow, TableFileError, TableProblem, csv_rows, decoded, xlsx_rows

if TYPE_CHECKING:
    import pandas as pd

SHOWN_AT_MOST: Final = 20
KEPT_AT_MOST: Final = 1_000
_ROWS_LOOKED_AT: Final = 10
BLANK_TEXTS: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "#null!", "."})
_WHOLE: Final = re.compile(r"([+-]?\d+)[.,]0+")


@dataclass(frozen=True)
class FileFault:
    """What is wrong and where: `line` counts from 1 with the header as line 1, None for the whole file.

    settled_by: the choice about labels that would settle it.
    """

    line: int | None
    column: str | None
    message: Message
    settled_by: LabelChoice | None = None

    def __str__(self) -> str:
        parts = [f"linje {self.line}" if self.line else "", f"kolonne {self.column}" if self.column else ""]
        where = ", ".join(filter(None, parts))
        return f"{where[0].upper()}{where[1:]}: {self.message}" if where else str(self.message)


class FileFaults(Exception):  # noqa: N818 - it is a list of faults, and named so
    """A file that cannot be used. faults: the first thousand, by line; total: how many there are."""

    def __init__(self, faults: Sequence[FileFault], total: int | None = None) -> None:
        ordered = sorted(faults, key=lambda fault: fault.line or 0)
        self.faults = tuple(ordered[:KEPT_AT_MOST])
        self.total = len(faults) if total is None else total
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:SHOWN_AT_MOST]]
        if self.total > len(lines):
            lines.append(f"… og {self.total - len(lines)} feil til.")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class ResponseColumn:
    """One column: row i holds `texts[index[i]]`, stripped, "" for a blank cell.

    labels: text → value label (SPSS). missing: texts that the file itself declares missing (SPSS).
    """

    name: str
    texts: tuple[str, ...]
    index: NDArray[np.intp]
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class ResponseTable:
    """A file's columns, all of one length, and the line of each row. notes: what was left out on the way."""

    columns: tuple[ResponseColumn, ...]
    lines: NDArray[np.intp]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class HeadingSearch:
    """How the headings are found: the first of the ten first lines with most of the names, or a line that is given."""

    names: frozenset[str] = frozenset()
    line: int | None = None
    not_rows: frozenset[int] = frozenset()


def read_table(path: Path, search: HeadingSearch | None = None) -> ResponseTable:
    """The table in a file, by its ending: .csv .txt .tsv .xlsx .xlsm .sav .zsav .por .parquet.

    Rows without anything in them are kept where the file has cells for them. Raises FileFaults when it cannot be read,
    is empty or has ragged rows.

    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile("w", suffix=".csv") as file:
    ...     print("enhet;svar", file=file)
    ...     print("skolen;5", file=file, flush=True)
    ...     [column.name for column in read_table(Path(file.name)).columns]
    ['enhet', 'svar']
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        endings = ", ".join(sorted(_READERS))
        raise FileFaults(
            [
                _whole(
                    N_("Filtypen «%(ending)s» kan ikke leses. Lagre filen som en av: %(endings)s."),
                    ending=path.suffix,
                    endings=endings,
                )
            ]
        )
    if not path.is_file():
        raise FileFaults([_whole(N_("Filen finnes ikke: %(file)s"), file=str(path))])
    try:
        table: ResponseTable = reader(path, search or HeadingSearch())
    except OSError as error:
        raise FileFaults(
            [_whole(N_("Filen kan ikke leses: %(reason)s"), reason=error.strerror or str(error))]
        ) from error
    if not len(table.lines):
        raise FileFaults([_whole(N_("Filen har ingen svar, bare en overskrift."))])
    return table


def _whole(template: str, **values: str) -> FileFault:
    return FileFault(None, None, Message(template, values))


def first_lines(path: Path) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The first ten lines with anything on them, each with its number, as headings: one of them has the headings.

    Files of variables have one such line. Empty for a file that cannot be read: `read_table` says why.

    >>> first_lines(Path("no such file.csv"))
    ()
    """
    try:
        if path.suffix.lower() in _TEXT_ENDINGS:
            rows = list(islice(csv_rows(decoded(path.read_bytes())), _ROWS_LOOKED_AT * 2))
        elif path.suffix.lower() in _WORKBOOK_ENDINGS:
            rows = list(islice(xlsx_rows(path), _ROWS_LOOKED_AT * 2))
        else:
            return ((1, tuple(column.name for column in read_table(path).columns)),)
    except (TableFileError, FileFaults, OSError):
        return ()
    written = [row for row in rows if _has_content(row)][:_ROWS_LOOKED_AT]
    return tuple((row.line, tuple(_heading_names(row))) for row in written)


def _heading_names(row: CellRow) -> list[str]:
    """The row's texts as column names, without the empty ones at its end."""
    names = [_text(name) for name in row.cells]
    while names and not names[-1]:
        names.pop()
    return [name or f"kolonne {index}" for index, name in enumerate(names, start=1)]


def _from_csv(path: Path, search: HeadingSearch) -> ResponseTable:
    try:
        return _from_rows(list(csv_rows(decoded(path.read_bytes()))), search)
    except TableFileError as error:
        if error.problem is TableProblem.LOOSE_QUOTE:
            message = Message(
                N_(
                    "Filen kan ikke leses som CSV fra denne linjen (%(reason)s). Se etter et løst anførselstegn."
                ),
                {"reason": error.detail},
            )
            raise FileFaults([FileFault(error.line, None, message)]) from error
        raise FileFaults(
            [_whole(N_("Filen er ikke tekst. Lagre den som CSV (UTF-8) eller Excel."))]
        ) from error


def _from_rows(rows: Sequence[CellRow], search: HeadingSearch) -> ResponseTable:
    """A table from rows of cells. An empty line between them is no row; empty cells in a line are one."""
    kept = [row for row in rows if len(row.cells) > 1 or _has_content(row)]
    if not any(map(_has_content, kept)):
        raise FileFaults([_whole(N_("Filen er tom."))])
    place = _heading_place(kept, search)
    names = _heading_names(kept[place])
    above = [row.line for row in kept[:place] if _has_content(row)]
    below = [row for row in kept[place + 1 :] if row.line not in search.not_rows]
    width = len(names)
    faults = [_width_fault(row, width) for row in below if _is_ragged(row, width)]
    if faults:
        raise FileFaults(faults)
    fitted = (row.cells[:width] + ("",) * (width - len(row.cells)) for row in below)
    cells = list(zip(*fitted, strict=True)) if below else [()] * width
    columns = tuple(_column(name, column) for name, column in zip(names, cells, strict=True))
    return ResponseTable(columns, np.array([row.line for row in below], dtype=np.intp), skipped_lines(above))


def skipped_lines(lines: Sequence[int]) -> tuple[Message, ...]:
    """A note of lines that are descriptions, not answers.

    >>> skipped_lines([]), str(skipped_lines([2])[0])
    ((), 'Linje 2 er ikke svar, men beskriver kolonnene. Den er hoppet over.')
    """
    if not lines:
        return ()
    message = N_("Linje %(lines)s er ikke svar, men beskriver kolonnene. Den er hoppet over.")
    if len(lines) > 1:
        message = N_("Linje %(lines)s er ikke svar, men beskriver kolonnene. De er hoppet over.")
    return (Message(message, {"lines": listed([str(line) for line in lines])}),)


def _has_content(row: CellRow) -> bool:
    return any(cell not in {None, ""} for cell in row.cells)


def _heading_place(rows: Sequence[CellRow], search: HeadingSearch) -> int:
    if search.line is not None:
        for place, row in enumerate(rows):
            if row.line == search.line:
                return place
        message = N_("Linje %(line)s skal ha overskriftene, men det står ikke noe der.")
        raise FileFaults([FileFault(None, None, Message(message, {"line": search.line}))])
    places = [place for place, row in enumerate(rows[:_ROWS_LOOKED_AT]) if _has_content(row)]
    # The first of those that are alike; the first line with anything when no name is known.
    return max(
        places or [0], key=lambda place: (len({*map(_text, rows[place].cells)} & search.names), -place)
    )


def _is_ragged(row: CellRow, width: int) -> bool:
    return (len(row.cells) < width and _has_content(row)) or any(
        cell not in {None, ""} for cell in row.cells[width:]
    )


def _width_fault(row: CellRow, width: int) -> FileFault:
    message = N_("Linjen har %(cells)s celler, men overskriften har %(columns)s.")
    return FileFault(row.line, None, Message(message, {"cells": len(row.cells), "columns": width}))


def _column(name: str, cells: Iterable[Any]) -> ResponseColumn:
    cells = list(cells)
    different = {cell: place for place, cell in enumerate(dict.fromkeys(cells))}
    index = np.fromiter(map(different.__getitem__, cells), dtype=np.intp, count=len(cells))
    return ResponseColumn(name, tuple(_text(cell) for cell in different), index)


def _text(cell: Any) -> str:
    """A cell as stripped text: whole numbers without decimals, "" for what stands for a blank."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell).replace("\u00a0", " ").strip()
    return "" if text.casefold() in BLANK_TEXTS else text


def whole_numbers(texts: Sequence[str]) -> tuple[str, ...]:
    """«2.0» as «2» when every text is a whole number; otherwise the texts as they are.

    >>> whole_numbers(["2.0", "", "10,0", "3"]), whole_numbers(["2.0", "A1"])
    (('2', '', '10', '3'), ('2.0', 'A1'))
    """
    stripped = tuple(_WHOLE.sub(r"\1", text) if _WHOLE.fullmatch(text) else text for text in texts)
    return stripped if all(not text or text.lstrip("+-").isdigit() for text in stripped) else tuple(texts)


def _from_xlsx(path: Path, search: HeadingSearch) -> ResponseTable:
    try:
        rows = list(xlsx_rows(path))
    except TableFileError as error:
        raise FileFaults(
            [_whole(N_("Filen kan ikke leses som Excel. Lagre den på nytt som .xlsx."))]
        ) from error
    while rows and not _has_content(rows[-1]):
        rows.pop()  # formatted, and nothing in it
    width = max((len(row.cells) for row in rows), default=0)
    padded = [CellRow(row.line, row.cells + (None,) * (width - len(row.cells))) for row in rows]
    return _from_rows(padded, search)


def _from_spss(path: Path, search: HeadingSearch) -> ResponseTable:
    """An SPSS file; its line numbers are case numbers. Value labels and user-missing values are kept.

    Dates stay numbers: Python knows none after the year 9999, and SPSS does. A portable file has capitals only.
    """
    import pyreadstat

    try:
        if path.suffix.lower() == ".por":
            frame, meta = pyreadstat.read_por(path, disable_datetime_conversion=True)
            capitals = {name.upper(): name for name in search.names}
        else:
            frame, meta = pyreadstat.read_sav(path, user_missing=True, disable_datetime_conversion=True)
            capitals = {}
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        raise FileFaults(
            [_whole(N_("Filen kan ikke leses som SPSS-fil: %(reason)s"), reason=str(error))]
        ) from error
    columns = []
    for column in _from_frame(frame):
        labels = meta.variable_value_labels.get(column.name, {})
        ranges = meta.missing_ranges.get(column.name, [])
        missing = frozenset(text for text in column.texts if _within(text, ranges))
        by_text = {_text(value): str(label) for value, label in labels.items()}
        name = capitals.get(column.name, column.name)
        columns.append(ResponseColumn(name, column.texts, column.index, by_text, missing))
    return ResponseTable(tuple(columns), np.arange(1, len(frame) + 1))


def _within(text: str, ranges: Sequence[Any]) -> bool:
    """True when one of SPSS's ranges, {lo, hi}, holds the value."""
    for span in ranges:
        low, high = span["lo"], span["hi"]
        if isinstance(low, str):
            if low.strip() == text:
                return True
        elif text and _is_number(text) and low <= float(text) <= high:
            return True
    return False


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _from_parquet(path: Path, _search: HeadingSearch) -> ResponseTable:
    """A Parquet file. Points in time stay numbers, and columns of lists and the like are blank: none is an answer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Without what pandas has noted in it: it may be anything, and nothing here needs it.
        table = pq.read_table(path).replace_schema_metadata()
    except (pa.ArrowException, ValueError) as error:
        raise FileFaults(
            [_whole(N_("Filen kan ikke leses som Parquet: %(reason)s"), reason=str(error))]
        ) from error
    for place, field_type in enumerate(table.schema.types):
        if pa.types.is_temporal(field_type):
            whole = pa.int32() if field_type.bit_width == 32 else pa.int64()
            plain = table.column(place).cast(whole)
        elif pa.types.is_nested(field_type):
            plain = pa.nulls(len(table), pa.string())
        else:
            continue
        table = table.set_column(place, table.column_names[place], plain)
    frame = table.to_pandas(ignore_metadata=True)
    return ResponseTable(tuple(_from_frame(frame)), np.arange(1, len(frame) + 1))


def _from_frame(frame: "pd.DataFrame") -> Iterable[ResponseColumn]:
    import pandas as pd

    for name in frame.columns:
        index, different = pd.factorize(frame[name])  # −1 for a missing value
        texts = (*(_text(value) for value in different.tolist()), "")
        yield ResponseColumn(str(name), texts, np.where(index < 0, len(texts) - 1, index).astype(np.intp))


_TEXT_ENDINGS: Final = frozenset({".csv", ".txt", ".tsv"})
_WORKBOOK_ENDINGS: Final = frozenset({".xlsx", ".xlsm"})
_READERS: Final = {
    ".csv": _from_csv,
    ".txt": _from_csv,
    ".tsv": _from_csv,
    ".xlsx": _from_xlsx,
    ".xlsm": _from_xlsx,
    ".sav": _from_spss,
    ".zsav": _from_spss,
    ".por": _from_spss,
    ".parquet": _from_parquet,
}
