"""Coded answers ↔ bytes: one byte per closed question, two where a byte is too small.

Byte order: every item in factor order, then every background question, then every other closed question. An
item's byte is its scale value (0–250), a background question's byte the index of the chosen option; several
choices take a byte per option, a number or a point in time two bytes, the most significant first. Three codes
are reserved and kept apart: blank, «not applicable», and not asked (the question was not on this respondent's
way).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import contains

from questionnaires.codes import (
    BLANK,
    LARGEST_VALUE,
    LARGEST_WIDE_VALUE,
    NOT_APPLICABLE,
    NOT_ASKED,
    NOT_KEPT,
    WIDE_BLANK,
    WIDE_NOT_APPLICABLE,
    WIDE_NOT_ASKED,
    WIDE_NOT_KEPT,
)
from questionnaires.kinds import handler_of
from questionnaires.model import Question, Questionnaire

__all__ = [
    "BLANK",
    "LARGEST_VALUE",
    "LARGEST_WIDE_VALUE",
    "NOT_APPLICABLE",
    "NOT_ASKED",
    "NOT_KEPT",
    "WIDE_BLANK",
    "WIDE_NOT_APPLICABLE",
    "WIDE_NOT_ASKED",
    "WIDE_NOT_KEPT",
    "RowPosition",
    "closed_keys",
    "decode",
    "encode",
    "places",
    "row_check",
    "row_fits",
    "row_length",
]


@dataclass(frozen=True)
class RowPosition:
    """Where one closed key's answer stands in a row: `width` bytes (1 or 2) from byte `start`, 0 first."""

    key: str
    question: Question
    start: int
    width: int

    @property
    def blank(self) -> int:
        return BLANK if self.width == 1 else WIDE_BLANK

    @property
    def not_asked(self) -> int:
        return NOT_ASKED if self.width == 1 else WIDE_NOT_ASKED

    @property
    def not_kept(self) -> int:
        return NOT_KEPT if self.width == 1 else WIDE_NOT_KEPT

    def code_in(self, row: bytes) -> int:
        return int.from_bytes(row[self.start : self.start + self.width], "big")


def places(questionnaire: Questionnaire) -> tuple[RowPosition, ...]:
    """Every closed key with its place in a row, in order."""
    return tuple(_places(questionnaire))


def _places(questionnaire: Questionnaire) -> Iterator[RowPosition]:
    start = 0
    for question in questionnaire.answered:
        handler = handler_of(question)
        for key in handler.closed_keys(question):
            yield RowPosition(key, question, start, handler.width)
            start += handler.width


def closed_keys(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The key of each coded answer, in order: items, background questions, other questions.

    Several choices have a key per option, `KEY.OPTION`. Each key takes one byte, but two for a number or
    a point in time: see `places`.
    """
    return tuple(place.key for place in _places(questionnaire))


def row_length(questionnaire: Questionnaire) -> int:
    """Bytes in a row: as many as `closed_keys`, and one more for each number or point in time."""
    return sum(place.width for place in _places(questionnaire))


def encode(questionnaire: Questionnaire, answers: Mapping[str, int], asked: frozenset[str]) -> bytes:
    """Coded answers as bytes, in the order of `closed_keys`.

    `answers` holds a scale value, an option index, another kind's code or NOT_APPLICABLE by closed key; a key in
    `asked` without an answer becomes blank, a key outside `asked` not asked.
    """
    return b"".join(
        (answers.get(place.key, place.blank) if place.key in asked else place.not_asked).to_bytes(
            place.width, "big"
        )
        for place in _places(questionnaire)
    )


def decode(questionnaire: Questionnaire, row: bytes) -> dict[str, int]:
    """The codes of one response by closed key, reserved codes included.

    Raises ValueError when the row's length does not fit the questionnaire.
    """
    found = places(questionnaire)
    length = sum(place.width for place in found)
    if len(row) != length:
        name = f"{questionnaire.key} v{questionnaire.version}"
        msg = f"{name} has {len(found)} closed questions in {length} bytes, the row has {len(row)}"
        raise ValueError(msg)
    return {place.key: place.code_in(row) for place in found}


def row_fits(questionnaire: Questionnaire, row: bytes) -> bool:
    """Whether the row has the right length and, everywhere, an answer its question allows, blank or not asked."""
    return row_check(questionnaire)(row)


def row_check(questionnaire: Questionnaire) -> Callable[[bytes], bool]:
    """`row_fits` for many rows: what is allowed is looked up once."""
    found = places(questionnaire)
    length = sum(place.width for place in found)
    narrow = [place for place in found if place.width == 1]
    wide = [place for place in found if place.width > 1]
    allowed = [frozenset(code for code in range(256) if _allows(place, code)) for place in narrow]
    starts = [place.start for place in narrow]

    def fits(row: bytes) -> bool:
        return (
            len(row) == length
            and all(map(contains, allowed, map(row.__getitem__, starts)))
            and all(_allows(place, place.code_in(row)) for place in wide)
        )

    return fits


def _allows(place: RowPosition, code: int) -> bool:
    return code in (place.blank, place.not_asked) or handler_of(place.question).allows(place.question, code)
