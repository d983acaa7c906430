"""Commands on results: import answers, analyse a file, count, release, and write out the figures."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress as Bar

from questionnaires.faults import DefinitionError
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.instruments.sources import QuestionnaireNotFoundError, Source, find_questionnaire
from surveys.platform.database import database
from surveys.platform.days import FORMATS
from surveys.platform.terminal import counted, fail, say, with_app
from surveys.publishing.answer_files.options import reading_options, told_mapping, ways_out
from surveys.publishing.answer_files.weighting_options import told_weighting, weighting_options
from surveys.publishing.counting_ballots import count
from surveys.publishing.importing_answers import ResponsesImportReport, import_responses
from surveys.publishing.opening_ballots import CountingError, Progress
from surveys.publishing.releasing import correct, release
from surveys.results.exporting import CHANGE_COLUMNS, COLUMNS, as_csv, change_rows, figure_rows
from surveys.results.weighting.rows import weighted_rows

if TYPE_CHECKING:
    from surveys.release.auditing import SurveyAudit

_FILE = click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_KEY = click.argument("key", metavar="NØKKEL")
_QUESTIONNAIRE = click.option(
    "--questionnaire", required=True, help="Spørreskjema: nøkkel, nøkkel@versjon eller en YAML-fil."
)
_MINIMUM_GROUP = click.option(
    "--minimum-group", type=click.IntRange(min=3), help="Minste gruppe som vises. Ellers det skjemaet sier."
)


@click.command("import-responses")
@_FILE
@_QUESTIONNAIRE
@click.option("--survey", "key", required=True, help="Nøkkelen undersøkelsen skal ha.")
@click.option("--title", required=True, help="Tittelen undersøkelsen skal ha.")
@click.option("--date", "day", required=True, type=click.DateTime(FORMATS), help="Da den var.")
@click.option("--unit", "unit_column", default="", help="Kolonnen med enhetenes koder.")
@click.option("--whole", is_flag=True, help="Filen har ingen enheter: alle svarene gjelder hele kommunen.")
@reading_options
@weighting_options
@_MINIMUM_GROUP
@click.option("--create-units", is_flag=True, help="Lag enheter som ikke finnes.")
@click.option("--parent", default="", help="Koden til enheten de nye skal stå under.")
@click.option("--apply", "apply", is_flag=True, help="Gjennomfør. Uten dette blir ingenting endret.")
@with_app
def import_responses_command(
    app: Flask,  # noqa: ARG001
    file: Path,
    questionnaire: str,
    key: str,
    title: str,
    day: dt.datetime,
    unit_column: str,
    whole: bool,
    map_file: Path | None,
    missing: str | None,
    labels: str | None,
    weight: str | None,
    margins: Path | None,
    margins_source: str | None,
    minimum_group: int | None,
    create_units: bool,
    parent: str,
    apply: bool,
) -> None:
    """Henter en hel undersøkelse fra en fil med svar (CSV, XLSX, SAV).

    Påstander og bakgrunnsspørsmål skal ha nøklene sine som kolonnenavn. Har filen andre navn, sier --map hva de betyr.
    Medvirk husker det til neste fil med de samme overskriftene.
    """
    if whole and unit_column:
        raise click.UsageError("Velg enten --unit eller --whole.")
    source = _source(questionnaire)
    report = import_responses(
        database(),
        file,
        source.questionnaire,
        source.text,
        key,
        title,
        day.date(),
        unit_column,
        minimum_group,
        create_units,
        apply,
        parent,
        told_mapping(map_file, missing, labels),
        whole,
        told_weighting(weight, margins, margins_source),
    )
    if report.faults:
        total = len(report.faults) + report.more_faults
        fail(
            f"{total} feil. Ingenting er endret.",
            [*report.faults, *ways_out(report.choices, report.more_faults)],
        )
    _show_import(report, key)


def _show_import(report: ResponsesImportReport, key: str) -> None:
    say(f"Svar: {report.respondents}")
    say(f"Enheter: {report.units}, av dem nye: {len(report.new_units)}")
    if report.unknown_columns:
        say(f"Kolonner som ikke er brukt: {', '.join(report.unknown_columns)}")
    for note in report.notes:
        say(f"Merk: {note}")
    if report.applied:
        say(f"Undersøkelsen er lagt inn. Frigi den med: medvirk release {key}")
    else:
        say("Ingenting er endret ennå. Kjør kommandoen på nytt med --apply for å legge den inn.")


@click.command("count")
@_KEY
@with_app
def count_command(app: Flask, key: str) -> None:  # noqa: ARG001
    """Teller opp en lukket undersøkelse: åpner svarene, stokker dem og ødelegger nøkkelen."""
    with _faults_shown(), _progress("Teller opp") as progress:
        count(database(), key_store(), key, progress)
    say(f"{key} er talt opp, og nøkkelen er ødelagt.")


@click.command("release")
@_KEY
@click.option("--correct", "why", metavar="GRUNN", help="Rett tall som er frigitt, og si hvorfor.")
@with_app
def release_command(app: Flask, key: str, why: str | None) -> None:  # noqa: ARG001
    """Frigir tallene fra en undersøkelse. Teller den opp først om det trengs.

    Med --correct lages en ny frigivelse av de samme svarene. De gamle tallene blir stående, og ingen nye vises som
    røper noe sammen med dem.
    """
    with _faults_shown(), _progress("Frigir") as progress:
        if why is None:
            number = release(database(), key_store(), key, progress=progress)
        else:
            number = correct(database(), key, why, progress=progress)
    say(f"{key} er {'frigitt' if why is None else 'rettet'} (frigivelse {number}).")


@click.command("audit-disclosure")
@click.argument("key", metavar="[NØKKEL]", required=False)
@with_app
def audit_command(app: Flask, key: str | None) -> None:  # noqa: ARG001
    """Angriper alt som er frigitt, for å se om noe kan regnes ut om færre enn minste gruppe.

    Avslutter med 1 hvis noe blir funnet. Uten NØKKEL prøves alle undersøkelser. Styringskortene prøves alltid: det som
    er hentet fra en undersøkelse, og det som er regnet ut av enhetene under.
    """
    with _faults_shown(), database().reading() as session:
        from surveys.release.auditing import audit_survey, audited_surveys
        from surveys.scorecards.aggregation.auditing import card_findings

        surveys = [find_survey(session, key)] if key else audited_surveys(session)
        audits = [audit_survey(session, survey) for survey in surveys]
        on_cards = card_findings(session)
    for found in audits:
        tried = f"{len(found.findings)} funn" if found.is_attacked else "ikke prøvd"
        say(f"{found.survey_key}: {found.figures} tall, {tried}")
    say(f"Styringskort: {len(on_cards)} funn")
    if on_cards:
        fail(f"{len(on_cards)} funn på styringskortene.", on_cards)
    if not all(found.is_attacked for found in audits):
        say(
            "Noen er ikke prøvd: tallene er lest inn fra en annen installasjon, og svarene er ikke her. Prøv dem der "
            "svarene er, eller med kontrollpakken derfra (medvirk audit-package)."
        )
        audits = [found for found in audits if found.is_attacked]
        if not audits:
            fail("Ingen er prøvd.")
    _say_narrowest(audits)
    faults = [f"{a.survey_key}, {f.measure}: {f.text}" for a in audits for f in a.findings]
    if faults:
        fail(f"{len(faults)} funn i det som er frigitt.", faults)
    say("Ingen funn: ingen sum for færre enn minste gruppe kan regnes ut av alt som er frigitt.")


def _say_narrowest(audits: "Sequence[SurveyAudit]") -> None:
    found = [(audit.survey_key, audit.narrowest) for audit in audits if audit.narrowest]
    if not found:
        say("Smaleste intervall: ingen skjulte snitt kan avgrenses.")
        return
    key, narrowest = min(found, key=lambda pair: pair[1].width / pair[1].least)
    say(
        f"Smaleste intervall for et skjult snitt: {_decimal(narrowest.width)} ({key}, {narrowest.measure}, "
        f"{narrowest.group}). Kravet er minst {_decimal(narrowest.least)}."
    )


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


@click.command("figures")
@_KEY
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Skriv til denne filen.")
@click.option("--plain", is_flag=True, help="Komma mellom kolonnene og desimalpunktum, til maskiner.")
@with_app
def figures_command(app: Flask, key: str, csv_file: Path | None, plain: bool) -> None:  # noqa: ARG001
    """Alle frigitte tall fra en undersøkelse."""
    with _faults_shown(), database().reading() as session:
        survey = find_survey(session, key)
        rows = [*figure_rows(session, survey), *weighted_rows(session, survey)]
    if not rows:
        fail(f"Undersøkelsen «{key}» er ikke frigitt ennå. Frigi den med: medvirk release {key}")
    if csv_file:
        csv_file.write_bytes(as_csv(rows, plain=plain))
        say(f"{len(rows)} tall er skrevet til {csv_file} ({len(COLUMNS)} kolonner).")
    else:
        click.echo(as_csv(rows, plain=plain).decode("utf-8-sig").replace("\r\n", "\n"), nl=False)


@click.command("changes")
@_KEY
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Skriv til denne filen.")
@click.option("--plain", is_flag=True, help="Komma mellom kolonnene og desimalpunktum, til maskiner.")
@with_app
def changes_command(app: Flask, key: str, csv_file: Path | None, plain: bool) -> None:  # noqa: ARG001
    """Alle endringer siden forrige undersøkelse.

    Svaret i kolonnen verdict er det samme som på sidene og i styringskortet.
    """
    with _faults_shown(), database().reading() as session:
        rows = change_rows(session, find_survey(session, key))
    if not rows:
        say(f"{key} har ingen endringer å vise. Kolonnene er: {', '.join(CHANGE_COLUMNS)}")
    elif csv_file:
        csv_file.write_bytes(as_csv(rows, CHANGE_COLUMNS, plain=plain))
        say(f"{counted(len(rows), 'endring', 'endringer')} skrevet til {csv_file}.")
    else:
        written = as_csv(rows, CHANGE_COLUMNS, plain=plain)
        click.echo(written.decode("utf-8-sig").replace("\r\n", "\n"), nl=False)


def _source(questionnaire: str) -> Source:
    try:
        return find_questionnaire(questionnaire)
    except QuestionnaireNotFoundError as error:
        fail(str(error))
    except DefinitionError as error:
        fail("Spørreskjemaet kan ikke brukes.", error.faults)


@contextmanager
def _faults_shown() -> Iterator[None]:
    """A step that cannot be taken ends the command with what to do."""
    try:
        yield
    except (SurveyError, CountingError) as error:
        fail(str(error))


@contextmanager
def _progress(what: str) -> Iterator[Progress]:
    """A bar on the terminal that disappears when it is done."""
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda _step, share: bar.update(task, completed=share)
