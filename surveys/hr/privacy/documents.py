"""A document that the municipality prints or takes out, and finishes: headings with questions and answers."""

import csv
import io
from dataclasses import dataclass

from surveys.files.escaping import safe_cell
from surveys.platform.texts import _


@dataclass(frozen=True)
class DocumentLine:
    """What is asked, and what Medvirk knows. is_open: the municipality answers, and `answer` is only advice."""

    question: str
    answer: str
    is_open: bool = False


@dataclass(frozen=True)
class DocumentSection:
    heading: str
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True)
class PrivacyDocument:
    title: str
    lead: str
    sections: tuple[DocumentSection, ...]

    @property
    def open_lines(self) -> int:
        return sum(line.is_open for section in self.sections for line in section.lines)


def known(question: str, answer: str) -> DocumentLine:
    return DocumentLine(question, answer)


def to_fill_in(question: str, advice: str = "") -> DocumentLine:
    """A field of the municipality's own."""
    return DocumentLine(question, advice, is_open=True)


def document_csv(document: PrivacyDocument) -> bytes:
    """A row for each line: semicolon, UTF-8 with BOM, CRLF; formulas are escaped."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Del"), _("Spørsmål"), _("Svar"), _("Kommunen fyller ut")])
    for section in document.sections:
        for line in section.lines:
            mark = _("ja") if line.is_open else ""
            writer.writerow([safe_cell(cell) for cell in (section.heading, line.question, line.answer, mark)])
    return text.getvalue().encode("utf-8-sig")
