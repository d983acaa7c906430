"""`medvirk analyse`: a response file in, a report out. Needs no database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.answer_mapping import NO_MAPPING, AnswerMapping
from questionnaires.faults import DefinitionError
from questionnaires.model import Questionnaire
from surveys.instruments.sources import QuestionnaireNotFoundError, find_questionnaire
from surveys.platform.terminal import fail, say
from surveys.publishing.answer_files.faults import told_faults
from surveys.publishing.answer_files.options import reading_options, told_mapping, ways_out

if TYPE_CHECKING:
    from analysis.reading import ResponseFile
    from analysis.report import ReportProgress
    from analysis.responses import Responses

_STEPS = {
    "reading": "Leser filen",
    "reliability": "Regner ut om påstandene måler det samme",
    "structure": "Prøver strukturen",
    "units": "Regner ut enhetene",
    "groups": "Sammenligner grupper og temaer",
    "done": "Ferdig",
}


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("analyse")
@click.argument("data", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--questionnaire", required=True, help="Spørreskjema: nøkkel, nøkkel@versjon eller en YAML-fil."
)
@click.option("--unit", "unit_column", help="Kolonnen med enhetenes koder.")
@reading_options
@click.option(
    "--estimator",
    "estimators",
    multiple=True,
    type=click.Choice(["mlr", "wlsmv"]),
    help="Prøv også strukturen på denne måten: mlr for skjeve svar, wlsmv for svar på trinn. Kan gjentas.",
)
@click.option(
    "--minimum-group", type=click.IntRange(min=3), help="Minste gruppe som vises. Ellers det skjemaet sier."
)
@click.option(
    "--weight", "weight_column", metavar="KOLONNE", help="Kolonne med vekter. Bare innbyggerundersøkelser."
)
@click.option(
    "--margins",
    "margins_file",
    metavar="FIL",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Vekt etter kjente tall for befolkningen: YAML med bakgrunnsspørsmål, svar og antall personer.",
)
@click.option("--year", type=click.IntRange(1990, 2999), help="Året filen er fra. Trengs bare med --earlier.")
@click.option(
    "--earlier",
    metavar="ÅR FIL",
    multiple=True,
    type=(click.IntRange(1990, 2999), click.Path(path_type=Path, exists=True, dir_okay=False)),
    help="Svar på det samme skjemaet fra et annet år. Kan gjentas. Tre år eller flere kan ha en retning.",
)
@click.option("--json", "json_file", type=_FILE, help="Skriv resultatet hit som JSON.")
@click.option("--html", "html_file", type=_FILE, help="Skriv rapporten hit som én HTML-fil.")
@click.option("--pdf", "pdf_file", type=_FILE, help="Skriv rapporten hit som PDF.")
@click.option(
    "--export-lavaan",
    "lavaan_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Skriv svarene og et R-skript til denne mappen, så hvem som helst kan kontrollere tallene.",
)
def analyse_command(
    data: Path,
    questionnaire: str,
    unit_column: str | None,
    map_file: Path | None,
    missing: str | None,
    labels: str | None,
    estimators: tuple[str, ...],
    minimum_group: int | None,
    weight_column: str | None,
    margins_file: Path | None,
    year: int | None,
    earlier: tuple[tuple[int, Path], ...],
    json_file: Path | None,
    html_file: Path | None,
    pdf_file: Path | None,
    lavaan_folder: Path | None,
) -> None:
    """Reliabilitet, validitet og enhetsresultater fra en fil med svar, uten database."""
    from surveys.publishing.analysts.document import document_of
    from surveys.publishing.analysts.terminal_report import print_report
    from surveys.publishing.analysts.waves import check_waves, with_trend
    from surveys.publishing.analysts.weighting_options import check_weight_options, with_weights

    asked = _questionnaire(questionnaire)
    mapping = told_mapping(map_file, missing, labels) or NO_MAPPING
    check_weight_options(asked, weight_column, margins_file)
    check_waves(year, earlier)
    read, result = _analysed(data, asked, unit_column, minimum_group, mapping, weight_column, estimators)
    responses = read.responses
    result = with_weights(result, read, weight_column, margins_file, minimum_group)
    result = with_trend(result, responses, year, earlier, mapping, minimum_group)
    document = document_of(result, asked)
    files: list[tuple[Path, str | bytes]] = []
    if json_file:
        files.append((json_file, json.dumps(result, ensure_ascii=False, indent=1)))
    if html_file:
        from surveys.publishing.analysts.document_files import as_html
        from surveys.publishing.analysts.explored import figures_of

        files.append((html_file, as_html(document, figures_of(result, asked))))
    if pdf_file:
        from surveys.publishing.analysts.document_files import as_pdf

        files.append((pdf_file, as_pdf(document)))
    if lavaan_folder:
        files += _for_r(lavaan_folder, responses)
    # Files first: a reader who leaves the report half read has them all the same.
    for file, content in files:
        _write(file, content)
    print_report(document)
    for file, _content in files:
        say(f"Skrevet: {file}")
    if lavaan_folder:
        say(f"Kontroller tallene i R: cd {lavaan_folder} && Rscript kontroll.R")


def _analysed(
    data: Path,
    questionnaire: Questionnaire,
    unit_column: str | None,
    minimum_group: int | None,
    mapping: AnswerMapping,
    weight_column: str | None,
    estimators: tuple[str, ...],
) -> "tuple[ResponseFile, dict[str, Any]]":
    """What the file held and what it says. Ends the command when the file has faults."""
    with _bar() as tell:
        tell("reading", 0.0)
        from analysis.estimators import Estimator
        from analysis.for_analysts import analyst_json
        from analysis.reading import read_responses
        from analysis.report import analyse
        from analysis.tables import FileFaults

        try:
            read = read_responses(data, questionnaire, unit_column, mapping, weight_column)
        except FileFaults as error:
            told = told_faults(error)
            fail(f"{error.total} feil i {data.name}.", (*told.faults, *ways_out(told.choices, told.more)))
        responses = read.responses
        found = analyse(
            questionnaire,
            responses,
            minimum_group,
            lambda step, share: tell(step, 0.2 + 0.6 * share),
            [Estimator(name) for name in dict.fromkeys(estimators)],
        )
        tell("groups", 0.8)
        result = analyst_json(found, responses, minimum_group)
        # What was left out of the file changes how every number is to be read.
        return read, {**result, "warnings": [*map(str, read.notes), *result["warnings"]]}


def _for_r(folder: Path, responses: "Responses") -> list[tuple[Path, str | bytes]]:
    """The folder, made, and the files that belong in it."""
    from analysis.lavaan import lavaan_files

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"Mappen {folder} kan ikke lages: {error.strerror}.")
    return [(folder / name, content) for name, content in lavaan_files(responses).items()]


def _write(file: Path, content: str | bytes) -> None:
    try:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        fail(f"{file} kan ikke skrives: {error.strerror}.")


def _questionnaire(name: str) -> Questionnaire:
    try:
        return find_questionnaire(name).questionnaire
    except QuestionnaireNotFoundError as error:
        fail(str(error))
    except DefinitionError as error:
        fail("Spørreskjemaet kan ikke brukes.", error.faults)


@contextmanager
def _bar() -> "Iterator[ReportProgress]":
    """A bar on the terminal with what is being done; it disappears at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_STEPS["reading"], total=1.0)
        yield lambda step, share: bar.update(task, completed=share, description=_STEPS[step])
