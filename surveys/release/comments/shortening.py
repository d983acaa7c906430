"""Taking words out of a comment: what is left must be the writer's own words, in the writer's order."""

import re
from collections.abc import Sequence
from typing import Final

from surveys.platform.texts import _

TAKEN_OUT: Final = "[…]"

_PIECE: Final = re.compile(r"\[(?:…|\.\.\.)\]|\w+|[^\w\s]")
_MARKS: Final = (TAKEN_OUT, "[...]")


class NotShortenedError(Exception):
    """The new text has words that the comment has not, has all of its words, or has none."""


def shortened(text: str, wanted: str) -> str:
    """The comment without the words that are gone from `wanted`; «[…]» stands where they stood.

    Whoever shortens just deletes words (or writes «[…]» for them): spaces and the marks are put right here.
    Raises NotShortenedError when `wanted` has a word that is not in the comment at that place, or changes nothing.

    >>> shortened("Det var Kari på nattevakt som ropte.", "Det var som ropte.")
    'Det var […] som ropte.'
    >>> shortened("Det var Kari som ropte.", "Det var Ola som ropte.")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    surveys...NotShortenedError: «Ola» står ikke i kommentaren på det stedet. Du kan bare ta ut ord.
    """
    pieces = list(_PIECE.finditer(text))
    left = [piece for piece in _PIECE.findall(wanted) if piece not in _MARKS]
    kept = _kept([piece[0] for piece in pieces], left)
    if not any(keep and piece[0].isalnum() for keep, piece in zip(kept, pieces, strict=True)):
        raise NotShortenedError(_("Ingen ord står igjen. Velg «Ikke vis» i stedet."))
    result = _joined(text, pieces, kept)
    if result == text:
        raise NotShortenedError(_("Ingen ord er tatt ut. Slett det som ikke skal vises, og prøv igjen."))
    return result


def _kept(pieces: Sequence[str], left: Sequence[str]) -> list[bool]:
    """Per piece of the comment, whether it is left. Equal beginnings and ends first, then the first place that fits."""
    first = 0
    while first < min(len(pieces), len(left)) and pieces[first] == left[first]:
        first += 1
    last = 0
    while last < min(len(pieces), len(left)) - first and pieces[-1 - last] == left[-1 - last]:
        last += 1
    middle, wanted = pieces[first : len(pieces) - last], iter(left[first : len(left) - last])
    found, looking_for = [], next(wanted, None)
    for piece in middle:
        found.append(piece == looking_for)
        if found[-1]:
            looking_for = next(wanted, None)
    if looking_for is not None:
        raise NotShortenedError(
            _("«%(word)s» står ikke i kommentaren på det stedet. Du kan bare ta ut ord.", word=looking_for)
        )
    return [True] * first + found + [True] * last


def _joined(text: str, pieces: Sequence[re.Match[str]], kept: Sequence[bool]) -> str:
    """The text with one mark for each stretch of pieces that is taken out; marks side by side become one."""
    parts: list[str] = []
    place = 0
    for number, (piece, keep) in enumerate(zip(pieces, kept, strict=True)):
        gone = not keep or piece[0] == TAKEN_OUT
        begins = gone and (number == 0 or kept[number - 1]) and parts[-1:] != [TAKEN_OUT]
        if not gone:
            parts += [text[place : piece.start()], piece[0]]
        elif begins:
            parts += [text[place : piece.start()], TAKEN_OUT]
        place = piece.end()
    return "".join(parts).strip()
