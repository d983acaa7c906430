"""Commands of the styringskort."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.faults import DefinitionError
from questionnaires.source import read_bytes, read_document
from surveys.files.columns import TableRecords, read_records
from surveys.files.jsonstat import read_json_stat
from surveys.files.report import FileRefusedError, ImportChange, ImportQuestion, LeftOutLines
from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.localisation import short_date
from surveys.platform.terminal import counted, fail, say, with_app
from surveys.platform.typed_data import FileDataError, from_file
from surveys.scorecards.card_plans import CardPlan, SetupError
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.card_sources import check_sources
from surveys.scorecards.from_files.stat_mapping import StatMapping
from surveys.scorecards.from_files.waiting_values import is_table, said_records
from surveys.scorecards.importing import ValueAnswers, import_values
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.card_files import yaml_of
from surveys.scorecards.outline.drafts import refuse_frozen
from surveys.scorecards.outline.standing_plan import plan_of_card
from surveys.scorecards.setup import set_up_card
from surveys.scorecards.value_lines import MEASUREMENT_COLUMNS
from surveys.scorecards.value_questions import ValueQuestion
from surveys.scorecards.withdrawing import WithdrawalError, latest_entries, withdraw_entry

_DETAILS_SHOWN: Final = 10


@click.command("import-measurements")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    type=click.Choice([kind.value for kind in ValueQuestion if kind is not ValueQuestion.DASH]),
    help="Svar ja på et spørsmål om filen. Kan gjentas.",
)
@click.option(
    "--dash",
    type=click.Choice(["zero", "missing"]),
    help="Hva «-» betyr i filen: null, eller at tallet mangler.",
)
@click.option(
    "--unit",
    "units",
    multiple=True,
    metavar="REGION=ENHET",
    help="JSON-stat: hvilken enhet en kategori er. Ellers den med samme kode eller navn.",
)
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    metavar="INNHOLD=KODE",
    help="JSON-stat: hvilken indikator en kategori er. Har tabellen bare ett slags tall, er det nok med =KODE.",
)
@click.option(
    "--pick",
    "picked",
    multiple=True,
    metavar="DIMENSJON=KATEGORI",
    help="JSON-stat: hvilken kategori som skal brukes av en annen dimensjon. Ellers den første.",
)
@click.option(
    "--skip-faulty-lines",
    "leave_out",
    is_flag=True,
    help="Ta inn resten når noen linjer har feil. Uten dette stopper de hele filen.",
)
@click.option("--apply", "apply", is_flag=True, help="Gjennomfør endringene. Uten dette vises de bare.")
@with_app
def import_measurements_command(
    app: Flask,  # noqa: ARG001
    file: Path,
    confirmed: tuple[str, ...],
    dash: str | None,
    units: tuple[str, ...],
    indicators: tuple[str, ...],
    picked: tuple[str, ...],
    apply: bool,
    leave_out: bool,
) -> None:
    """Henter verdier til styringskortene fra CSV, XLSX eller JSON-stat 2.

    Kolonner: indicator/indikator (kode), unit/enhet (kode), year/år, part/periode (tom for hele året),
    value/verdi, source/kilde og measured_on/måledato (i dag når den mangler). Perioden kan skrives 2, T2, 2026T2,
    2026K1, 2026M05, «2. tertial» eller «januar». Linjer med «..», «:», «.» eller «*» har ikke noe tall og blir ikke
    tatt inn. Det som ser galt ut, må bekreftes med --confirm. medvirk withdraw-measurements trekker tilbake.
    En tabell fra SSB eller KOSTRA lagrer du som JSON-stat2 hos kilden. --unit, --indicator og --pick sier hva som er
    hva.
    """
    answers = ValueAnswers(
        frozenset(ValueQuestion(kind) for kind in confirmed), None if dash is None else dash == "zero"
    )
    with database().transaction() as session:
        said = StatMapping(_pairs(units), _pairs(indicators), _pairs(picked))
        read = _read_values(session, file, said, leave_out=leave_out)
        today = municipal_day()
        report = import_values(
            session, read, file.name, apply=apply, today=today, answers=answers, leave_out=leave_out
        )
    if report.faults:
        fail(f"{len(report.faults)} feil i {file.name}. Ingenting er endret.", report.faults)
    if report.left_out.lines:
        _say_left_out(report.left_out)
    _list("Nye verdier", report.new)
    _list("Verdier som erstatter en annen", report.changed)
    say(f"Uendrede verdier: {report.unchanged}")
    for note in report.notes:
        say(f"Merk: {note}")
    if report.questions:
        _ask(report.questions, file.name)
    if report.applied and report.changes:
        say("Verdiene er lagt inn.")
    elif report.changes:
        say("Ingenting er lagt inn ennå. Kjør kommandoen på nytt med --apply for å legge inn.")
    else:
        say("Ingenting å legge inn.")


def _say_left_out(left_out: LeftOutLines) -> None:
    say(f"{counted(left_out.usable, 'linje', 'linjer')} kan tas inn, {len(left_out)} kan ikke:")
    for fault in left_out.faults:
        say(f"  {fault}")
    for consequence in left_out.consequences:
        say(consequence)


def _read_values(session: Session, file: Path, said: StatMapping, *, leave_out: bool) -> TableRecords:
    """The lines of the file; a statistical table's with what was said of it before what is guessed."""
    if not is_table(file.read_bytes()[:100]):
        return read_records(file, MEASUREMENT_COLUMNS, by_row=leave_out)
    try:
        return said_records(session, read_json_stat(file.read_bytes()), said)
    except FileRefusedError as refusal:
        return TableRecords(faults=refusal.faults)


