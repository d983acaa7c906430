"""The mechanical part of docs/wording.md: words our texts do not use, in the catalogues and the newest questionnaires.

A rule is a pattern that is always wrong in its language. What needs a reader's eye is in the document alone.

python -m translations.wording
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from questionnaires.draft import DraftDefinition, mapping
from questionnaires.loading import available
from questionnaires.source import read_document
from surveys.platform.localisation import DEFAULT_LANGUAGE
from translations.catalogues import LANGUAGES, MESSAGES, RESPONDENT, catalogue_of, in_code, stored


@dataclass(frozen=True)
class WordRule:
    """Words that are not used, and what is written instead. `only`: the catalogue it holds for; None: all texts."""

    language: str
    words: re.Pattern[str]
    instead: str
    only: str | None = None


@dataclass(frozen=True)
class WordFault:
    """A word that is not used, in a text of a catalogue or a file."""

    where: str
    language: str
    word: str
    instead: str
    text: str


def _rule(language: str, words: str, instead: str, only: str | None = None) -> WordRule:
    return WordRule(language, re.compile(rf"\b(?:{words})\b", re.IGNORECASE), instead, only)


RULES: Final = (
    _rule("nb", r"(?:denne|samme|annen) enhet(?:en)?|enheten din|(?:fra|på) enheten|enhetens", "mobilen eller PC-en",
          only=RESPONDENT),
    _rule("nb", r"nettleserlogg\w*|nettleserens logg", "nettleserhistorikken"),
    _rule("nb", r"svarer(?:en|ne)|samme svarer", "den som svarer, de som skal svare"),
    _rule("nb", r"skann ruten", "skann QR-koden"),
    _rule("nb", r"halvferdig skrevet", "ingenting er lagret halvveis"),
    _rule("nb", r"tjeneren|\w*webtjener\w*", "serveren"),
    WordRule("nb", re.compile(r"^(?!.*\d\d\.\d\d\.\d{4}).*20\d\d-\d\d-\d\d"), "20.03.2026"),
    _rule("nn", r"tar", "tek"),
    _rule("nn", r"tatt", "teke, teken eller tekne"),
    _rule("nn", r"\w*begynn\w*|\w*begynt\w*", "byrje, byrjar, byrja"),
    _rule("nn", r"òg", "også"),
    _rule("nn", r"difor", "derfor"),
    _rule("nn", r"lenkj\w+", "lenke, lenka"),
    _rule("nn", r"nærmare", "nærare"),
    _rule("nn", r"vevten\w+|\w*tenaren", "server"),
    _rule("nn", r"henne", "ho"),
    _rule("nn", r"vart", "blei"),
    _rule("nn", r"hvis|viss", "dersom"),
    _rule("nn", r"bruker", "brukar"),
    _rule("nn", r"åleine", "aleine"),
    _rule("nn", r"medan", "mens"),
    _rule("nn", r"(?:kjenner?|kjenner de|dykk|kjennast|vere|står|finnast|spørsmål|teikn|dagar|personen) att", "igjen"),
    _rule("nn", r"svararen|svararane|same svarar", "den som svarer, dei som skal svare"),
    _rule("nn", r"har svara", "har svart"),
    # Two statements have «kome», and a spelling alone makes no new version of a questionnaire.
    _rule("nn", r"kome|førekome", "komme, førekomme", only=MESSAGES),
    _rule("nn", r"kome|førekome", "komme, førekomme", only=RESPONDENT),
    WordRule("en", re.compile("[«»]"), "“ ”"),
    _rule("en", r"per cent", "percent"),
    _rule("en", r"personal numbers?", "national identity number"),
    _rule("en", r"leaders?", "manager"),
    _rule("en", r"e-mails?", "email"),
    _rule("en", r"deliver(?:ed|ing)? (?:your|the|their) answers?", "submit"),
    _rule("en", r"half[- ](?:saved|written)", "nothing has been saved only in part"),
)  # fmt: skip


def faults(texts: Iterable[tuple[str, str, str | None, str]]) -> Iterator[WordFault]:
    """The faults in (where, language, catalogue or None, text)."""
    for where, language, catalogue, text in texts:
        for rule in RULES:
            if (
                rule.language == language
                and rule.only in (None, catalogue)
                and (found := rule.words.search(text))
            ):
                yield WordFault(where, language, found[0], rule.instead, text)


def our_texts() -> Iterator[tuple[str, str, str | None, str]]:
    yield from _sources()
    yield from _translations()
    yield from _questionnaires()


def _sources() -> Iterator[tuple[str, str, str, str]]:
    for message in in_code():
        for text in _forms(message.id):
            yield message.locations[0][0], DEFAULT_LANGUAGE, catalogue_of(message), text


def _translations() -> Iterator[tuple[str, str, str, str]]:
    for language in LANGUAGES:
        for domain in (MESSAGES, RESPONDENT):
            for message in stored(language, domain):
                if message.id:
                    for text in _forms(message.string):
                        yield f"translations/{language}/{domain}.po", language, domain, text


def _questionnaires() -> Iterator[tuple[str, str, None, str]]:
    """The newest version of each: an older one is in use, and is never changed."""
    newest = {path.parent.name: path for path in available()}
    for path in newest.values():
        where = f"{path.parent.name}/{path.name}"
        draft = DraftDefinition(mapping(read_document(path.read_bytes(), where).value))
        for _steps, text in draft.texts():
            for language, wording in text.items():
                yield where, language, None, str(wording)


def _forms(text: object) -> tuple[str, ...]:
    """A text, or its forms by number."""
    if isinstance(text, (list, tuple)):
        return tuple(str(one) for one in text if one)
    return (str(text),) if text else ()


def main() -> int:
    found = list(dict.fromkeys(faults(our_texts())))
    for fault in found:
        sys.stderr.write(
            f"{fault.where}: {fault.language}: «{fault.word}» → «{fault.instead}» (docs/wording.md): {fault.text}\n"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
