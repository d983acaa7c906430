"""A file of the organisation, planned or taken into use: the page and the command line come through here.

Leaders' accounts follow the roster in the same transaction.
"""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from surveys.access.roster import update_leader_roles
from surveys.files.headings import ColumnChoices
from surveys.files.report import ImportReport
from surveys.organisation.changing_units import UnitChangeError
from surveys.organisation.import_answers import NO_ANSWERS, ImportAnswers
from surveys.organisation.models import ImportKind
from surveys.organisation.people_import import import_people
from surveys.organisation.stating_succession import SuccessionError
from surveys.organisation.undoing import undo_import
from surveys.organisation.units_import import import_units
from surveys.platform.clock import municipal_day


class ImportDayError(ValueError):
    """What a file changes cannot hold from the chosen day; the message says why."""


@dataclass(frozen=True)
class OrganisationFile:
    """A file, what it holds, what has been said of its columns, and what has been answered.

    name: as it was sent. from_day: what changes about units holds from it; today when nobody has said. leave_out: lines
    with faults are left out, and do not stop the others.
    """

    kind: ImportKind
    path: Path
    name: str
    choices: ColumnChoices | None = None
    answers: ImportAnswers = field(default=NO_ANSWERS)
    from_day: dt.date | None = None
    leave_out: bool = False


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Python looks for cycles ever more often while rows pile up, and finds none: a third of the time of a large file.

    What has no cycles is freed as always.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def import_file(
    session: Session,
    file: OrganisationFile,
    *,
    apply: bool,
    account_id: int | None = None,
    progress: Callable[[str], None] = lambda _part: None,
) -> ImportReport:
    """What the file would change, and with `apply` the change, in the caller's transaction.

    With faults or open questions nothing is changed. Raises ImportDayError when what changes cannot hold from the day.
    """
    with _collector_paused():
        return _import_file(session, file, apply=apply, account_id=account_id, progress=progress)


def _import_file(
    session: Session,
    file: OrganisationFile,
    *,
    apply: bool,
    account_id: int | None,
    progress: Callable[[str], None],
) -> ImportReport:
    if file.kind is ImportKind.UNITS:
        try:
            return import_units(
                session,
                file.path,
                apply=apply,
                today=municipal_day(),
                from_day=file.from_day,
                answers=file.answers,
                chosen=file.choices,
                file_name=file.name,
                account_id=account_id,
                leave_out=file.leave_out,
            )
        except (UnitChangeError, SuccessionError) as problem:
            raise ImportDayError(str(problem)) from None
    report = import_people(
        session,
        file.path,
        apply=apply,
        answers=file.answers,
        chosen=file.choices,
        file_name=file.name,
        account_id=account_id,
        progress=progress,
        leave_out=file.leave_out,
    )
    if report.applied:
        update_leader_roles(session)
    return report


def undo_file(session: Session, number: int) -> int:
    """Undoes the newest import, in the caller's transaction. Raises NothingToUndoError.

    Returns how many new units or people something needs by now, and which have been ended instead of removed.
    """
    kept = undo_import(session, number, municipal_day())
    update_leader_roles(session)
    return kept
