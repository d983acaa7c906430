"""Rules about the texts: every language, no markup, tidy spaces, short enough for a phone."""

import re
from collections.abc import Iterator
from typing import Final

from questionnaires.draft import Draft, Finding, Steps

LONGEST_ITEM: Final = 220  # characters: about five lines of 18 px text on a 320 px screen

_MARKUP: Final = re.compile(r"</?[A-Za-z!][^>]*>|&(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]+);")
_LOOSE_SPACE: Final = re.compile(r"[ \u00a0]{2,}|\t")


def wording_findings(draft: Draft) -> Iterator[Finding]:
    for steps, text in draft.texts():
        yield from _language_findings(steps, set(text), draft.languages)
        for language, wording in text.items():
            if isinstance(wording, str):
                yield from _wording_findings((*steps, language), wording)
    for steps, item in draft.items():
        yield from _length_findings((*steps, "text"), item.get("text"))


def _language_findings(steps: Steps, present: set[str], languages: list[str]) -> Iterator[Finding]:
    if not languages:  # the schema asks for the list; without it nothing can be missing
        return
    for language in languages:
        if language not in present:
            message = f"Teksten mangler på «{language}». Skriv den, eller ta «{language}» ut av languages."
            yield Finding((*steps, language), message)
    for language in sorted(present.difference(languages)):
        message = f"Språket «{language}» står ikke i languages. Legg det til der, eller ta bort teksten."
        yield Finding((*steps, language), message)


def _wording_findings(steps: Steps, wording: str) -> Iterator[Finding]:
    if markup := _MARKUP.search(wording):
        yield Finding(steps, f"Teksten inneholder HTML («{markup[0][:40]}»). Skriv ren tekst.")
    if wording.strip() and wording != wording.strip():
        yield Finding(steps, "Teksten begynner eller slutter med mellomrom. Ta det bort.", "warning")
    if _LOOSE_SPACE.search(wording.strip()):
        yield Finding(steps, "Teksten har doble mellomrom eller tabulator. Bruk ett mellomrom.", "warning")


def _length_findings(steps: Steps, text: object) -> Iterator[Finding]:
    if not isinstance(text, dict):
        return
    for language, wording in text.items():
        if isinstance(wording, str) and len(wording) > LONGEST_ITEM:
            message = (
                f"Påstanden er på {len(wording)} tegn. Over {LONGEST_ITEM} blir den tung å lese på telefon. "
                "Kort den ned."
            )
            yield Finding((*steps, language), message, "warning")
