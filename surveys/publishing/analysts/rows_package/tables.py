"""The tables beside the rows: units, variables and factors, as the R script reads them. Comma, point and UTF-8."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING

from analysis.scores import classes
from analysis.scoring import answers_needed
from questionnaires.model import Factor, Questionnaire
from surveys.campaigns.models import Survey
from surveys.files.escaping import safe_cell
from surveys.platform.localisation import localised
from surveys.publishing.analysts.rows_package.report_figures import COLUMNS, ReportFigure
from surveys.release.analysts.row_variables import UNIT, RowVariable, VariableKind, coded_rows

if TYPE_CHECKING:
    import pandas as pd


def rows_csv(rows: "pd.DataFrame", variables: Sequence[RowVariable]) -> bytes:
    """Every answer as a number: 97, 98 and 99 as in the SPSS file, and nothing for a blank."""
    coded = coded_rows(rows, variables)
    columns = [
        coded[variable.name].tolist()
        if variable.kind == VariableKind.UNIT
        else [None if code != code else int(code) for code in coded[variable.name].tolist()]
        for variable in variables
    ]
    return _csv([variable.name for variable in variables], zip(*columns, strict=True))


def units_csv(survey: Survey) -> bytes:
    """The survey's own picture of the organisation."""
    codes = {unit.unit_id: unit.unit.code for unit in survey.units}
    return _csv(
        ("code", "name", "type", "parent"),
        sorted(
            (
                codes[unit.unit_id],
                unit.name,
                unit.type,
                "" if unit.parent_id is None else codes.get(unit.parent_id, ""),
            )
            for unit in survey.units
        ),
    )


def variables_csv(variables: Iterable[RowVariable]) -> bytes:
    """codes: a background question's option keys by their numbers, «0=fast 1=midlertidig»."""
    return _csv(
        ("name", "kind", "factor", "reversed", "codes", "label"),
        (
            (
                variable.name,
                variable.kind.value,
                variable.factor.key if variable.factor else "",
                int(variable.reversed),
                " ".join(f"{code}={key}" for code, key in variable.keys),
                variable.label,
            )
            for variable in variables
            if variable.name != UNIT
        ),
    )


def factors_csv(factors: Iterable[Factor], questionnaire: Questionnaire) -> bytes:
    """needed: answers that give a person a score. low_to, high_from: the ends of the low and the high answers."""
    return _csv(
        ("factor", "title", "minimum", "maximum", "needed", "low_to", "high_from", "not_applicable"),
        (_factor(factor, questionnaire) for factor in factors),
    )


def _factor(factor: Factor, questionnaire: Questionnaire) -> tuple[object, ...]:
    scale = factor.scale
    found = classes(scale.minimum, scale.maximum, questionnaire.reporting.favourable_from).tolist()
    return (
        factor.key,
        localised(factor.title),
        scale.minimum,
        scale.maximum,
        answers_needed(len(factor.items), questionnaire.minimum_answered),
        scale.minimum + found.count(0) - 1,
        scale.minimum + found.index(2),
        int(scale.not_applicable is not None),
    )


def report_csv(figures: Iterable[ReportFigure]) -> bytes:
    return _csv(COLUMNS, map(astuple, figures))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
