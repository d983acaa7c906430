"""The kinds of file that a unit's result can be had as, and how each is made and named."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from surveys.reports.keeping import KeptFiles
from surveys.reports.material.contents import UnitMaterial
from surveys.reports.material.document import as_document
from surveys.reports.material.slides import as_slides
from surveys.reports.material.workbook import as_workbook
from surveys.results.exporting import FigureRow

_LONGEST_NAME: Final = 90
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2066-\u2069]+')


class FileKind(StrEnum):
    """The value is the ending of the file's name."""

    PDF = "pdf"
    SLIDES = "pptx"
    WORKBOOK = "xlsx"


MIME_TYPES: Final = {
    FileKind.PDF: "application/pdf",
    FileKind.SLIDES: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    FileKind.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class GatheredUnit:
    """Everything that the files of a unit are made from. figures: of the workbook."""

    material: UnitMaterial
    figures: Sequence[FigureRow]


def file_of(unit: GatheredUnit, kind: FileKind, kept: KeptFiles) -> bytes:
    """The file, kept or made now. Call it in the material's own language."""
    return kept.get(asdict(unit), unit.material.language, kind, lambda: _made(unit, kind))


def _made(unit: GatheredUnit, kind: FileKind) -> bytes:
    match kind:
        case FileKind.PDF:
            return as_document(unit.material)
        case FileKind.SLIDES:
            return as_slides(unit.material)
        case FileKind.WORKBOOK:
            return as_workbook(unit.material, unit.figures)


def file_name(material: UnitMaterial) -> str:
    """«OK1 Fjordvik skole – Medarbeiderundersøkelsen 2024», without an ending."""
    return f"{unit_file_name(material)} – {_clean(material.survey_title)[:60].strip()}"


def unit_file_name(material: UnitMaterial) -> str:
    """«OK1 Fjordvik skole»: a name that every system can store, with the Norwegian letters in it."""
    return _clean(f"{material.unit_code} {material.unit_name}")[:_LONGEST_NAME].rstrip(" .")


def _clean(text: str) -> str:
    return " ".join(_NOT_IN_NAMES.sub(" ", text).split()).strip(" .")
