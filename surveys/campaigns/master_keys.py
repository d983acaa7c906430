"""What the keys of surveys are wrapped with, and how it is changed while the installation is in use, on all machines.

At first it is derived from the installation's secret. `medvirk rotate-keys` makes a random one, in `keys/master.key`.
While it does, the new one is in `keys/master.next`: everybody tries both, and whatever is written is wrapped with the
new one. Only when every key has been wrapped anew does it get its name, and the old one is gone. Whoever dies on the
way leaves keys that can be read, and the next run goes on where it stopped.

Making and destroying keys wait for a change to end: a key made with the old master would be lost with it, and one that
was destroyed meanwhile would come back.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from surveys.platform.private_files import make_private_file, make_private_folder

UNFINISHED: Final = ".new"
"""How the name of a file ends that is not whole yet."""

LOCK: Final = "rotation.lock"


class LockedKeyError(Exception):
    """No master key of this installation opens the file."""


class MasterKeys:
    """The folder's master keys. They are few bytes, and read each time: another machine may have changed them."""

    def __init__(self, folder: Path, derived: bytes) -> None:
        self._folder = folder
        self._derived = derived
        self._current = folder / "master.key"
        self._next = folder / "master.next"

    @property
    def is_changing(self) -> bool:
        """A change has begun and not ended."""
        return self._next.exists()

    @property
    def is_derived(self) -> bool:
        """No change has ever ended: the installation's secret gives the master key."""
        return not self._current.exists()

    def wrapped(self, content: bytes) -> bytes:
        return bytes(self._boxes()[0].encrypt(content))

    def unwrapped(self, file: Path) -> bytes:
        """What is in the file. Raises FileNotFoundError and LockedKeyError."""
        # A change may end between our reading the master keys and the file. It cannot end twice in that time.
        for _attempt in range(3):
            boxes = self._boxes()
            if (content := _opened(boxes, file.read_bytes())) is not None:
                return content
        raise LockedKeyError(file)

    def opened(self, wrapped: bytes) -> bytes:
        """What was wrapped in the database. Raises LockedKeyError: the master key has been changed since."""
        if (content := _opened(self._boxes(), wrapped)) is None:
            raise LockedKeyError
        return content

    @contextmanager
    def steady(self) -> Iterator[None]:
        """No change begins or goes on in the block."""
        with self._locked(fcntl.LOCK_SH):
            yield

    def change(self, files: Path) -> int:
        """A new master key, and every file of the folder wrapped with it; how many. Finishes a change that stopped."""
        make_private_folder(self._folder)
        with self._locked(fcntl.LOCK_EX):
            _remove_unfinished(self._folder)
            if not self.is_changing:
                write_new(self._next, secrets.token_bytes(SecretBox.KEY_SIZE))
            _remove_unfinished(files)
            found = sorted(files.glob("*.*"))
            for file in found:
                self._wrap_anew(file)
            # From here on everything opens with the new one, under either name.
            if self._current.exists():
                overwrite(self._current)
            self._next.replace(self._current)
            sync_folder(self._folder)
        return len(found)

    def _wrap_anew(self, file: Path) -> None:
        """Raises LockedKeyError when nothing opens it; then nothing has been lost either."""
        newest = self._boxes()[0]
        try:
            newest.decrypt(file.read_bytes())
        except CryptoError:
            content = newest.encrypt(self.unwrapped(file))
            beside = file.with_name(f"{file.name}.{secrets.token_hex(8)}{UNFINISHED}")
            write_new(beside, content)
            with file.open("r+b") as before:
                beside.replace(file)
                sync_folder(file.parent)
                _fill(before.fileno(), file.stat().st_size)

    def _boxes(self) -> list[SecretBox]:
        """The newest first. The derived one last, always: a copy of the keys from before may have been put back."""
        found = []
        for file in (self._next, self._current):
            try:
                key = file.read_bytes()
            except FileNotFoundError:
                continue
            if len(key) == SecretBox.KEY_SIZE:
                found.append(SecretBox(key))
        return [*found, SecretBox(self._derived)]

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        lock = self._folder / LOCK
        make_private_file(lock)
        with lock.open("rb+") as opened:
            fcntl.flock(opened, how)
            yield


def _opened(boxes: Iterable[SecretBox], wrapped: bytes) -> bytes | None:
    for box in boxes:
        try:
            return bytes(box.decrypt(wrapped))
        except (CryptoError, ValueError):
            continue
    return None


def write_new(file: Path, content: bytes) -> None:
    """A whole file of its owner's, on the disk, or none under this name."""
    beside = file.with_name(f"{file.name}.{secrets.token_hex(8)}{UNFINISHED}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
    sync_folder(file.parent)


def overwrite(file: Path) -> None:
    """The file's own bytes, so a second name of it opens nothing either."""
    with file.open("r+b") as opened:
        _fill(opened.fileno(), file.stat().st_size)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(descriptor: int, size: int) -> None:
    os.pwrite(descriptor, secrets.token_bytes(size), 0)
    os.fsync(descriptor)


def _remove_unfinished(folder: Path) -> None:
    """What killed processes left. It may be a second name of a key that is in use, whose bytes must stay."""
    for path in folder.glob(f"*{UNFINISHED}"):
        if path.stat().st_nlink == 1:
            overwrite(path)
        path.unlink()
