"""Units from a file into the organisation tree. The file holds whole subtrees: what it leaves out below its tops ends.

A unit that ends keeps its row with a last day, so that old surveys and scores keep their unit.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.files.columns import UNIT_COLUMNS, Record, read_records
from surveys.files.headings import ColumnChoices
from surveys.files.report import (
    ImportChange,
    ImportFault,
    ImportQuestion,
    ImportReport,
    described,
    told_once,
)
from surveys.organisation import predecessor_column, units_undoing
from surveys.organisation.changing_units import UnitChangeError, change_from, check_has_come
from surveys.organisation.import_answers import NO_ANSWERS, ImportAnswers, QuestionKind
from surveys.organisation.import_records import (
    ImportRecordRequest,
    lock,
    record_import,
    remembered_choices,
)
from surveys.organisation.models import ImportKind, Person, Unit
from surveys.organisation.unit_histories import UnitHistories
from surveys.platform.texts import _, ngettext, pgettext


@dataclass(frozen=True)
class UnitLine:
    """A unit as the file has it; `parent` is «» for the top, `type` None when the file has no such column."""

    record: Record
    code: str
    name: str
    type: str | None
    parent: str


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
) -> ImportReport:
    """What the file would change, and with `apply` the change itself, in the caller's transaction.

    Faults and open questions stand in the report, and then nothing is changed. chosen: what somebody said of the
    file's columns; what was said of an earlier file with the same headings is remembered. from_day: the day that names
    and places hold from, `today` when nobody has said. With `apply` a day that cannot be raises UnitChangeError or
    SuccessionError; the caller rolls back.
    """
    read = read_records(file, UNIT_COLUMNS, chosen, partial(remembered_choices, session, ImportKind.UNITS))
    if apply:
        lock(session)
    lines = [_line(row) for row in read.rows]
    stored = {unit.code: unit for unit in session.scalars(select(Unit))}
    before = units_undoing.snapshot(session)
    renamed_top = _top_to_rename(stored, lines)
    if renamed_top:
        stored[next(line.code for line in lines if not line.parent)] = stored.pop(renamed_top.code)
    cells = [predecessor_column.stated(line.record, line.code) for line in lines]
    faults = (
        read.faults
        if not read.rows and read.faults
        else (*read.faults, *_faults(lines, stored, today), *predecessor_column.faults(cells, stored))
    )
    if faults:
        return ImportReport(notes=read.notes, faults=told_once(faults))
    news = predecessor_column.not_yet_stated(session, cells)
    questions = _questions(session, _ending(lines, stored, today), answers)
    report = replace(_report(lines, stored, news, today), notes=read.notes, questions=questions)
    if not apply or report.questions:
        return report
    if report.changes:
        day = from_day or today
        check_has_come(day)
        units = _apply(session, lines, stored, today, day)
        living = {code for code, unit in units.items() if _lives(unit, today)}
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


def _line(record: Record) -> UnitLine:
    """A top may name itself as its parent, as FINT's does."""
    code = record["code"]
    parent = "" if record["parent"] == code else record["parent"]
    return UnitLine(record, code, record["name"], record.cell("type"), parent)


def _top_to_rename(stored: Mapping[str, Unit], lines: Sequence[UnitLine]) -> Unit | None:
    """The lone unit that `medvirk init` made, when the file brings the real top: it takes that code and name.

    Roles are given on that unit, so it must live on.
    """
    tops = [line for line in lines if not line.parent]
    if len(stored) == 1 and len(tops) == 1 and tops[0].code and tops[0].code not in stored:
        return next(iter(stored.values()))
    return None


def _faults(lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date) -> tuple[ImportFault, ...]:
    if not lines:
        return (ImportFault(_("Filen har ingen enheter under overskriften.")),)
    found = [*_cell_faults(lines, stored, today), *_top_faults(lines, stored, today)]
    return tuple(sorted(found or _cycle_faults(lines, stored), key=lambda fault: fault.line or 0))


def _cell_faults(
    lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date
) -> Iterator[ImportFault]:
    first_line: dict[str, int] = {}
    codes = {line.code for line in lines}
    for line in lines:
        if not line.code:
            yield line.record.fault("code", _("Koden mangler."))
        elif line.code in first_line:
            yield line.record.fault(
                "code",
                _(
                    "Koden «%(code)s» står også på linje %(first)s.",
                    code=line.code,
                    first=first_line[line.code],
                ),
            )
        first_line.setdefault(line.code, line.record.line)
        if not line.name:
            yield line.record.fault("name", _("Navnet mangler."))
        if line.parent and line.parent not in codes and not _lives(stored.get(line.parent), today):
            message = _(
                "Den overordnede enheten «%(code)s» finnes verken i filen eller i Medvirk.", code=line.parent
            )
            yield line.record.fault("parent", message)


