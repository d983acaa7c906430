"""People from a file into the roster: what would change, what must be answered first, and the change itself.

The file is the whole roster: somebody it leaves out is no longer invited. Lines with faults can be left out, and then
whoever they may be about is neither changed nor taken out. The page and the command line both come here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.files.columns import PEOPLE_COLUMNS, TableRecords, read_records
from surveys.files.headings import ColumnChoices
from surveys.files.left_out import fault_of_left_out_file, moved_lines
from surveys.files.report import (
    ImportChange,
    ImportQuestion,
    ImportReport,
    described,
    lines_in_words,
)
from surveys.organisation import people_applying
from surveys.organisation.import_answers import NO_ANSWERS, ImportAnswers, QuestionKind
from surveys.organisation.import_records import (
    ImportRecordRequest,
    known_same_people,
    lock,
    record_import,
    remembered_choices,
    under_new_numbers,
)
from surveys.organisation.models import ImportKind
from surveys.organisation.people_left_out import (
    HeldBack,
    consequences,
    held_back,
    usable_rows,
)
from surveys.organisation.people_lines import KnownUnits, PersonLine, dropped_addresses, person_lines
from surveys.organisation.people_matching import PeopleMatch, RosterPerson, match, roster
from surveys.organisation.shared_addresses import SettledAddresses, settle
from surveys.platform.texts import _, ngettext, pgettext

LARGEST_SHARE_LEAVING: Final = 0.1
"""Of the roster; a file that takes out more is most often half a file."""

Progress = Callable[[str], None]
"""Told the name of each part of the work when it begins."""


@dataclass(frozen=True)
class PeoplePlan:
    """What a file means for the roster. consequences: of leaving lines out, in sentences."""

    units: KnownUnits
    found: PeopleMatch
    settled: SettledAddresses
    questions: tuple[ImportQuestion, ...] = ()
    consequences: tuple[str, ...] = ()


def import_people(
    session: Session,
    file: Path,
    *,
    apply: bool,
    answers: ImportAnswers = NO_ANSWERS,
    chosen: ColumnChoices | None = None,
    file_name: str = "",
    account_id: int | None = None,
    progress: Progress = lambda _part: None,
    leave_out: bool = False,
) -> ImportReport:
    """What the file would change, and with `apply` the change itself, in the caller's transaction.

    Faults and open questions stand in the report, and then nothing is changed. chosen: what somebody said of the
    file's columns; what was said of an earlier file with the same headings is remembered. leave_out: lines with faults
    are left out and stand in the report; only faults of the whole file stop it then.
    """
    progress(_("Leser filen"))
    remembered = partial(remembered_choices, session, ImportKind.PEOPLE)
    read = read_records(file, PEOPLE_COLUMNS, chosen, remembered, by_row=leave_out)
    read = replace(read, faults=(*read.faults, *fault_of_left_out_file(read.headings)))
    units = KnownUnits(session)
    if apply:
        lock(session)
    stored = roster(session)
    usable = usable_rows(
        read,
        units,
        stored,
        leave_out=leave_out,
        drop_bad_addresses=answers.drop_bad_addresses,
    )
    if usable.faults:
        return ImportReport(notes=(*read.notes, *usable.notes), faults=usable.faults)
    progress(_("Sammenligner med de ansatte i Medvirk"))
    lines, notes = person_lines(usable.rows, units)
    held = held_back(usable, stored, moved_lines(read))
    plan = _plan(session, lines, stored, units, answers, held)
    report = _report(plan, (*read.notes, *usable.notes, *notes, *plan.settled.notes))
    report = replace(report, warnings=tuple(dropped_addresses(lines)))
    if usable.left_out.lines:
        told = replace(usable.left_out, consequences=plan.consequences)
        report = replace(report, left_out=told)
    if not apply or report.questions:
        return report
    if report.changes:
        progress(_("Lagrer"))
        undo = people_applying.apply(session, plan.found)
        request = ImportRecordRequest(ImportKind.PEOPLE, file_name or file.name, read.headings, account_id)
        _record(session, request, read, plan, report, undo)
    return replace(report, applied=True)


def _plan(
    session: Session,
    lines: Sequence[PersonLine],
    stored: Sequence[RosterPerson],
    units: KnownUnits,
    answers: ImportAnswers,
    held: HeldBack,
) -> PeoplePlan:
    settled = settle(lines, stored, answers, known_same_people(session))
    all_found = match(settled.lines, stored, new_numbers=answers.same_people is not False, held=held.ids)
    found = held.keeping(all_found)
    questions = [*settled.questions]
    if found.renumbered and answers.same_people is None:
        questions.append(_renumbered_question(found))
    if not settled.questions and (leaving := _leaving_question(found, stored, units, answers)):
        questions.append(leaving)
    told = tuple(consequences(held, all_found))
    return PeoplePlan(units, found, settled, tuple(questions), told)


def _renumbered_question(found: PeopleMatch) -> ImportQuestion:
    count = len(found.renumbered)
    text = ngettext(
        "%(num)s person i filen ser ut som den samme personen med nytt nummer, med samme adresse som i Medvirk, "
        "eller samme navn og enhet. Er det den samme?",
        "%(num)s i filen ser ut som de samme personene med nye numre: de har samme adresse som i Medvirk, "
        "eller samme navn og enhet. Er det de samme?",
        count,
    )
    details = tuple(
        f"{line.name}: {person.employee_number} → {line.employee_number}" for person, line in found.renumbered
    )
    return ImportQuestion(QuestionKind.SAME_PEOPLE, text, count, details=details)


def _leaving_question(
    found: PeopleMatch, stored: Sequence[RosterPerson], units: KnownUnits, answers: ImportAnswers
) -> ImportQuestion | None:
    """Asked when more than a tenth would go out, or everybody in a unit, unless the number has been confirmed."""
    here = sum(person.active for person in stored)
    emptied = _emptied_units(found, stored)
    count = len(found.leaving)
    if answers.leaving == count or not (count > here * LARGEST_SHARE_LEAVING or emptied):
        return None
    parts = [_("Filen tar ut %(count)s av %(here)s personer.", count=count, here=here)]
    if emptied:
        names = lines_in_words(units.named(unit_id) for unit_id in emptied)
        parts.append(_("Disse enhetene blir stående uten noen: %(units)s.", units=names))
    text = " ".join([*parts, _("Er filen hel?")])
    details = tuple(f"{person.employee_number} {person.name}" for person in found.leaving)
    return ImportQuestion(QuestionKind.LEAVING, text, count, details=details)


def _emptied_units(found: PeopleMatch, stored: Sequence[RosterPerson]) -> list[int]:
    """Units whose people all go out of the roster, with nobody coming in."""
    leaving = Counter(person.unit_id for person in found.leaving)
    if not leaving:
        return []
    before = Counter(person.unit_id for person in stored if person.active)
    coming = {line.unit_id for line in found.new} | {line.unit_id for _person, line in found.kept}
    return sorted(unit for unit, count in leaving.items() if before[unit] == count and unit not in coming)


def _report(plan: PeoplePlan, notes: tuple[str, ...]) -> ImportReport:
    found, codes = plan.found, plan.units.codes
    where = {unit_id: _("i %(unit)s", unit=code) for unit_id, code in codes.items()}
    new = tuple(ImportChange(line.employee_number, line.name, where[line.unit_id]) for line in found.new)
    changed = tuple(_changes(found, codes))
    ended = tuple(ImportChange(person.employee_number, person.name) for person in found.leaving)
    unchanged = len(found.kept) - len(changed)
    return ImportReport(new, changed, ended, unchanged, notes, questions=plan.questions)


def _changes(found: PeopleMatch, codes: Mapping[int, str]) -> Iterator[ImportChange]:
    """The words are looked up once: there may be sixty thousand."""
    words = (
        *(_("ansattnummer"), _("navn"), _("e-post"), _("enhet")),
        pgettext("what changed in an import", "leder"),
        *(_("språk"), _("inviteres"), _("delt postkasse"), _("mobilnummer")),
    )
    answers = {True: _("ja"), False: _("nei")}
    units = dict(codes)
    ended = _("avsluttet enhet")
    for person, line in found.kept:
        after = people_applying.after(person, line)
        if after != person:
            pairs = [
                (
                    *(before.employee_number, before.name, before.email),
                    *(units.get(before.unit_id, ended), answers[before.is_leader], before.language),
                    *(answers[before.active], answers[before.shared_mailbox], before.phone or ""),
                )
                for before in (person, after)
            ]
            detail = described(*zip(words, *pairs, strict=True))
            yield ImportChange(line.employee_number, line.name, detail)


def _record(
    session: Session,
    request: ImportRecordRequest,
    read: TableRecords,
    plan: PeoplePlan,
    report: ImportReport,
    undo: Mapping[str, object],
) -> None:
    counts = {"new": len(report.new), "changed": len(report.changed), "ended": len(report.ended)}
    if report.left_out.lines:
        counts["left_out"] = len(report.left_out)
    new_numbers = {person.employee_number: line.employee_number for person, line in plan.found.renumbered}
    same = {**under_new_numbers(known_same_people(session), new_numbers), **plan.settled.same}
    record_import(session, request, read.meanings, counts, undo, same)
    audit.record(session, "people.imported", request.file_name, **counts)
