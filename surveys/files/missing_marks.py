"""The marks that stand in a table where there is no number: those of SSB, of other statistics, and of Excel."""

import re
from typing import Final

from surveys.platform.texts import _

_HIDDEN: Final = frozenset({":", "*", "**", "***", "skjult", "skjermet", "for få", "for få svar"})
_FEW: Final = re.compile(r"[<≤‹] ?\d{1,2}")
_DASH: Final = re.compile(r"[-–—−]")


def missing_words(text: str) -> str:
    """Why there is no number where this stands, as the source means it; «» for anything else.

    A dash is not one of them: with SSB it is a zero, elsewhere it is nothing (`is_dash`).
    """
    plain = text.strip()
    if not plain:
        return _("tom celle")
    if plain in {"..", "...", "…"}:
        return _("tallet mangler hos kilden")
    if plain.casefold() in _HIDDEN or _FEW.fullmatch(plain):
        return _("ikke offentliggjort")
    if plain == ".":
        return _("kan ikke forekomme")
    if plain.casefold().rstrip(".") in {
        "#n/a",
        "#i/t",
        "#div/0!",
        "n/a",
        "i/t",
        "na",
        "mangler",
    }:
        return _("ikke noe tall")
    return ""


def is_dash(text: str) -> bool:
    """«-», also as the longer dashes that word processors make of it."""
    return _DASH.fullmatch(text.strip()) is not None
