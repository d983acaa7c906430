"""What both commands that read files of answers can be told about them."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from analysis.answer_mapping import NO_MAPPING, AnswerMapping, LabelChoice
from surveys.platform.terminal import fail
from surveys.platform.typed_data import FileDataError
from surveys.publishing.answer_files.mapping_file import mapping_from_yaml

_Command = Callable[..., Any]
_LABELS = {"follow": LabelChoice.FOLLOW, "numbers": LabelChoice.NUMBERS}


def reading_options(command: _Command) -> _Command:
    """The options `told_mapping` is made of."""
    for option in (
        click.option(
            "--labels",
            type=click.Choice(list(_LABELS)),
            help="follow: følg merkelappene i filen der de sier noe annet enn spørreskjemaet. "
            "numbers: bruk tallene der en merkelapp ikke er på skalaen.",
        ),
        click.option("--missing", metavar="KODER", help="Koder som ikke er svar, for eksempel 99,-9."),
        click.option(
            "--map",
            "map_file",
            metavar="FIL",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="YAML-fil som sier hva kolonner, koder og ord i filen betyr.",
        ),
    ):
        command = option(command)
    return command


def told_mapping(map_file: Path | None, missing: str | None, labels: str | None) -> AnswerMapping | None:
    """How the file is to be understood; None when nothing was said. Ends the command when the map has faults."""
    if map_file is None and not missing and labels is None:
        return None
    mapping = NO_MAPPING
    if map_file:
        try:
            mapping = mapping_from_yaml(map_file.read_bytes(), map_file.name)
        except FileDataError as error:
            fail(f"{map_file.name} kan ikke brukes.", error.faults)
    codes = {code.strip() for code in (missing or "").split(",")} - {""}
    mapping = replace(mapping, missing=mapping.missing | codes)
    return replace(mapping, labels=_LABELS[labels]) if labels else mapping


def ways_out(choices: Collection[LabelChoice], more: int) -> Iterator[str]:
    """The lines below the faults: how many more there are, and which options would settle some of them."""
    if more:
        yield f"… og {more} feil til."
    if LabelChoice.FOLLOW in choices:
        yield "Er merkelappene i filen riktige? Følg dem med --labels follow."
    if LabelChoice.NUMBERS in choices:
        yield "Er tallene riktige, og merkelappene bare skrevet på en annen måte? Bruk dem med --labels numbers."
