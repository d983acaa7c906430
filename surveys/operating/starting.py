"""What must hold before the site, the worker or the demo starts: nothing is missing, changed or somebody else's.

Called once, before any web process is made: otherwise each of them would fail, and be made again, for ever. What cannot
be examined must not be served, so a database that does not answer ends the program too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from surveys.campaigns.changed_questionnaires import changed_files
from surveys.campaigns.key_faults import has_foreign_keys, surveys_without_keys
from surveys.campaigns.keystore import KeyStore
from surveys.instruments.models import Instrument
from surveys.operating.schema_state import schema_fault
from surveys.organisation.models import Installation
from surveys.platform.database import Database
from surveys.platform.static_files import missing_vendor_files
from surveys.platform.terminal import fail


def refuse_missing_files(app: Flask) -> None:
    """Ends the program with status 1 when set-up has not been run: every page would be an error page."""
    static = Path(str(app.static_folder))
    if missing := missing_vendor_files(static):
        fail(f"Kjør «make setup» først: {', '.join(missing)} mangler i {static / 'vendor'}.")


def refuse_other_schema(app: Flask) -> None:
    """Ends the program with status 1 when the database is older or newer than this version of Medvirk."""
    db: Database = app.extensions["medvirk_database"]
    with _answering():
        fault = schema_fault(db.engine)
    if fault:
        fail(f"Medvirk starter ikke. {fault.advice}")


def refuse_missing_keys(app: Flask, *, accept_lost: bool) -> None:
    """Ends the program with status 1 when the key store is not the database's own, or lacks keys of its surveys.

    `accept_lost`: surveys may lack theirs, since somebody knows that they are lost for good.
    """
    settings, secrets = app.config["SETTINGS"], app.config["SECRETS"]
    db: Database = app.extensions["medvirk_database"]
    with _answering(), db.reading() as session:
        foreign = has_foreign_keys(session, secrets)
        lacking = surveys_without_keys(session, KeyStore.of(settings.keys, secrets))
    if foreign:
        fail(
            f"Medvirk starter ikke. Nøkkellageret {settings.keys} (eller MEDVIRK_SECRET_KEY) hører til en annen "
            "installasjon enn databasen. Alle maskiner må bruke samme nøkkellager."
        )
    if lacking and not accept_lost:
        fail(
            f"Medvirk starter ikke. Nøkkellageret {settings.keys} mangler nøklene til {', '.join(lacking)}. Alle "
            "maskiner må bruke samme nøkkellager. Er nøklene tapt for godt, start med --accept-lost-keys."
        )


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        fail(f"Databasen svarer ikke: {str(error).splitlines()[0]}")


def refuse_changed_questionnaires(app: Flask) -> None:
    """Ends the program with status 1 and says why when a used version's file has been changed.

    A database without tables has used nothing.
    """
    db: Database = app.extensions["medvirk_database"]
    with _answering():
        if not inspect(db.engine).has_table(Instrument.__tablename__):
            return
        with db.reading() as session:
            changed = changed_files(session)
            installation = session.get(Installation, 1)
    if not changed:
        return
    lines = [line for file in changed for line in (str(file), f"  {file.advice}")]
    if installation and installation.synthetic:
        folder = app.config["SETTINGS"].instance
        lines.append(f"Dette er demodata: du kan også slette mappen {folder} og bygge demoen på nytt.")
    fail("Medvirk starter ikke: spørreskjemaer som er i bruk, kan ikke endres.", lines)
