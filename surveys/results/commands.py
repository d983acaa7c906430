"""Commands on results: import answers, analyse a file, count, release, and write out the figures."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress as Bar

from questionnaires.faults import DefinitionError
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.database import database
from surveys.results.counting import CountingError, Progress, count
from surveys.results.exporting import COLUMNS, as_csv, figure_rows
from surveys.results.importing import (
    ImportReport,
    QuestionnaireNotFoundError,
    Source,
    find_questionnaire,
    import_responses,
)
from surveys.results.release import release
from surveys.terminal import fail, say, with_app

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
@click.option(
    "--date", "day", required=True, type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]), help="Da den var."
)
@click.option("--unit", "unit_column", required=True, help="Kolonnen med enhetenes koder.")
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
    minimum_group: int | None,
    create_units: bool,
    parent: str,
    apply: bool,
) -> None:
    """Henter en hel undersøkelse fra en fil med svar (CSV, XLSX, SAV).

    Påstander og bakgrunnsspørsmål skal ha nøklene sine som kolonnenavn.
    """
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
    )
    if report.faults:
        more = [f"… og {report.more_faults} feil til."] if report.more_faults else []
        total = len(report.faults) + report.more_faults
        fail(f"{total} feil. Ingenting er endret.", [*report.faults, *more])
    _show_import(report, key)


def _show_import(report: ImportReport, key: str) -> None:
    say(f"Svar: {report.respondents}")
    say(f"Enheter: {report.units}, av dem nye: {len(report.new_units)}")
    if report.unknown_columns:
        say(f"Kolonner som ikke er brukt: {', '.join(report.unknown_columns)}")
    if report.applied:
        say(f"Undersøkelsen er lagt inn. Frigi den med: medvirk release {key}")
    else:
        say("Ingenting er endret ennå. Kjør kommandoen på nytt med --apply for å legge den inn.")


@click.command("analyse")
@click.argument("data", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_QUESTIONNAIRE
@click.option("--unit", "unit_column", help="Kolonnen med enhetenes koder.")
@_MINIMUM_GROUP
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Skriv resultatet hit som JSON.")
def analyse_command(
    data: Path, questionnaire: str, unit_column: str | None, minimum_group: int | None, json_file: Path | None
) -> None:
    """Reliabilitet, validitet og enhetsresultater fra en fil med svar, uten database."""
    from analysis.reading import read_responses
    from analysis.report import analyse, to_json
    from analysis.tables import FileFaults
    from surveys.results.terminal_report import print_report

    source = _source(questionnaire)
    try:
        read = read_responses(data, source.questionnaire, unit_column)
    except FileFaults as error:
        fail(f"{error.total} feil i {data.name}.", error.faults)
    result = to_json(analyse(source.questionnaire, read.responses, minimum_group))
    print_report(result, source.questionnaire)
    if json_file:
        json_file.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")


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
@with_app
def release_command(app: Flask, key: str) -> None:  # noqa: ARG001
    """Frigir tallene fra en undersøkelse. Teller den opp først om det trengs."""
    with _faults_shown(), _progress("Frigir") as progress:
        number = release(database(), key_store(), key, progress=progress)
    say(f"{key} er frigitt (frigivelse {number}).")


@click.command("figures")
@_KEY
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Skriv til denne filen.")
@click.option("--plain", is_flag=True, help="Komma mellom kolonnene og desimalpunktum, til maskiner.")
@with_app
def figures_command(app: Flask, key: str, csv_file: Path | None, plain: bool) -> None:  # noqa: ARG001
    """Alle frigitte tall fra en undersøkelse."""
    with _faults_shown(), database().reading() as session:
        rows = figure_rows(session, find_survey(session, key))
    if not rows:
        fail(f"Undersøkelsen «{key}» er ikke frigitt ennå. Frigi den med: medvirk release {key}")
    if csv_file:
        csv_file.write_bytes(as_csv(rows, plain=plain))
        say(f"{len(rows)} tall er skrevet til {csv_file} ({len(COLUMNS)} kolonner).")
    else:
        click.echo(as_csv(rows, plain=plain).decode("utf-8-sig").replace("\r\n", "\n"), nl=False)


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


COMMANDS = [import_responses_command, analyse_command, count_command, release_command, figures_command]
