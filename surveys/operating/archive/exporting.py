"""Writing the archive: a snapshot of every table that is the municipality's own, as files anybody can read."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.files.new_folder import write_folder
from surveys.instruments.models import Instrument
from surveys.operating.archive.cells import cell_of
from surveys.operating.archive.contents import QUESTIONNAIRE, ArchivedTable, archived_tables
from surveys.operating.archive.description import (
    DESCRIPTION,
    FORMAT,
    PROFILE,
    ArchiveError,
    description_json,
    file_resource,
    resource_of,
)
from surveys.operating.archive.readme import readme_of
from surveys.operating.backup.manifest import municipality_of
from surveys.operating.backup.rows import AT_A_TIME, snapshot
from surveys.operating.revisions import stored_revision
from surveys.organisation.models import Installation
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.card_files import yaml_of
from surveys.scorecards.outline.standing_plan import plan_of_card

README = "LESMEG.md"


@dataclass(frozen=True)
class Archived:
    """What was written. left_out: keys of surveys that are not released, and so are not in it."""

    rows: int
    size: int
    left_out: tuple[str, ...]


def export_archive(db: Database, folder: Path) -> Archived:
    """Writes the folder and leaves a trace in the audit trail. Raises ArchiveError; then there is no new folder."""
    with snapshot(db.engine) as connection, connection.begin(), Session(connection) as session:
        municipality = municipality_of(session)
        files, resources = _tables(connection)
        for path, content in (_questionnaires(session) | _cards(session)).items():
            files[path] = content
            resources.append(file_resource(path.replace("/", "-").removesuffix(".yaml"), path, content))
        left_out = tuple(session.scalars(_not_released()))
        files[README] = readme_of(municipality, left_out, synthetic=_is_synthetic(session)).encode()
        files[DESCRIPTION] = description_json(
            {
                "profile": PROFILE,
                "name": "medvirk",
                "title": municipality,
                "created": municipal_day().isoformat(),
                "medvirk": {"format": FORMAT, "schema": stored_revision(connection)},
                "resources": resources,
            }
        )
    _write(files, folder)
    rows = sum(resource.get("rows", 0) for resource in resources)
    with db.transaction() as session:
        audit.record(session, "installation.exported", municipality, rows=rows)
    return Archived(rows, sum(map(len, files.values())), left_out)


def _tables(connection: Connection) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    files: dict[str, bytes] = {}
    resources = []
    for table in archived_tables():
        path = f"data/{table.table.name}.csv"
        files[path], rows = _csv(connection, table)
        resources.append(resource_of(table, path, files[path], rows))
    return files, resources


def _csv(connection: Connection, table: ArchivedTable) -> tuple[bytes, int]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    rows = 0
    may_be_missing = [bool(column.nullable) for column in table.columns]
    is_file = [(table.table.name, column.name) == QUESTIONNAIRE for column in table.columns]
    for row in connection.execution_options(yield_per=AT_A_TIME).execute(table.rows()):
        named = row._mapping
        writer.writerow(
            questionnaire_path(named["key"], named["version"])
            if file
            else cell_of(value, may_be_missing=missing)
            for value, missing, file in zip(row, may_be_missing, is_file, strict=True)
        )
        rows += 1
    return text.getvalue().encode(), rows


def questionnaire_path(key: str, version: int) -> str:
    """Where a questionnaire's own file is in the archive."""
    return f"questionnaires/{key}-v{version}.yaml"


def _questionnaires(session: Session) -> dict[str, bytes]:
    found = session.execute(select(Instrument.key, Instrument.version, Instrument.source))
    return {questionnaire_path(key, version): source for key, version, source in found}


def _cards(session: Session) -> dict[str, bytes]:
    """The cards once more, as `medvirk import-scorecard` reads them: for people, and for other tools."""
    cards = session.scalars(select(Scorecard).order_by(Scorecard.key)).all()
    return {f"cards/{card.key}.yaml": yaml_of(plan_of_card(session, card)).encode() for card in cards}


def _not_released() -> Any:
    return select(Survey.key).where(Survey.status != SurveyStatus.RELEASED).order_by(Survey.key)


def _is_synthetic(session: Session) -> bool:
    return bool(session.scalar(select(Installation.synthetic)))


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    try:
        write_folder(files, folder)
    except FileExistsError:
        raise ArchiveError(f"{folder} er ikke tom. Velg en ny mappe.") from None
    except OSError as error:
        raise ArchiveError(f"{folder} kan ikke skrives: {error.strerror}. Ingenting er skrevet.") from error
