"""Taking an archive in: into an empty installation only, all or nothing."""

import csv
import hashlib
import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Engine, MetaData, Table, delete, func, insert, inspect, select, table, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.operating import migrating
from surveys.operating.archive.cells import value_of
from surveys.operating.archive.contents import ARCHIVED, QUESTIONNAIRE
from surveys.operating.archive.description import (
    DESCRIPTION,
    ArchiveDescription,
    ArchivedFile,
    ArchiveError,
    read_description,
)
from surveys.operating.backup.rows import AT_A_TIME
from surveys.operating.loading_rows import number_on, references_afterwards, reflected_tables
from surveys.operating.migrating import BrokenReferencesError, UnknownRevisionError
from surveys.operating.revisions import stored_revision

_BEGUN: Final = frozenset(
    {"installation", "unit", "account", "role_grant", "audit_entry", "sign_in_session", "one_time_link"}
    | {"worker_heartbeat", "limit_count", "alembic_version"}
)
"""Tables that may have rows when `medvirk init` has been run, and nothing else has been done."""

_MADE_ANEW: Final = ("unit", "installation")

Files = Mapping[str, bytes]


def import_archive(folder: Path, engine: Engine, migrations: Path = migrating.FOLDER) -> ArchiveDescription:
    """Takes the archive in. One that an older version wrote is brought up to this one's schema.

    The installation is empty, or as `medvirk init` left it: then its users have their access to the archive's top unit.
    Raises ArchiveError; then the database is as it was.
    """
    description, files = _read(folder)
    is_begun = _refuse_unless_empty(engine, description)
    try:
        with migrating.at_revision(engine, description.revision, migrations) as connection:
            _take_in(connection, description, files, is_begun=is_begun)
    except UnknownRevisionError:
        raise ArchiveError(
            "Mappen er laget av en nyere utgave av Medvirk. Oppgrader denne installasjonen først."
        ) from None
    except (IntegrityError, DataError, BrokenReferencesError) as error:
        detail = error if isinstance(error, BrokenReferencesError) else error.orig
        raise ArchiveError(f"Radene i mappen henger ikke sammen: {detail}. Ingenting er lest inn.") from error
    return description


def _take_in(
    connection: Connection, description: ArchiveDescription, files: Files, *, is_begun: bool
) -> None:
    tables = reflected_tables(connection)
    with references_afterwards(connection, tables):
        begun = _set_aside(connection, tables) if is_begun else {}
        for file in description.files:
            if file.kinds:
                _load(connection, tables, file, files)
        connection.execute(update(tables.tables["survey"]).values(answers_elsewhere=True))
        _put_back(connection, tables, begun)
    number_on(connection, tables)
    with Session(connection) as session:
        audit.record(
            session,
            "installation.imported",
            description.municipality,
            made_at=description.made_on,
            rows=description.rows,
        )
        session.flush()


def _read(folder: Path) -> tuple[ArchiveDescription, Files]:
    """Every file in the description, as it was when it was written. Raises ArchiveError, which names all faults."""
    try:
        description = read_description((folder / DESCRIPTION).read_bytes())
        files = {file.path: _content(folder, file) for file in description.files}
    except FileNotFoundError as error:
        raise ArchiveError(
            f"Finner ikke {error.filename}. Velg mappen som «medvirk export-all» laget."
        ) from None
    except OSError as error:
        raise ArchiveError(f"Kan ikke lese {error.filename}: {error.strerror}.") from error
    changed = [
        file.path for file in description.files if hashlib.sha256(files[file.path]).hexdigest() != file.sha256
    ]
    if changed:
        raise ArchiveError(
            f"Disse filene er endret etter at de ble skrevet: {', '.join(changed)}. Frigitte tall kan ikke endres. "
            "Hent mappen på nytt. Ingenting er lest inn."
        )
    unknown = [file.name for file in description.files if file.kinds and file.name not in ARCHIVED]
    if unknown:
        raise ArchiveError(f"Mappen har tabeller som ikke hører til her: {', '.join(unknown)}.")
    return description, files


def _content(folder: Path, file: ArchivedFile) -> bytes:
    path = folder / file.path
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ArchiveError(f"{DESCRIPTION} viser til en fil utenfor mappen: {file.path}.")
    return path.read_bytes()


