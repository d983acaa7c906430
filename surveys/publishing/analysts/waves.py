"""`--earlier` and `--year` of `medvirk analyse`: files from other years, read as the file itself is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from analysis.answer_mapping import AnswerMapping
from analysis.responses import Responses
from surveys.platform.terminal import fail
from surveys.publishing.answer_files.faults import told_faults
from surveys.publishing.answer_files.options import ways_out


def check_waves(year: int | None, earlier: Sequence[tuple[int, Path]]) -> None:
    """Ends the command when a year is missing or there twice."""
    if earlier and year is None:
        raise click.UsageError("Si hvilket år filen selv er fra, med --year.")
    years = [year, *(each for each, _file in earlier)]
    if len(set(years)) < len(years):
        raise click.UsageError("Hvert år kan bare ha én fil.")


def with_trend(
    result: dict[str, Any],
    responses: Responses,
    year: int | None,
    earlier: Sequence[tuple[int, Path]],
    mapping: AnswerMapping,
    minimum_group: int | None,
) -> dict[str, Any]:
    """The result, with «trend» when files from other years were given. Ends the command when one has faults."""
    if not earlier or year is None:
        return result
    from analysis.reading import read_responses
    from analysis.tables import FileFaults
    from analysis.trend_over_files import trend_json

    waves, notes = {year: responses}, []
    for wave, file in earlier:
        try:
            read = read_responses(file, responses.questionnaire, None, mapping)
        except FileFaults as error:
            told = told_faults(error)
            fail(f"{error.total} feil i {file.name}.", (*told.faults, *ways_out(told.choices, told.more)))
        waves[wave] = read.responses
        notes += [f"{file.name}: {note}" for note in read.notes]
    smallest = responses.questionnaire.reporting.smallest_group(minimum_group)
    return {**result, "trend": trend_json(waves, smallest), "warnings": [*notes, *result["warnings"]]}
