"""What is wrong with a text that others will read: in a plan, a reply, a meeting, a report or on a poster."""

from collections.abc import Mapping
from typing import Final

from analysis.personal_numbers import has_personal_number
from surveys.platform.texts import _

MOST_CHARACTERS: Final = 300
"""In a text, where nothing else is said. Line breaks count as one."""


def written(text: str) -> str:
    """Browsers count a line break as one character and send two."""
    return text.replace("\r\n", "\n").strip()


def text_fault(name: str, text: str, most: int = MOST_CHARACTERS) -> str:
    """name: what the text is called, in words. «» when nothing is wrong."""
    if len(text) > most:
        return _(
            "%(name)s kan ha høyst %(most)s tegn. Du har skrevet %(number)s.",
            name=name,
            most=most,
            number=len(text),
        )
    return number_fault(name, text)


def number_fault(name: str, text: str) -> str:
    """A national identity number in a text that others will read; «» when there is none."""
    if has_personal_number(text):
        return _("%(name)s har et fødselsnummer eller D-nummer. Ta det bort.", name=name)
    return ""


def named_numbers(texts: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Field → (what it is called, its text): a fault for each field with a national identity number."""
    return [(field, fault) for field, named in texts.items() if (fault := number_fault(*named))]
