"""A file of answers between being sent and being taken in: in the instance folder, for its sender, for a day at most.

Never in the database: there it would live on in backups.
"""

import json
import re
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from surveys.files.reading import LARGEST_FILE
from surveys.files.report import FileRefusedError, ImportFault
from surveys.platform.private_files import write_private
from surveys.platform.texts import _

KEPT_SECONDS: Final = 24 * 3600
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class WaitingAnswers:
    """said: what the survey shall be. mapping: the fields of a mapping file, None until the columns are confirmed."""

    token: str
    path: Path
    account_id: int
    name: str
    said: dict[str, str]
    mapping: dict[str, Any] | None = None


def store(instance: Path, account_id: int, name: str, sent: BinaryIO, said: dict[str, str]) -> WaitingAnswers:
    """Raises FileRefusedError for a file that is too large; nothing of it is kept then."""
    folder = _folder(instance)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = sent.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise FileRefusedError(ImportFault(_("Filen er større enn 30 MB. Er det riktig fil?")))
    token = secrets.token_urlsafe(16)
    path = folder / f"{token}{Path(name).suffix.lower()}"
    write_private(path, content)
    waiting = WaitingAnswers(token, path, account_id, name, said)
    keep(waiting)
    return waiting


def keep(waiting: WaitingAnswers) -> None:
    """Stores what has been said of the file."""
    facts = {
        "account_id": waiting.account_id,
        "file": waiting.path.name,
        "name": waiting.name,
        "said": waiting.said,
        "mapping": waiting.mapping,
    }
    write_private(_facts(waiting.path.parent, waiting.token), json.dumps(facts).encode())


def mapped(waiting: WaitingAnswers, mapping: dict[str, Any]) -> WaitingAnswers:
    changed = replace(waiting, mapping=mapping)
    keep(changed)
    return changed


def find(instance: Path, token: str, account_id: int) -> WaitingAnswers | None:
    """The file, if this account sent it and it is still kept."""
    if not _TOKEN.fullmatch(token):
        return None
    folder = _folder(instance)
    try:
        facts = json.loads(_facts(folder, token).read_bytes())
    except FileNotFoundError:
        return None
    path = folder / facts["file"]
    if facts["account_id"] != account_id or not path.exists():
        return None
    return WaitingAnswers(token, path, account_id, facts["name"], facts["said"], facts["mapping"])


def remove(waiting: WaitingAnswers) -> None:
    for path in (waiting.path, _facts(waiting.path.parent, waiting.token)):
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
    return instance / "answer-files"


def _facts(folder: Path, token: str) -> Path:
    return folder / f"{token}.json"
