"""A large file of answers is read, and taken in, by the job worker; HR sees how it goes and can try again.

What was asked for is kept beside the waiting file. A worker that is killed leaves it there, and the next one does it
again: reading changes nothing, and taking in is one transaction of a survey whose key was chosen when it was asked for.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit.trail import on_behalf_of
from surveys.campaigns.models import Survey
from surveys.files.waiting_files import WaitingFile, WaitingFiles
from surveys.hr.answers.waiting import import_waiting, mapping_said
from surveys.hr.background_jobs import language_of
from surveys.platform.background_jobs import FAILED, MOST_ATTEMPTS, STOPPED, is_late, problem_text
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.platform.typed_data import from_stored, to_stored

if TYPE_CHECKING:
    from surveys.publishing.importing_answers import ResponsesImportReport

MOST_AT_ONCE: Final = 2_000
"""Rows that a request reads itself: one to two seconds."""

_DONE_BEFORE: Final[Mapping[str, Any]] = {"applied": True}
"""A worker took the file in, and was killed before it could say how many answers there were."""

_log = logging.getLogger("medvirk.steps")


@dataclass(frozen=True)
class BackgroundReading:
    """How far it is. report: None until it is done. problem: why it was given up. late: nobody has begun."""

    apply: bool
    report: "ResponsesImportReport | None"
    problem: str
    late: bool

    @property
    def under_way(self) -> bool:
        return self.report is None and not self.problem


def is_large(file: WaitingFile) -> bool:
    """Whether the file is for the worker."""
    from analysis.row_counts import row_count  # as the reader: no page needs it before a file is sent

    return row_count(file.path) > MOST_AT_ONCE


def ask(files: WaitingFiles, file: WaitingFile, key: str, *, apply: bool) -> WaitingFile:
    """Has the worker read the file, or take it in. key: the survey's, if it has not been asked for before.

    Asking again while the answers are being taken in changes nothing: they would be taken in twice.
    """
    before = file.said.get("asked") or {}
    found = reading_of(file)
    if found and found.apply and found.under_way:
        return file
    is_again = apply and bool(before.get("apply"))
    asked = {
        "apply": apply,
        "key": before["key"] if is_again else key,
        "again": is_again,
        "mapping": file.said["mapping"],
        "at": dt.datetime.now(dt.UTC).isoformat(),
        "attempts": 0,
    }
    return files.say(file, {"asked": asked, "report": None, "problem": ""})


def reading_of(file: WaitingFile) -> BackgroundReading | None:
    """What was asked for with the mapping that holds now; None when nothing was."""
    asked = file.said.get("asked")
    if not asked or asked["mapping"] != file.said.get("mapping"):
        return None
    stored = file.said.get("report")
    return BackgroundReading(
        asked["apply"],
        _report(stored) if stored else None,
        problem_text(file.said.get("problem", "")),
        is_late(asked["attempts"], dt.datetime.fromisoformat(asked["at"])),
    )


def _report(stored: object) -> "ResponsesImportReport":
    from surveys.publishing.importing_answers import ResponsesImportReport  # as in `import_waiting`

    return from_stored(ResponsesImportReport, stored)


def take_asked_files(db: Database, files: WaitingFiles) -> int:
    """Does what was asked for of every file; how many. For one worker at a time."""
    return sum(_take(db, files, file) for file in files.every())


def _take(db: Database, files: WaitingFiles, file: WaitingFile) -> bool:
    asked, mapping = file.said.get("asked"), mapping_said(file)
    if not asked or file.said.get("report") or file.said.get("problem") or mapping is None:
        return False
    if asked["attempts"] == MOST_ATTEMPTS:
        files.say(file, {"problem": STOPPED})
        return False
    file = files.say(file, {"asked": {**asked, "attempts": asked["attempts"] + 1}})
    with db.reading() as session:
        language = language_of(session, file.account_id)
        has_begun = asked["again"] or asked["attempts"] > 0
        is_done = asked["apply"] and has_begun and _exists(session, asked["key"])
    outcome: dict[str, Any] = {}
    try:
        if is_done:
            outcome["report"] = _DONE_BEFORE
        else:
            with on_behalf_of(file.account_id), in_language(language):
                report = import_waiting(db, file, asked["key"], mapping, apply=asked["apply"])
            outcome["report"] = to_stored(report)
    except Exception:  # noqa: BLE001 (whatever it is, HR is told and the next file gets its turn)
        _log.exception("Svarfilen stanset.")
        outcome["problem"] = FAILED
    current = files.find(file.token, file.account_id)
    # What was said of the file meanwhile holds: HR may have chosen otherwise, or taken the file away.
    if current and current.said.get("asked", {}).get("at") == asked["at"]:
        files.say(current, outcome)
    return True


def _exists(session: Session, key: str) -> bool:
    return session.scalar(select(Survey.id).where(Survey.key == key)) is not None
