"""Aggregated figures of earlier surveys, and norms, from other tools: checked, previewed, stored and withdrawn.

Nothing is stored unless every line can be. A line that stands already, exactly so, is left out: the same file twice
changes nothing. A line that contradicts what stands is a fault.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Series, Survey, SurveyStatus, SurveyUnit
from surveys.files.columns import left_out
from surveys.files.reading import parse_table
from surveys.files.report import FileRefusedError, ImportFault, told_once
from surveys.instruments.in_use import questionnaire_of
from surveys.instruments.models import Instrument
from surveys.organisation.models import Unit
from surveys.platform.localisation import localised
from surveys.platform.texts import _, pgettext
from surveys.release.history.file import (
    COLUMNS,
    FigureLine,
    Ground,
    ImportedCell,
    figure_lines,
)
from surveys.release.history.imported import importable_measures
from surveys.release.history.models import ImportedFigure, ImportedKind, ImportedMeasure, ImportedSet
from surveys.release.history.report import (
    HistoryImportRequest,
    HistoryReport,
    MeasureReport,
    SetReport,
    is_comparable,
)
from surveys.release.history.wide import theme_columns, theme_headings

SMALLEST_GROUP: Final = 5
"""Fewest people behind another tool's unit figure, also where a survey of ours promises fewer."""


def newest_survey(session: Session, series_key: str) -> Survey:
    """The newest survey of a series: its questionnaire says what may be measured. Raises SurveyError without one."""
    found = session.scalar(
        select(Survey)
        .join(Series, Series.id == Survey.series_id)
        .where(Series.key == series_key)
        .order_by(Survey.opens_on.desc(), Survey.id.desc())
        .limit(1)
    )
    if found is None:
        keys = session.scalars(select(Series.key).order_by(Series.key))
        known = ", ".join(keys) or pgettext("an empty list", "ingen")
        raise SurveyError(
            _(
                "Det finnes ingen serie «%(series_key)s» med en undersøkelse. Disse finnes: %(known)s.",
                series_key=series_key,
                known=known,
            )
        )
    return found


def import_figures(
    session: Session, content: bytes, wanted: HistoryImportRequest, *, apply: bool, today: dt.date
) -> HistoryReport:
    """What the file would store, and with `apply` the storing itself, in the caller's transaction.

    content: a CSV or XLSX file (`surveys.files.reading`). Faults of any kind stand in the report, and
    then nothing is changed.
    """
    if not wanted.source.strip():
        return HistoryReport(
            faults=(ImportFault(_("Skriv hvor tallene kommer fra. Kilden vises ved siden av dem.")),)
        )
    measures = importable_measures(questionnaire_of(wanted.survey.instrument))
    try:
        table = parse_table(content, (*COLUMNS[wanted.kind], *theme_columns(measures)))
    except FileRefusedError as refusal:
        return HistoryReport(faults=refusal.faults)
    _lock(session, wanted)
    read = figure_lines(table, _ground(session, wanted, today))
    lines, faults = read.lines, read.faults
    themes = dict.fromkeys(theme_headings(table.headings, measures), "mean")
    notes = (*table.notes, *left_out(table, COLUMNS[wanted.kind], themes), *read.notes)
    standing = {_place(figure): figure for figure in session.scalars(_standing(wanted))}
    faults.extend(_contradictions(lines, standing, wanted))
    if faults:
        return HistoryReport(faults=told_once(faults), notes=notes)
    new = [line for line in lines if line.place not in standing]
    by_set = _by_set(new)
    numbers = _store(session, by_set, wanted, today) if apply else [None] * len(by_set)
    sets = tuple(_set_report(of_set, wanted, at) for of_set, at in zip(by_set, numbers, strict=True))
    return HistoryReport(sets, len(lines) - len(new), notes=notes, applied=apply)


def _lock(session: Session, wanted: HistoryImportRequest) -> None:
    """Two people who import the same file at once store it once."""
    session.execute(select(Series.id).where(Series.id == wanted.survey.series_id).with_for_update())
    session.execute(
        select(Instrument.id).where(Instrument.id == wanted.survey.instrument_id).with_for_update()
    )


def _ground(session: Session, wanted: HistoryImportRequest, today: dt.date) -> Ground:
    is_history = wanted.kind == ImportedKind.HISTORY
    units = session.scalars(select(Unit)) if is_history else ()
    return Ground(
        kind=wanted.kind,
        measures=importable_measures(questionnaire_of(wanted.survey.instrument)),
        units={unit.code: unit for unit in units if wanted.units is None or unit.id in wanted.units},
        minimum_group=max(SMALLEST_GROUP, wanted.survey.minimum_group),
        this_year=today.year,
        taken=_own_years(session, wanted.survey) if is_history else {},
        instrument=wanted.instrument.strip(),
        year=wanted.year,
    )


def _own_years(session: Session, survey: Survey) -> dict[tuple[int, int], str]:
    """Unit id and year → the survey of the series that the unit was part of."""
    own = session.execute(
        select(SurveyUnit.unit_id, Survey.opens_on, Survey.title)
        .join(Survey, Survey.id == SurveyUnit.survey_id)
        .where(Survey.series_id == survey.series_id, Survey.status != SurveyStatus.DRAFT)
    )
    return {(unit_id, opened.year): localised(title, "nb") for unit_id, opened, title in own}


