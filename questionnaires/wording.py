"""Rules about the texts: every language, no markup, tidy spaces, short enough for a phone."""

import re
from collections.abc import Iterator
from typing import Final

from questionnaires.draft import DefinitionFinding, DefinitionPath, DraftDefinition, Raw

# Characters, by what the text is: as much as a phone of 320 px shows in 18 px type without being a wall of text.
LONGEST_ITEM: Final = 220  # about five lines
LONGEST_BLOCK: Final = 600  # an introduction or a block to read: about fourteen lines
LONGEST_HELP: Final = 300
LONGEST_HEADING: Final = 80  # two lines of a heading
LONGEST_LABEL: Final = 90  # two or three lines beside a radio button

_MARKUP: Final = re.compile(r"</?[A-Za-z!][^>]*>|&(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]+);")
_LOOSE_SPACE: Final = re.compile(r"[ \u00a0]{2,}|\t")


def wording_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    for steps, text in draft.texts():
        yield from _language_findings(steps, set(text), draft.languages)
        for language, wording in text.items():
            if isinstance(wording, str):
                yield from _wording_findings((*steps, language), wording)
        if limit := _longest(draft, steps):
            yield from _length_findings(steps, text, limit)


def _language_findings(
    steps: DefinitionPath, present: set[str], languages: list[str]
) -> Iterator[DefinitionFinding]:
    if not languages:  # the schema asks for the list; without it nothing can be missing
        return
    for language in languages:
        if language not in present:
            message = f"Teksten mangler på «{language}». Skriv den, eller ta «{language}» ut av languages."
            yield DefinitionFinding((*steps, language), message)
    for language in sorted(present.difference(languages)):
        message = f"Språket «{language}» står ikke i languages. Legg det til der, eller ta bort teksten."
        yield DefinitionFinding((*steps, language), message)


def _wording_findings(steps: DefinitionPath, wording: str) -> Iterator[DefinitionFinding]:
    if markup := _MARKUP.search(wording):
        yield DefinitionFinding(steps, f"Teksten inneholder HTML («{markup[0][:40]}»). Skriv ren tekst.")
    if wording.strip() and wording != wording.strip():
        yield DefinitionFinding(
            steps, "Teksten begynner eller slutter med mellomrom. Ta det bort.", "warning"
        )
    if _LOOSE_SPACE.search(wording.strip()):
        yield DefinitionFinding(
            steps, "Teksten har doble mellomrom eller tabulator. Bruk ett mellomrom.", "warning"
        )


def _longest(draft: DraftDefinition, steps: DefinitionPath) -> tuple[str, int] | None:
    """What the text is called and how long it may be; None where length does not matter."""
    name = next(step for step in reversed(steps) if isinstance(step, str))
    if "points" in steps or "options" in steps or name in ("not_applicable", "none", "low", "high", "unit"):
        return "Svaret", LONGEST_LABEL
    if name == "intro" or (name == "text" and _is_information(draft, steps)):
        return "Teksten", LONGEST_BLOCK
    if name == "text":
        return ("Påstanden" if steps[0] == "factors" else "Spørsmålet"), LONGEST_ITEM
    if name == "help":
        return "Hjelpeteksten", LONGEST_HELP
    if name == "heading" or steps == ("title",):
        return "Overskriften", LONGEST_HEADING
    return None


def _is_information(draft: DraftDefinition, steps: DefinitionPath) -> bool:
    listed = dict(draft.listed("questions"))
    return listed.get(steps[:2], {}).get("kind") == "information"


def _length_findings(steps: DefinitionPath, text: Raw, limit: tuple[str, int]) -> Iterator[DefinitionFinding]:
    what, longest = limit
    for language, wording in text.items():
        if isinstance(wording, str) and len(wording) > longest:
            message = (
                f"{what} er på {len(wording)} tegn. Over {longest} blir det tungt å lese på telefon. "
                "Kort ned."
            )
            yield DefinitionFinding((*steps, language), message, "warning")