def _pairs(options: tuple[str, ...]) -> dict[str, str]:
    """«4601=FK» → {"4601": "FK"}."""
    pairs = [each.rpartition("=") for each in options]
    if any(not equals for _category, equals, _code in pairs):
        raise click.UsageError("Skriv kategorien, = og koden, for eksempel --unit 4601=FK.")
    return {category: code for category, _equals, code in pairs}


def _ask(questions: Sequence[ImportQuestion], name: str) -> None:
    """What must be answered, and how, with status 1: nothing has been changed."""
    for question in questions:
        say()
        say(question.text)
        for detail in question.details[:_DETAILS_SHOWN]:
            say(f"  {detail}")
        if len(question.details) > _DETAILS_SHOWN:
            say(f"  … og {len(question.details) - _DETAILS_SHOWN} til")
        if question.kind == ValueQuestion.DASH:
            say("Betyr det null, kjør på nytt med --dash zero. Mangler tallet: --dash missing.")
        else:
            say(f"Er det riktig, kjør på nytt med --confirm {question.kind}.")
    fail(f"{len(questions)} spørsmål om {name} må besvares. Ingenting er endret.")


@click.command("withdraw-measurements")
@click.argument("number", metavar="NUMMER", type=int, required=False)
@click.option(
    "--apply", "apply", is_flag=True, help="Trekk tilbake. Uten dette vises det bare hva som ville skje."
)
@with_app
def withdraw_measurements_command(app: Flask, number: int | None, apply: bool) -> None:  # noqa: ARG001
    """Trekker tilbake en innlesing av verdier til styringskortene. Verdiene som gjaldt før, gjelder igjen.

    Uten NUMMER listes de siste innlesingene.
    """
    try:
        with database().transaction() as session:
            if number is None:
                _list_entries(session)
                return
            done = withdraw_entry(session, number, "")
            if not apply:
                session.rollback()
    except WithdrawalError as error:
        fail(str(error))
    say(f"Verdier som trekkes tilbake: {done.values}")
    say(f"Av dem har en tidligere verdi som gjelder igjen: {done.restored}")
    if done.replaced:
        say(f"Erstattet av noe nyere, og blir stående: {done.replaced}")
    say("Verdiene er trukket tilbake." if apply else "Ingenting er endret ennå. Kjør på nytt med --apply.")


