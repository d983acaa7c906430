"""`medvirk export-microdata`: rows of answers for analysts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.terminal import counted, fail, say, with_app

if TYPE_CHECKING:
    from surveys.release.analysts.microdata import Microdata


@click.command("export-microdata")
@click.argument("key", metavar="NØKKEL")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--background", default="", help="Bakgrunnsspørsmål som skal med, med komma mellom. Det viktigste først."
)
@click.option("--plain", is_flag=True, help="CSV med komma mellom kolonnene, til maskiner.")
@with_app
def export_microdata_command(app: Flask, key: str, file: Path, background: str, plain: bool) -> None:  # noqa: ARG001
    """Svarene rad for rad til analyse: .sav, .csv, .parquet, eller .zip med kodebok og skript.

    En fil som ender på .zip, har svarene som CSV og SAV, kodebok (HTML og DDI 2.5), SPSS-syntaks og et R-skript som
    regner ut rapportens tall på nytt.

    Små enheter står som nærmeste enhet over, og ingen kombinasjon av enhet og bakgrunn gjelder færre enn
    undersøkelsens minste gruppe. Uttaket føres i revisjonsloggen.
    """
    from surveys.release.analysts.microdata import export_microdata
    from surveys.release.analysts.microdata_files import endings, write

    is_package = file.suffix.lower() == ".zip"
    if not is_package and file.suffix.lower() not in endings():
        fail(f"Filen må ende på {', '.join((*endings(), '.zip'))}.")
    wanted = [part.strip() for part in background.split(",") if part.strip()]
    try:
        with database().transaction() as session:
            survey = find_survey(session, key)
            found = export_microdata(session, survey, wanted, municipal_day())
            # Written before the commit: a file that could not be written leaves no trace of having been made.
            if is_package:
                _write_package(file, session, survey, found)
            else:
                write(file, found.rows, questionnaire_of(survey.instrument), plain=plain)
    except SurveyError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file} kan ikke skrives: {error.strerror}.")
    say(f"{len(found.rows)} svar fra {counted(found.units, 'enhet', 'enheter')} er skrevet til {file}.")
    if found.background:
        say(f"Bakgrunn i filen: {', '.join(found.background)}.")
    if found.left_out:
        say(f"Utelatt fordi noen ville blitt for få: {', '.join(found.left_out)}.")
    if found.factors_left_out:
        say(f"Temaer som bare noen fikk, er ikke med: {', '.join(found.factors_left_out)}.")
    if is_package:
        say("Pakk ut filen, og les LES-MEG.txt. Kontroller rapportens tall med: Rscript figurer.R")


def _write_package(file: Path, session: Session, survey: Survey, found: "Microdata") -> None:
    from surveys.publishing.analysts.rows_package.package import package_files
    from surveys.results.audit_package.writing import as_zip

    file.write_bytes(as_zip(package_files(session, survey, found, municipal_day()), survey.key))
