"""SPSS syntax that reads the rows, labels them, scores the factors and computes their figures. GNU PSPP runs it too."""

from collections.abc import Iterator
from typing import Final

from analysis.scoring import answers_needed
from questionnaires.model import Factor, Questionnaire
from surveys.platform.localisation import localised
from surveys.publishing.analysts.rows_package.codebook_xml import ROWS_FILE
from surveys.publishing.analysts.rows_package.study import Study
from surveys.release.analysts.row_variables import RowVariable, VariableKind

_WIDEST: Final = 100
"""Characters of a line: some versions of SPSS cut longer ones at 256 bytes."""
_LONGEST_LABEL: Final = 120
_LONGEST_VALUE_LABEL: Final = 120


def spss_syntax(study: Study) -> str:
    """The commands. Names of scores: the factor's key with «_skaare», turned items with «_s»."""
    lines = [*_reading(study), *_labels(study)]
    for factor in study.factors:
        lines += _scored(study, factor)
    scores = " ".join(_score(factor) for factor in study.factors)
    lines += [
        "* Snitt, spredning og antall, som i rapporten.",
        f"DESCRIPTIVES VARIABLES={scores}",
        "  /STATISTICS=MEAN STDDEV MIN MAX.",
        f"MEANS TABLES={scores} BY enhet",
        "  /CELLS=COUNT MEAN STDDEV.",
    ]
    return "\r\n".join(line for line in lines) + "\r\n"


def _reading(study: Study) -> Iterator[str]:
    yield f"* {_comment(study.title)} ({study.key}). Kjør i mappen med filene, eller skriv hele veien til filen under."
    yield "* Snittene her er uvektede. Intervallet i rapporten er Wilsons, og finnes ikke i SPSS: se figurer.R."
    yield "SET DECIMAL=DOT."
    yield f"GET DATA /TYPE=TXT /FILE='{ROWS_FILE}' /ENCODING='UTF8'"
    yield "  /ARRANGEMENT=DELIMITED /DELIMITERS=',' /QUALIFIER='\"' /FIRSTCASE=2"
    yield "  /VARIABLES="
    for variable in study.variables:
        yield f"    {variable.name} {'A64' if variable.kind == VariableKind.UNIT else 'F3.0'}"
    yield "  ."


def _labels(study: Study) -> Iterator[str]:
    yield "VARIABLE LABELS"
    for variable in study.variables:
        yield f"  {variable.name} {_quoted(variable.label, _LONGEST_LABEL)}"
    yield "  ."
    for variable in study.variables:
        if variable.kind == VariableKind.UNIT:
            continue
        yield f"VALUE LABELS {variable.name}"
        for code, label in (*variable.values, *variable.missing):
            yield f"  {code} {_quoted(label, _LONGEST_VALUE_LABEL)}"
        yield "  ."
        yield f"MISSING VALUES {variable.name} ({', '.join(str(code) for code, _label in variable.missing)})."


def _scored(study: Study, factor: Factor) -> Iterator[str]:
    items = study.of_factor(factor)
    yield f"* {_comment(localised(factor.title))}."
    turned = factor.scale.minimum + factor.scale.maximum
    for item in items:
        if item.reversed:
            yield f"COMPUTE {_name(item)}={turned} - {item.name}."
    names = [_name(item) for item in items]
    yield from _wrapped(
        f"COMPUTE {_score(factor)}=MEAN.{_needed(factor, study.questionnaire)}(", names, ",", ")."
    )
    yield f"VARIABLE LABELS {_score(factor)} {_quoted(localised(factor.title), _LONGEST_LABEL)}."
    yield "EXECUTE."
    if len(items) > 1:
        yield from _wrapped("RELIABILITY /VARIABLES=", names, " ", "")
        yield f"  /SCALE('{factor.key}') ALL"
        yield "  /MODEL=ALPHA"
        yield "  /SUMMARY=TOTAL."


def _needed(factor: Factor, questionnaire: Questionnaire) -> int:
    return answers_needed(len(factor.items), questionnaire.minimum_answered)


def _name(item: RowVariable) -> str:
    return f"{item.name}_s" if item.reversed else item.name


def _score(factor: Factor) -> str:
    return f"{factor.key}_skaare"


def _wrapped(start: str, names: list[str], between: str, end: str) -> Iterator[str]:
    """The names on as many lines as they need."""
    line = start
    for index, name in enumerate(names):
        piece = name + (between if index < len(names) - 1 else end)
        if len(line) + len(piece) > _WIDEST:
            yield line
            line = "    "
        line += piece
    yield line


def _quoted(text: str, longest: int) -> str:
    """One line between apostrophes, those inside doubled."""
    return "'" + " ".join(text.split())[:longest].replace("'", "''") + "'"


def _comment(text: str) -> str:
    """A full stop at the end of a line would end the comment."""
    return " ".join(text.split()).rstrip(".")
