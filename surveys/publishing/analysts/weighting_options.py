"""`--weight` and `--margins` of `medvirk analyse`: weights for citizen surveys, and why they are refused elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from analysis.reading import ResponseFile
from analysis.weighting import Weighting, from_column, from_margins, weighting_json
from analysis.weights import CITIZEN, WeightsError
from questionnaires.model import Questionnaire
from surveys.platform.terminal import fail
from surveys.publishing.answer_files.weighting_options import margins_of_file


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
            return from_margins(read.responses, margins_of_file(margins))
    except WeightsError as error:
        fail(f"Vektene kan ikke brukes: {error}.")
    return None


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
