"""Response file → responses: item columns by key, background columns by key, one column of unit codes.

Every fault in the file is found before anything is refused. A file with personal numbers is refused whole, and
no fault repeats one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.messages import N_, Message
from analysis.personal_numbers import has_personal_number
from analysis.responses import Codes, Responses
from analysis.results import NO_UNIT
from analysis.tables import (
    KEPT_AT_MOST,
    FileFault,
    FileFaults,
    ResponseColumn,
    ResponseTable,
    read_table,
    whole_numbers,
)
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED
from questionnaires.model import Background, Questionnaire, Scale, Text

__all__ = ["FileFault", "FileFaults", "ResponseFile", "read_responses"]

_NUMBER: Final = re.compile(r"([+-]?\d+)(?:[.,](\d+))?")


@dataclass(frozen=True, eq=False)
class ResponseFile:
    """What a file held. unknown_columns: those that are neither item, background question nor unit."""

    responses: Responses
    unknown_columns: tuple[str, ...]


def read_responses(path: Path, questionnaire: Questionnaire, unit_column: str | None = None) -> ResponseFile:
    """The responses in a CSV, Excel, SPSS or Parquet file.

    An item's cell is a value of its scale, a point's label, the label of «not applicable», or blank (empty,
    NA). A background cell is an option's key or label; a background question without a column was not asked.
    Units keep the order in which they first appear; without `unit_column` everyone belongs to the unit "".

    Raises FileFaults with every fault: a missing or doubled column, a value outside its scale, an unknown
    option, a row without unit, a personal number anywhere, an empty or unreadable file.

    >>> from tempfile import NamedTemporaryFile
    >>> from analysis.example import QUESTIONNAIRE
    >>> with NamedTemporaryFile("w", suffix=".csv") as file:
    ...     print("enhet;M1;M2;M3", file=file)
    ...     print("skolen;5;4;1", file=file, flush=True)
    ...     read_responses(Path(file.name), QUESTIONNAIRE, "enhet").responses.units
    ('skolen',)
    """
    table = read_table(Path(path))
    faults = _Faults(table)
    faults.personal_numbers()
    columns = _by_name(table, questionnaire, unit_column, faults)
    items = np.full((len(table.lines), len(questionnaire.items)), BLANK, dtype=np.uint8)
    for index, item in enumerate(questionnaire.items):
        if column := columns.get(item.key):
            items[:, index] = faults.coded(
                column, *_item_codes(column, questionnaire.factor_of[item.key].scale)
            )
    background = {
        question.key: _background(question, columns.get(question.key), faults)
        for question in questionnaire.background
    }
    units, unit = _units(columns.get(unit_column) if unit_column else None, faults)
    faults.raise_if_any()
    unknown = tuple(column.name for column in table.columns if column.name not in columns)
    return ResponseFile(Responses(questionnaire, items, unit, units, background), unknown)


@dataclass
class _Faults:
    """Collects faults column by column: the first thousand in full, all of them in number."""

    table: ResponseTable
    found: list[FileFault] = field(default_factory=list)
    total: int = 0

    def add(self, fault: FileFault) -> None:
        self.found.append(fault)
        self.total += 1

    def personal_numbers(self) -> None:
        for column in self.table.columns:
            guilty = np.array([has_personal_number(text) for text in column.texts], dtype=np.bool_)
            if guilty.any():
                rows = np.flatnonzero(guilty[column.index])
                self.add(FileFault(int(self.table.lines[rows[0]]), column.name, _personal_numbers(len(rows))))

    def coded(self, column: ResponseColumn, codes: Sequence[int | None], refusal: Message) -> Codes:
        """The column's codes by row; each row whose text has none is a fault: the refusal, with the %(text)s."""
        bad = np.array([code is None for code in codes], dtype=np.bool_)
        if bad.any():
            texts = [None if has_personal_number(text) else text for text in column.texts]
            messages = [
                Message(refusal.template, {"text": text, **refusal.values}) if text else None
                for text in texts
            ]
            self.rows(column, bad, messages)
        return np.array([code or 0 for code in codes], dtype=np.uint8)[column.index]

    def rows(
        self, column: ResponseColumn, bad: NDArray[np.bool_], messages: Sequence[Message | None]
    ) -> None:
        """A fault for each row whose text is bad, except those without a message."""
        told = bad & np.array([message is not None for message in messages], dtype=np.bool_)
        rows = np.flatnonzero(told[column.index])
        self.total += len(rows)
        for row in rows[:KEPT_AT_MOST]:
            if message := messages[column.index[row]]:
                self.found.append(FileFault(int(self.table.lines[row]), column.name, message))

    def raise_if_any(self) -> None:
        if self.found:
            raise FileFaults(self.found, self.total)


