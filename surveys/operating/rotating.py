"""`medvirk rotate-keys`."""

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from surveys.audit import trail as audit
from surveys.campaigns.key_faults import has_foreign_keys, surveys_without_keys
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.master_keys import LockedKeyError
from surveys.organisation.models import Installation
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.terminal import fail, say, with_app


@click.command("rotate-keys")
@click.option(
    "--apply", "apply_it", is_flag=True, help="Bytt nøkkelen. Uten dette blir det bare sagt hva som skjer."
)
@with_app
def rotate_keys(app: Flask, apply_it: bool) -> None:
    """Bytter hovednøkkelen som nøklene til åpne undersøkelser er låst med. Sier først hva som skjer.

    Medvirk kan være i bruk imens, på alle maskinene. Stanser det midt i, kan alt leses, og neste kjøring gjør det
    ferdig.
    """
    settings: Settings = app.config["SETTINGS"]
    store = KeyStore.of(settings.keys, app.config["SECRETS"])
    _refuse_wrong_keys(app, store)
    if store.masters.is_changing:
        say("Et tidligere bytte ble ikke ferdig. Det blir gjort ferdig nå.")
    say(
        f"{store.files()} nøkkelfiler i {settings.keys / 'surveys'} får ny hovednøkkel: {settings.keys / 'master.key'}."
    )
    if not apply_it:
        say("Ingenting er endret. Kjør med --apply for å bytte.")
        return
    try:
        changed = store.change_master()
    except LockedKeyError as error:
        fail(
            f"Ingen hovednøkkel åpner {error}. Ingenting er tapt. Legg master.key på plass, og kjør på nytt."
        )
    except OSError as error:
        fail(f"Kan ikke skrive i {settings.keys}: {error.strerror}. Ingenting er tapt. Kjør på nytt.")
    db: Database = app.extensions["medvirk_database"]
    with db.transaction() as session:
        municipality = session.get_one(Installation, 1).municipality
        audit.record(session, "installation.master_key_changed", municipality, files=changed)
    say(f"Hovednøkkelen er byttet, og {changed} nøkkelfiler er låst med den.")
    say(
        f"Ta en ny kopi av {settings.keys} for seg, og slett de gamle kopiene: de åpner fortsatt svar i databasekopier "
        "fra samme tid."
    )


def _refuse_wrong_keys(app: Flask, store: KeyStore) -> None:
    """In another installation's folder there is nothing to change, and a missing key is to be found first."""
    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            foreign = has_foreign_keys(session, app.config["SECRETS"])
            lacking = surveys_without_keys(session, store)
    except SQLAlchemyError as error:
        fail(f"Databasen svarer ikke: {str(error).splitlines()[0]}")
    if foreign:
        fail("Nøkkellageret hører til en annen installasjon enn databasen. Ingenting er endret.")
    if lacking:
        fail(
            f"Nøklene til {', '.join(lacking)} kan ikke åpnes. Kjør «medvirk doctor» først. Ingenting er endret."
        )
