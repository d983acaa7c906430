"""Units from a file into the organisation tree. The file holds whole subtrees: what it leaves out below its tops ends.

A unit that ends keeps its row with a last day, so that old surveys and scores keep their unit. Lines with faults can be
left out, and then no unit that they may be about ends.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.files.columns import UNIT_COLUMNS, read_records
from surveys.files.headings import ColumnChoices
from surveys.files.left_out import fault_of_left_out_file
from surveys.files.report import (
    ImportChange,
    ImportQuestion,
    ImportReport,
    described,
    told_once,
)
from surveys.organisation import predecessor_column, units_applying, units_undoing
from surveys.organisation.changing_units import check_has_come
from surveys.organisation.import_answers import NO_ANSWERS, ImportAnswers, QuestionKind
from surveys.organisation.import_records import (
    ImportRecordRequest,
    lock,
    record_import,
    remembered_choices,
)
from surveys.organisation.models import ImportKind, Person, Unit
from surveys.organisation.similar_units import similar_units
from surveys.organisation.units_left_out import all_lines, usable_units
from surveys.organisation.units_lines import UnitLine, ending_units, lives
from surveys.platform.texts import _, ngettext, pgettext


def import_units(
    session: Session,
    file: Path,
    *,
    apply: bool,
    today: dt.date,
    from_day: dt.date | None = None,
    answers: ImportAnswers = NO_ANSWERS,
    chosen: ColumnChoices | None = None,
    file_name: str = "",
    account_id: int | None = None,
    leave_out: bool = False,
) -> ImportReport:
    """What the file would change, and with `apply` the change itself, in the caller's transaction.

    Faults and open questions stand in the report, and then nothing is changed. chosen: what somebody said of the
    file's columns; what was said of an earlier file with the same headings is remembered. from_day: the day that names
    and places hold from, `today` when nobody has said. With `apply` a day that cannot be raises UnitChangeError or
    SuccessionError; the caller rolls back. leave_out: lines with faults are left out and stand in the report; only
    faults of the whole file stop it then.
    """
    remembered = partial(remembered_choices, session, ImportKind.UNITS)
    read = read_records(file, UNIT_COLUMNS, chosen, remembered, by_row=leave_out)
    read = replace(read, faults=(*read.faults, *fault_of_left_out_file(read.headings)))
    if apply:
        lock(session)
    lines = all_lines(read)
    stored = {unit.code: unit for unit in session.scalars(select(Unit))}
    before = units_undoing.snapshot(session)
    renamed_top = _top_to_rename(stored, lines)
    if renamed_top:
        stored[next(line.code for line in lines if not line.parent)] = stored.pop(renamed_top.code)
    usable = usable_units(read, stored, today, leave_out=leave_out, is_first=renamed_top is not None)
    if usable.faults:
        return ImportReport(notes=read.notes, faults=told_once(usable.faults))
    lines = usable.lines
    cells = [predecessor_column.stated(line.record, line.code) for line in lines]
    news = predecessor_column.not_yet_stated(session, cells)
    ending = ending_units(lines, stored, today, usable.held)
    report = replace(
        _report(lines, stored, news, ending, today),
        notes=read.notes,
        questions=_questions(session, ending, answers),
        left_out=usable.left_out,
    )
    if not apply or report.questions:
        return report
    if report.changes:
        day = from_day or today
        check_has_come(day)
        units = units_applying.apply(session, lines, stored, today, day, usable.held)
        living = {code for code, unit in units.items() if lives(unit, today)}
        predecessor_column.state_predecessors(session, news, units, living, stored, day)
        request = ImportRecordRequest(ImportKind.UNITS, file_name or file.name, read.headings, account_id)
        undo = units_undoing.way_back(session, before)
        record_import(session, request, read.meanings, _counts(report), undo)
        detail = {**_counts(report), "on": day.isoformat()}
        audit.record(session, "organisation.imported", request.file_name, **detail)
    return replace(report, applied=True)


def _questions(
    session: Session, ending: Sequence[Unit], answers: ImportAnswers
) -> tuple[ImportQuestion, ...]:
    """Asked when people would be left in units that end, unless their number has been confirmed."""
    ids = [unit.id for unit in ending]
    people = select(func.count()).select_from(Person).where(Person.active, Person.unit_id.in_(ids))
    count = session.scalar(people) or 0 if ids else 0
    if not count or answers.leaving == count:
        return ()
    text = ngettext(
        "%(num)s person hører til en enhet som avsluttes, og må flyttes med en ny ansattfil. Er filen hel?",
        "%(num)s personer hører til enheter som avsluttes, og må flyttes med en ny ansattfil. Er filen hel?",
        count,
    )
    details = tuple(f"{unit.code} {unit.name}" for unit in ending)
    return (ImportQuestion(QuestionKind.LEAVING, text, count, details=details),)


def _top_to_rename(stored: Mapping[str, Unit], lines: Sequence[UnitLine]) -> Unit | None:
    """The lone unit that `medvirk init` made, when the file brings the real top: it takes that code and name.

    Roles are given on that unit, so it must live on.
    """
    tops = [line for line in lines if not line.parent]
    if len(stored) == 1 and len(tops) == 1 and tops[0].code and tops[0].code not in stored:
        return next(iter(stored.values()))
    return None


def _report(
    lines: Sequence[UnitLine],
    stored: Mapping[str, Unit],
    news: Mapping[str, Sequence[str]],
    ending: Sequence[Unit],
    today: dt.date,
) -> ImportReport:
    by_id = {unit.id: code for code, unit in stored.items()}
    new, changed = [], []
    for line in lines:
        unit = stored.get(line.code)
        replaces = _("erstatter %(codes)s", codes=", ".join(news[line.code])) if line.code in news else ""
        if unit is None:
            place = _("under %(parent)s", parent=line.parent) if line.parent else _("øverst")
            new.append(ImportChange(line.code, line.name, "; ".join(filter(None, (place, replaces)))))
        elif detail := "; ".join(filter(None, (_difference(line, unit, by_id, today), replaces))):
            changed.append(ImportChange(line.code, line.name, detail))
    ended = tuple(ImportChange(unit.code, unit.name) for unit in ending)
    unchanged = len(lines) - len(new) - len(changed)
    warnings = tuple(similar_units(lines, {change.key for change in new}))
    return ImportReport(tuple(new), tuple(changed), ended, unchanged, warnings=warnings)


def _difference(line: UnitLine, unit: Unit, by_id: Mapping[int, str], today: dt.date) -> str:
    return described(
        (_("kode"), unit.code, line.code),
        (_("navn"), unit.name, line.name),
        (
            pgettext("what changed in an import", "type"),
            unit.type,
            unit.type if line.type is None else line.type,
        ),
        (_("overordnet"), by_id.get(unit.parent_id or 0, ""), line.parent),
        (pgettext("what changed in an import", "gjelder"), "" if lives(unit, today) else _("avsluttet"), ""),
    )


def _counts(report: ImportReport) -> dict[str, int]:
    groups: dict[str, Iterable[ImportChange]] = {
        "new": report.new,
        "changed": report.changed,
        "ended": report.ended,
    }
    counts = {name: len(tuple(group)) for name, group in groups.items()}
    return {**counts, "left_out": len(report.left_out)} if report.left_out.lines else counts
