"""Check a questionnaire file: every fault at once, each with its place.

The schema says what shape a file has (`shape`), the rules what must agree between two places of it (`wording`,
`reading_level`, `structure`, `question_rules`, `route_rules`). A file that cannot be read, or is written in a newer
format, gives that one fault.
"""

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final

from questionnaires.draft import DefinitionFinding, DraftDefinition, mapping
from questionnaires.faults import DefinitionError, DefinitionFault, path_text
from questionnaires.files import available
from questionnaires.item_wording import item_wording_findings
from questionnaires.question_rules import question_findings
from questionnaires.reading_level import reading_findings
from questionnaires.route_rules import route_findings
from questionnaires.shape import shape_findings
from questionnaires.source import SourceDocument, read_bytes, read_document
from questionnaires.structure import (
    comparison_findings,
    factor_findings,
    key_findings,
    page_findings,
    report_findings,
    scale_findings,
)
from questionnaires.wording import wording_findings

NEWEST_FORMAT: Final = 1

_RULES: Final = (
    wording_findings,
    reading_findings,
    key_findings,
    scale_findings,
    factor_findings,
    question_findings,
    page_findings,
    route_findings,
    report_findings,
    comparison_findings,
)

_RULES_OF_LIVING_FILES: Final = (item_wording_findings,)
"""What is worth mending. A version that a newer one has replaced is never changed, so nothing is said of it."""


def check(source: Path | bytes, place: str | None = None) -> list[DefinitionFault]:
    """Every fault of a file, or of its bytes, in the order of the file; empty when nothing is wrong.

    `place` names the file in the faults; by default its path.
    """
    name = place or (str(source) if isinstance(source, Path) else "spørreskjema")
    try:
        content = read_bytes(source) if isinstance(source, Path) else source
        document = read_document(content, name)
    except DefinitionError as error:
        return list(error.faults)
    return document_faults(document, name)


def document_faults(document: SourceDocument, place: str) -> list[DefinitionFault]:
    """Every fault of a file that could be read, in the order of the file."""
    found = [
        DefinitionFault(
            place, path_text(finding.steps), finding.message, finding.severity, document.line(finding.steps)
        )
        for finding in dict.fromkeys(_findings(document.value, place))
    ]
    return sorted([*document.faults, *found], key=lambda fault: (fault.line or 0, fault.path))


def _findings(value: object, place: str) -> Iterator[DefinitionFinding]:
    draft = DraftDefinition(mapping(value))
    written_in = draft.raw.get("format")
    if isinstance(written_in, int) and written_in > NEWEST_FORMAT:
        message = (
            f"Filen er skrevet i format {written_in}, men dette programmet kjenner bare til format "
            f"{NEWEST_FORMAT}. Oppdater Medvirk."
        )
        yield DefinitionFinding(("format",), message)
        return
    yield from shape_findings(value)
    for rule in _RULES:
        yield from rule(draft)
    if not _is_replaced(PurePath(place)):
        for rule in _RULES_OF_LIVING_FILES:
            yield from rule(draft)
    yield from _place_findings(draft, PurePath(place))


def _is_replaced(path: PurePath) -> bool:
    """Whether the file is a built-in version with a newer one beside it."""
    if "definitions" not in path.parts:
        return False
    others = [other for other in available() if other.parent == Path(path).resolve().parent]
    return bool(others) and others[-1].name != path.name


def _place_findings(draft: DraftDefinition, path: PurePath) -> Iterator[DefinitionFinding]:
    """A file under definitions/ must lie where its key and version say: that is how it is found again."""
    if "definitions" not in path.parts[:-1]:
        return
    key, version = draft.raw.get("key"), draft.raw.get("version")
    if not isinstance(key, str) or not isinstance(version, int):
        return
    start = len(path.parts) - path.parts[::-1].index("definitions")
    expected = (key, f"v{version}.yaml")
    if path.parts[start:] != expected:
        message = (
            f"Filen skal ligge i definitions/{'/'.join(expected)}. Flytt den, eller rett key og version."
        )
        yield DefinitionFinding(("key",), message)
