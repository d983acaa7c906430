"""`medvirk demo`: builds the fictional municipality once, starts the site, and says how to get in."""

import logging
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from surveys.campaigns.invitations import link_of
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.demo.fjordvik import SEED
from surveys.operating.starting import refuse_changed_questionnaires, refuse_missing_files
from surveys.organisation.models import Installation
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.config import read_settings
from surveys.platform.terminal import fail, say

LANGUAGE_NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "Engelsk"}


@click.command("demo", help="Bygg og start den oppdiktede Fjordvik kommune, med syntetiske tall.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=5470, show_default=True, help="Porten på 127.0.0.1."
)
@click.option("--build-only", is_flag=True, help="Bygg dataene, men start ikke nettstedet.")
def demo(port: int, build_only: bool) -> None:
    address = f"http://127.0.0.1:{port}"
    app: Flask = click.get_current_context().find_root().obj(replace(read_settings(), base_url=address))
    refuse_missing_files(app)
    with app.app_context():
        _build(app)
        _explain(address, app.config["SETTINGS"].instance)
    if not build_only:
        _serve(app, port)


def _build(app: Flask) -> None:
    """Builds whatever is missing: a demo that was stopped in the middle is finished the next time."""
    from rich.console import Console
    from rich.progress import track

    from surveys.demo.cards import build_cards
    from surveys.demo.leader_talks import build_leader_talk
    from surveys.demo.meetings import build_meeting
    from surveys.demo.municipality import build_municipality
    from surveys.demo.plans import build_plan, build_sharing
    from surveys.demo.questions import build_questions
    from surveys.demo.replies import build_replies
    from surveys.demo.reports import build_reports
    from surveys.demo.rounds import Fjordvik, planned_rounds
    from surveys.operating import migrating

    db = database.database()
    migrating.upgrade(db.engine)
    refuse_changed_questionnaires(app)
    with db.transaction() as session:
        found = session.scalar(select(Installation))
        if found and not found.synthetic:
            fail(
                f"Mappen {app.config['SETTINGS'].instance} har en virkelig installasjon ({found.municipality}). "
                "Demoen lager ikke data der. Sett MEDVIRK_INSTANCE til en tom mappe."
            )
        if not found:
            build_municipality(session, SEED)
            build_cards(session)
            build_replies(session, municipal_day())
            build_questions(session)
            session.get_one(Installation, 1).keys_fingerprint = app.config["SECRETS"].fingerprint.hex()
    with db.reading() as session:
        missing = [planned for planned in planned_rounds(municipal_day()) if not planned.is_played(session)]
    if missing:
        fjordvik = Fjordvik(SEED)
        for planned in track(missing, description="Bygger Fjordvik kommune", console=Console(stderr=True)):
            fjordvik.play(planned)
    with db.transaction() as session:
        build_reports(session, municipal_day())
        build_plan(session, municipal_day())
        build_sharing(session, municipal_day())
        build_leader_talk(session, municipal_day())
    build_meeting(db)


def _explain(address: str, instance: Path) -> None:
    from surveys.demo.municipality import ACCOUNTS, PASSWORD

    say()
    say("Fjordvik kommune – syntetiske demodata")
    say(f"Nettstedet: {address}/")
    say()
    say(f"Logg inn med passordet «{PASSWORD}» som")
    for account in ACCOUNTS:
        say(f"  {account.username:<14}{account.name}, {account.what}")
    say()
    links = unused_links()
    if links:
        say("Lenker slik svarere får dem, én for hvert språk:")
    else:
        say("Ingen undersøkelse er åpen for svar nå. Vil du ha en demo med en åpen undersøkelse,")
        say(f"stopper du denne, sletter mappen {instance} og starter demoen igjen.")
    for language, link in links.items():
        say(f"{LANGUAGE_NAMES[language]}:")
        say(link)
    say()


def unused_links() -> dict[str, str]:
    """Language → an unused link to the open survey, of somebody who is written to in that language."""
    unused = (
        select(Invitation)
        .join(Survey)
        .where(Survey.status == SurveyStatus.OPEN, Invitation.delivered.is_(False))
        .order_by(Invitation.id)
        .limit(1)
    )
    with database.database().reading() as session:
        found = {
            language: session.scalar(unused.where(Invitation.language == language))
            for language in LANGUAGE_NAMES
        }
        return {language: link_of(invitation) for language, invitation in found.items() if invitation}


class _SilentHandler(WSGIRequestHandler):
    """No line per request: a respondent's address carries the code."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def _serve(app: Flask, port: int) -> None:
    from surveys.operating.health import add_health
    from surveys.site.application import add_pages
    from surveys.site.worker import WorkerThreads

    add_health(add_pages(app))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_SilentHandler)
    except (OSError, SystemExit):
        fail(f"Port {port} er opptatt. Velg en annen: make demo PORT={port + 1}")
    worker = WorkerThreads(app)
    worker.start()
    say("Stopp med Ctrl+C.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("Stoppet.")
    finally:
        worker.stop()
        server.server_close()
