"""Rows of a response file that somebody should look at: without a single answer, or the same as another row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.messages import N_, Message, listed
from analysis.tables import ResponseTable


def empty_rows_note(empty: int) -> tuple[Message, ...]:
    """A note of rows without a single answer; nothing when there is none.

    >>> empty_rows_note(0), str(empty_rows_note(1)[0])
    ((), '1 rad har ikke et eneste svar. Den er ikke regnet med.')
    """
    if not empty:
        return ()
    message = N_("%(rows)s rader har ikke et eneste svar. De er ikke regnet med.")
    if empty == 1:
        message = N_("%(rows)s rad har ikke et eneste svar. Den er ikke regnet med.")
    return (Message(message, {"rows": empty}),)


def identical_rows_note(table: ResponseTable, kept: NDArray[np.bool_]) -> tuple[Message, ...]:
    """A note of rows that are the same in every column of the file: one answer may have been stored several times.

    >>> from analysis.tables import ResponseColumn
    >>> column = ResponseColumn("Q1", ("3", "5"), np.array([0, 1, 0]))
    >>> [note.values["rows"] for note in identical_rows_note(ResponseTable((column,), np.arange(3)), np.ones(3, bool))]
    [1]
    """
    row_of, count = _equal_rows([column.index[kept] for column in table.columns])
    again = int((count[count > 1] - 1).sum())
    if not again:
        return ()
    lines = table.lines[kept][row_of == count.argmax()]
    message = N_(
        "%(rows)s rader er helt like en rad før dem. Flest like er linje %(lines)s. Se etter svar som er lagret flere "
        "ganger. Har spørreskjemaet få spørsmål, kan det være tilfeldig."
    )
    if again == 1:
        message = N_(
            "%(rows)s rad er helt lik en rad før den: linje %(lines)s. Se etter svar som er lagret flere ganger. "
            "Har spørreskjemaet få spørsmål, kan det være tilfeldig."
        )
    return (Message(message, {"rows": again, "lines": listed([str(line) for line in lines.tolist()])}),)


def _equal_rows(columns: Sequence[NDArray[np.intp]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each row's group of equal rows, and how many rows are in each group.

    Rows are sorted by a hash, and those that share one are compared with the first of them.
    """
    hashed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        hashed = (hashed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        hashed ^= hashed >> np.uint64(29)
    _, first, row_of, count = np.unique(hashed, return_index=True, return_inverse=True, return_counts=True)
    same = np.ones(len(hashed), dtype=np.bool_)
    for column in columns:
        same &= column == column[first][row_of]
    count -= np.bincount(row_of[~same], minlength=len(count))
    return row_of, count
