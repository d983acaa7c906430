"""Commands for a survey's life and for questionnaire files."""

import os
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.checking import check
from surveys.campaigns.box_openers import is_opened_by_two
from surveys.campaigns.holder_mail.queueing import unreached
from surveys.campaigns.invitations import link_of
from surveys.campaigns.key_holders import open_alone
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError, find_survey, require_open
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.campaigns.outbox import CANNOT_SEND
from surveys.campaigns.recipients_import import RecipientsReport, import_recipients
from surveys.hr.steps.closing import CLOSE
from surveys.hr.steps.inviting import INVITE
from surveys.hr.steps.opening import OPEN
from surveys.hr.steps.reconciling import RECONCILE
from surveys.hr.steps.reminding import REMIND
from surveys.hr.steps.step import StepDescription, StepRequest, SurveyStep, described
from surveys.platform.database import database
from surveys.platform.mail_server import why_no_mail
from surveys.platform.terminal import counted, fail, say, with_app

_KEY = click.argument("key", metavar="NØKKEL")


@click.command("open")
@_KEY
@click.option(
    "--one-key",
    "reason",
    metavar="GRUNN",
    help="La HR åpne urnen alene, med en begrunnelse som står i hendelsesloggen.",
)
@with_app
def open_command(app: Flask, key: str, reason: str | None) -> None:  # noqa: ARG001
    """Åpner en undersøkelse for svar.

    Vanlig er at to åpner urnen sammen. De velges på siden «Nøkler» før undersøkelsen åpner. Er ingen valgt, åpner
    kommandoen med én nøkkel og sier fra om det.
    """
    try:
        with database().transaction() as session:
            note = _choose_key(session, find_survey(session, key), reason)
    except SurveyError as error:
        fail(str(error))
    _take(key, OPEN)
    if note:
        say(f"Merk: {note}")
    _tell_of_holder_mails(key)


def _choose_key(session: Session, survey: Survey, reason: str | None) -> str:
    """One key with the reason given; without one too, where nobody has chosen, which the answer says."""
    if survey.status != SurveyStatus.DRAFT:
        return ""
    if reason is not None:
        open_alone(session, survey, key_store(), reason)
        return ""
    if survey.one_key_reason or is_opened_by_two(session, survey):
        return ""
    open_alone(
        session, survey, key_store(), "Åpnet med «medvirk open» uten at noen hadde valgt nøkkelholdere"
    )
    return (
        "Ingen hadde valgt nøkkelholdere, så HR kan åpne urnen alene. Det står på startsiden til dem som svarer. "
        "To nøkkelholdere velges på siden «Nøkler» før en undersøkelse åpner."
    )


def _tell_of_holder_mails(key: str) -> None:
    """Says when the key holders are not told by mail."""
    with database().reading() as session:
        survey = find_survey(session, key)
        if not is_opened_by_two(session, survey):
            return
        if problem := why_no_mail():
            say(f"Merk: Nøkkelholderne får ikke e-post. {problem}")
        for name in unreached(session, survey):
            say(f"Merk: {name} er nøkkelholder og har ingen e-postadresse. Gi beskjed på en annen måte.")


@click.command("close")
@_KEY
@with_app
def close_command(app: Flask, key: str) -> None:  # noqa: ARG001
    """Lukker en undersøkelse. Den kan ikke åpnes igjen."""
    _take(key, CLOSE)
    _tell_of_holder_mails(key)


@click.command("invite")
@_KEY
@click.option(
    "--links",
    metavar="FIL",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Skriv lenken til alle som ikke har svart, til en fil, én på hver linje (- er skjermen).",
)
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
    help="Inviter. Uten dette vises bare hva som skjer.",
)
@with_app
def invite_command(
    app: Flask,  # noqa: ARG001
    key: str,
    links: Path | None,
    recipients: Path | None,
    apply: bool,
) -> None:
    """Inviterer alle i undersøkelsens enheter som ikke er invitert før.

    E-postene legges i køen, som «medvirk worker» sender. Lenkene er nøkler: ta vare på dem som passord.

    Foresatte, brukere og innbyggere inviteres fra en fil med --recipients. Kolonner: unit/enhet (kode), email/e-post
    og language/språk. Linjer uten e-postadresse får koden på papir.
    """
    if recipients is None:
        _tell_or_take(key, INVITE, {}, apply=apply)
    elif links is not None and not apply:
        raise click.UsageError("--links sammen med --recipients krever --apply: før det finnes ingen lenker.")
    else:
        _invite_from_file(key, recipients, apply=apply)
    if links is not None:
        _write_links(key, links)


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
        ways = [f"{unit.sms} på SMS"] * bool(unit.sms) + [f"{unit.on_paper} på papir"] * bool(unit.on_paper)
        yield f"  {unit.code} {unit.name}: {unit.invited}" + (f" ({', '.join(ways)})" if ways else "")
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
        if report.sms == report.messages > 0:
            return f"SMS lagt i køen: {report.sms}."
        sms = f" SMS lagt i køen: {report.sms}." if report.sms else ""
        return f"E-poster lagt i køen: {report.messages - report.sms}.{sms} {why_no_mail()}".strip()
    return "Ingen er invitert ennå. Kjør kommandoen på nytt med --apply for å invitere."


