"""Making a backup: a snapshot of every table, encrypted on its way to the file."""

import datetime as dt
import gzip
import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Table, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from surveys.access.models import OneTimeLink, SignInSession
from surveys.audit import trail as audit
from surveys.campaigns.keystore import KeyStore
from surveys.operating.backup.manifest import Manifest, municipality_of, uncounted_surveys
from surveys.operating.backup.rows import lines_of, snapshot
from surveys.operating.backup.sealed_file import BackupKeys, SealedWriter
from surveys.operating.tables import metadata
from surveys.platform.database import Database

MANIFEST: Final = "manifest.json"
TABLES: Final = "tables"
KEYS: Final = "keys"

# Who is signed in is nothing to bring back, and neither are links that open an account and counts of wrong guesses.
NOT_KEPT: Final = frozenset({SignInSession.__tablename__, OneTimeLink.__tablename__, "limit_count"})

_PART: Final = 4 * 1024 * 1024

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


class BackupError(Exception):
    """A backup that cannot be made; the message says why. No file is left."""


@dataclass(frozen=True)
class BackupSource:
    """What is backed up. key_files: name → content of each key that is to be in it; none: the keys are kept apart."""

    db: Database
    store: KeyStore
    key_files: Mapping[str, bytes]


def kept_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in NOT_KEPT]


def make_backup(source: BackupSource, file: Path, keys: BackupKeys, progress: Progress) -> Manifest:
    """Writes the backup and leaves a trace in the audit trail. Raises BackupError; then there is no new file."""
    with _new_file(file) as target:
        sealed = SealedWriter(target, keys)
        # Level 1: a third of the time of the usual level, for a tenth more bytes.
        with (
            gzip.GzipFile(fileobj=sealed, mode="wb", compresslevel=1, mtime=0) as packed,
            tarfile.open(mode="w|", fileobj=packed) as archive,
        ):
            with snapshot(source.db.engine) as connection, connection.begin():
                manifest = _manifest(connection, source)
                _add(archive, MANIFEST, manifest.to_json())
                _add_tables(archive, connection, manifest, progress)
            for name, content in source.key_files.items():
                _add(archive, f"{KEYS}/{name}", content)
        sealed.finish()
    with source.db.transaction() as session:
        audit.record(session, "installation.backed_up", manifest.municipality, rows=manifest.total)
    return manifest


@contextmanager
def _new_file(file: Path) -> Iterator[BinaryIO]:
    """A file for its owner only, under its name when it is whole and on the disk. Raises BackupError."""
    if file.exists():
        raise BackupError(f"{file} finnes fra før. Velg et annet navn, eller flytt den.")
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupError(f"Kan ikke skrive {file}: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        # Unlike a rename, a link never replaces a file that came meanwhile.
        file.hardlink_to(beside)
    except OSError as error:
        raise BackupError(f"Kan ikke skrive {file}: {error.strerror}. Ingen kopi er laget.") from error
    finally:
        beside.unlink()


def _manifest(connection: Connection, source: BackupSource) -> Manifest:
    with Session(connection) as session:
        return Manifest(
            made_at=dt.datetime.now(dt.UTC),
            municipality=municipality_of(session),
            revision=session.scalars(text("SELECT version_num FROM alembic_version")).one(),
            with_keys=bool(source.key_files),
            rows={
                table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in kept_tables()
            },
            uncounted=uncounted_surveys(session, source.store),
        )


def _add_tables(
    archive: tarfile.TarFile, connection: Connection, manifest: Manifest, progress: Progress
) -> None:
    done = 0
    for table in kept_tables():
        part, lines = 0, io.BytesIO()
        for line in lines_of(connection, table):
            lines.write(line)
            done += 1
            if lines.tell() >= _PART:
                _add(archive, f"{TABLES}/{table.name}/{part:06}.jsonl", lines.getvalue())
                part, lines = part + 1, io.BytesIO()
                progress(done, manifest.total)
        _add(archive, f"{TABLES}/{table.name}/{part:06}.jsonl", lines.getvalue())
        progress(done, manifest.total)


def key_files_in(folder: Path, secret_key: str = "") -> dict[str, bytes]:
    """Every key in the folder. A secret that comes from a setting is kept as the file it replaces."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".new"
    }
    return found | ({"secret.key": secret_key.encode()} if secret_key else {})


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o600
    archive.addfile(entry, io.BytesIO(content))
