"""Files and folders of the installation that nobody but its owner can read, from the moment they are made.

SQLite gives the files it keeps beside a database (`-wal`, `-shm`) the rights of the database itself.
"""

import os
from contextlib import suppress
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """The folder and those above it, where they are missing, with mode 700."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_private_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)


def make_private_file(file: Path) -> None:
    """An empty file with mode 600, unless there is one, in folders that are made where they are missing."""
    if not file.exists():
        make_private_folder(file.parent)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))


def write_private(file: Path, content: bytes) -> None:
    """For the owner of the process only, from the first byte."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
