"""Commands for a survey's life and for questionnaire files."""

from pathlib import Path

import click
from flask import Flask, current_app
from sqlalchemy import select

from questionnaires import loading
from questionnaires.checking import check
from surveys.campaigns import steps
from surveys.campaigns.invitations import link_of
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Invitation
from surveys.database import database
from surveys.terminal import fail, say, with_app

_KEY = click.argument("key", metavar="NØKKEL")


@click.command("open")
@_KEY
@with_app
def open_command(app: Flask, key: str) -> None:  # noqa: ARG001
    """Åpner en undersøkelse for svar."""
    _take(key, "open")


@click.command("close")
@_KEY
@with_app
def close_command(app: Flask, key: str) -> None:  # noqa: ARG001
    """Lukker en undersøkelse. Den kan ikke åpnes igjen."""
    _take(key, "close")


@click.command("invite")
@_KEY
@click.option("--links", is_flag=True, help="Skriv ut lenken til alle som ikke har svart, én på hver linje.")
@with_app
def invite_command(app: Flask, key: str, links: bool) -> None:  # noqa: ARG001
    """Inviterer alle i undersøkelsens enheter som ikke er invitert før.

    E-postene legges i køen, som «medvirk worker» sender. Lenkene er nøkler: ta vare på dem som passord.
    """
    _take(key, "invite")
    if not links:
        return
    with database().reading() as session:
        survey = find_survey(session, key)
        waiting = select(Invitation).where(Invitation.survey_id == survey.id, ~Invitation.delivered)
        for invitation in session.scalars(waiting.order_by(Invitation.unit_id, Invitation.id)):
            say(link_of(invitation))


@click.command("check-questionnaires")
@click.argument("files", metavar="[FIL]...", nargs=-1, type=click.Path(path_type=Path))
@with_app
def check_questionnaires(app: Flask, files: tuple[Path, ...]) -> None:  # noqa: ARG001
    """Finner alle feil i spørreskjemaer, med fil og sted. Uten filer undersøkes de som følger med."""
    chosen = files or loading.available()
    found = [fault for file in chosen for fault in check(file)]
    errors = [fault for fault in found if fault.severity == "error"]
    for fault in found:
        if fault.severity != "error":
            say(f"Merk: {fault}")
    if errors:
        fail(f"{len(errors)} feil i {len({fault.file for fault in errors})} av {len(chosen)} filer.", errors)
    say(f"{len(chosen)} spørreskjemaer er undersøkt. Ingen feil.")


def _take(key: str, name: str) -> None:
    try:
        say(steps.take(current_app.extensions["medvirk_database"], key, name))
    except SurveyError as error:
        fail(str(error))


COMMANDS = [open_command, close_command, invite_command, check_questionnaires]
