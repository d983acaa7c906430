"""What is wrong in a response file, collected column by column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.answer_labels import ColumnCodes, LabelContradiction, number_and_label, plain_code
from analysis.answer_mapping import LabelChoice
from analysis.messages import N_, Message, listed
from analysis.personal_numbers import has_personal_number
from analysis.responses import Codes
from analysis.tables import KEPT_AT_MOST, FileFault, FileFaults, ResponseColumn, ResponseTable


@dataclass
class ResponseFaults:
    """Collects faults column by column: the first thousand in full, all of them in number.

    kept: the rows that count; what is wrong with the others does not matter.
    """

    table: ResponseTable
    found: list[FileFault] = field(default_factory=list)
    total: int = 0
    kept: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.kept = np.ones(len(self.table.lines), dtype=np.bool_)

    def add(self, fault: FileFault) -> None:
        self.found.append(fault)
        self.total += 1

    def personal_numbers(self) -> None:
        for column in self.table.columns:
            guilty = np.array([has_personal_number(text) for text in column.texts], dtype=np.bool_)
            if guilty.any():
                rows = np.flatnonzero(guilty[column.index])
                if len(rows):
                    line = int(self.table.lines[rows[0]])
                    self.add(FileFault(line, column.name, _personal_numbers(len(rows))))

    def coded(
        self, column: ResponseColumn, codes: Sequence[int | None], refusals: Sequence[Message | None]
    ) -> Codes:
        """The column's codes by row; each row whose text has a refusal is a fault."""
        bad = np.array([refusal is not None for refusal in refusals], dtype=np.bool_)
        if bad.any():
            messages = [
                None if has_personal_number(text) else refusal
                for text, refusal in zip(column.texts, refusals, strict=True)
            ]
            self.rows(column, bad, messages)
        return np.array([code or 0 for code in codes], dtype=np.uint8)[column.index]

    def rows(
        self, column: ResponseColumn, bad: NDArray[np.bool_], messages: Sequence[Message | None]
    ) -> None:
        """A fault for each row whose text is bad, except those without a message."""
        told = bad & np.array([message is not None for message in messages], dtype=np.bool_)
        rows = np.flatnonzero(told[column.index] & self.kept)
        self.total += len(rows)
        for row in rows[:KEPT_AT_MOST]:
            if message := messages[column.index[row]]:
                self.found.append(FileFault(int(self.table.lines[row]), column.name, message))

    def labels(self, columns: Mapping[str, ResponseColumn], read: Mapping[str, ColumnCodes]) -> None:
        """One fault for each way in which labels contradict the questionnaire, and one for each unknown label."""
        ways: dict[tuple[LabelContradiction, ...], list[str]] = {}
        unknown: dict[tuple[str, str], list[str]] = {}
        for key, codes in read.items():
            used = self._used(columns[key])
            if codes.contradictions and used:
                ways.setdefault(codes.contradictions, []).append(key)
            for text, label in (codes.unknown_labels or {}).items():
                if text in used:
                    unknown.setdefault((text, label), []).append(key)
        for found, keys in ways.items():
            self.add(FileFault(None, listed(keys), _contradiction(found), LabelChoice.FOLLOW))
        for (text, label), keys in unknown.items():
            line = min(self._first_line(columns[key], text) for key in keys)
            has_number = plain_code((number_and_label(text) or (text, ""))[0]).isdecimal()
            choice = LabelChoice.NUMBERS if has_number else None
            self.add(FileFault(line, listed(keys), _unknown_label(label), choice))

    def _used(self, column: ResponseColumn) -> set[str]:
        return {column.texts[place] for place in np.unique(column.index[self.kept])} - {""}

    def _first_line(self, column: ResponseColumn, text: str) -> int:
        rows = np.flatnonzero((column.index == column.texts.index(text)) & self.kept)
        return int(self.table.lines[rows[0]])

    def raise_if_any(self) -> None:
        if self.found:
            raise FileFaults(self.found, self.total)


def _contradiction(found: Sequence[LabelContradiction]) -> Message:
    first = found[0]
    if first.meant is None:
        return Message(
            N_(
                "Merkelappene i filen sier noe annet enn spørreskjemaet: %(text)s er merket «%(label)s», men er et "
                "svar på skalaen."
            ),
            {"text": first.text, "label": first.label},
        )
    return Message(
        N_(
            "Merkelappene i filen sier noe annet enn spørreskjemaet: %(text)s er merket «%(label)s», som er %(meant)s "
            "i spørreskjemaet."
        ),
        {"text": first.text, "label": first.label, "meant": first.meant},
    )


def _unknown_label(label: str) -> Message:
    return Message(
        N_("Merkelappen «%(label)s» er ikke på skalaen. Si hvilket svar den er, eller bruk tallene i filen."),
        {"label": label},
    )


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
