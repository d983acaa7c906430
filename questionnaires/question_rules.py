"""Rules about the questions of many kinds: which fields a kind needs and takes, and what they may hold."""

from collections.abc import Iterator
from typing import Final

from questionnaires.draft import DefinitionFinding, DefinitionPath, DraftDefinition, Raw, mapping
from questionnaires.handling import NONE_VALUE, NOT_APPLICABLE_VALUE, Handler
from questionnaires.kinds import HANDLERS, handler_named

EVERY_KIND_TAKES: Final = frozenset({"key", "kind", "text", "help", "pictogram", "when"})
TAKEN_OPTIONS: Final = frozenset({NOT_APPLICABLE_VALUE, NONE_VALUE})


def question_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    for steps, question in draft.listed("questions"):
        handler = handler_named(question.get("kind"))
        if handler is None:
            continue
        yield from _field_findings(steps, question, handler)
        yield from _option_findings(steps, question)
        yield from _range_findings(steps, question, handler)


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


def _range_findings(steps: DefinitionPath, question: Raw, handler: Handler) -> Iterator[DefinitionFinding]:
    first, last = question.get("minimum"), question.get("maximum")
    if not isinstance(first, int) or not isinstance(last, int):
        return
    if first > last:
        message = f"Den minste verdien, {first}, er større enn den største, {last}. Bytt dem om."
        yield DefinitionFinding((*steps, "minimum"), message)
    kind = question["kind"]
    if first < handler.smallest:
        message = f"For typen «{kind}» er minimum minst {handler.smallest}."
        yield DefinitionFinding((*steps, "minimum"), message)
    if last > handler.largest:
        message = f"For typen «{kind}» er maximum høyst {handler.largest}."
        yield DefinitionFinding((*steps, "maximum"), message)
