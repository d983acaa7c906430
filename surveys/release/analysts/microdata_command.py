"""`medvirk export-microdata`: rows of answers for analysts."""

from pathlib import Path

import click
from flask import Flask

from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.terminal import fail, say, with_app


@click.command("export-microdata")
@click.argument("key", metavar="NØKKEL")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--background", default="", help="Bakgrunnsspørsmål som skal med, med komma mellom. Det viktigste først."
)
@click.option("--plain", is_flag=True, help="CSV med komma mellom kolonnene, til maskiner.")
@with_app
def export_microdata_command(app: Flask, key: str, file: Path, background: str, plain: bool) -> None:  # noqa: ARG001
    """Svarene rad for rad til analyse: .sav, .csv eller .parquet.

    Små enheter står som nærmeste enhet over, og ingen kombinasjon av enhet og bakgrunn gjelder færre enn
    undersøkelsens minste gruppe. Uttaket føres i revisjonsloggen.
    """
    from surveys.release.analysts.microdata import export_microdata
    from surveys.release.analysts.microdata_files import endings, write

    if file.suffix.lower() not in endings():
        fail(f"Filen må ende på {', '.join(endings())}.")
    wanted = [part.strip() for part in background.split(",") if part.strip()]
    try:
        with database().transaction() as session:
            survey = find_survey(session, key)
            found = export_microdata(session, survey, wanted, municipal_day())
            questionnaire = questionnaire_of(survey.instrument)
            # Written before the commit: a file that could not be written leaves no trace of having been made.
            write(file, found.rows, questionnaire, plain=plain)
    except SurveyError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file} kan ikke skrives: {error.strerror}.")
    say(f"{len(found.rows)} svar fra {found.units} enheter er skrevet til {file}.")
    if found.background:
        say(f"Bakgrunn i filen: {', '.join(found.background)}.")
    if found.left_out:
        say(f"Utelatt fordi noen ville blitt for få: {', '.join(found.left_out)}.")
    if found.factors_left_out:
        say(f"Temaer som bare noen fikk, er ikke med: {', '.join(found.factors_left_out)}.")
