"""A file with one row for each answer → one row for each respondent."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from analysis.answer_mapping import LongColumns
from analysis.messages import N_, Message
from analysis.tables import FileFault, FileFaults, ResponseColumn, ResponseTable


def question_column(table: ResponseTable, keys: Collection[str]) -> str | None:
    """The column whose cells are the questionnaire's keys, in a file that has none of them as a heading.

    None for a file with one row for each respondent.

    >>> column = ResponseColumn("spm", ("Q1", "Q2"), np.array([0, 1]))
    >>> question_column(ResponseTable((column,), np.array([2, 3])), {"Q1", "Q2"})
    'spm'
    """
    if any(column.name in keys for column in table.columns):
        return None
    found = {column.name: len(set(column.texts) & set(keys)) for column in table.columns}
    name = max(found, key=lambda heading: found[heading], default="")
    return name if found.get(name, 0) >= min(2, len(keys)) else None


def pivoted(table: ResponseTable, named: LongColumns, constant: Collection[str]) -> ResponseTable:
    """One row for each respondent, in order of appearance, with the line where she first appears.

    constant: the other columns that are needed; they must say the same on all of a respondent's lines. Raises
    FileFaults for a column that is not there, a line without respondent or question, and a question answered twice.

    >>> columns = (
    ...     ResponseColumn("id", ("a",), np.array([0, 0])),
    ...     ResponseColumn("spm", ("Q1", "Q2"), np.array([0, 1])),
    ...     ResponseColumn("svar", ("3", "5"), np.array([0, 1])),
    ... )
    >>> found = pivoted(ResponseTable(columns, np.array([2, 3])), LongColumns("id", "spm", "svar"), ())
    >>> {column.name: [column.texts[place] for place in column.index] for column in found.columns}
    {'Q1': ['3'], 'Q2': ['5']}
    """
    columns = {column.name: column for column in table.columns}
    wanted = (named.respondent, named.question, named.answer)
    absent = [name for name in wanted if name not in columns]
    if absent:
        raise FileFaults([FileFault(None, name, Message(N_("Kolonnen mangler i filen."))) for name in absent])
    respondent, question, answer = (columns[name] for name in wanted)
    lines = table.lines
    _refuse_blank(lines, (respondent, question))
    who, first, row_of = np.unique(respondent.index, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(who), dtype=np.intp)
    place[order] = np.arange(len(who))
    rows, first = place[row_of], first[order]
    others = [column for column in table.columns if column.name not in wanted]
    _refuse_changing(lines, [column for column in others if column.name in constant], rows, first)
    _refuse_twice(lines, rows, question)
    texts = (*answer.texts, "")
    found = [replace(column, index=column.index[first]) for column in others]
    for which, name in enumerate(question.texts):
        asked = np.flatnonzero(question.index == which)
        if not len(asked):
            continue
        index = np.full(len(who), len(answer.texts), dtype=np.intp)
        index[rows[asked]] = answer.index[asked]
        found.append(ResponseColumn(name, texts, index, answer.labels, answer.missing))
    note = Message(
        N_("Filen har én linje for hvert svar: %(lines)s linjer er samlet til %(respondents)s svar."),
        {"lines": len(lines), "respondents": len(who)},
    )
    return ResponseTable(tuple(found), lines[first], (*table.notes, note))


def unnamed_long_format(heading: str) -> FileFault:
    """What to say of a long file that nobody has named the columns of.

    >>> unnamed_long_format("spm").column
    'spm'
    """
    message = N_(
        "Filen ser ut til å ha én linje for hvert svar: kolonnen har spørsmålenes nøkler. Si hvilke kolonner som "
        "viser hvem som svarer, spørsmålet og svaret."
    )
    return FileFault(None, heading, Message(message))


def _refuse_blank(lines: np.ndarray, columns: Collection[ResponseColumn]) -> None:
    message = Message(N_("Cellen er tom. I en fil med én linje for hvert svar må den være fylt ut."))
    faults = []
    for column in columns:
        blank = np.array([not text for text in column.texts], dtype=np.bool_)
        faults += [FileFault(int(line), column.name, message) for line in lines[blank[column.index]]]
    if faults:
        raise FileFaults(faults)


def _refuse_changing(
    lines: np.ndarray, columns: Collection[ResponseColumn], rows: np.ndarray, first: np.ndarray
) -> None:
    faults = []
    for column in columns:
        for row in np.flatnonzero(column.index != column.index[first][rows]):
            message = N_("Samme person har noe annet på linje %(first)s. Det må være likt på alle linjene.")
            values: Mapping[str, int] = {"first": int(lines[first[rows[row]]])}
            faults.append(FileFault(int(lines[row]), column.name, Message(message, values)))
    if faults:
        raise FileFaults(faults)


def _refuse_twice(lines: np.ndarray, rows: np.ndarray, question: ResponseColumn) -> None:
    seen: dict[tuple[int, int], int] = {}
    faults = []
    for line, row, which in zip(lines.tolist(), rows.tolist(), question.index.tolist(), strict=True):
        if (row, which) in seen:
            message = N_("Samme person og spørsmål står også på linje %(first)s. Behold bare den ene.")
            faults.append(FileFault(line, question.name, Message(message, {"first": seen[row, which]})))
        seen.setdefault((row, which), line)
    if faults:
        raise FileFaults(faults)
