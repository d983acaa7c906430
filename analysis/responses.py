"""The answer matrix and its unit column: the one input type of the analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from questionnaires.coding import LARGEST_VALUE, row_length
from questionnaires.model import Questionnaire

Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class Responses:
    """Answers of N respondents to one questionnaire.

    items: (N, J) uint8, one column per item in `questionnaire.items` order; values on the item's native scale,
        or one of the reserved codes BLANK, NOT_APPLICABLE, NOT_ASKED. Reversed items are stored as answered.
    unit: (N,) int32, index into `units`.
    units: unit codes.
    background: background key → (N,) uint8, option index or a reserved code.
    """

    questionnaire: Questionnaire
    items: Codes
    unit: NDArray[np.int32]
    units: tuple[str, ...]
    background: Mapping[str, Codes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.items.shape != (len(self.unit), len(self.questionnaire.items)):
            msg = (
                f"answers are {self.items.shape}, expected {(len(self.unit), len(self.questionnaire.items))}"
            )
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.unit)

    def of_factor(self, key: str) -> Codes:
        """The factor's columns, (N, items of the factor), as answered."""
        start = 0
        for factor in self.questionnaire.factors:
            if factor.key == key:
                return self.items[:, start : start + len(factor.items)]
            start += len(factor.items)
        raise KeyError(key)


def from_rows(
    questionnaire: Questionnaire, rows: Sequence[bytes], unit: Sequence[int], units: Sequence[str]
) -> Responses:
    """Responses from stored rows (`questionnaires.coding`), one unit index per row.

    The bytes of the questions that are neither items nor background stand last in a row and are left alone.

    >>> from analysis.example import QUESTIONNAIRE
    >>> from_rows(QUESTIONNAIRE, [bytes([5, 4, 1]), bytes([4, 255, 2])], [0, 0], ["skolen"]).items.tolist()
    [[5, 4, 1], [4, 255, 2]]
    """
    codes = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), row_length(questionnaire))
    count = len(questionnaire.items)
    background = {b.key: codes[:, count + i] for i, b in enumerate(questionnaire.background)}
    return Responses(
        questionnaire, codes[:, :count], np.asarray(unit, dtype=np.int32), tuple(units), background
    )


def is_answer(codes: Codes) -> NDArray[np.bool_]:
    """True where a code is a value on the scale, not one of the reserved codes.

    >>> from questionnaires.coding import BLANK
    >>> is_answer(np.array([1, 5, BLANK], dtype=np.uint8)).tolist()
    [True, True, False]
    """
    return codes <= LARGEST_VALUE
