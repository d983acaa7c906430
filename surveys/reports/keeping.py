"""Files that were made are kept in the instance folder, so that the next reader does not wait for the same file.

A file is found by the digest of everything that is in it, so a kept file is never out of date: figures that are
corrected, a changed name or a new version of Medvirk are other files. Whether somebody may see it is asked each time,
before the file is looked for. No backup takes them.
"""

import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from surveys.platform.private_files import make_private_folder, write_private
from surveys.platform.site_files import site_files

KEPT_SECONDS: Final = 30 * 24 * 3600
"""After the last reader."""


@dataclass(frozen=True)
class KeptFiles:
    """The files of one installation."""

    folder: Path

    def get(self, content: Any, language: str, kind: str, make: Callable[[], bytes]) -> bytes:
        """The file of this kind, made if there is none. content: everything that is in it, as JSON has it."""
        file = self._file(content, language, kind)
        try:
            made = file.read_bytes()
            os.utime(file)
        except FileNotFoundError:
            made = make()
            self._keep(file, made)
        return made

    def _file(self, content: Any, language: str, kind: str) -> Path:
        whole = json.dumps([content, kind], ensure_ascii=False, sort_keys=True, default=str)
        digest = sha256(whole.encode() + _edition(language)).hexdigest()
        return self.folder / f"{digest}.{kind}"

    def _keep(self, file: Path, content: bytes) -> None:
        """Whole or not at all: a process that is killed leaves a file of another name, which is swept away."""
        make_private_folder(self.folder)
        unfinished = file.with_suffix(f".{secrets.token_hex(4)}.part")
        write_private(unfinished, content)
        unfinished.replace(file)

    def remove_old(self) -> None:
        """Those that nobody has asked for in a month."""
        oldest = time.time() - KEPT_SECONDS
        for file in self.folder.glob("*"):
            try:
                if file.stat().st_mtime < oldest:
                    file.unlink()
            except FileNotFoundError:
                continue  # another process has just removed it


def kept_files(instance: Path) -> KeptFiles:
    return KeptFiles(instance / "material" / "files")


@cache
def _edition(language: str) -> bytes:
    """The digest of what decides how a file looks, apart from its content: our own code, templates and translations."""
    parts = [
        *sorted(Path(__file__).parent.rglob("*.py")),
        *sorted((site_files() / "templates" / "reports").glob("*.typ")),
        site_files() / "translations" / language / "LC_MESSAGES" / "messages.mo",
    ]
    return sha256(b"".join(part.read_bytes() for part in parts if part.exists())).digest()