def _top_faults(
    lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date
) -> Iterator[ImportFault]:
    """One municipality has one top, in the file and together with what is there already."""
    tops = [line for line in lines if not line.parent and line.code]
    for line in tops[1:]:
        message = _(
            "Bare én enhet kan stå øverst, og det er alt «%(code)s». Skriv hvem enheten hører til.",
            code=tops[0].code,
        )
        yield line.record.fault("parent", message)
    known = next((unit for unit in stored.values() if unit.parent_id is None and _lives(unit, today)), None)
    if tops and known and known.code != tops[0].code and _is_new_top(tops[0], stored, known):
        message = _(
            "Øverst i Medvirk står «%(known)s» (%(name)s), men filen har «%(code)s» øverst. Bruk "
            "den samme koden i filen.",
            known=known.code,
            name=known.name,
            code=tops[0].code,
        )
        yield tops[0].record.fault("code", message)


def _is_new_top(top: UnitLine, stored: Mapping[str, Unit], known: Unit) -> bool:
    """False when the known top has just been given the file's code (`_top_to_rename`)."""
    return stored.get(top.code) is not known


def _cycle_faults(lines: Sequence[UnitLine], stored: Mapping[str, Unit]) -> list[ImportFault]:
    """One fault for each ring of units that are all below each other."""
    parents = {line.code: line.parent for line in lines}
    by_id = {unit.id: unit.code for unit in stored.values()}
    for code, unit in stored.items():
        parents.setdefault(code, by_id.get(unit.parent_id or 0, ""))
    faults = []
    settled: set[str] = set()
    for line in lines:
        way: list[str] = []
        code = line.code
        while code and code not in settled and code not in way:
            way.append(code)
            code = parents.get(code, "")
        if code in way:
            ring = " → ".join([*way[way.index(code) :], code])
            faults.append(
                line.record.fault("parent", _("Enhetene hører til hverandre i ring: %(ring)s.", ring=ring))
            )
        settled.update(way)
    return faults


def _report(
    lines: Sequence[UnitLine],
    stored: Mapping[str, Unit],
    news: Mapping[str, Sequence[str]],
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
    ended = tuple(ImportChange(unit.code, unit.name) for unit in _ending(lines, stored, today))
    unchanged = len(lines) - len(new) - len(changed)
    return ImportReport(tuple(new), tuple(changed), ended, unchanged)


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
        (pgettext("what changed in an import", "gjelder"), "" if _lives(unit, today) else _("avsluttet"), ""),
    )


def _ending(lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date) -> list[Unit]:
    """Living units below the file's tops that the file does not have."""
    codes = {line.code for line in lines}
    tops = {line.code for line in lines if line.parent not in codes}
    below = {unit.id for code, unit in stored.items() if code in tops}
    ending: list[Unit] = []
    waiting = [unit for unit in stored.values() if unit.id not in below]
    while found := [unit for unit in waiting if unit.parent_id in below]:
        below |= {unit.id for unit in found}
        waiting = [unit for unit in waiting if unit.id not in below]
        ending += [unit for unit in found if unit.code not in codes and _lives(unit, today)]
    return ending


def _apply(
    session: Session, lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date, from_day: dt.date
) -> dict[str, Unit]:
    """Every unit by its code, as it stands afterwards. Raises UnitChangeError."""
    units = dict(stored)
    for unit in _ending(lines, stored, today):
        unit.valid_to = max(from_day - dt.timedelta(days=1), unit.valid_from or dt.date.min)
    new = [line for line in lines if line.code not in stored]
    for line in new:
        units[line.code] = Unit(code=line.code, name=line.name, type=line.type or "")
        session.add(units[line.code])
    for line in new:
        units[line.code].parent = units[line.parent] if line.parent else None
    session.flush()
    histories = UnitHistories(session)
    for line in lines:
        if line.code in stored:
            _change(histories, units[line.code], line, units, today, from_day)
    if from_day < today and histories.has_ring_since(from_day):
        raise UnitChangeError(_("Enheter ville ligget under hverandre den dagen. Velg en senere dag."))
    session.flush()
    session.expire_all()
    return units


def _change(
    histories: UnitHistories,
    unit: Unit,
    line: UnitLine,
    units: Mapping[str, Unit],
    today: dt.date,
    from_day: dt.date,
) -> None:
    """What the file has otherwise, from the day on. The lone unit that gets its real code was never another."""
    unit.valid_to = None if not _lives(unit, today) else unit.valid_to
    parent_id = units[line.parent].id if line.parent else None
    if unit.code != line.code:
        unit.code, unit.name, unit.type = line.code, line.name, line.type or unit.type
        return
    wanted = {
        "name": line.name,
        "type": unit.type if line.type is None else line.type,
        "parent_id": parent_id,
    }
    changed = {name: value for name, value in wanted.items() if getattr(unit, name) != value}
    if changed:
        change_from(histories, unit, max(from_day, unit.valid_from or from_day), **changed)


def _lives(unit: Unit | None, today: dt.date) -> bool:
    return unit is not None and (unit.valid_to is None or unit.valid_to >= today)


def _counts(report: ImportReport) -> dict[str, int]:
    groups: dict[str, Iterable[ImportChange]] = {
        "new": report.new,
        "changed": report.changed,
        "ended": report.ended,
    }
    return {name: len(tuple(group)) for name, group in groups.items()}
