"""Commands that bring the organisation in from other systems."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from flask import Flask

from surveys.files.columns import PEOPLE_COLUMNS, UNIT_COLUMNS
from surveys.files.headings import ImportColumn, plain, words_of
from surveys.files.report import ImportChange, ImportQuestion, ImportReport, LeftOutLines
from surveys.hr.organisation.applying import ImportDayError, OrganisationFile, import_file
from surveys.organisation.import_answers import ImportAnswers, QuestionKind, SharedAddress
from surveys.organisation.models import ImportKind
from surveys.platform.database import database
from surveys.platform.terminal import counted, fail, say, with_app

_Command = Callable[..., Any]
_WORDS: Final = {
    ImportKind.UNITS: ("Nye enheter", "Endrede enheter", "Enheter som avsluttes", "Uendrede enheter"),
    ImportKind.PEOPLE: ("Nye personer", "Endrede personer", "Personer som går ut", "Uendrede personer"),
}
_SHARED_WORDS: Final = {"person": SharedAddress.PERSON, "postkasse": SharedAddress.MAILBOX}
_DETAILS_SHOWN: Final = 20
_ONE_ADDRESS: Final = "1 adresse står på flere personer."


def _common(command: _Command) -> _Command:
    """The argument and the options that both imports have."""
    for each in (
        click.option(
            "--confirm-leaving",
            type=click.IntRange(min=0),
            metavar="N",
            help="Bekreft at N personer går ut. Trengs når det er mange.",
        ),
        click.option(
            "--map",
            "mapped",
            multiple=True,
            metavar="KOLONNE=FELT",
            help="Hva en kolonne betyr. «Kolonne=» betyr at den ikke skal leses. Kan gjentas.",
        ),
        click.option(
            "--skip-faulty-lines",
            "leave_out",
            is_flag=True,
            help="Ta inn resten når noen linjer har feil. Uten dette stopper de hele filen.",
        ),
        click.option("--apply", "apply", is_flag=True, help="Gjennomfør. Uten dette vises endringene bare."),
        click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
    ):
        command = each(command)
    return command


@click.command("import-organisation")
@_common
@click.option(
    "--from-day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATO",
    help="Dagen nye navn og ny plass gjelder fra. Uten dette gjelder de fra i dag.",
)
@with_app
def import_organisation(
    app: Flask,  # noqa: ARG001
    file: Path,
    apply: bool,
    mapped: tuple[str, ...],
    confirm_leaving: int | None,
    from_day: dt.datetime | None,
    leave_out: bool,
) -> None:
    """Henter enheter fra CSV, XLSX eller FINT (JSON).

    Kolonner: code/kode, name/navn, type, parent/overordnet og predecessor/erstatter (kodene til enhetene denne
    kommer fra, med komma mellom; kan mangle). Filen skal ha hele treet under enheten som står øverst. Andre kolonner
    blir ikke lest.
    """
    choices = _choices(mapped, UNIT_COLUMNS)
    answers = ImportAnswers(leaving=confirm_leaving)
    day = from_day.date() if from_day else None
    sent = OrganisationFile(ImportKind.UNITS, file, file.name, choices, answers, day, leave_out)
    _run(sent, apply=apply)


@click.command("import-people")
@_common
@click.option(
    "--new-numbers",
    type=click.Choice(["same", "others"]),
    help="Om de som ser ut som de samme personene med nye numre, er det (same) eller ikke (others).",
)
@click.option(
    "--shared-address",
    multiple=True,
    metavar="ADRESSE=HVA",
    help="Hvorfor en adresse står på flere: person eller postkasse. «*» er alle andre. Kan gjentas.",
)
@click.option(
    "--drop-bad-addresses",
    is_flag=True,
    help="Ta inn personer med feil i e-postadressen uten den. Uten dette er det en feil.",
)
@with_app
def import_people_command(
    app: Flask,  # noqa: ARG001
    file: Path,
    apply: bool,
    mapped: tuple[str, ...],
    confirm_leaving: int | None,
    new_numbers: str | None,
    shared_address: tuple[str, ...],
    leave_out: bool,
    drop_bad_addresses: bool,
) -> None:
    """Henter ansatte fra CSV, XLSX eller FINT (JSON).

    Kolonner: employee_number/ansattnummer, name/navn (eller fornavn og etternavn), email/e-post, unit/enhet (kode,
    eller et navn som bare én enhet har), leader/leder, language/språk og hovedstilling. Filen skal ha alle som kan
    inviteres. Andre kolonner blir ikke lest.
    """
    choices = _choices(mapped, PEOPLE_COLUMNS)
    shared = dict(_shared(shared_address))
    answers = ImportAnswers(
        same_people=None if new_numbers is None else new_numbers == "same",
        leaving=confirm_leaving,
        shared={address: meaning for address, meaning in shared.items() if address != "*"},
        shared_otherwise=shared.get("*"),
        drop_bad_addresses=drop_bad_addresses,
    )
    sent = OrganisationFile(ImportKind.PEOPLE, file, file.name, choices, answers, leave_out=leave_out)
    _run(sent, apply=apply)


def _choices(mapped: Sequence[str], columns: Sequence[ImportColumn]) -> dict[str, str] | None:
    """What `--map` says: a field by its name or any of its Norwegian words."""
    words = words_of(columns)
    found: dict[str, str] = {}
    for each in mapped:
        heading, equals, name = each.rpartition("=")
        column = words.get(plain(name))
        if not equals or (name.strip() and column is None):
            known = ", ".join(one.name for one in columns)
            raise click.UsageError(f"Skriv --map «Kolonne=felt». Feltene er {known}.")
        found[plain(heading)] = column.name if column else ""
    return found or None


def _shared(given: Sequence[str]) -> Iterator[tuple[str, SharedAddress]]:
    for each in given:
        address, _equals, meaning = each.rpartition("=")
        if not address or meaning not in _SHARED_WORDS:
            raise click.UsageError("Skriv --shared-address ADRESSE=person eller ADRESSE=postkasse.")
        yield address.strip().casefold(), _SHARED_WORDS[meaning]


def _run(file: OrganisationFile, *, apply: bool) -> None:
    try:
        with _progress() as progress, database().transaction() as session:
            report = import_file(session, file, apply=apply, progress=progress)
    except ImportDayError as problem:
        fail(f"{problem} Ingenting er endret.")
    for note in (*report.notes, *report.warnings):
        say(f"Merk: {note}")
    if report.faults:
        fail(f"{len(report.faults)} feil i {file.name}. Ingenting er endret.", report.faults)
    if report.left_out.lines:
        _say_left_out(report.left_out)
    new, changed, ended, unchanged = _WORDS[file.kind]
    _list(new, report.new)
    _list(changed, report.changed)
    _list(ended, report.ended)
    say(f"{unchanged}: {report.unchanged}")
    if report.questions:
        _ask(report.questions, file.name)
    say(_ending(report))


def _say_left_out(left_out: LeftOutLines) -> None:
    say(f"{counted(left_out.usable, 'linje', 'linjer')} kan tas inn, {len(left_out)} kan ikke:")
    for fault in left_out.faults:
        say(f"  {fault}")
    for consequence in left_out.consequences:
        say(consequence)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, and nothing in a log or a pipe."""
    # Loaded when a file is read: `--help` does without.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    layout = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*layout, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Begynner", total=3)
        parts = 0

        def begin(part: str) -> None:
            nonlocal parts
            bar.update(task, description=part, completed=parts)
            parts += 1

        yield begin
        bar.update(task, completed=3)


