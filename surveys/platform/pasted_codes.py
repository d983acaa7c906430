"""A code among what was pasted where it is to be typed: a link, an address, a line of a letter, a whole mail.

Mail programs break long addresses, so a code may have a line break, a mark of quoting or an invisible character in it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

LONGEST_PASTED: Final = 4000  # characters: a whole invitation
_TYPED: Final = 60  # characters of what somebody may have typed, and not pasted

_BETWEEN: Final = r"(?:=\r?\n|[\s>\-\u00ad\u200b\u2010-\u2014])"
_ADDRESS: Final = r"svar/\s*"


def pasted_code(text: str, length: int, read: Callable[[str], str | None]) -> str | None:
    """The first code in the text: `read` says which code a piece of it is, or None. Codes are in groups of four.

    What follows «svar/» comes first, then what is written in groups, then in one word, then what was typed otherwise.
    """
    text = text[:LONGEST_PASTED]
    return next((code for piece in _pieces(text, length) if (code := read(piece)) is not None), None)


def _pieces(text: str, length: int) -> Iterator[str]:
    in_any_way = rf"[0-9A-Za-z](?:{_BETWEEN}*[0-9A-Za-z]){{{length - 1}}}"
    in_groups = rf"[0-9A-Za-z]{{4}}(?:{_BETWEEN}+[0-9A-Za-z]{{4}}){{{length // 4 - 1}}}"
    yield from _found(_ADDRESS, in_any_way, text)
    yield from _found("", in_groups, text)
    yield from _found("", rf"[0-9A-Za-z]{{{length}}}", text)
    if len(text) <= _TYPED:
        yield from _found("", in_any_way, text)


def _found(before: str, piece: str, text: str) -> Iterator[str]:
    """Pieces that are no part of a longer word; they may overlap."""
    pattern = rf"{before}(?<![0-9A-Za-z])(?=({piece})(?![0-9A-Za-z]))"
    for found in re.finditer(pattern, text, re.IGNORECASE):
        yield re.sub(r"[^0-9A-Za-z]", "", found[1])
