"""`--weight` and `--margins` of `medvirk analyse`: weights for citizen surveys, and why they are refused elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import click

from analysis.reading import ResponseFile
from analysis.weighting import Weighting, from_column, from_margins, weighting_json
from analysis.weights import CITIZEN, WeightsError
from questionnaires.faults import DefinitionError
from questionnaires.model import Questionnaire
from questionnaires.source import read_document
from surveys.platform.terminal import fail


def check_weight_options(questionnaire: Questionnaire, column: str | None, margins: Path | None) -> None:
    """Ends the command when both are given, or when the questionnaire is not one for citizens."""
    if column and margins:
        raise click.UsageError("Velg enten --weight eller --margins.")
    if (column or margins) and questionnaire.kind != CITIZEN:
        fail(
            "Vekter brukes bare i innbyggerundersøkelser. I andre undersøkelser får alle spørsmålene, "
            "og da teller alle svar like mye."
        )


def _weighting(read: ResponseFile, column: str | None, margins: Path | None) -> Weighting | None:
    """The weights that were asked for; None when none were. Ends the command when they cannot be used."""
    try:
        if column and read.weights is not None:
            return from_column(read.responses, read.weights, column)
        if margins:
            return from_margins(read.responses, _margins(margins))
    except WeightsError as error:
        fail(f"Vektene kan ikke brukes: {error}.")
    return None


def _margins(file: Path) -> Mapping[str, Mapping[str, float]]:
    """kjonn: {kvinne: 5100, mann: 4900}."""
    try:
        document = read_document(file.read_bytes(), file.name)
    except DefinitionError as error:
        fail(f"{file.name} kan ikke brukes.", error.faults)
    if document.faults:
        fail(f"{file.name} kan ikke brukes.", document.faults)
    found = document.value
    if not isinstance(found, Mapping) or not all(_is_margin(people) for people in found.values()):
        fail(f"{file.name} skal ha ett bakgrunnsspørsmål på hver linje: kjonn: {{kvinne: 5100, mann: 4900}}.")
    return cast("Mapping[str, Mapping[str, float]]", found)


def _is_margin(people: object) -> bool:
    return (
        isinstance(people, Mapping)
        and bool(people)
        and all(isinstance(n, int | float) and not isinstance(n, bool) and n > 0 for n in people.values())
    )


def with_weights(
    result: Mapping[str, Any],
    read: ResponseFile,
    column: str | None,
    margins: Path | None,
    minimum_group: int | None,
) -> dict[str, Any]:
    """The result; with «weighting», said among its warnings too, when weights were asked for."""
    weighting = _weighting(read, column, margins)
    if weighting is None:
        return dict(result)
    smallest = read.responses.questionnaire.reporting.smallest_group(minimum_group)
    told = "Vektede snitt står for seg. Alle andre tall er uvektet."
    return {
        **result,
        "weighting": weighting_json(read.responses, weighting, smallest),
        "warnings": [told, *result["warnings"]],
    }
