"""What `import-responses` can be told of weights, and the file of margins that `medvirk analyse` reads too."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import click

from questionnaires.faults import DefinitionError
from questionnaires.source import read_document
from surveys.platform.terminal import fail
from surveys.publishing.importing_weights import NO_WEIGHTING, ImportWeighting

_Command = Callable[..., Any]


def weighting_options(command: _Command) -> _Command:
    """The options `told_weighting` is made of."""
    for option in (
        click.option(
            "--margins-source",
            metavar="KILDE",
            help="Hvor tallene i --margins kommer fra. Alle som ser de vektede tallene, ser kilden.",
        ),
        click.option(
            "--margins",
            metavar="FIL",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="YAML-fil med befolkningen på ett eller flere bakgrunnsspørsmål. Snittene for hele kommunen vises "
            "da vektet også. Bare for innbyggerundersøkelser.",
        ),
        click.option(
            "--weight",
            metavar="KOLONNE",
            help="Kolonnen med vekter. Snittene for hele kommunen vises da vektet også. Bare for "
            "innbyggerundersøkelser.",
        ),
    ):
        command = option(command)
    return command


def told_weighting(weight: str | None, margins: Path | None, source: str | None) -> ImportWeighting:
    """What the answers are weighted by. Ends the command when it was told two ways, or margins without source."""
    if weight and margins:
        raise click.UsageError("Velg enten --weight eller --margins.")
    if bool(margins) != bool(source and source.strip()):
        raise click.UsageError("--margins og --margins-source hører sammen: si hvor tallene kommer fra.")
    if margins:
        return ImportWeighting(margins=_whole(margins), source=(source or "").strip())
    return ImportWeighting(column=weight) if weight else NO_WEIGHTING


def _whole(file: Path) -> Mapping[str, Mapping[str, int]]:
    found = margins_of_file(file)
    if not all(float(people).is_integer() for of in found.values() for people in of.values()):
        fail(f"{file.name} skal ha antall personer: hele tall.")
    return {key: {option: int(people) for option, people in of.items()} for key, of in found.items()}


def margins_of_file(file: Path) -> Mapping[str, Mapping[str, float]]:
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
