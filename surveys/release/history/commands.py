"""Commands that bring in results of earlier surveys, and norms, from other tools."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask

from surveys.campaigns.lifecycle import SurveyError
from surveys.files.reading import LARGEST_FILE
from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.localisation import localised
from surveys.platform.terminal import fail, say, with_app
from surveys.release.history.importing import import_figures, newest_survey
from surveys.release.history.models import ImportedKind, ImportedSet
from surveys.release.history.report import HistoryImportRequest, HistoryReport, SetReport
from surveys.release.history.sets import withdraw_set

_Command = Callable[..., Any]


def _common(command: _Command) -> _Command:
    """The argument and the options that both imports have."""
    for each in (
        click.option("--apply", "apply", is_flag=True, help="Gjennomfør. Uten dette blir ingenting endret."),
        click.option("--instrument", default="", help="Spørreskjema eller verktøy, når filen ikke sier det."),
        click.option(
            "--year", type=click.IntRange(1990, 2099), help="Året tallene er fra, når filen ikke sier det."
        ),
        click.option("--source", required=True, help="Hvor tallene kommer fra. Vises ved siden av dem."),
        click.option("--series", required=True, help="Nøkkelen til serien tallene hører til."),
        click.argument("file", metavar="FIL", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
    ):
        command = each(command)
    return command


@click.command("import-history")
@_common
@click.option("--comparable", is_flag=True, help="Erklær at tallene kan sammenlignes med seriens.")
@with_app
def import_history_command(
    app: Flask,  # noqa: ARG001
    file: Path,
    series: str,
    source: str,
    instrument: str,
    year: int | None,
    apply: bool,
    comparable: bool,
) -> None:
    """Henter resultater av tidligere undersøkelser fra andre verktøy (CSV, XLSX).

    Kolonner: enhet (kode), tema (nøkkel eller tittel), antall, snitt, år og instrument. Kan også ha standardavvik,
    skala fra, skala til og sammenlignbar (ja/nei). Eller én linje for hver enhet, med enhet, antall og én kolonne for
    hvert tema. «*» er skjult hos kilden.
    """
    _run(
        file,
        series,
        apply=apply,
        kind=ImportedKind.HISTORY,
        source=source,
        instrument=instrument,
        year=year,
        comparable=comparable,
    )


@click.command("import-norm")
@_common
@click.option("--all-series", is_flag=True, help="For alle undersøkelser med samme spørreskjema.")
@with_app
def import_norm_command(
    app: Flask,  # noqa: ARG001
    file: Path,
    series: str,
    source: str,
    instrument: str,
    year: int | None,
    apply: bool,
    all_series: bool,
) -> None:
    """Henter en norm: hva andre skårer (CSV, XLSX).

    Kolonner som i import-history, men uten enhet, og antall kan mangle. Et tema på en annen skala enn vår brukes bare
    når filen sier ja i kolonnen sammenlignbar.
    """
    _run(
        file,
        series,
        apply=apply,
        kind=ImportedKind.NORM,
        source=source,
        instrument=instrument,
        year=year,
        comparable=True,
        for_series=not all_series,
    )


@click.command("withdraw-import")
@click.argument("number", metavar="NUMMER", type=int)
@with_app
def withdraw_import_command(app: Flask, number: int) -> None:  # noqa: ARG001
    """Trekker tilbake noe som er importert fra et annet verktøy. Tallene blir ikke vist lenger."""
    with database().transaction() as session:
        found = session.get(ImportedSet, number)
        if found is None:
            fail(f"Det finnes ingen import med nummer {number}.")
        withdraw_set(session, found, municipal_day())
        say(f"{found.title} er trukket tilbake.")


def _run(file: Path, series: str, *, apply: bool, **wanted: Any) -> None:
    if file.stat().st_size > LARGEST_FILE:
        fail("Filen er større enn 30 MB. Er det riktig fil?")
    with database().transaction() as session:
        try:
            survey = newest_survey(session, series)
        except SurveyError as error:
            fail(str(error))
        report = import_figures(
            session,
            file.read_bytes(),
            HistoryImportRequest(survey=survey, **wanted),
            apply=apply,
            today=municipal_day(),
        )
    _show(report, file)


def _show(report: HistoryReport, file: Path) -> None:
    if report.faults:
        fail(f"{len(report.faults)} feil i {file.name}. Ingenting er endret.", report.faults)
    for each in report.sets:
        _say_set(each)
    say(f"Uendrede tall: {report.unchanged}")
    for note in report.notes:
        say(f"Merk: {note}")
    if not report.figures:
        say("Ingenting å endre.")
    elif report.applied:
        say("Tallene er lagt inn, merket som importert.")
    else:
        say("Ingenting er endret ennå. Kjør kommandoen på nytt med --apply for å legge dem inn.")


def _say_set(found: SetReport) -> None:
    where = f" i {found.units} enheter" if found.units else ""
    number = f" (nummer {found.number})" if found.number else ""
    say(f"{found.year}, {found.instrument}: {found.figures} tall{where}{number}")
    for measure in found.measures:
        word = "kan sammenlignes" if measure.comparable else "sammenlignes ikke"
        scale = "" if measure.same_scale else f", skala {measure.minimum:g}–{measure.maximum:g}"
        say(f"  {localised(measure.title)}{scale}: {word}")
