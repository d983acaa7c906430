"""Rows for analysts as SAV (with labels), CSV or Parquet: one row per respondent, in an order without meaning."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED, NOT_KEPT
from questionnaires.model import Item, Questionnaire
from surveys.files.escaping import safe_cell
from surveys.platform.localisation import localised
from surveys.release.analysts.row_variables import VariableKind, coded_rows, row_variables

if TYPE_CHECKING:
    import pandas as pd


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

    variables = row_variables(rows.columns, questionnaire)
    coded = [variable for variable in variables if variable.kind != VariableKind.UNIT]
    labels: dict[str, dict[int | float, str]] = {
        variable.name: dict([*variable.values, *variable.missing]) for variable in coded
    }
    missing: dict[str, list[Any]] = {
        variable.name: [code for code, _label in variable.missing] for variable in coded
    }
    pyreadstat.write_sav(
        coded_rows(rows, variables),
        str(path),
        column_labels=[variable.label for variable in variables],
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


_WRITERS: Final[Mapping[str, Callable[[Path, Any, Questionnaire, bool], None]]] = {
    ".sav": _sav,
    ".csv": _csv,
    ".parquet": _parquet,
}