def _list(heading: str, changes: Sequence[ImportChange]) -> None:
    say(f"{heading}: {len(changes)}")
    for change in changes:
        say(f"  {change}")


def _ask(questions: Sequence[ImportQuestion], name: str) -> None:
    """What must be answered, and how, with status 1: nothing has been changed."""
    addresses = sum(question.kind == QuestionKind.SHARED_ADDRESS for question in questions)
    if addresses:
        say(f"{addresses} adresser står på flere personer." if addresses > 1 else _ONE_ADDRESS)
    for question in questions:
        say()
        say(question.text)
        for detail in question.details[:_DETAILS_SHOWN]:
            say(f"  {detail}")
        if len(question.details) > _DETAILS_SHOWN:
            say(f"  … og {len(question.details) - _DETAILS_SHOWN} til")
        say(_how_to_answer(question))
    fail(f"{len(questions)} spørsmål om {name} må besvares. Ingenting er endret.")


def _how_to_answer(question: ImportQuestion) -> str:
    if question.kind == QuestionKind.LEAVING:
        return f"Er det riktig, kjør kommandoen på nytt med --confirm-leaving {question.count}."
    if question.kind == QuestionKind.SAME_PEOPLE:
        return "Er det de samme, kjør på nytt med --new-numbers same. Er det andre: --new-numbers others."
    return (
        f"Er det én person, kjør på nytt med --shared-address {question.key}=person. "
        f"Er det en delt postkasse: --shared-address {question.key}=postkasse."
    )


def _ending(report: ImportReport) -> str:
    if report.applied:
        return "Endringene er gjennomført."
    if not report.changes:
        return "Ingenting å endre."
    return "Ingenting er endret ennå. Kjør kommandoen på nytt med --apply for å gjennomføre."
