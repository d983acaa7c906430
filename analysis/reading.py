"""Response file → responses: item columns by key, background columns by key, one column of unit codes.

Every fault in the file is found before anything is refused. A file with personal numbers is refused whole, and
no fault repeats one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.answer_labels import (
    ColumnCodes,
    column_codes,
    plain_code,
)
from analysis.answer_mapping import NO_MAPPING, AnswerMapping
from analysis.background_codes import background_codes
from analysis.long_format import pivoted, question_column, unnamed_long_format
from analysis.messages import N_, Message
from analysis.odd_rows import empty_rows_note, identical_rows_note
from analysis.response_faults import ResponseFaults
from analysis.responses import Codes, Responses
from analysis.results import NO_UNIT
from analysis.tables import (
    FileFault,
    FileFaults,
    HeadingSearch,
    ResponseColumn,
    ResponseTable,
    read_table,
    skipped_lines,
    whole_numbers,
)
from analysis.weight_column import row_weights
from questionnaires.coding import BLANK, NOT_ASKED
from questionnaires.model import Questionnaire

__all__ = ["FileFault", "FileFaults", "ResponseFile", "read_responses"]

_DESCRIPTIONS_AT_MOST: Final = 5


@dataclass(frozen=True, eq=False)
class ResponseFile:
    """What a file held. unknown_columns: those that are neither item, background question nor unit.

    empty_rows: rows without a single answer, which are left out. notes: what whoever sent the file should know.
    unit_heading: the column of the units. unit_lines: unit → the first line that has it. headings: as in the file.
    weights: (N,) of the weight column; None without one.
    """

    responses: Responses
    unknown_columns: tuple[str, ...]
    empty_rows: int = 0
    notes: tuple[Message, ...] = ()
    unit_heading: str = ""
    unit_lines: Mapping[str, int] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    weights: NDArray[np.float64] | None = None


def read_responses(
    path: Path,
    questionnaire: Questionnaire,
    unit_column: str | None = None,
    mapping: AnswerMapping = NO_MAPPING,
    weight_column: str | None = None,
) -> ResponseFile:
    """The responses in a CSV, Excel, SPSS or Parquet file.

    An item's cell is a value of its scale, a point's label, both, the label of «not applicable», or blank (empty,
    NA). A background cell is an option's key or label; a background question without a column was not asked.
    Units keep the order in which they first appear; without `unit_column` everyone belongs to the unit "".
    mapping: how the file differs from the questionnaire; `unit_column` goes before its unit.
    Rows without a single answer are left out and counted. weight_column: how much each row counts, above 0; it goes
    before the mapping's.

    Raises FileFaults with every fault: a missing or doubled column, a value outside its scale, an unknown
    option, a label that names another point than its number, a row without unit, a personal number anywhere, an empty
    or unreadable file.

    >>> from tempfile import NamedTemporaryFile
    >>> from analysis.example import QUESTIONNAIRE
    >>> with NamedTemporaryFile("w", suffix=".csv") as file:
    ...     print("enhet;M1;M2;M3", file=file)
    ...     print("skolen;5;4;1", file=file, flush=True)
    ...     read_responses(Path(file.name), QUESTIONNAIRE, "enhet").responses.units
    ('skolen',)
    """
    unit_column = unit_column or mapping.unit or None
    weight_column = weight_column or mapping.weight or None
    table = read_table(Path(path), _search(questionnaire, unit_column, mapping))
    headings = tuple(column.name for column in table.columns)
    keys = [item.key for item in questionnaire.items]
    background_keys = [question.key for question in questionnaire.background]
    if mapping.long:
        table = pivoted(table, mapping.long, {unit_column or "", weight_column or "", *background_keys})
    faults = ResponseFaults(table)
    faults.personal_numbers()
    table = faults.table = _renamed(table, mapping, {unit_column, weight_column}, faults)
    if not mapping.long and (heading := question_column(table, {*keys, *mapping.columns} - {""})):
        faults.add(unnamed_long_format(heading))
        faults.raise_if_any()
    columns = _by_name(table, questionnaire, unit_column, faults)
    read = {
        item.key: column_codes(column, questionnaire.factor_of[item.key].scale, mapping)
        for item in questionnaire.items
        if (column := columns.get(item.key))
    }
    described = _description_rows(columns, read)
    faults.kept[described] = False
    items = np.full((len(table.lines), len(keys)), BLANK, dtype=np.uint8)
    for index, key in enumerate(keys):
        if key in read:
            items[:, index] = faults.coded(columns[key], read[key].codes, read[key].refusals)
    faults.labels(columns, read)
    background = {
        question.key: background_codes(question, columns.get(question.key), mapping, faults)
        for question in questionnaire.background
    }
    answered = _answered(items, background)
    faults.kept &= answered
    units, unit = _units(columns.get(unit_column) if unit_column else None, faults)
    weights = row_weights(table, weight_column, faults) if weight_column else None
    faults.raise_if_any()
    kept = faults.kept
    if not kept.any():
        raise FileFaults([FileFault(None, None, Message(N_("Filen har ingen svar, bare en overskrift.")))])
    used = {id(column) for column in columns.values()}
    empty = int((~answered).sum())
    identical = identical_rows_note(table, kept)
    notes = (
        *table.notes,
        *skipped_lines(table.lines[described].tolist()),
        *empty_rows_note(empty),
        *identical,
    )
    return ResponseFile(
        Responses(
            questionnaire,
            items[kept],
            unit[kept],
            units,
            {key: codes[kept] for key, codes in background.items()},
        ),
        tuple(
            column.name for column in table.columns if id(column) not in used and column.name != weight_column
        ),
        empty,
        notes,
        unit_column or "",
        _first_lines(units, unit[kept], table.lines[kept]),
        headings,
        None if weights is None else weights[kept],
    )


def _search(questionnaire: Questionnaire, unit_column: str | None, mapping: AnswerMapping) -> HeadingSearch:
    names = {item.key for item in questionnaire.items} | {q.key for q in questionnaire.background}
    names |= {*mapping.columns, unit_column or ""}
    if mapping.long:
        names = {mapping.long.respondent, mapping.long.question, mapping.long.answer, unit_column or ""}
    return HeadingSearch(frozenset(names - {""}), mapping.heading_line, mapping.description_lines)


def _renamed(
    table: ResponseTable, mapping: AnswerMapping, kept: Collection[str | None], faults: ResponseFaults
) -> ResponseTable:
    """The columns by the names that somebody gave them. A column that is not to be read loses its name's meaning.

    kept: columns that keep their names.
    """
    present = {column.name for column in table.columns}
    for heading, key in mapping.columns.items():
        if key and heading not in present:
            message = N_("Filen har ingen kolonne med denne overskriften. Den skulle være «%(key)s».")
            faults.add(FileFault(None, heading, Message(message, {"key": key})))
    names = [mapping.columns.get(column.name, column.name) for column in table.columns]
    columns = [
        replace(column, name=name or f"({column.name})") if column.name not in kept else column
        for column, name in zip(table.columns, names, strict=True)
    ]
    return replace(table, columns=tuple(columns))


def _description_rows(
    columns: Mapping[str, ResponseColumn], read: Mapping[str, ColumnCodes]
) -> NDArray[np.intp]:
    """The first rows, as long as none of their cells is an answer and every cell's text is in no other row.

    Question texts, and marks such as {"ImportId": …}. At least two statements (the only one, when there is one).
    """
    occurrences = {key: np.bincount(columns[key].index, minlength=len(columns[key].texts)) for key in read}
    rows = max((len(columns[key].index) for key in read), default=0)
    for row in range(min(_DESCRIPTIONS_AT_MOST + 1, rows)):
        cells = [
            (key, columns[key].index[row]) for key in read if columns[key].texts[columns[key].index[row]]
        ]
        strange = [
            occurrences[key][place] == 1
            and read[key].codes[place] is None
            and not any(text.isdigit() for text in (plain_code(columns[key].texts[place]),))
            for key, place in cells
        ]
        if len(cells) < min(2, len(read)) or not all(strange):
            return np.arange(0 if row > _DESCRIPTIONS_AT_MOST else row)
    return np.arange(0)


def _answered(items: Codes, background: Mapping[str, Codes]) -> NDArray[np.bool_]:
    """(N,) True for rows with at least one answer, «not applicable» included."""
    found: NDArray[np.bool_] = (items != BLANK).any(axis=1)
    for codes in background.values():
        found |= (codes != BLANK) & (codes != NOT_ASKED)
    return found


def _first_lines(units: Sequence[str], unit: NDArray[np.int32], lines: NDArray[np.intp]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for place, line in zip(unit.tolist(), lines.tolist(), strict=True):
        found.setdefault(units[place], line)
    return found


def _by_name(
    table: ResponseTable, questionnaire: Questionnaire, unit_column: str | None, faults: ResponseFaults
) -> Mapping[str, ResponseColumn]:
    """The columns that are used, by name; a fault for each that is missing or stands there twice."""
    needed = [item.key for item in questionnaire.items] + ([unit_column] if unit_column else [])
    wanted = {*needed, *(question.key for question in questionnaire.background)}
    columns: dict[str, ResponseColumn] = {}
    for column in table.columns:
        if column.name in columns:
            faults.add(FileFault(1, column.name, Message(N_("Kolonnen står to ganger i filen."))))
            continue
        if column.name in wanted:
            columns[column.name] = column
    names = {column.name.casefold(): column.name for column in table.columns}
    for key in needed:
        if key not in columns:
            faults.add(FileFault(None, key, _missing(key == unit_column, names.get(key.casefold()))))
    return columns


def _missing(is_unit: bool, near: str | None) -> Message:
    """`near`: a column whose name differs in case alone."""
    if near is None:
        return Message(N_("Enhetskolonnen mangler i filen.") if is_unit else N_("Kolonnen mangler i filen."))
    template = (
        N_("Enhetskolonnen mangler i filen. Filen har «%(near)s»: store og små bokstaver må være like.")
        if is_unit
        else N_("Kolonnen mangler i filen. Filen har «%(near)s»: store og små bokstaver må være like.")
    )
    return Message(template, {"near": near})


def _units(
    column: ResponseColumn | None, faults: ResponseFaults
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Unit codes in order of appearance, and each row's place among them."""
    if column is None:
        return (NO_UNIT,), np.zeros(len(faults.table.lines), dtype=np.int32)
    texts = whole_numbers(column.texts)
    missing = np.array([not text or text in column.missing for text in texts], dtype=np.bool_)
    faults.rows(column, missing, [Message(N_("Raden mangler enhet."))] * len(texts))
    appearance = _in_order(texts[index] for index in column.index[faults.kept].tolist())
    places = np.array([appearance.get(text, 0) for text in texts], dtype=np.int32)
    return tuple(appearance), places[column.index]


def _in_order(texts: Iterable[str]) -> dict[str, int]:
    return {text: index for index, text in enumerate(dict.fromkeys(texts))}
