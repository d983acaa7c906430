"""Commands for a survey's life and for questionnaire files."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select

from questionnaires import loading
from questionnaires.checking import check
from surveys.campaigns.invitations import link_of
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Invitation
from surveys.campaigns.recipients_import import RecipientsReport, import_recipients
from surveys.hr.steps.closing import CLOSE
from surveys.hr.steps.inviting import INVITE
from surveys.hr.steps.opening import OPEN
from surveys.hr.steps.step import StepRequest, SurveyStep
from surveys.platform.database import database
from surveys.platform.terminal import fail, say, with_app

_KEY = click.argument("key", metavar="NØKKEL")


@click.command("open")
@_KEY
@with_app
def open_command(app: Flask, key: str) -> None:  # noqa: ARG001
    """Åpner en undersøkelse for svar."""
    _take(key, OPEN)


@click.command("close")
@_KEY
@with_app
def close_command(app: Flask, key: str) -> None:  # noqa: ARG001
    """Lukker en undersøkelse. Den kan ikke åpnes igjen."""
    _take(key, CLOSE)


@click.command("invite")
@_KEY
@click.option("--links", is_flag=True, help="Skriv ut lenken til alle som ikke har svart, én på hver linje.")
@click.option(
    "--recipients",
    metavar="FIL",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Inviter adressene i en fil (CSV eller XLSX) i stedet for de ansatte.",
)
@click.option(
    "--apply",
    "apply",
    is_flag=True,
    help="Inviter dem som står i filen. Uten dette vises bare hva som skjer.",
)
@with_app
def invite_command(app: Flask, key: str, links: bool, recipients: Path | None, apply: bool) -> None:  # noqa: ARG001
    """Inviterer alle i undersøkelsens enheter som ikke er invitert før.

    E-postene legges i køen, som «medvirk worker» sender. Lenkene er nøkler: ta vare på dem som passord.

    Foresatte, brukere og innbyggere inviteres fra en fil med --recipients. Kolonner: unit/enhet (kode), email/e-post
    og language/språk. Linjer uten e-postadresse får koden på papir.
    """
    if recipients is None:
        if apply:
            raise click.UsageError("--apply brukes bare sammen med --recipients.")
        _take(key, INVITE)
    elif links and not apply:
        raise click.UsageError("--links sammen med --recipients krever --apply: før det finnes ingen lenker.")
    else:
        _invite_from_file(key, recipients, apply=apply)
    if links:
        _show_links(key)


def _invite_from_file(key: str, file: Path, *, apply: bool) -> None:
    try:
        with database().transaction() as session:
            report = import_recipients(session, key, file, apply=apply)
    except SurveyError as error:
        fail(str(error))
    if report.faults:
        fail(f"{len(report.faults)} feil i {file.name}. Ingen er invitert.", report.faults)
    for line in _told(report):
        say(line)


def _told(report: RecipientsReport) -> Iterator[str]:
    """The report in words, line by line, when it has no faults."""
    yield f"{'Invitert' if report.applied else 'Blir invitert'}: {report.invited}"
    for unit in report.units:
        paper = f" ({unit.on_paper} på papir)" if unit.on_paper else ""
        yield f"  {unit.code} {unit.name}: {unit.invited}{paper}"
    yield f"Invitert fra før eller fra lista over ansatte: {len(report.known)}"
    for line, address in report.known:
        yield f"  Linje {line}: {address}"
    for note in report.notes:
        yield f"Merk: {note}"
    if report.on_paper:
        yield (
            f"Merk: {report.on_paper} av dem mangler e-postadresse og må få koden på papir. "
            "Slike linjer blir nye invitasjoner hver gang filen leses. "
            "Trenger du bare lenkene på nytt, bruk --links uten --recipients."
        )
    yield _ending(report)


def _ending(report: RecipientsReport) -> str:
    if not report.invited:
        return "Ingen nye å invitere."
    if report.applied:
        return f"E-poster lagt i køen: {report.messages}."
    return "Ingen er invitert ennå. Kjør kommandoen på nytt med --apply for å invitere."


def _show_links(key: str) -> None:
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


def _take(key: str, step: SurveyStep) -> None:
    try:
        say(step.take(StepRequest(database(), key)))
    except SurveyError as error:
        fail(str(error))