def _personal_numbers(count: int) -> Message:
    if count == 1:
        return Message(
            N_(
                "Kolonnen har fødselsnummer i én celle. Fjern kolonnen fra filen og prøv igjen. "
                "Ingenting er lest inn."
            )
        )
    return Message(
        N_(
            "Kolonnen har fødselsnummer i %(count)s celler. Fjern kolonnen fra filen og prøv igjen. "
            "Ingenting er lest inn."
        ),
        {"count": count},
    )


def _by_name(
    table: ResponseTable, questionnaire: Questionnaire, unit_column: str | None, faults: _Faults
) -> Mapping[str, ResponseColumn]:
    """The columns that are used, by name; a fault for each that is missing or stands there twice."""
    needed = [item.key for item in questionnaire.items] + ([unit_column] if unit_column else [])
    wanted = {*needed, *(question.key for question in questionnaire.background)}
    columns: dict[str, ResponseColumn] = {}
    for column in table.columns:
        if column.name in columns:
            faults.add(FileFault(1, column.name, Message(N_("Kolonnen står to ganger i filen."))))
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


def _item_codes(column: ResponseColumn, scale: Scale) -> tuple[list[int | None], Message]:
    """A code for each of the column's texts, None for one that is no answer; and what is wrong with those."""
    labels = {label.casefold(): point.value for point in scale.points for label in point.label.values()}
    declined = _labels(scale.not_applicable)
    codes: list[int | None] = []
    for text in column.texts:
        label = column.labels.get(text, text).casefold()
        if not text:
            codes.append(BLANK)
        elif text in column.missing or label in declined:
            codes.append(NOT_APPLICABLE if label in declined else BLANK)
        else:
            codes.append(_value(text, scale) if _NUMBER.fullmatch(text) else labels.get(text.casefold()))
    refusal = Message(
        N_(
            "«%(text)s» er ikke et svar på skalaen. Lovlige verdier er hele tall fra %(minimum)s til %(maximum)s."
        ),
        {"minimum": scale.minimum, "maximum": scale.maximum},
    )
    return codes, refusal


def _labels(text: Text | None) -> frozenset[str]:
    return frozenset(label.casefold() for label in text.values()) if text else frozenset()


def _value(text: str, scale: Scale) -> int | None:
    """A whole number on the scale; «3,0» is 3, «3,5» and numbers outside are None."""
    match = _NUMBER.fullmatch(text)
    if not match or int(match[2] or 0):
        return None
    value = int(match[1])
    return value if value in scale.values else None


def _background(question: Background, column: ResponseColumn | None, faults: _Faults) -> Codes:
    if column is None:
        return np.full(len(faults.table.lines), NOT_ASKED, dtype=np.uint8)
    names: dict[str, int] = {}
    for index, option in enumerate(question.options):
        for name in (option.key, *option.label.values()):
            names.setdefault(name.casefold(), index)
    codes: list[int | None] = []
    for text, whole in zip(column.texts, whole_numbers(column.texts), strict=True):
        label = column.labels.get(text, text)
        blank = not text or text in column.missing
        codes.append(BLANK if blank else names.get(whole.casefold(), names.get(label.casefold())))
    options = ", ".join(option.key for option in question.options)
    refusal = Message(
        N_("«%(text)s» er ikke et svaralternativ. Lovlige svar er %(options)s."), {"options": options}
    )
    return faults.coded(column, codes, refusal)


def _units(column: ResponseColumn | None, faults: _Faults) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Unit codes in order of appearance, and each row's place among them."""
    if column is None:
        return (NO_UNIT,), np.zeros(len(faults.table.lines), dtype=np.int32)
    texts = whole_numbers(column.texts)
    missing = np.array([not text or text in column.missing for text in texts], dtype=np.bool_)
    faults.rows(column, missing, [Message(N_("Raden mangler enhet."))] * len(texts))
    appearance = _in_order(texts[index] for index in column.index.tolist())
    places = np.array([appearance.get(text, 0) for text in texts], dtype=np.int32)
    return tuple(appearance), places[column.index]


def _in_order(texts: Iterable[str]) -> dict[str, int]:
    return {text: index for index, text in enumerate(dict.fromkeys(texts))}
