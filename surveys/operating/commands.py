"""The operator's verbs: set up, serve, work, examine."""

from dataclasses import replace

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from surveys.campaigns.key_faults import ForeignKeysError
from surveys.operating.beginning import Beginning, Begun, begin, is_begun
from surveys.operating.examination import examine
from surveys.operating.migrating import BrokenReferencesError, NewerDatabaseError
from surveys.operating.schema_state import schema_fault
from surveys.operating.starting import (
    refuse_changed_questionnaires,
    refuse_missing_files,
    refuse_missing_keys,
    refuse_other_schema,
)
from surveys.platform.terminal import fail, say, with_app


@click.command("init")
@click.option("--municipality", metavar="NAVN", help="Kommunens navn, slik det skal stå på hver side.")
@click.option("--contact", metavar="TEKST", default="", help="Hvem svarere kan spørre: e-post eller telefon.")
@click.option("--unit-code", default="kommune", show_default=True, help="Koden til enheten øverst i treet.")
@click.option("--username", metavar="NAVN", help="Brukernavnet til den første administratoren.")
@click.option(
    "--yes", "ask_nothing", is_flag=True, help="Spør ikke om noe. Passordet lages og vises én gang."
)
@click.option(
    "--accept-lost-keys", is_flag=True, help="Nøkkellageret er tapt for godt. Bruk det som er der nå."
)
@with_app
def init(
    app: Flask,
    municipality: str | None,
    contact: str,
    unit_code: str,
    username: str | None,
    ask_nothing: bool,
    accept_lost_keys: bool,
) -> None:
    """Gjør installasjonen klar: database, nøkler, kommune, og den første administratoren.

    Kan kjøres så ofte du vil. Det som er der, blir ikke rørt.
    """
    password = ""
    _refuse_newer_schema(app)
    if not ask_nothing and not is_begun(app):
        municipality = municipality or click.prompt("Kommunens navn")
        username = username or click.prompt("Brukernavn for administrator", default="admin")
        password = click.prompt("Passord (minst 12 tegn)", hide_input=True, confirmation_prompt="En gang til")
    plan = Beginning(municipality or "Kommunen", contact, unit_code, username or "admin", password)
    done = _begun(app, replace(plan, accept_lost_keys=accept_lost_keys))
    say(f"Databasen er klar, og nøklene ligger i {app.config['SETTINGS'].keys}.")
    if not done.administrator_made:
        say("Administratoren finnes fra før, og er ikke endret.")
        return
    say(f"Administratoren heter «{done.username}».")
    if done.generated_password:
        say(f"Passord: {done.generated_password}")
        say("Skriv det ned nå. Det vises ikke igjen.")


def _begun(app: Flask, plan: Beginning) -> Begun:
    try:
        return begin(app, plan)
    except (ValueError, BrokenReferencesError, NewerDatabaseError) as error:
        fail(str(error))
    except OperationalError as error:
        fail(f"Databasen er ikke endret. Den svarte: {str(error).splitlines()[0]}")
    except ForeignKeysError:
        fail(
            f"Nøkkellageret {app.config['SETTINGS'].keys} (eller MEDVIRK_SECRET_KEY) hører til en annen installasjon "
            "enn databasen. Bruk samme nøkkellager som før. Er det tapt for godt, kan «medvirk init "
            "--accept-lost-keys» ta dette i bruk. Da virker ingen koder som er sendt ut, og svar som ikke er talt "
            "opp, er tapt."
        )


def _refuse_newer_schema(app: Flask) -> None:
    engine = app.extensions["medvirk_database"].engine
    try:
        fault = schema_fault(engine)
    except SQLAlchemyError as error:
        fail(f"Databasen svarer ikke: {str(error).splitlines()[0]}")
    if fault and fault.is_newer:
        fail(fault.advice)


_ACCEPT_LOST = click.option(
    "--accept-lost-keys", is_flag=True, help="Start selv om nøklene til en undersøkelse er tapt for godt."
)


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=5470, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Adressen det lyttes på.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Antall prosesser.")
@_ACCEPT_LOST
@click.pass_context
def serve(context: click.Context, port: int, host: str, workers: int, accept_lost_keys: bool) -> None:
    """Starter nettstedet for drift. Sett en webserver med TLS foran."""
    make_app = context.find_root().obj
    app = make_app()
    refuse_missing_files(app)
    refuse_other_schema(app)
    refuse_changed_questionnaires(app)
    refuse_missing_keys(app, accept_lost=accept_lost_keys)
    # Only now: whoever is refused need not wait for what pages import.
    from surveys.operating.health import add_health
    from surveys.operating.serving import Server
    from surveys.site.application import add_pages

    # The web processes open connections of their own: none may be shared with them.
    app.extensions["medvirk_database"].engine.dispose()
    say(f"Nettstedet svarer på http://{host}:{port}/. Stopp med Ctrl+C.")

    def make_site() -> Flask:
        site = add_health(add_pages(make_app()))
        site.config["LOST_KEYS_ACCEPTED"] = accept_lost_keys
        return site

    Server(make_site, host, port, workers).run()


@click.command("worker")
@click.option(
    "--workers",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    help="Antall tråder for hver slags jobb: e-post, tunge steg, og det som skjer til faste tider.",
)
@_ACCEPT_LOST
@with_app
def worker(app: Flask, workers: int, accept_lost_keys: bool) -> None:
    """Arbeider med jobbkøen: sender e-post, lukker etter fristen, og tar store opptellinger og frigivelser."""
    from surveys.site.application import add_pages
    from surveys.site.worker import work

    refuse_other_schema(app)
    refuse_changed_questionnaires(app)
    refuse_missing_keys(app, accept_lost=accept_lost_keys)
    say("Bakgrunnstjenesten er i gang. Stopp med Ctrl+C.")
    work(add_pages(app), workers)


@click.command("doctor")
@with_app
def doctor(app: Flask) -> None:
    """Undersøker installasjonen og sier hva som må gjøres."""
    say("Innstillinger")
    for name, value in app.config["SETTINGS"].described().items():
        say(f"  {name} = {value}")
    say()
    findings = examine(app)
    for finding in findings:
        say(f"[{finding.mark}] {finding.what}")
    wrong = sum(finding.is_wrong for finding in findings)
    if wrong:
        fail(f"{wrong} ting må rettes.")
    say("Alt er i orden.")
