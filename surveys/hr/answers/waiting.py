"""Files of answers that wait to be taken in."""

from pathlib import Path

from analysis.answer_mapping import AnswerMapping
from surveys.files.waiting_files import WaitingFile, WaitingFiles
from surveys.platform.typed_data import from_stored
from surveys.publishing.answer_files.mapping_file import MappingFile, as_mapping, as_stored


def waiting_answers(instance: Path) -> WaitingFiles:
    return WaitingFiles(instance / "answer-files")


def mapping_said(file: WaitingFile) -> AnswerMapping | None:
    """What its columns mean; None until that is confirmed."""
    said = file.said.get("mapping")
    return as_mapping(from_stored(MappingFile, said)) if said else None


def say_mapping(files: WaitingFiles, file: WaitingFile, mapping: AnswerMapping) -> WaitingFile:
    return files.say(file, {"mapping": as_stored(mapping)})
