"""`medvirk export-all` and `medvirk import-all`."""

from pathlib import Path

import click
from flask import Flask

from surveys.operating.archive.description import ArchiveError
from surveys.operating.archive.exporting import export_archive
from surveys.operating.archive.importing import import_archive
from surveys.platform.config import read_settings
from surveys.platform.database import Database
from surveys.platform.terminal import fail, say, with_app

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("export-all")
@click.argument("folder", type=_FOLDER, metavar="MAPPE")
@with_app
def export_all(app: Flask, folder: Path) -> None:
    """Skriver alt som er kommunens eget, i åpne filer: enheter, spørreskjemaer, frigitte tall og styringskort.

    Svar, ansatte og brukere er ikke med. Medvirk kan være i bruk imens. LESMEG.md i mappen sier hva som er i filene.
    """
    try:
        done = export_archive(app.extensions["medvirk_database"], folder)
    except ArchiveError as error:
        fail(str(error))
    megabytes = f"{done.size / 1e6:.1f}".replace(".", ",")
    say(f"{done.rows} rader ({megabytes} MB) er skrevet til {folder}. Les LESMEG.md der.")
    if done.left_out:
        say(f"Ikke med, for de er ikke frigitt: {', '.join(done.left_out)}.")


@click.command("import-all")
@click.argument("folder", type=_FOLDER, metavar="MAPPE")
def import_all(folder: Path) -> None:
    """Leser det «medvirk export-all» skrev, inn i en ny, tom installasjon.

    Alt eller ingenting. Installasjonen må være tom, eller slik «medvirk init» laget den.
    """
    settings = read_settings()
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = Database(settings.database, settings.connection_limits)
    try:
        done = import_archive(folder, db.engine)
    except ArchiveError as error:
        fail(str(error))
    finally:
        db.engine.dispose()
    say(f"{done.municipality}: {done.rows} rader er lest inn, slik de var {done.made_on}.")
    say("Kjør «medvirk init», så «medvirk doctor». Les inn ansatte, og lag brukere på nytt.")