def _write_links(key: str, file: Path) -> None:
    """The links, one a line, for letters. A link is a key: only the owner may read the file."""
    links = _links_of(key)
    if str(file) == "-":
        for link in links:
            say(link)
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        # A file that was there before keeps its mode when it is opened.
        os.fchmod(target.fileno(), 0o600)
        target.writelines(f"{link}\n" for link in links)
    say(f"Lenker skrevet til {file}: {len(links)}")


def _links_of(key: str) -> list[str]:
    with database().reading() as session:
        try:
            survey = find_survey(session, key)
        except SurveyError as error:
            fail(str(error))
        waiting = select(Invitation).where(Invitation.survey_id == survey.id, ~Invitation.delivered)
        invitations = session.scalars(waiting.order_by(Invitation.unit_id, Invitation.id))
        return [link_of(invitation) for invitation in invitations]


@click.command("reconcile")
@_KEY
@click.option(
    "--new", type=click.Choice(["yes", "no"]), help="Inviter dem som er nye (yes hvis ikke annet er sagt)."
)
@click.option(
    "--left", type=click.Choice(["yes", "no"]), help="Regn med dem som sluttet uten å ha svart (no)."
)
@click.option(
    "--moved",
    type=click.Choice(["stays", "moves"]),
    help="Om invitasjonen blir i enheten den var i, eller blir med til den nye (stays).",
)
@click.option(
    "--shared",
    type=click.Choice(["one", "paper"]),
    help="Adresser som flere har: én invitasjon, eller en kode på papir til hver (one).",
)
@click.option(
    "--new-units",
    type=click.Choice(["yes", "no"]),
    help="Ta med enheter som kom til etter undersøkelsen (no).",
)
@click.option(
    "--address", type=click.Choice(["yes", "no"]), help="Send invitasjonen til rettede adresser (yes)."
)
@click.option("--apply", "apply", is_flag=True, help="Gjør det. Uten dette vises bare hva som skjer.")
@with_app
def reconcile_command(app: Flask, /, key: str, apply: bool, **chosen: str | None) -> None:  # noqa: ARG001
    """Avstemmer invitasjonene mot personlisten, og sender det som mangler.

    Viser hvem som er nye, har sluttet, byttet enhet eller fått ny adresse, adresser som flere har, og ansatte i
    enheter som kom til etter at undersøkelsen ble laget. Ingen får to koder, og den som har levert, får ingenting mer.
    """
    given = {name: value for name, value in chosen.items() if value}
    _tell_or_take(key, RECONCILE, given, apply=apply)


@click.command("remind")
@_KEY
@click.option("--apply", "apply", is_flag=True, help="Send. Uten dette vises bare hva som skjer.")
@with_app
def remind_command(app: Flask, key: str, apply: bool) -> None:  # noqa: ARG001
    """Sender neste påminnelse nå til dem som ikke har levert.

    Påminnelser går ellers av seg selv etter planen, når «medvirk worker» går.
    """
    _tell_or_take(key, REMIND, {}, apply=apply)


def _tell_or_take(key: str, step: SurveyStep, given: dict[str, str], *, apply: bool) -> None:
    try:
        with database().reading() as session:
            survey = find_survey(session, key)
            require_open(survey, CANNOT_SEND)
            description = described(session, survey, step, given)
        _tell(description)
        if apply:
            # The number that was told is the number that is sent, or nothing is.
            say(step.take(StepRequest(database(), key, description.messages, given)))
            return
    except SurveyError as error:
        fail(str(error))
    say("Ingenting er gjort ennå. Kjør kommandoen på nytt med --apply.")


def _tell(description: StepDescription) -> None:
    for choice in description.choices:
        say(f"{choice.legend} [{dict(choice.options)[choice.chosen]}]")
        for finding in choice.findings:
            say(f"  {finding}")
    for line in filter(None, (*description.consequences, description.warning)):
        say(line)


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
    say(f"{counted(len(chosen), 'spørreskjema', 'spørreskjemaer')} er undersøkt. Ingen feil.")


def _take(key: str, step: SurveyStep) -> None:
    try:
        say(step.take(StepRequest(database(), key)))
    except SurveyError as error:
        fail(str(error))
