"""The operator's verbs: set up, serve, work, examine."""

import click
from flask import Flask

from surveys.operating.beginning import Beginning, begin, is_begun
from surveys.operating.examination import examine
from surveys.operating.migrating import BrokenReferencesError, NewerDatabaseError
from surveys.operating.starting import refuse_changed_questionnaires, refuse_missing_files
from surveys.platform.terminal import fail, say, with_app


@click.command("init")
@click.option("--municipality", metavar="NAVN", help="Kommunens navn, slik det skal stå på hver side.")
@click.option("--contact", metavar="TEKST", default="", help="Hvem svarere kan spørre: e-post eller telefon.")
@click.option("--unit-code", default="kommune", show_default=True, help="Koden til enheten øverst i treet.")
@click.option("--username", metavar="NAVN", help="Brukernavnet til den første administratoren.")
@click.option(
    "--yes", "ask_nothing", is_flag=True, help="Spør ikke om noe. Passordet lages og vises én gang."
)
@with_app
def init(
    app: Flask,
    municipality: str | None,
    contact: str,
    unit_code: str,
    username: str | None,
    ask_nothing: bool,
) -> None:
    """Gjør installasjonen klar: database, nøkler, kommune, og den første administratoren.

    Kan kjøres så ofte du vil. Det som er der, blir ikke rørt.
    """
    password = ""
    if not ask_nothing and not is_begun(app):
        municipality = municipality or click.prompt("Kommunens navn")
        username = username or click.prompt("Brukernavn for administrator", default="admin")
        password = click.prompt("Passord (minst 12 tegn)", hide_input=True, confirmation_prompt="En gang til")
    plan = Beginning(municipality or "Kommunen", contact, unit_code, username or "admin", password)
    try:
        done = begin(app, plan)
    except (ValueError, BrokenReferencesError, NewerDatabaseError) as error:
        fail(str(error))
    say(f"Databasen er klar, og nøklene ligger i {app.config['SETTINGS'].keys}.")
    if not done.administrator_made:
        say("Administratoren finnes fra før, og er ikke endret.")
        return
    say(f"Administratoren heter «{done.username}».")
    if done.generated_password:
        say(f"Passord: {done.generated_password}")
        say("Skriv det ned nå. Det vises ikke igjen.")


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=5470, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Adressen det lyttes på.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Antall prosesser.")
@click.pass_context
def serve(context: click.Context, port: int, host: str, workers: int) -> None:
    """Starter nettstedet for drift. Sett en webtjener med TLS foran."""
    from surveys.operating.serving import Server
    from surveys.site.application import add_pages

    make_app = context.find_root().obj
    app = make_app()
    refuse_missing_files(app)
    refuse_changed_questionnaires(app)
    # The web processes open connections of their own: none may be shared with them.
    app.extensions["medvirk_database"].engine.dispose()
    say(f"Nettstedet svarer på http://{host}:{port}/. Stopp med Ctrl+C.")
    Server(lambda: add_pages(make_app()), host, port, workers).run()


@click.command("worker")
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True, help="Antall tråder.")
@with_app
def worker(app: Flask, workers: int) -> None:
    """Arbeider med jobbkøen: sender e-post, lukker etter fristen, og tar store opptellinger og frigivelser."""
    from surveys.site.application import add_pages
    from surveys.site.worker import consumer

    refuse_changed_questionnaires(app)
    say("Jobbarbeideren er i gang. Stopp med Ctrl+C.")
    consumer(add_pages(app), workers).run()


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