def _list_entries(session: Session) -> None:
    entries = latest_entries(session)
    for each in entries:
        where = each.entry.file_name or "siden for verdier"
        end = ", trukket tilbake" if each.entry.withdrawn_at else ""
        day = short_date(municipal_day(each.entry.at))
        say(
            f"{each.entry.id}: {day}, {where}, {each.values} verdier, {each.entry.author or 'kommandolinjen'}{end}"
        )
    if not entries:
        say("Ingen verdier er lagt inn ennå.")


@click.command("import-scorecard")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--apply", "apply", is_flag=True, help="Legg inn kortet. Uten dette vises bare hva som blir endret."
)
@with_app
def import_scorecard_command(app: Flask, file: Path, apply: bool) -> None:  # noqa: ARG001
    """Henter et styringskort fra en YAML-fil, eller endrer et som finnes.

    Perspektiver, mål, suksessfaktorer, indikatorer og ambisjonsnivå. Alt som blir annerledes, vises først, også hvilke
    verdier som får en annen farge. Det som ikke står i filen, blir stående. Et eksempel står i docs/examples/.
    """
    try:
        plan = from_file(CardPlan, read_document(read_bytes(file), file.name).value)
        with database().transaction() as session:
            refuse_frozen(session, plan)
            check_sources(session, plan)
            setup = set_up_card(session, plan)
            if not apply:
                session.rollback()
    except DefinitionError as error:
        fail(f"{file.name} kan ikke leses. Ingenting er endret.", error.faults)
    except (FileDataError, SetupError) as error:
        fail(f"Feil i {file.name}. Ingenting er endret.", str(error).splitlines())
    _tell(setup)
    if not setup.changes:
        say(f"Kortet «{plan.key}» er som i filen. Ingenting å endre.")
    elif apply:
        say(f"Kortet «{plan.key}» er lagt inn.")
    else:
        say("Ingenting er endret ennå. Kjør kommandoen på nytt med --apply for å legge inn.")


@click.command("export-scorecard")
@click.argument("key", metavar="KORT")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path, dir_okay=False), required=False)
@with_app
def export_scorecard_command(app: Flask, key: str, file: Path | None) -> None:  # noqa: ARG001
    """Skriver et styringskort som YAML.

    Filen er slik import-scorecard leser den. Uten FIL skrives den på skjermen.
    """
    with database().reading() as session:
        card = session.scalar(select(Scorecard).where(Scorecard.key == key))
        if card is None:
            known = ", ".join(session.scalars(select(Scorecard.key).order_by(Scorecard.key)))
            fail(f"Det finnes ikke noe kort «{key}». Disse finnes: {known or 'ingen'}.")
        text = yaml_of(plan_of_card(session, card))
    if file is None:
        say(text.rstrip())
    else:
        file.write_text(text, encoding="utf-8")
        say(f"Kortet «{key}» er skrevet til {file}.")


def _tell(setup: CardSetup) -> None:
    say(f"Endringer: {len(setup.changes)}")
    for change in setup.changes:
        say(f"  {change}")
    for note in setup.notes:
        say(f"Merk: {note}")
    if setup.recoloured:
        say(f"Verdier som får en annen farge: {len(setup.recoloured)}")
    for each in setup.recoloured[:_DETAILS_SHOWN]:
        say(f"  {each}")
    if len(setup.recoloured) > _DETAILS_SHOWN:
        say(f"  … og {len(setup.recoloured) - _DETAILS_SHOWN} til")


def _list(heading: str, changes: Sequence[ImportChange]) -> None:
    say(f"{heading}: {len(changes)}")
    for change in changes:
        say(f"  {change}")
