"""`medvirk audit-package`: what somebody outside needs to check a survey."""

from pathlib import Path

import click
from flask import Flask

from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.files.new_folder import write_folder
from surveys.platform.database import database
from surveys.platform.terminal import fail, say, with_app
from surveys.results.audit_package.contents import package_files


@click.command("audit-package")
@click.argument("key", metavar="NØKKEL")
@click.argument("folder", metavar="MAPPE", type=click.Path(path_type=Path, file_okay=False))
@with_app
def audit_package_command(app: Flask, key: str, folder: Path) -> None:  # noqa: ARG001
    """Skriver alt som er frigitt fra en undersøkelse, med et program som kontrollerer det uten Medvirk.

    Pakken har tallene med rettelser, deltakelse, kontrolltall, hendelsesloggen, spørreskjemaet og reglene. Ingenting
    som er skjult på sidene, er med. Kontrollen kjøres med: python kontroll.py
    """
    try:
        with database().reading() as session:
            files = package_files(session, find_survey(session, key))
        write_folder(files, folder)
    except SurveyError as error:
        fail(str(error))
    except FileExistsError:
        fail(f"{folder} er ikke tom. Velg en ny mappe.")
    except OSError as error:
        fail(f"{folder} kan ikke skrives: {error.strerror}.")
    size = sum(len(content) for content in files.values())
    megabytes = f"{size / 1e6:.1f}".replace(".", ",")
    say(f"{len(files)} filer ({megabytes} MB) er skrevet til {folder}.")
    say(f"Kontroller dem med: python {folder / 'kontroll.py'}")
