"""A file between being sent and being taken into use: in the instance folder, for its sender's eyes, for a day at most.

Never in the database: there it would live on in backups.
"""

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from surveys.files.reading import LARGEST_FILE
from surveys.files.report import FileRefusedError, ImportFault
from surveys.hr.organisation.applying import OrganisationFile
from surveys.organisation.import_answers import ImportAnswers, SharedAddress
from surveys.organisation.models import ImportKind
from surveys.platform.private_files import write_private
from surveys.platform.texts import _

KEPT_SECONDS: Final = 24 * 3600
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class StoredUpload:
    """A file that was sent, and what its sender has said about it so far."""

    token: str
    account_id: int
    file: OrganisationFile


def store(instance: Path, account_id: int, kind: ImportKind, name: str, sent: BinaryIO) -> StoredUpload:
    """Raises FileRefusedError for a file that is too large; nothing of it is kept then."""
    folder = _folder(instance)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = secrets.token_urlsafe(16)
    content = sent.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise FileRefusedError(ImportFault(_("Filen er større enn 30 MB. Er det riktig fil?")))
    write_private(folder / token, content)
    upload = StoredUpload(token, account_id, OrganisationFile(kind, folder / token, name))
    keep(upload)
    return upload


def keep(upload: StoredUpload) -> None:
    """Stores what has been said of the file."""
    file = upload.file
    said = {
        "account_id": upload.account_id,
        "kind": file.kind,
        "name": file.name,
        "choices": file.choices,
        "answers": asdict(file.answers),
    }
    write_private(file.path.with_suffix(".json"), json.dumps(said).encode())


def find(instance: Path, token: str, account_id: int) -> StoredUpload | None:
    """The file, if this account sent it and it is still kept."""
    if not _TOKEN.fullmatch(token):
        return None
    path = _folder(instance) / token
    try:
        said = json.loads(path.with_suffix(".json").read_bytes())
    except FileNotFoundError:
        return None
    if said["account_id"] != account_id or not path.exists():
        return None
    answers = _answers(said["answers"])
    file = OrganisationFile(ImportKind(said["kind"]), path, said["name"], said["choices"], answers)
    return StoredUpload(token, account_id, file)


def answered(upload: StoredUpload, answers: ImportAnswers) -> StoredUpload:
    changed = replace(upload, file=replace(upload.file, answers=answers))
    keep(changed)
    return changed


def mapped(upload: StoredUpload, choices: Mapping[str, str]) -> StoredUpload:
    """Other columns are another file: what was answered is asked again."""
    changed = replace(upload, file=replace(upload.file, choices=dict(choices), answers=ImportAnswers()))
    keep(changed)
    return changed


def remove(upload: StoredUpload) -> None:
    for path in (upload.file.path, upload.file.path.with_suffix(".json")):
        path.unlink(missing_ok=True)


def remove_old(instance: Path) -> None:
    """Files that were sent more than a day ago."""
    oldest = time.time() - KEPT_SECONDS
    for path in _folder(instance).glob("*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue  # another process has just removed it


def _folder(instance: Path) -> Path:
    return instance / "uploads"


def _answers(said: Mapping[str, Any]) -> ImportAnswers:
    shared = {address: SharedAddress(meaning) for address, meaning in said["shared"].items()}
    otherwise = said["shared_otherwise"]
    return ImportAnswers(
        said["same_people"], said["leaving"], shared, SharedAddress(otherwise) if otherwise else None
    )
