"""Which heading means what: a column's name and its other words, and whether a column may be in Medvirk at all."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final


@dataclass(frozen=True)
class ImportColumn:
    """A column a file may have: its name, the other headings that mean the same, and whether it must be there.

    instead: columns that together say the same, so that a file may have those. yields_to: headings before which one of
    this column's synonyms gives way, when a file has both.
    """

    name: str
    synonyms: tuple[str, ...]
    required: bool = True
    instead: tuple[str, ...] = ()
    yields_to: Mapping[str, str] = field(default_factory=dict, hash=False)


_PAY: Final = re.compile(r"(?<!be)løn|^ars?lonn|^lonnsprosent$|salary|^pay$|^wages?$|^brutto$", re.IGNORECASE)


@cache
def plain(heading: str) -> str:
    """Headings compared without case, blanks, dashes, underscores, slashes, colons and full stops."""
    return re.sub(r"[\s_./:*()\-–]", "", heading).casefold()


def is_pay(heading: str) -> bool:
    """Pay may never be in a file: nobody needs it here, and everybody would worry."""
    return _PAY.search(plain(heading)) is not None


def words_of(columns: Iterable[ImportColumn]) -> dict[str, ImportColumn]:
    """Plain heading → the column it means."""
    found: dict[str, ImportColumn] = {}
    for column in columns:
        for word in (column.name, *column.synonyms):
            found.setdefault(plain(word), column)
    return found


ColumnChoices = Mapping[str, str]
"""Plain heading → column name, «» for a column that is not to be read. What somebody chose goes before the guess."""


def guess(
    headings: Sequence[str], columns: Sequence[ImportColumn], chosen: ColumnChoices | None = None
) -> list[str]:
    """The column name of each heading, «» for one that means nothing. The same column may come twice."""
    chosen = chosen or {}
    words = words_of(columns)
    present = {plain(heading) for heading in headings}
    names = {column.name for column in columns}
    guessed = []
    for heading in map(plain, headings):
        column = words.get(heading)
        if heading in chosen and chosen[heading] in {"", *names}:
            guessed.append(chosen[heading])
        elif column is None or column.yields_to.get(heading) in present:
            guessed.append("")
        else:
            guessed.append(column.name)
    return guessed
