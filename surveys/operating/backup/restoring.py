"""Putting a backup back: only into an empty installation, all or nothing."""

import os
import re
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, Table, insert, inspect, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import Delivery, DeliveryStatus
from surveys.operating import migrating
from surveys.operating.backup.making import KEYS, MANIFEST, TABLES, Progress
from surveys.operating.backup.manifest import Manifest
from surveys.operating.backup.rows import AT_A_TIME, row_of
from surveys.operating.backup.sealed_file import BackupKeys, SealedReader
from surveys.operating.loading_rows import number_on, references_afterwards, reflected_tables

_TABLE: Final = re.compile(rf"{TABLES}/([a-z_]+)/\d+\.jsonl")
_KEY_FILE: Final = re.compile(rf"{KEYS}/((?:surveys/)?[\w.-]+)")

HELD_BACK: Final = "Holdt tilbake da en sikkerhetskopi ble lagt tilbake: kan være sendt før."


class RestoreError(Exception):
    """A backup that cannot be put back here; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class Restored:
    """What was put back. held_back: mails that were waiting, and may have been sent since."""

    manifest: Manifest
    held_back: int
    key_files: int


def read_backup(file: Path, keys: BackupKeys) -> Manifest:
    """Reads the whole file, and checks that every row it promises is there. Raises SealedFileError and RestoreError."""
    with _opened(file, keys) as (manifest, entries):
        found = Counter[str]()
        for name, content in entries:
            if table := _TABLE.fullmatch(name):
                found[table[1]] += content.count(b"\n")
        _refuse_other_numbers(manifest, found)
    return manifest


def restore_backup(
    file: Path,
    keys: BackupKeys,
    engine: Engine,
    key_folder: Path,
    progress: Progress,
    migrations: Path = migrating.FOLDER,
) -> Restored:
    """Puts the backup into an empty database, and its keys, if it has any, into an empty key folder.

    A backup of an older version is brought up to this one's schema.

    Raises RestoreError and SealedFileError; then the database is as it was. Mails that waited are held back for HR:
    since the backup was taken they may have been sent.
    """
    with _opened(file, keys) as (manifest, entries):
        refuse_unless_empty(engine)
        if manifest.with_keys:
            _refuse_other_keys(key_folder)
        key_files: dict[str, bytes] = {}
        try:
            with migrating.at_revision(engine, manifest.revision, migrations) as connection:
                _load(connection, manifest, entries, key_files, progress)
                held_back = _hold_back_mails(connection)
                _leave_trace(connection, manifest)
                _write_keys(key_folder, key_files)
        except BaseException:
            _remove_keys(key_folder, key_files)
            raise
    return Restored(manifest, held_back, len(key_files))


def refuse_unless_empty(engine: Engine) -> None:
    """Raises RestoreError when a table has rows: a backup never replaces anything."""
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        taken = any(connection.scalar(text(f'SELECT 1 FROM "{name}" LIMIT 1')) for name in tables)  # noqa: S608
    if taken:
        raise RestoreError(
            "Databasen er ikke tom. En kopi legges bare tilbake i en ny installasjon: velg en ny mappe "
            "(MEDVIRK_INSTANCE) eller en ny, tom database (MEDVIRK_DATABASE_URL), og ikke kjør «medvirk init» først."
        )


@contextmanager
def _opened(file: Path, keys: BackupKeys) -> Iterator[tuple[Manifest, Iterator[tuple[str, bytes]]]]:
    """The manifest, and the name and content of everything after it. At the end nothing may be missing."""
    try:
        with file.open("rb") as source:
            sealed = SealedReader(source, keys)
            with tarfile.open(mode="r|gz", fileobj=sealed) as archive:
                entries = _entries(archive)
                name, content = next(entries, ("", b""))
                if name != MANIFEST:
                    raise RestoreError("Kopien har ingen innholdsliste, og kan ikke brukes.")
                yield Manifest.from_json(content), entries
            sealed.read_to_the_end()
    except FileNotFoundError:
        raise RestoreError(f"Finner ikke {file}.") from None
    except OSError as error:
        raise RestoreError(f"Kan ikke lese {file}: {error.strerror}.") from error


def _entries(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for entry in archive:
        opened = archive.extractfile(entry)
        if opened is None:
            raise RestoreError(f"Kopien har noe som ikke er en fil: {entry.name}.")
        yield entry.name, opened.read()


def _load(
    connection: Connection,
    manifest: Manifest,
    entries: Iterator[tuple[str, bytes]],
    key_files: dict[str, bytes],
    progress: Progress,
) -> None:
    """Every row into its table, and every key file into `key_files`. Raises RestoreError."""
    tables = reflected_tables(connection)
    found = Counter[str]()
    with references_afterwards(connection, tables):
        for name, content in entries:
            if key_file := _KEY_FILE.fullmatch(name):
                key_files[key_file[1]] = content
            elif (part := _TABLE.fullmatch(name)) and part[1] in tables.tables:
                found[part[1]] += _insert(connection, tables.tables[part[1]], content)
                progress(found.total(), manifest.total)
            else:
                raise RestoreError(f"Kopien har noe som ikke hører til her: {name}.")
        _refuse_other_numbers(manifest, found)
    number_on(connection, tables)


def _insert(connection: Connection, table: Table, lines: bytes) -> int:
    columns = dict(table.columns.items())
    try:
        rows = [row_of(line, columns) for line in lines.splitlines()]
    except ValueError as error:
        raise RestoreError(f"Tabellen {table.name} i kopien passer ikke: {error}.") from error
    for start in range(0, len(rows), AT_A_TIME):
        connection.execute(insert(table), rows[start : start + AT_A_TIME])
    return len(rows)


def _refuse_other_numbers(manifest: Manifest, found: Mapping[str, int]) -> None:
    wrong = [
        f"{table} ({found.get(table, 0)} av {rows})"
        for table, rows in manifest.rows.items()
        if found.get(table, 0) != rows
    ]
    if wrong:
        raise RestoreError(f"Kopien er ikke hel. Rader mangler i {', '.join(wrong)}.")


def _hold_back_mails(connection: Connection) -> int:
    waiting = update(Delivery).where(Delivery.status == DeliveryStatus.QUEUED)
    done = connection.execute(waiting.values(status=DeliveryStatus.FAILED, error=HELD_BACK))
    return done.rowcount


def _leave_trace(connection: Connection, manifest: Manifest) -> None:
    made_at = manifest.made_at.isoformat(timespec="minutes")
    with Session(connection) as session:
        audit.record(
            session, "installation.restored", manifest.municipality, made_at=made_at, rows=manifest.total
        )
        session.flush()


def _refuse_other_keys(folder: Path) -> None:
    """Keys are put into an empty folder only: a key that is lost locks answers for ever."""
    if folder.is_dir() and any(path.is_file() for path in folder.rglob("*")):
        raise RestoreError(f"Nøkkelmappen {folder} er ikke tom, og kopien har nøkler. Ingenting er endret.")


def _remove_keys(folder: Path, files: Mapping[str, bytes]) -> None:
    """The folder was empty before."""
    for name in files:
        (folder / name).unlink(missing_ok=True)


def _write_keys(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
