"""Commands of the styringskort."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click
from flask import Flask

from surveys.database import database
from surveys.organisation.import_report import Change
from surveys.scorecards.importing import import_measurements
from surveys.terminal import fail, say, with_app


@click.command("import-measurements")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply", "apply", is_flag=True, help="Gjennomfør endringene. Uten dette vises de bare.")
@with_app
def import_measurements_command(app: Flask, file: Path, apply: bool) -> None:  # noqa: ARG001
    """Henter verdier til styringskortene fra CSV eller XLSX.

    Kolonner: indicator/indikator (kode), unit/enhet (kode), year/år, part/tertial/måned (tom for hele året),
    value/verdi, source/kilde og measured_on/måledato (i dag når den mangler).
    """
    with database().transaction() as session:
        report = import_measurements(session, file, apply=apply, today=dt.datetime.now(dt.UTC).date())
    if report.faults:
        fail(f"{len(report.faults)} feil i {file.name}. Ingenting er endret.", report.faults)
    _list("Nye verdier", report.new)
    _list("Verdier som erstatter en annen", report.changed)
    say(f"Uendrede verdier: {report.unchanged}")
    if report.applied:
        say("Verdiene er lagt inn.")
    elif report.changes:
        say("Ingenting er lagt inn ennå. Kjør kommandoen på nytt med --apply for å legge inn.")
    else:
        say("Ingenting å legge inn.")


def _list(heading: str, changes: Sequence[Change]) -> None:
    say(f"{heading}: {len(changes)}")
    for change in changes:
        say(f"  {change}")


COMMANDS = [import_measurements_command]
