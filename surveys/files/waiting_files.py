"""Files between being sent and being taken in: in the instance folder, for their sender, for a day at most.

Never in the database: there they would live on in backups. Beside each file is what its sender has said of it so far.
"""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from surveys.files.reading import LARGEST_FILE
from surveys.files.report import FileRefusedError, ImportFault
from surveys.platform.explained import MovedOnError
from surveys.platform.private_files import make_private_folder, write_private
from surveys.platform.texts import _

KEPT_SECONDS: Final = 24 * 3600
FORM_ROOM: Final = 100_000
"""Bytes of a form beside the file it sends."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class WaitingFile:
    """name: as the sender calls it, shown and never used as a path. said: what may be written as JSON."""

    token: str
    path: Path
    account_id: int
    name: str
    said: Mapping[str, Any]


def no_longer_waiting(way: str, address: str) -> MovedOnError:
    """For the page of a file that is not kept for the reader. way: the words of the link to `address`."""
    return MovedOnError(
        _("Filen ligger ikke her lenger"),
        _(
            "Den er tatt i bruk, avbrutt eller slettet fordi det er gått et døgn. Vil du endre noe, send en ny fil."
        ),
        way,
        address,
    )


@dataclass(frozen=True)
class WaitingFiles:
    """The files of one kind."""

    folder: Path

    def store(
        self, account_id: int, sent_name: str | None, sent: BinaryIO, said: Mapping[str, Any]
    ) -> WaitingFile:
        """Raises FileRefusedError for a file that is too large; nothing of it is kept then."""
        content = sent.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise FileRefusedError(ImportFault(_("Filen er større enn 30 MB. Er det riktig fil?")))
        make_private_folder(self.folder)
        name = (sent_name or "").replace("\\", "/").rsplit("/", 1)[-1][:200]
        token = secrets.token_urlsafe(16)
        path = self.folder / f"{token}{Path(name).suffix.lower()}"
        write_private(path, content)
        return self.say(WaitingFile(token, path, account_id, name, {}), said)

    def say(self, file: WaitingFile, said: Mapping[str, Any]) -> WaitingFile:
        """The file with more said of it; what is said again replaces what was said."""
        told = replace(file, said={**file.said, **said})
        facts = {
            "account_id": told.account_id,
            "file": told.path.name,
            "name": told.name,
            "said": told.said,
        }
        write_private(self._facts(told.token), json.dumps(facts).encode())
        return told

    def find(self, token: str, account_id: int) -> WaitingFile | None:
        """The file, if this account sent it and it is still kept."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            facts = json.loads(self._facts(token).read_bytes())
        except FileNotFoundError:
            return None
        path = self.folder / facts["file"]
        if facts["account_id"] != account_id or not path.exists():
            return None
        return WaitingFile(token, path, account_id, facts["name"], facts["said"])

    def every(self) -> Iterator[WaitingFile]:
        """Every file that is still kept, whoever sent it: for the worker."""
        for facts in sorted(self.folder.glob("said-*")):
            try:
                account_id = json.loads(facts.read_bytes())["account_id"]
            except FileNotFoundError:
                continue  # another process has just removed it
            if found := self.find(facts.name.removeprefix("said-"), account_id):
                yield found

    def remove(self, file: WaitingFile) -> None:
        for path in (file.path, self._facts(file.token)):
            path.unlink(missing_ok=True)

    def remove_old(self) -> None:
        """Files that were sent more than a day ago."""
        oldest = time.time() - KEPT_SECONDS
        for path in self.folder.glob("*"):
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)
            except FileNotFoundError:
                continue  # another process has just removed it

    def _facts(self, token: str) -> Path:
        return (
            self.folder / f"said-{token}"
        )  # never the name of a file that is sent: those begin with a token
