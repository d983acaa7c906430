"""What the votes of a room come to. Pure: no count leaves it, only who had most, or one of three words.

A count would tell what everybody voted when all voted alike, and two counts, subtracted, what one person did.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

MOST_TIED: Final = 3
"""With more that share the first place nothing is told: that everybody voted differently is nearly every vote."""

POINTS: Final = (1, 2, 3, 4, 5)
"""«Merker du forskjell?»: from much worse to much better; 3 is as before."""


class NoticedChange(StrEnum):
    """The mean of the answers in one of three words, none of which can be had only when all answered alike."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


def most_voted(votes: Collection[str]) -> tuple[str, ...]:
    """Those with most votes, in order of their keys; nothing when more than three share it."""
    counts = Counter(votes)
    most = max(counts.values(), default=0)
    first = sorted(key for key, count in counts.items() if count == most)
    return tuple(first) if len(first) <= MOST_TIED else ()


def noticed(answers: Sequence[int]) -> NoticedChange:
    """answers: of `POINTS`, at least one."""
    mean = sum(answers) / len(answers)
    if mean >= 3.5:
        return NoticedChange.BETTER
    return NoticedChange.WORSE if mean <= 2.5 else NoticedChange.SAME
