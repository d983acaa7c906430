"""Commands that bring the organisation in from other systems."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask import Flask

from surveys.files.report import ImportChange, ImportReport
from surveys.organisation.people_import import import_people
from surveys.organisation.units_import import import_units
from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.terminal import fail, say, with_app

_FILE = click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_APPLY = click.option(
    "--apply", "apply", is_flag=True, help="Gjennomfør endringene. Uten dette vises de bare."
)


@click.command("import-organisation")
@_FILE
@_APPLY
@with_app
def import_organisation(app: Flask, file: Path, apply: bool) -> None:  # noqa: ARG001
    """Henter enheter fra CSV eller XLSX.

    Kolonner: code/kode, name/navn, type, parent/overordnet og predecessor/erstatter (kodene til enhetene denne
    kommer fra, med komma mellom; kan mangle). Filen skal ha hele treet under enheten som står øverst.
    """
    with database().transaction() as session:
        report = import_units(session, file, apply=apply, today=municipal_day())
    _show(report, file, ("Nye enheter", "Endrede enheter", "Enheter som avsluttes", "Uendrede enheter"))


@click.command("import-people")
@_FILE
@_APPLY
@with_app
def import_people_command(app: Flask, file: Path, apply: bool) -> None:  # noqa: ARG001
    """Henter ansatte fra CSV eller XLSX.

    Kolonner: employee_number/ansattnummer, name/navn, email/e-post, unit/enhet (kode), leader/leder, language/språk og
    hovedstilling. Filen skal ha alle som kan inviteres.
    """
    with database().transaction() as session:
        report = import_people(session, file, apply=apply)
    _show(report, file, ("Nye personer", "Endrede personer", "Personer som går ut", "Uendrede personer"))


def _show(report: ImportReport, file: Path, words: tuple[str, str, str, str]) -> None:
    if report.faults:
        fail(f"{len(report.faults)} feil i {file.name}. Ingenting er endret.", report.faults)
    new, changed, ended, unchanged = words
    _list(new, report.new)
    _list(changed, report.changed)
    _list(ended, report.ended)
    say(f"{unchanged}: {report.unchanged}")
    for note in report.notes:
        say(f"Merk: {note}")
    say(_ending(report))


def _list(heading: str, changes: Sequence[ImportChange]) -> None:
    say(f"{heading}: {len(changes)}")
    for change in changes:
        say(f"  {change}")


def _ending(report: ImportReport) -> str:
    if report.applied:
        return "Endringene er gjennomført."
    if not report.changes:
        return "Ingenting å endre."
    return "Ingenting er endret ennå. Kjør kommandoen på nytt med --apply for å gjennomføre."
