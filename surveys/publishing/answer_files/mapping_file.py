"""How a file of answers is to be understood, as a YAML file (`--map`) and as what is remembered of a source."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from analysis.answer_mapping import AnswerMapping, LabelChoice, LongColumns
from questionnaires.faults import DefinitionError
from questionnaires.source import read_document
from surveys.platform.typed_data import FileDataError, NoOtherFields, from_file


@dataclass(frozen=True)
class LongPart(NoOtherFields):
    """The columns of a file with one row for each answer."""

    respondent: str
    question: str
    answer: str


@dataclass(frozen=True)
class MappingFile(NoOtherFields):
    """The fields of the file. Everything may be left out.

    columns: heading → key of a question, «» for a column that is not to be read. unit: the heading of the units.
    weight: the heading of how much each answer counts. missing: codes that are no answer.
    not_applicable: words for «not applicable». answers: word → value.
    headings: the line of the headings. descriptions: lines that are no answers.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    missing: tuple[int | str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    answers: Mapping[str, int] = field(default_factory=dict)
    headings: int | None = None
    descriptions: tuple[int, ...] = ()
    long: LongPart | None = None
    labels: Literal["ask", "follow", "numbers"] = "ask"
    weight: str = ""


def mapping_from_yaml(content: bytes, name: str) -> AnswerMapping:
    """Raises FileDataError with every fault."""
    try:
        document = read_document(content, name)
    except DefinitionError as error:
        raise FileDataError([str(fault) for fault in error.faults]) from None
    if document.faults:
        raise FileDataError([str(fault) for fault in document.faults])
    return as_mapping(from_file(MappingFile, document.value))


def as_mapping(said: MappingFile) -> AnswerMapping:
    """The file's fields as the value that the reader takes."""
    return AnswerMapping(
        dict(said.columns),
        said.unit,
        frozenset(map(str, said.missing)),
        frozenset(said.not_applicable),
        dict(said.answers),
        said.headings,
        frozenset(said.descriptions),
        LongColumns(**asdict(said.long)) if said.long else None,
        LabelChoice(said.labels),
        said.weight,
    )


def as_stored(mapping: AnswerMapping) -> dict[str, Any]:
    """The mapping as the fields of a `MappingFile`, for a JSON column."""
    return {
        "columns": dict(mapping.columns),
        "unit": mapping.unit,
        "missing": sorted(mapping.missing),
        "not_applicable": sorted(mapping.not_applicable),
        "answers": dict(mapping.answers),
        "headings": mapping.heading_line,
        "descriptions": sorted(mapping.description_lines),
        "long": asdict(mapping.long) if mapping.long else None,
        "labels": mapping.labels.value,
        "weight": mapping.weight,
    }
