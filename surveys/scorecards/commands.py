"""Commands of the styringskort."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask import Flask

from questionnaires.faults import DefinitionError
from questionnaires.source import read_bytes, read_document
from surveys.files.report import ImportChange
from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.terminal import fail, say, with_app
from surveys.platform.typed_data import FileDataError, from_file
from surveys.scorecards.importing import import_measurements
from surveys.scorecards.setup import CardPlan, SetupError, build_card


@click.command("import-measurements")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply", "apply", is_flag=True, help="Gjennomfør endringene. Uten dette vises de bare.")
@with_app
def import_measurements_command(app: Flask, file: Path, apply: bool) -> None:  # noqa: ARG001
    """Henter verdier til styringskortene fra CSV eller XLSX.

    Kolonner: indicator/indikator (kode), unit/enhet (kode), year/år, part/periode (tom for hele året),
    value/verdi, source/kilde og measured_on/måledato (i dag når den mangler).
    """
    with database().transaction() as session:
        report = import_measurements(session, file, apply=apply, today=municipal_day())
    if report.faults:
        fail(f"{len(report.faults)} feil i {file.name}. Ingenting er endret.", report.faults)
    _list("Nye verdier", report.new)
    _list("Verdier som erstatter en annen", report.changed)
    say(f"Uendrede verdier: {report.unchanged}")
    for note in report.notes:
        say(f"Merk: {note}")
    if report.applied:
        say("Verdiene er lagt inn.")
    elif report.changes:
        say("Ingenting er lagt inn ennå. Kjør kommandoen på nytt med --apply for å legge inn.")
    else:
        say("Ingenting å legge inn.")


@click.command("import-scorecard")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply", "apply", is_flag=True, help="Legg inn kortet. Uten dette blir filen bare sjekket.")
@with_app
def import_scorecard_command(app: Flask, file: Path, apply: bool) -> None:  # noqa: ARG001
    """Henter et styringskort fra en YAML-fil.

    Perspektiver, mål, suksessfaktorer, indikatorer og ambisjonsnivå. Det som finnes fra før, brukes som det er.
    Et eksempel står i docs/examples/.
    """
    try:
        plan = from_file(CardPlan, read_document(read_bytes(file), file.name).value)
        with database().transaction() as session:
            build_card(session, plan)
            if not apply:
                session.rollback()
    except DefinitionError as error:
        fail(f"{file.name} kan ikke leses. Ingenting er endret.", error.faults)
    except (FileDataError, SetupError) as error:
        fail(f"Feil i {file.name}. Ingenting er endret.", str(error).splitlines())
    say(f"Kortet «{plan.key}» er lagt inn." if apply else "Filen er i orden. Legg inn kortet med --apply.")


def _list(heading: str, changes: Sequence[ImportChange]) -> None:
    say(f"{heading}: {len(changes)}")
    for change in changes:
        say(f"  {change}")