def _standing(wanted: HistoryImportRequest) -> Select[ImportedFigure]:
    """Figures that stand and that a new one could contradict."""
    query = (
        select(ImportedFigure)
        .join(ImportedSet)
        .where(ImportedSet.kind == wanted.kind, ImportedSet.withdrawn_on.is_(None))
        .options(contains_eager(ImportedFigure.set).selectinload(ImportedSet.measures))
    )
    if wanted.kind == ImportedKind.HISTORY:
        return query.where(ImportedSet.series_id == wanted.survey.series_id)
    return query.where(
        ImportedSet.source == wanted.source.strip(),
        ImportedSet.questionnaire_id == wanted.survey.instrument_id,
        ImportedSet.series_id == _series_id(wanted),
    )


def _series_id(wanted: HistoryImportRequest) -> int | None:
    return wanted.survey.series_id if wanted.for_series else None


def _place(figure: ImportedFigure) -> ImportedCell:
    return figure.unit_id, figure.measure, figure.set.year


def _contradictions(
    lines: Sequence[FigureLine], standing: Mapping[ImportedCell, ImportedFigure], wanted: HistoryImportRequest
) -> Iterator[ImportFault]:
    for line in lines:
        before = standing.get(line.place)
        if before is not None and not _says_the_same(line, before, wanted):
            yield ImportFault(_contradiction(line, before.set), line.line)


def _contradiction(line: FigureLine, stored: ImportedSet) -> str:
    facts = {
        "measure": line.measure.key,
        "year": line.year,
        "day": f"{stored.imported_on:%d.%m.%Y}",
        "source": stored.source,
    }
    if line.unit is None:
        return _(
            "Det står alt et annet tall for %(measure)s i %(year)s, importert %(day)s fra %(source)s. "
            "Trekk det tilbake først hvis dette skal gjelde.",
            **facts,
        )
    return _(
        "Det står alt et annet tall for %(measure)s i %(year)s for %(unit)s, importert %(day)s fra %(source)s. "
        "Trekk det tilbake først hvis dette skal gjelde.",
        unit=line.unit.code,
        **facts,
    )


def _says_the_same(line: FigureLine, stored: ImportedFigure, wanted: HistoryImportRequest) -> bool:
    manner = next(m for m in stored.set.measures if m.measure == stored.measure)
    return (
        line.n,
        line.mean,
        line.sd,
        line.minimum,
        line.maximum,
        line.instrument,
        wanted.source.strip(),
        is_comparable(line, wanted),
    ) == (
        stored.n,
        stored.mean,
        stored.sd,
        manner.minimum,
        manner.maximum,
        stored.set.instrument,
        stored.set.source,
        manner.comparable,
    )


def _by_set(lines: Sequence[FigureLine]) -> list[list[FigureLine]]:
    """One list for each year and instrument, newest first."""
    ordered = sorted(lines, key=lambda line: (-line.year, line.instrument, line.line))
    return [list(of_set) for _, of_set in groupby(ordered, key=lambda line: (line.year, line.instrument))]


def _by_measure(lines: Sequence[FigureLine]) -> dict[str, FigureLine]:
    """The first line of each measure: they all agree on the scale and the declaration."""
    found: dict[str, FigureLine] = {}
    for line in lines:
        found.setdefault(line.measure.key, line)
    return found


def _set_report(lines: Sequence[FigureLine], wanted: HistoryImportRequest, number: int | None) -> SetReport:
    first = lines[0]
    return SetReport(
        number=number,
        year=first.year,
        instrument=first.instrument,
        units=len({line.unit.id for line in lines if line.unit}),
        figures=len(lines),
        measures=tuple(
            MeasureReport(
                line.measure.title, line.minimum, line.maximum, line.same_scale, is_comparable(line, wanted)
            )
            for line in _by_measure(lines).values()
        ),
    )


def _store(
    session: Session, by_set: Sequence[Sequence[FigureLine]], wanted: HistoryImportRequest, today: dt.date
) -> list[int]:
    """Writes every set; returns their numbers."""
    numbers = [_store_one(session, lines, wanted, today) for lines in by_set]
    if numbers:
        audit.record(
            session,
            f"{wanted.kind.value}.imported",
            wanted.survey.series.key,
            sets=numbers,
            figures=sum(len(lines) for lines in by_set),
            source=wanted.source.strip(),
        )
    return numbers


def _store_one(
    session: Session, lines: Sequence[FigureLine], wanted: HistoryImportRequest, today: dt.date
) -> int:
    first = lines[0]
    stored = ImportedSet(
        kind=wanted.kind,
        title=f"{first.instrument} {first.year}",
        source=wanted.source.strip(),
        year=first.year,
        instrument=first.instrument,
        series_id=_series_id(wanted),
        questionnaire_id=wanted.survey.instrument_id,
        imported_on=today,
        account_id=wanted.account_id,
        measures=[
            ImportedMeasure(
                measure=key,
                minimum=line.minimum,
                maximum=line.maximum,
                comparable=is_comparable(line, wanted),
            )
            for key, line in _by_measure(lines).items()
        ],
    )
    session.add(stored)
    session.flush()  # a figure's measure must stand before it
    session.add_all(_figure(stored, line) for line in lines)
    session.flush()
    return stored.id


def _figure(stored: ImportedSet, line: FigureLine) -> ImportedFigure:
    return ImportedFigure(
        set_id=stored.id,
        unit_id=line.unit.id if line.unit else None,
        measure=line.measure.key,
        n=line.n,
        mean=line.mean,
        sd=line.sd,
    )
