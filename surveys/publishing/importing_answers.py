"""A whole survey from a file of answers: read, checked, stored as counted; nobody was invited here."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.answer_mapping import NO_MAPPING, AnswerMapping, LabelChoice
from analysis.messages import N_, Message
from questionnaires.model import Questionnaire
from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import Plan, create_survey
from surveys.campaigns.models import ReaderGroup, Survey, SurveyStatus
from surveys.files.report import FileRefusedError, ImportFault
from surveys.instruments.in_use import InstrumentChangedError
from surveys.instruments.sources import Source
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.platform.texts import _, translated
from surveys.publishing.answer_files.faults import told_faults
from surveys.publishing.answer_files.remembered import remember_mapping, remembered_mapping
from surveys.publishing.counting_ballots import store_responses
from surveys.publishing.importing_weights import (
    NO_WEIGHTING,
    ImportWeighting,
    faults_of_weights,
    stated_weights,
    weight_notes,
)
from surveys.publishing.separating import store_separated, taken_apart
from surveys.release.placing import (
    create_units,
    find_units,
    lowest_common,
    unknown_units,
    unreadable_names,
    whole_organisation,
)
from surveys.release.quality import store_quality_report

if TYPE_CHECKING:
    from analysis.reading import ResponseFile
    from analysis.tables import FileFaults
    from surveys.release.weighting.at_counting import WeightedAnswers

SMALLEST_GROUP: Final = 3


@dataclass(frozen=True)
class ResponsesImportReport:
    """What a response file holds and what happened to it. With `faults`, nothing has been changed.

    choices: what somebody may choose about the labels, to settle faults.
    """

    respondents: int = 0
    units: int = 0
    new_units: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    faults: tuple[ImportFault, ...] = ()
    more_faults: int = 0
    applied: bool = False
    notes: tuple[str, ...] = ()
    empty_rows: int = 0
    choices: frozenset[LabelChoice] = frozenset()


@dataclass(frozen=True)
class ResponsesImportRequest:
    """What the survey shall be, as `import_responses` is told."""

    key: str
    title: str
    day: dt.date
    unit_column: str
    minimum_group: int | None = None
    create_units: bool = False
    parent: str = ""
    mapping: AnswerMapping | None = None
    whole: bool = False
    weighting: ImportWeighting = NO_WEIGHTING


def import_responses(
    db: Database,
    file: Path,
    questionnaire: Questionnaire,
    source: bytes,
    survey_key: str,
    title: str,
    day: dt.date,
    unit_column: str,
    minimum_group: int | None = None,
    create_units: bool = False,
    apply: bool = False,
    parent: str = "",
    mapping: AnswerMapping | None = None,
    whole: bool = False,
    weighting: ImportWeighting = NO_WEIGHTING,
) -> ResponsesImportReport:
    """Reads the file and, with `apply` and no faults, stores it as a counted survey in one transaction.

    source: the questionnaire's own text. minimum_group: the questionnaire's when None. create_units: make units
    that do not exist, under the unit with the code `parent`, else under the top one. whole: the file has no units, and
    all its answers belong to the top one.
    The survey's top is the lowest unit above all of its units. Its results are visible to leaders from its day; HR
    decides the rest. A key in use is a fault.
    """
    wanted = ResponsesImportRequest(
        survey_key, title, day, unit_column, minimum_group, create_units, parent, mapping, whole, weighting
    )
    return _import(db, file, Source(questionnaire, source), wanted, apply=apply)


def _import(
    db: Database, file: Path, source: Source, wanted: ResponsesImportRequest, *, apply: bool
) -> ResponsesImportReport:
    from analysis.reading import read_responses
    from analysis.tables import FileFaults

    is_told = wanted.mapping is not None
    try:
        wanted = _with_remembered(db, file, source.questionnaire.key, wanted)
        if faults := faults_of_weights(source.questionnaire, wanted.mapping, wanted.weighting):
            return ResponsesImportReport(faults=faults)
        read = read_responses(file, source.questionnaire, wanted.unit_column, wanted.mapping or NO_MAPPING)
    except FileFaults as error:
        found = told_faults(error)
        return ResponsesImportReport(faults=found.faults, more_faults=found.more, choices=found.choices)
    with db.transaction() as session:
        try:
            new_units, weighted = _stored(session, read, source, wanted)
        except FileRefusedError as error:
            session.rollback()
            return ResponsesImportReport(faults=error.faults)
        if not apply:
            # A dry run is the real thing, undone.
            session.rollback()
    if apply:
        store_quality_report(db, wanted.key)
    return ResponsesImportReport(
        respondents=len(read.responses),
        units=len(read.responses.units),
        new_units=new_units,
        unknown_columns=read.unknown_columns,
        applied=apply,
        notes=(
            *([] if is_told or wanted.mapping == _only_columns(wanted) else [_as_before()]),
            *weight_notes(weighted, read.weights),
            *(translated(note) for note in read.notes),
        ),
        empty_rows=read.empty_rows,
    )


def _with_remembered(
    db: Database, file: Path, questionnaire: str, wanted: ResponsesImportRequest
) -> ResponsesImportRequest:
    """The request with the mapping that counts: what was said now, else what was said of the source before."""
    from analysis.tables import first_lines

    mapping = wanted.mapping
    if mapping is None:
        with db.reading() as session:
            lines = [cells for _line, cells in first_lines(file)]
            mapping = remembered_mapping(session, questionnaire, lines)
    unit = "" if wanted.whole else wanted.unit_column or (mapping.unit if mapping else "")
    if not unit and not wanted.whole:
        raise _no_unit_column()
    # A weight is said for each file: what was said of an earlier one never weights this one.
    weight = wanted.weighting.column or (wanted.mapping.weight if wanted.mapping else "")
    return replace(wanted, mapping=replace(mapping or NO_MAPPING, unit=unit, weight=weight), unit_column=unit)


def _only_columns(wanted: ResponsesImportRequest) -> AnswerMapping:
    """The mapping of a file that nobody has said anything else of."""
    return replace(NO_MAPPING, unit=wanted.unit_column, weight=wanted.weighting.column)


def _as_before() -> str:
    return _("Filen er lest slik den forrige med de samme overskriftene ble lest.")


def _no_unit_column() -> "FileFaults":
    from analysis.tables import FileFault, FileFaults

    message = Message(N_("Si hvilken kolonne som har enhetenes koder."))
    return FileFaults([FileFault(None, None, message)])


def _stored(
    session: Session, read: "ResponseFile", source: Source, wanted: ResponsesImportRequest
) -> tuple[tuple[str, ...], "WeightedAnswers | None"]:
    """Writes the survey and its responses; returns the codes of new units, and what is kept of weights.

    Raises FileRefusedError.
    """
    from surveys.counting.loading import stored_rows

    codes = (whole_organisation(session).code,) if wanted.whole else read.responses.units
    faults = _survey_faults(session, wanted)
    known = find_units(session, codes)
    unknown = tuple(code for code in codes if code not in known)
    if wanted.create_units:
        faults += unreadable_names(read.unit_lines, read.unit_heading, unknown)
    if wanted.create_units and not faults:
        known |= create_units(session, unknown, wanted.parent, wanted.title)
    elif unknown and not wanted.create_units:
        faults += unknown_units(read.unit_lines, read.unit_heading, unknown)
    if faults:
        raise FileRefusedError(*faults)
    units = [known[code] for code in codes]
    survey = _survey(session, lowest_common(session, units), source, wanted)
    rows = [(units[place].id, answers) for place, answers in stored_rows(read.responses)]
    _write_delivered(survey, units, rows)
    session.flush()
    found = taken_apart(
        session, survey, rows, stated_weights(session, survey, read, wanted.mapping, wanted.weighting)
    )
    store_responses(session, survey, found.rows)
    store_separated(session, survey, found)
    remember_mapping(
        session, source.questionnaire.key, read.headings, wanted.mapping or NO_MAPPING, wanted.day
    )
    weight = {"weight": found.weighted.about["names"]} if found.weighted else {}
    audit.record(session, "survey.imported", survey.key, responses=len(rows), units=len(units), **weight)
    return unknown, found.weighted


def _survey(session: Session, top: Unit, source: Source, wanted: ResponsesImportRequest) -> Survey:
    questionnaire = source.questionnaire
    plan = Plan(
        key=wanted.key,
        title={"nb": wanted.title},
        questionnaire=questionnaire,
        source=source.text,
        unit=top,
        opens_on=wanted.day,
        closes_on=wanted.day,
        minimum_group=questionnaire.reporting.smallest_group(wanted.minimum_group),
        visibility={ReaderGroup.LEADERS: wanted.day},
    )
    try:
        survey = create_survey(session, plan)
    except InstrumentChangedError as error:
        raise FileRefusedError(ImportFault(str(error))) from error
    survey.imported, survey.status, survey.counted_on = True, SurveyStatus.COUNTED, wanted.day
    return survey


def _write_delivered(survey: Survey, units: Sequence[Unit], rows: Sequence[tuple[int, bytes]]) -> None:
    """How many answered in each unit; who was invited is unknown."""
    delivered = Counter(unit_id for unit_id, _ in rows)
    pictured = {unit.unit_id: unit for unit in survey.units}
    ended = [unit.code for unit in units if unit.id not in pictured]
    if ended:
        raise FileRefusedError(
            ImportFault(
                _(
                    "Disse enhetene fantes ikke %(day)s: %(codes)s. Sjekk --date.",
                    day=format(survey.opens_on, "%d.%m.%Y"),
                    codes=", ".join(ended),
                )
            )
        )
    for unit_id, unit in pictured.items():
        unit.delivered = delivered[unit_id]


def _survey_faults(session: Session, wanted: ResponsesImportRequest) -> list[ImportFault]:
    faults = []
    if session.scalar(select(Survey.id).where(Survey.key == wanted.key)):
        faults.append(
            ImportFault(
                _("Nøkkelen «%(key)s» er brukt av en annen undersøkelse. Velg en annen.", key=wanted.key)
            )
        )
    if wanted.minimum_group is not None and wanted.minimum_group < SMALLEST_GROUP:
        faults.append(
            ImportFault(
                _(
                    "Minste gruppe er %(wanted)s, men kan ikke være under %(least)s.",
                    wanted=wanted.minimum_group,
                    least=SMALLEST_GROUP,
                )
            )
        )
    return faults
