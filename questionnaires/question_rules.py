"""Rules about the questions of many kinds: which fields a kind needs and takes, and what they may hold."""

from collections.abc import Iterator, Mapping
from typing import Final

from questionnaires.codes import LARGEST_WIDE_VALUE
from questionnaires.draft import DefinitionFinding, DefinitionPath, DraftDefinition, Raw, mapping
from questionnaires.handling import NONE_VALUE, NOT_APPLICABLE_VALUE, Handler
from questionnaires.kinds import HANDLERS

EVERY_KIND_TAKES: Final = frozenset({"key", "kind", "text", "help", "pictogram", "when"})
LAST_YEAR_OF_A_MONTH: Final = LARGEST_WIDE_VALUE // 12 - 1
TAKEN_OPTIONS: Final = frozenset({NOT_APPLICABLE_VALUE, NONE_VALUE})

_HANDLER_OF: Final[Mapping[str, Handler]] = {str(kind): handler for kind, handler in HANDLERS.items()}


def question_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    for steps, question in draft.listed("questions"):
        kind = question.get("kind")
        handler = _HANDLER_OF.get(kind) if isinstance(kind, str) else None
        if handler is None:
            continue
        yield from _field_findings(steps, question, handler)
        yield from _option_findings(steps, question)
        yield from _range_findings(steps, question)


def _field_findings(steps: DefinitionPath, question: Raw, handler: Handler) -> Iterator[DefinitionFinding]:
    kind = question["kind"]
    for name in sorted(handler.needs - question.keys()):
        yield DefinitionFinding(
            (*steps, name), f"Feltet «{name}» mangler. Spørsmål av typen «{kind}» trenger det."
        )
    for name in question:
        if name not in EVERY_KIND_TAKES | handler.needs | handler.takes and name in _KIND_FIELDS:
            yield DefinitionFinding(
                (*steps, name), f"Feltet «{name}» hører ikke til typen «{kind}». Ta det bort."
            )


# A field no kind has is the schema's to report.
_KIND_FIELDS: Final = frozenset().union(*(handler.needs | handler.takes for handler in HANDLERS.values()))


def _option_findings(steps: DefinitionPath, question: Raw) -> Iterator[DefinitionFinding]:
    for key in mapping(question.get("options")):
        if key in TAKEN_OPTIONS:
            message = (
                f"Svaret kan ikke hete «{key}». Ordet er opptatt; bruk feltet none eller not_applicable, "
                "eller et annet navn."
            )
            yield DefinitionFinding((*steps, "options", key), message)


def _range_findings(steps: DefinitionPath, question: Raw) -> Iterator[DefinitionFinding]:
    first, last = question.get("minimum"), question.get("maximum")
    if not isinstance(first, int) or not isinstance(last, int):
        return
    if first > last:
        message = f"Den minste verdien, {first}, er større enn den største, {last}. Bytt dem om."
        yield DefinitionFinding((*steps, "minimum"), message)
    if question.get("kind") == "month" and last > LAST_YEAR_OF_A_MONTH:
        message = f"For en måned er maximum et årstall, høyst {LAST_YEAR_OF_A_MONTH}."
        yield DefinitionFinding((*steps, "maximum"), message)
