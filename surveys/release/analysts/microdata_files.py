"""Rows for analysts as SAV (with labels), CSV or Parquet: one row per respondent, in an order without meaning."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED, NOT_KEPT
from questionnaires.model import Item, Questionnaire
from surveys.files.escaping import safe_cell
from surveys.platform.localisation import localised

if TYPE_CHECKING:
    import pandas as pd

UNIT: Final = "enhet"
# Above every scale, and what analysts are used to.
SPSS_NOT_APPLICABLE: Final = 98
SPSS_NOT_ASKED: Final = 99
SPSS_NOT_KEPT: Final = 97
NOT_ASKED_WORD: Final = "Ikke spurt"
NOT_KEPT_WORD: Final = "Ikke tatt vare på, for få"


def write(path: Path, rows: "pd.DataFrame", questionnaire: Questionnaire, *, plain: bool = False) -> None:
    """Writes the rows in the form that the file's ending names: .sav, .csv or .parquet.

    rows: the column «enhet» with unit codes, item columns with codes as stored, background columns with option
    indices or reserved codes. Raises KeyError for another ending, OSError when the file cannot be written.
    """
    _WRITERS[path.suffix.lower()](path, rows, questionnaire, plain)


def endings() -> tuple[str, ...]:
    return tuple(_WRITERS)


def _sav(path: Path, rows: "pd.DataFrame", questionnaire: Questionnaire, _plain: bool) -> None:
    """Values as answered; «vet ikke» and «ikke spurt» are user-missing, blank is system-missing."""
    import pyreadstat

    labels: dict[str, dict[int | float, str]] = {}
    missing: dict[str, list[Any]] = {}
    for item in _items(rows, questionnaire):
        scale = questionnaire.factor_of[item.key].scale
        labels[item.key] = {point.value: localised(point.label) for point in scale.points}
        if scale.not_applicable:
            labels[item.key][SPSS_NOT_APPLICABLE] = localised(scale.not_applicable)
        labels[item.key][SPSS_NOT_ASKED] = NOT_ASKED_WORD
        missing[item.key] = [SPSS_NOT_APPLICABLE, SPSS_NOT_ASKED]
    for question in questionnaire.background:
        if question.key in rows:
            labels[question.key] = {
                place: localised(option.label) for place, option in enumerate(question.options)
            }
            labels[question.key][SPSS_NOT_ASKED] = NOT_ASKED_WORD
            labels[question.key][SPSS_NOT_KEPT] = NOT_KEPT_WORD
            missing[question.key] = [SPSS_NOT_KEPT, SPSS_NOT_ASKED]
    coded = rows.copy()
    for key in labels:
        column = coded[key].astype("float64")
        column[coded[key] == BLANK] = float("nan")
        column[coded[key] == NOT_APPLICABLE] = SPSS_NOT_APPLICABLE
        column[coded[key] == NOT_ASKED] = SPSS_NOT_ASKED
        column[coded[key] == NOT_KEPT] = SPSS_NOT_KEPT
        coded[key] = column
    wordings = {UNIT: "Enhet", **_wordings(questionnaire)}
    pyreadstat.write_sav(
        coded,
        str(path),
        column_labels=[wordings[key] for key in coded.columns],
        variable_value_labels=labels,
        missing_ranges=missing,
        variable_format=dict.fromkeys(labels, "F3.0"),
    )


def _csv(path: Path, rows: "pd.DataFrame", questionnaire: Questionnaire, plain: bool) -> None:
    """The form that `medvirk import-responses` and `medvirk analyse` read: values, option keys, words for missing.

    Plain: «vet ikke» is an empty cell, as every other missing answer, so that a column of answers is numbers.
    """
    texts = rows.copy().astype("object")
    for key, words in _words(rows, questionnaire, plain=plain).items():
        texts[key] = [words.get(code, code) for code in rows[key].tolist()]
    with path.open("w", encoding="utf-8" if plain else "utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter="," if plain else ";", lineterminator="\r\n")
        writer.writerow([safe_cell(name) for name in texts.columns])
        writer.writerows([safe_cell(cell) for cell in row] for row in texts.itertuples(index=False))


def _parquet(path: Path, rows: "pd.DataFrame", questionnaire: Questionnaire, _plain: bool) -> None:
    """Items as integers, null for everything that is not an answer; background as option keys."""
    import pandas as pd

    table = rows.copy()
    for item in _items(rows, questionnaire):
        codes = rows[item.key]
        table[item.key] = codes.astype("Int16").mask(codes.isin([BLANK, NOT_APPLICABLE, NOT_ASKED]), pd.NA)
    for question in questionnaire.background:
        if question.key in rows:
            keys: Mapping[int, str] = {place: option.key for place, option in enumerate(question.options)}
            table[question.key] = [keys.get(code) for code in rows[question.key].tolist()]
    table.to_parquet(path, index=False)


def _items(rows: "pd.DataFrame", questionnaire: Questionnaire) -> list[Item]:
    return [item for item in questionnaire.items if item.key in rows]


def _words(rows: "pd.DataFrame", questionnaire: Questionnaire, *, plain: bool) -> dict[str, dict[int, str]]:
    """Column → the text in place of a code; codes without one stand as numbers. Plain: no words among numbers."""
    found: dict[str, dict[int, str]] = {}
    for item in _items(rows, questionnaire):
        other = questionnaire.factor_of[item.key].scale.not_applicable
        found[item.key] = {
            BLANK: "",
            NOT_ASKED: "",
            NOT_APPLICABLE: localised(other) if other and not plain else "",
        }
    for question in questionnaire.background:
        if question.key in rows:
            keys = {place: option.key for place, option in enumerate(question.options)}
            found[question.key] = keys | {BLANK: "", NOT_ASKED: "", NOT_KEPT: ""}
    return found


def _wordings(questionnaire: Questionnaire) -> dict[str, str]:
    items = {item.key: localised(item.text) for item in questionnaire.items}
    return items | {question.key: localised(question.text) for question in questionnaire.background}


_WRITERS: Final[Mapping[str, Callable[[Path, Any, Questionnaire, bool], None]]] = {
    ".sav": _sav,
    ".csv": _csv,
    ".parquet": _parquet,
}
