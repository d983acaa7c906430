"""What must hold before the site, the worker or the demo starts: no file is missing or changed."""

from pathlib import Path

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from surveys.campaigns.changed_questionnaires import changed_files
from surveys.instruments.models import Instrument
from surveys.organisation.models import Installation
from surveys.platform.database import Database
from surveys.platform.static_files import missing_vendor_files
from surveys.platform.terminal import fail


def refuse_missing_files(app: Flask) -> None:
    """Ends the program with status 1 when set-up has not been run: every page would be an error page."""
    static = Path(str(app.static_folder))
    if missing := missing_vendor_files(static):
        fail(f"Kjør «make setup» først: {', '.join(missing)} mangler i {static / 'vendor'}.")


def refuse_changed_questionnaires(app: Flask) -> None:
    """Ends the program with status 1 and says why when a used version's file has been changed.

    Called once, before any web process is made: otherwise each of them would fail, and be made again, for ever.
    A database without tables has used nothing. One that does not answer ends the program too: what cannot be
    examined must not be served.
    """
    db: Database = app.extensions["medvirk_database"]
    try:
        if not inspect(db.engine).has_table(Instrument.__tablename__):
            return
        with db.reading() as session:
            changed = changed_files(session)
            installation = session.get(Installation, 1)
    except SQLAlchemyError as error:
        fail(f"Databasen svarer ikke: {str(error).splitlines()[0]}")
    if not changed:
        return
    lines = [line for file in changed for line in (str(file), f"  {file.advice}")]
    if installation and installation.synthetic:
        folder = app.config["SETTINGS"].instance
        lines.append(f"Dette er demodata: du kan også slette mappen {folder} og bygge demoen på nytt.")
    fail("Medvirk starter ikke: spørreskjemaer som er i bruk, kan ikke endres.", lines)
