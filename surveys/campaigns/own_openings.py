"""HR's own opening paragraph of a mail: which places in it are filled, and what is wrong with one that cannot be."""

import re
from collections.abc import Mapping
from typing import Final

from surveys.platform.localisation import listed
from surveys.platform.texts import _

PLACEHOLDERS: Final[Mapping[str, str]] = {
    "municipality": "kommune",
    "title": "tittel",
    "deadline": "frist",
    "minutes": "minutter",
}
"""What is filled in → the word HR writes in braces."""

LONGEST_OPENING: Final = 1000

_PLACE: Final = re.compile(r"\{([^{}]*)\}")


def filled(opening: str, values: Mapping[str, str]) -> str:
    """The paragraph with its places filled. `values`: the word in braces → what stands there."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), opening)


def fault_in(opening: str) -> str:
    """What to mend, in a sentence; empty when the paragraph can be used."""
    if len(opening) > LONGEST_OPENING:
        return _("Kort ned teksten til %(most)s tegn.", most=LONGEST_OPENING)
    unknown = [name for name in _PLACE.findall(opening) if name not in PLACEHOLDERS.values()]
    if unknown:
        return _(
            "Vi kjenner ikke {%(name)s}. Bruk %(known)s.",
            name=unknown[0],
            known=listed([f"{{{name}}}" for name in PLACEHOLDERS.values()]),
        )
    if re.search(r"[{}]", _PLACE.sub("", opening)):
        return _("En krøllparentes mangler makker. Skriv for eksempel {tittel}.")
    return ""
