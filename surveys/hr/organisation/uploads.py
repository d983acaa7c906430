"""Files of units or people that wait to be taken into use, with what their sender has said of columns and questions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from surveys.files.waiting_files import WaitingFile, WaitingFiles
from surveys.hr.organisation.applying import OrganisationFile
from surveys.organisation.import_answers import ImportAnswers, SharedAddress
from surveys.organisation.models import ImportKind


@dataclass(frozen=True)
class StoredUpload:
    """A file that was sent, and what its sender has said about it so far."""

    waiting: WaitingFile
    file: OrganisationFile

    @property
    def token(self) -> str:
        """As it is in addresses."""
        return self.waiting.token


def waiting_uploads(instance: Path) -> WaitingFiles:
    return WaitingFiles(instance / "uploads")


def store(
    instance: Path, account_id: int, kind: ImportKind, name: str | None, sent: BinaryIO
) -> StoredUpload:
    """Raises FileRefusedError for a file that is too large; nothing of it is kept then."""
    said = {"kind": kind, "choices": None, "answers": asdict(ImportAnswers())}
    return _as_upload(waiting_uploads(instance).store(account_id, name, sent, said))


def find(instance: Path, token: str, account_id: int) -> StoredUpload | None:
    """The file, if this account sent it and it is still kept."""
    found = waiting_uploads(instance).find(token, account_id)
    return _as_upload(found) if found else None


def answered(instance: Path, upload: StoredUpload, answers: ImportAnswers) -> StoredUpload:
    said = waiting_uploads(instance).say(upload.waiting, {"answers": asdict(answers)})
    return StoredUpload(said, replace(upload.file, answers=answers))


def mapped(instance: Path, upload: StoredUpload, choices: Mapping[str, str]) -> StoredUpload:
    """Other columns are another file: what was answered is asked again."""
    said = {"choices": dict(choices), "answers": asdict(ImportAnswers())}
    return _as_upload(waiting_uploads(instance).say(upload.waiting, said))


def _as_upload(waiting: WaitingFile) -> StoredUpload:
    """On the page lines with faults are left out, and whoever sent the file sees which before she takes the rest in."""
    said = waiting.said
    file = OrganisationFile(
        ImportKind(said["kind"]),
        waiting.path,
        waiting.name,
        said["choices"],
        _answers(said["answers"]),
        leave_out=True,
    )
    return StoredUpload(waiting, file)


def _answers(said: Mapping[str, Any]) -> ImportAnswers:
    shared = {address: SharedAddress(meaning) for address, meaning in said["shared"].items()}
    otherwise = said["shared_otherwise"]
    return ImportAnswers(
        said["same_people"],
        said["leaving"],
        shared,
        SharedAddress(otherwise) if otherwise else None,
        # A file that waits since before the question.
        drop_bad_addresses=said.get("drop_bad_addresses", False),
    )
