"""Files of answers that wait to be taken in."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.answer_mapping import AnswerMapping
from surveys.files.waiting_files import WaitingFile, WaitingFiles
from surveys.instruments.sources import find_questionnaire
from surveys.platform.database import Database
from surveys.platform.typed_data import from_stored
from surveys.publishing.answer_files.mapping_file import MappingFile, as_mapping, as_stored

if TYPE_CHECKING:
    from surveys.publishing.importing_answers import ResponsesImportReport


def waiting_answers(instance: Path) -> WaitingFiles:
    return WaitingFiles(instance / "answer-files")


def mapping_said(file: WaitingFile) -> AnswerMapping | None:
    """What its columns mean; None until that is confirmed."""
    said = file.said.get("mapping")
    return as_mapping(from_stored(MappingFile, said)) if said else None


def say_mapping(files: WaitingFiles, file: WaitingFile, mapping: AnswerMapping) -> WaitingFile:
    return files.say(file, {"mapping": as_stored(mapping)})


def import_waiting(
    db: Database, file: WaitingFile, key: str, mapping: AnswerMapping, *, apply: bool
) -> "ResponsesImportReport":
    """Reads the file as its sender said, and with `apply` stores it as the survey with this key."""
    # Loads numpy, which no page that a respondent opens does.
    from surveys.publishing.importing_answers import import_responses

    source = find_questionnaire(file.said["questionnaire"])
    return import_responses(
        db,
        file.path,
        source.questionnaire,
        source.text,
        key,
        file.said["title"],
        dt.date.fromisoformat(file.said["day"]),
        mapping.unit,
        create_units=bool(file.said["create_units"]),
        apply=apply,
        mapping=mapping,
        whole=bool(file.said.get("whole")),
    )
