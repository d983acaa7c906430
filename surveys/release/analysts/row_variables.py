"""The columns of the rows for analysts: what each is called, what its codes mean, and which of them are no answer.

The SPSS file, the codebook and the scripts that recompute a report's figures all say what is said here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED, NOT_KEPT
from questionnaires.model import Background, Factor, Item, Questionnaire
from surveys.platform.localisation import localised

if TYPE_CHECKING:
    import pandas as pd

UNIT: Final = "enhet"
# Above every scale, and what analysts are used to.
SPSS_NOT_KEPT: Final = 97
SPSS_NOT_APPLICABLE: Final = 98
SPSS_NOT_ASKED: Final = 99
NOT_ASKED_WORD: Final = "Ikke spurt"
NOT_KEPT_WORD: Final = "Ikke tatt vare på, for få"


class VariableKind(StrEnum):
    UNIT = "unit"
    ITEM = "item"
    BACKGROUND = "background"


@dataclass(frozen=True)
class RowVariable:
    """One column. values, missing: code and label; `missing` are codes that are no answer. A blank cell has no code.

    keys: a background option's own key by its code. factor: whose item it is; None for the others.
    """

    name: str
    kind: VariableKind
    label: str
    values: tuple[tuple[int, str], ...] = ()
    missing: tuple[tuple[int, str], ...] = ()
    keys: tuple[tuple[int, str], ...] = ()
    factor: Factor | None = None
    reversed: bool = False


def row_variables(columns: Iterable[str], questionnaire: Questionnaire) -> tuple[RowVariable, ...]:
    """A variable for each column, in their order. Raises KeyError for one the questionnaire does not have."""
    items = {item.key: item for item in questionnaire.items}
    background = {question.key: question for question in questionnaire.background}
    return tuple(
        RowVariable(UNIT, VariableKind.UNIT, "Enhet")
        if name == UNIT
        else _item(items[name], questionnaire.factor_of[name])
        if name in items
        else _background(background[name])
        for name in columns
    )


def _item(item: Item, factor: Factor) -> RowVariable:
    scale = factor.scale
    other = ((SPSS_NOT_APPLICABLE, localised(scale.not_applicable)),) if scale.not_applicable else ()
    return RowVariable(
        item.key,
        VariableKind.ITEM,
        localised(item.text),
        tuple((point.value, localised(point.label)) for point in scale.points),
        (*other, (SPSS_NOT_ASKED, NOT_ASKED_WORD)),
        factor=factor,
        reversed=item.reversed,
    )


def _background(question: Background) -> RowVariable:
    return RowVariable(
        question.key,
        VariableKind.BACKGROUND,
        localised(question.text),
        tuple((index, localised(option.label)) for index, option in enumerate(question.options)),
        ((SPSS_NOT_KEPT, NOT_KEPT_WORD), (SPSS_NOT_ASKED, NOT_ASKED_WORD)),
        tuple((index, option.key) for index, option in enumerate(question.options)),
    )


def coded_rows(rows: "pd.DataFrame", variables: Iterable[RowVariable]) -> "pd.DataFrame":
    """The rows with the variables' codes as numbers; blank is NaN.

    rows: codes as stored, for items and background.
    """
    coded = rows.copy()
    for variable in variables:
        if variable.kind == VariableKind.UNIT:
            continue
        stored = rows[variable.name]
        column = stored.astype("float64")
        column[stored == BLANK] = float("nan")
        column[stored == NOT_APPLICABLE] = SPSS_NOT_APPLICABLE
        column[stored == NOT_ASKED] = SPSS_NOT_ASKED
        column[stored == NOT_KEPT] = SPSS_NOT_KEPT
        coded[variable.name] = column
    return coded
