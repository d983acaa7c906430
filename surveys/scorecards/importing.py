"""Values from a file onto the cards: sykefravær, budget deviation, KOSTRA figures. Dry run unless told otherwise."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.files.columns import Record, TableRecords, read_records
from surveys.files.left_out import left_out_lines
from surveys.files.missing_marks import is_dash, missing_words
from surveys.files.report import (
    ImportChange,
    ImportFault,
    ImportQuestion,
    ImportReport,
    LeftOutLines,
    lines_in_words,
    told_once,
)
from surveys.organisation.models import Unit
from surveys.platform.clock import now
from surveys.platform.localisation import localised
from surveys.platform.texts import _, ngettext
from surveys.scorecards.cards import all_ambitions, indicators_by_code
from surveys.scorecards.entering import entering_right
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.measuring import (
    MeasurementKey,
    NewValue,
    StandingValue,
    record_values,
    standing_values,
)
from surveys.scorecards.models import MeasurementEntry
from surveys.scorecards.texts import value_words
from surveys.scorecards.value_lines import MEASUREMENT_COLUMNS, ImportContext, ValueLine, value_line
from surveys.scorecards.value_questions import (
    JudgedLine,
    ValueQuestion,
    judged_lines,
    repeats_note,
    value_questions,
)


@dataclass(frozen=True)
class ValueAnswers:
    """What somebody has said about a file. dash_is_zero: None until «-» has been explained."""

    confirmed: frozenset[ValueQuestion] = frozenset()
    dash_is_zero: bool | None = None


@dataclass(frozen=True)
class _ReadLines:
    lines: tuple[ValueLine, ...]
    faults: tuple[ImportFault, ...]
    notes: tuple[str, ...]
    # Rows where «-» may be a zero or nothing.
    dashes: tuple[Record, ...]

    def without(self, faulty: Collection[int | None]) -> Self:
        """Without the lines that have faults."""
        return replace(
            self,
            lines=tuple(line for line in self.lines if line.row.line not in faulty),
            dashes=tuple(row for row in self.dashes if row.line not in faulty),
        )


def import_measurements(
    session: Session,
    file: Path,
    *,
    apply: bool,
    today: dt.date,
    answers: ValueAnswers | None = None,
    leave_out: bool = False,
) -> ImportReport:
    """What the file would change, and with `apply` the change itself, in the caller's transaction.

    Faults of any kind stand in the report, and then nothing is changed; so it is with questions nobody has answered.
    leave_out: lines with faults are left out and stand in the report; only faults of the whole file stop it then.
    """
    read = read_records(file, MEASUREMENT_COLUMNS, by_row=leave_out)
    return import_values(
        session, read, file.name, apply=apply, today=today, answers=answers, leave_out=leave_out
    )


def import_values(
    session: Session,
    read: TableRecords,
    name: str,
    *,
    apply: bool,
    today: dt.date,
    answers: ValueAnswers | None = None,
    account: Account | None = None,
    leave_out: bool = False,
) -> ImportReport:
    """As `import_measurements`, of lines that are read already. account: who does it, and only what she may enter;
    None: from the command line, everything.
    """
    answers = answers or ValueAnswers()
    if read.faults:
        return ImportReport(faults=read.faults, notes=read.notes)
    known = replace(_known(session, today, answers), may_enter=entering_right(session, account))
    rows = [row for row in read.rows if row.line not in read.faulty_lines]
    found = _lines(rows, known, both=leave_out)
    if not read.rows:
        return ImportReport(faults=(ImportFault(_("Filen har ingen verdier under overskriften.")),))
    notes = (*read.notes, *found.notes)
    faults = (*read.row_faults, *found.faults)
    found = found.without({fault.line for fault in faults})
    if faults and not (leave_out and found.lines):
        return ImportReport(faults=told_once(faults), notes=notes)
    report = _report(found.lines, known)
    if faults:
        report = replace(report, left_out=_left_out(read, faults, len(found.lines)))
    judged = judged_lines(found.lines, known)
    questions = tuple(_questions(found.dashes, judged, answers))
    notes = (*notes, *repeats_note(judged))
    if questions or not apply or not report.changes:
        applied = apply and not questions
        return replace(report, notes=notes, questions=questions, applied=applied)
    entry = _store(session, name, found.lines, known, report, account)
    return replace(
        report, notes=(*notes, _("Innlesingen har nummer %(number)s.", number=entry.id)), applied=True
    )


def _left_out(read: TableRecords, faults: Iterable[ImportFault], usable: int) -> LeftOutLines:
    """A table that is no file has its headings in its rows. usable: those with a value."""
    headings = read.headings or tuple(read.rows[0].headings.values())
    told = _("Verdiene som står på disse linjene, blir ikke endret.")
    return replace(left_out_lines(read.rows, faults, headings), usable=usable, consequences=(told,))


def _store(
    session: Session,
    name: str,
    lines: Sequence[ValueLine],
    known: ImportContext,
    report: ImportReport,
    account: Account | None,
) -> MeasurementEntry:
    entry = MeasurementEntry(
        at=now(),
        account_id=account.id if account else None,
        author=account.name if account else "",
        file_name=name,
    )
    session.add(entry)
    session.flush()
    record_values(session, [_new_value(line) for line in lines], entry, known.standing)
    audit.record(
        session,
        "measurements.imported",
        name,
        number=entry.id,
        new=len(report.new),
        changed=len(report.changed),
        left_out=len(report.left_out) or None,
    )
    return entry


def _new_value(line: ValueLine) -> NewValue:
    return NewValue(
        line.indicator, line.unit.id, line.year, line.part, line.value, line.source, line.measured_on
    )


def _known(session: Session, today: dt.date, answers: ValueAnswers) -> ImportContext:
    indicators = indicators_by_code(session)
    ids = [indicator.id for found in indicators.by_code.values() for indicator in found]
    return ImportContext(
        indicators,
        {unit.code: unit for unit in session.scalars(select(Unit))},
        standing_values(session, ids),
        all_ambitions(session),
        today,
        answers.dash_is_zero,
    )


def _lines(rows: Sequence[Record], known: ImportContext, *, both: bool) -> _ReadLines:
    """Every usable line, and every fault of the others. A line without a number is counted with its reason.

    both: of two lines for one period, both have a fault: nobody but the sender knows which of them is right.
    """
    lines: list[ValueLine] = []
    faults: list[ImportFault] = []
    skipped: dict[str, list[Record]] = {}
    dashes: list[Record] = []
    first: dict[MeasurementKey, Record] = {}
    for row in rows:
        if is_dash(row["value"]):
            dashes.append(row)
            if known.dash_is_zero is False:
                skipped.setdefault(_("ikke noe tall"), []).append(row)
                continue
        elif words := missing_words(row["value"]):
            skipped.setdefault(words, []).append(row)
            continue
        line = value_line(row, known, faults)
        if line is None:
            continue
        if (other := first.setdefault(line.place, row)) is not row:
            faults.append(_same_period(row, other.line))
            faults += [_same_period(other, row.line)] if both else []
        lines.append(line)
    return _ReadLines(tuple(lines), tuple(faults), tuple(_skipped_notes(skipped)), tuple(dashes))


def _same_period(row: Record, other: int) -> ImportFault:
    return row.fault("indicator", _("Den samme perioden står også på linje %(first)s.", first=other))


def _skipped_notes(skipped: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    for reason, rows in skipped.items():
        marks = ", ".join(sorted({f"«{row['value']}»" for row in rows if row["value"]}))
        yield ngettext(
            "%(num)s linje er ikke tatt inn: %(reason)s%(marks)s. Linje %(lines)s.",
            "%(num)s linjer er ikke tatt inn: %(reason)s%(marks)s. Linje %(lines)s.",
            len(rows),
            reason=reason,
            marks=f" ({marks})" if marks else "",
            lines=lines_in_words(row.line for row in rows),
        )


def _questions(
    dashes: Sequence[Record], judged: Sequence[JudgedLine], answers: ValueAnswers
) -> Iterator[ImportQuestion]:
    if dashes and answers.dash_is_zero is None:
        yield ImportQuestion(
            ValueQuestion.DASH,
            _("Filen har «-» i stedet for tall. Det kan bety null, som hos SSB, eller at tallet mangler."),
            len(dashes),
            details=(_("Linje %(lines)s", lines=lines_in_words(row.line for row in dashes)),),
        )
    for question in value_questions(judged):
        if question.kind not in answers.confirmed:
            yield question


def _report(lines: Sequence[ValueLine], known: ImportContext) -> ImportReport:
    periods = {(line.indicator.frequency, line.year, line.part) for line in lines}
    words = {period: periods_of(period[0]).words(*period[1:]) for period in periods}
    new: list[ImportChange] = []
    changed: list[ImportChange] = []
    for line in lines:
        before = known.standing.get(line.place)
        if before is None or not before.is_same(line.value, line.source):
            period = words[line.indicator.frequency, line.year, line.part]
            (new if before is None else changed).append(_change(line, period, known, before))
    return ImportReport(tuple(new), tuple(changed), unchanged=len(lines) - len(new) - len(changed))


def _change(line: ValueLine, period: str, known: ImportContext, before: StandingValue | None) -> ImportChange:
    """«M1.2 Sykefravær – OK4, 2. tertial 2026: 11,2 % → 9,6 %»."""
    target = known.ambitions.of(line.indicator, line.unit.id, line.year)
    after = value_words(line.value, line.indicator, target)
    if before is not None and before.value is not None:
        after = f"{value_words(before.value, line.indicator, target)} → {after}"
    title = localised(line.indicator.title)
    return ImportChange(line.indicator.code, title, f"{line.unit.code}, {period}: {after}")
