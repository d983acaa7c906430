"""Every unit's files of a survey in one zip: HR asks for it, the job worker makes it, and it is kept for a week.

What HR asks for is a file that only pages write, and how far it has come one that only the worker writes: neither can
undo what the other has said. A worker that is killed takes the request again. What it had made is among the kept files,
so it does not begin anew. The zip is there whole or not at all.
"""

import datetime as dt
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from surveys.platform.background_jobs import is_late, problem_text
from surveys.platform.private_files import make_private_folder, write_private
from surveys.reports.material.kinds import FileKind

KEPT_DAYS: Final = 7


@dataclass(frozen=True)
class PackageRequest:
    """What was asked for, of which release. kinds: endings of the files."""

    token: str
    survey_id: int
    release_id: int
    language: str
    kinds: tuple[FileKind, ...]
    asked_at: dt.datetime


@dataclass(frozen=True)
class PackageProgress:
    """What the worker has said. made_at: when the zip was whole."""

    attempts: int = 0
    done: int = 0
    units: int = 0
    problem: str = ""
    made_at: dt.datetime | None = None

    @property
    def share(self) -> float:
        return self.done / self.units if self.units else 0.0


@dataclass(frozen=True)
class UnitPackage:
    """A package as HR sees it. problem: why it was given up; outdated: a newer release has been made since."""

    request: PackageRequest
    progress: PackageProgress
    file: Path
    outdated: bool

    @property
    def under_way(self) -> bool:
        return not self.progress.problem and self.progress.made_at is None and not self.outdated

    @property
    def ready(self) -> bool:
        return self.progress.made_at is not None and not self.outdated and self.file.exists()

    @property
    def problem(self) -> str:
        return problem_text(self.progress.problem)

    @property
    def late(self) -> bool:
        return self.under_way and is_late(self.progress.attempts, self.request.asked_at)

    @property
    def kept_until(self) -> dt.date | None:
        made = self.progress.made_at
        return (made + dt.timedelta(days=KEPT_DAYS)).date() if made else None

    @property
    def megabytes(self) -> float:
        return self.file.stat().st_size / 1e6


@dataclass(frozen=True)
class UnitPackages:
    """The packages of an installation, one for each survey at most."""

    folder: Path

    def ask(self, survey_id: int, release_id: int, language: str, kinds: Sequence[FileKind]) -> None:
        """Has the worker make it. Asking again while it is under way changes nothing."""
        found = self.find(survey_id, release_id)
        if found and found.under_way:
            return
        request = PackageRequest(
            secrets.token_urlsafe(16),
            survey_id,
            release_id,
            language,
            tuple(kinds),
            dt.datetime.now(dt.UTC),
        )
        _write(self._asked(survey_id), asdict(request))

    def find(self, survey_id: int, release_id: int) -> UnitPackage | None:
        """The survey's package; None without one, or when its week is over. release_id: of the newest release."""
        try:
            request = _request(json.loads(self._asked(survey_id).read_bytes()))
        except (FileNotFoundError, KeyError):  # KeyError: another version of Medvirk asked in its own form
            return None
        progress = self.progress(request)
        found = UnitPackage(request, progress, self.zip_of(request), request.release_id != release_id)
        return None if progress.made_at and not found.file.exists() else found

    def every(self) -> Iterator[PackageRequest]:
        """Every request that may not be done yet: for the worker."""
        for file in sorted(self.folder.glob("asked-*.json")):
            found = self.find(int(file.stem.removeprefix("asked-")), -1)
            if found and not found.progress.problem and found.progress.made_at is None:
                yield found.request

    def say(self, request: PackageRequest, progress: PackageProgress) -> None:
        _write(self._state(request.token), asdict(progress))

    def is_current(self, request: PackageRequest) -> bool:
        """False when HR has asked for another one since."""
        try:
            said = json.loads(self._asked(request.survey_id).read_bytes())
        except FileNotFoundError:
            return False
        return bool(said["token"] == request.token)

    def zip_of(self, request: PackageRequest) -> Path:
        return self.folder / f"{request.token}.zip"

    def remove_old(self) -> None:
        """Zips a week old, what was said of them, and what killed workers left."""
        oldest = time.time() - KEPT_DAYS * 24 * 3600
        for file in self.folder.glob("*"):
            try:
                if file.stat().st_mtime < oldest:
                    file.unlink()
            except FileNotFoundError:
                continue  # another process has just removed it

    def progress(self, request: PackageRequest) -> PackageProgress:
        try:
            said = json.loads(self._state(request.token).read_bytes())
        except FileNotFoundError:
            return PackageProgress()
        made = said["made_at"]
        return PackageProgress(**{**said, "made_at": dt.datetime.fromisoformat(made) if made else None})

    def _asked(self, survey_id: int) -> Path:
        return self.folder / f"asked-{survey_id}.json"

    def _state(self, token: str) -> Path:
        return self.folder / f"{token}.json"


def _request(said: Mapping[str, Any]) -> PackageRequest:
    """Raises KeyError when something is missing; what is unknown is left out."""
    known = {field.name: said[field.name] for field in fields(PackageRequest)}
    kinds = tuple(FileKind(kind) for kind in known["kinds"])
    return PackageRequest(
        **{**known, "kinds": kinds, "asked_at": dt.datetime.fromisoformat(known["asked_at"])}
    )


def unit_packages(instance: Path) -> UnitPackages:
    return UnitPackages(instance / "material" / "packages")


def _write(file: Path, said: dict[str, Any]) -> None:
    """Whole or not at all: the other process may read at any moment."""
    make_private_folder(file.parent)
    unfinished = file.with_suffix(f".{secrets.token_hex(4)}.part")
    write_private(unfinished, json.dumps(said, default=_plain).encode())
    unfinished.replace(file)


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
