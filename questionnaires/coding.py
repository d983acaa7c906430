"""Coded answers ↔ one byte per closed question.

Byte order: every item in factor order, then every background question. An item's byte is its scale value
(0–250), a background question's byte the index of the chosen option. Three bytes are reserved and kept apart:
blank, «not applicable», and not asked (the question was not on this respondent's way).
"""

from collections.abc import Mapping
from typing import Final

from questionnaires.model import Questionnaire

BLANK: Final = 255
NOT_APPLICABLE: Final = 254
NOT_ASKED: Final = 253
LARGEST_VALUE: Final = 250


def closed_keys(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The key of each byte, in order: items, then background questions."""
    return tuple(item.key for item in questionnaire.items) + tuple(b.key for b in questionnaire.background)


def encode(questionnaire: Questionnaire, answers: Mapping[str, int], asked: frozenset[str]) -> bytes:
    """Coded answers as bytes, in the order of `closed_keys`.

    `answers` holds a scale value, an option index or NOT_APPLICABLE by question key; a key in `asked` without
    an answer becomes BLANK, a key outside `asked` NOT_ASKED.
    """
    return bytes(answers.get(key, BLANK) if key in asked else NOT_ASKED for key in closed_keys(questionnaire))


def decode(questionnaire: Questionnaire, row: bytes) -> dict[str, int]:
    """The bytes of one response by question key, reserved codes included.

    Raises ValueError when the row's length does not fit the questionnaire.
    """
    keys = closed_keys(questionnaire)
    if len(row) != len(keys):
        name = f"{questionnaire.key} v{questionnaire.version}"
        msg = f"{name} has {len(keys)} closed questions, the row has {len(row)}"
        raise ValueError(msg)
    return dict(zip(keys, row, strict=True))