def _refuse_unless_empty(engine: Engine, description: ArchiveDescription) -> bool:
    """Whether `medvirk init` has been run. Raises ArchiveError when more has been done than that."""
    with engine.connect() as connection:
        rows = {
            name: connection.scalar(select(func.count()).select_from(table(name)))
            for name in inspect(connection).get_table_names()
        }
        schema = stored_revision(connection)
    filled = {name for name, number in rows.items() if number}
    if filled - _BEGUN or (rows.get("unit") or 0) > 1:
        raise ArchiveError(
            "Installasjonen er ikke tom. Velg en ny mappe (MEDVIRK_INSTANCE) eller en ny, tom database "
            "(MEDVIRK_DATABASE_URL). Ingenting er lest inn."
        )
    if schema not in {None, description.revision}:
        raise ArchiveError(
            "Mappen er laget av en annen utgave av Medvirk, og må leses inn før «medvirk init»: velg en ny mappe "
            "(MEDVIRK_INSTANCE) eller en ny, tom database (MEDVIRK_DATABASE_URL)."
        )
    return bool(rows.get("installation"))


def _set_aside(connection: Connection, tables: MetaData) -> dict[str, Any]:
    """The installation's own row, as `medvirk init` made it; the archive's municipality and units take the place."""
    installation = tables.tables["installation"]
    begun = dict(connection.execute(select(installation)).mappings().one())
    for name in _MADE_ANEW:
        connection.execute(delete(tables.tables[name]))
    return begun


def _put_back(connection: Connection, tables: MetaData, begun: Mapping[str, Any]) -> None:
    """Its own keys stay its own, and who had access to its one unit has access to the archive's top."""
    if not begun:
        return
    installation, unit, grant = (tables.tables[name] for name in ("installation", "unit", "role_grant"))
    connection.execute(update(installation).values(keys_fingerprint=begun["keys_fingerprint"]))
    top = connection.scalar(select(unit.c.id).where(unit.c.parent_id.is_(None)).order_by(unit.c.id).limit(1))
    connection.execute(update(grant).values(unit_id=top))


def _load(connection: Connection, tables: MetaData, file: ArchivedFile, files: Files) -> None:
    table = tables.tables[file.name]
    try:
        with _cells_of_any_length():
            rows = list(_rows(table, file, files))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ArchiveError(f"{file.path} er ikke en CSV-fil i UTF-8 ({error}).") from error
    if len(rows) != file.rows:
        raise ArchiveError(f"{file.path} har {len(rows)} rader og skal ha {file.rows}.")
    for start in range(0, len(rows), AT_A_TIME):
        connection.execute(insert(table), rows[start : start + AT_A_TIME])


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """A card's whole document is one cell. The limit holds for the process, and guards what others upload."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _rows(table: Table, file: ArchivedFile, files: Files) -> Iterator[dict[str, Any]]:
    """The file's rows as the table takes them. Raises ArchiveError with line and column."""
    reader = csv.reader(io.StringIO(files[file.path].decode("utf-8"), newline=""), strict=True)
    headings = next(reader, [])
    if headings != list(file.kinds) or not set(headings) <= set(table.columns.keys()):
        raise ArchiveError(f"{file.path} har andre kolonner enn {DESCRIPTION} og Medvirk kjenner.")
    for cells in reader:
        if len(cells) != len(headings):
            raise ArchiveError(
                f"{file.path}, linje {reader.line_num}: {len(cells)} celler, skal ha {len(headings)}."
            )
        row = {}
        for name, cell in zip(headings, cells, strict=True):
            try:
                row[name] = _value(table.columns[name], cell, file, files)
            except ValueError:
                raise ArchiveError(
                    f"{file.path}, linje {reader.line_num}, kolonne {name}: «{cell[:40]}» kan ikke leses som "
                    f"{file.kinds[name]}."
                ) from None
        yield row


def _value(column: "Column[Any]", cell: str, file: ArchivedFile, files: Files) -> Any:
    if (file.name, column.name) == QUESTIONNAIRE:
        if cell not in files:
            raise ValueError(cell)
        return files[cell]
    return value_of(cell, file.kinds[column.name], may_be_missing=bool(column.nullable))
