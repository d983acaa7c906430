"""What a draft holds: the answers of the visit that wrote last, those of earlier visits, and those locked with a word.

A visit is shown its own answers and no others. Earlier answers are delivered with the later ones, which win where both
answered; what a word has locked is delivered by a visit that has the word. Values only: encryption is in `drafts`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from surveys.respond.padding import padded, unpadded
from surveys.respond.progress import AnsweringProgress

_Value = TypeVar("_Value")

# Drafts from before there were visits begin with the high byte of a length, which is 0.
_LAYERED: Final = b"\x03"
_LENGTH_BYTES: Final = 4


@dataclass(frozen=True)
class LockedAnswers:
    """Answers encrypted with a key made of a word. `tag` is that of a visit with the word.

    `pages` tell how far she came: those that are met whatever is answered.
    """

    sealed: bytes
    tag: bytes
    salt: bytes
    pages: frozenset[int]


@dataclass(frozen=True)
class StoredAnswers:
    """The layers of one draft. `tag` is the visit that `own` belongs to; empty when it is nobody's any more."""

    own: AnsweringProgress = field(default_factory=AnsweringProgress)
    tag: bytes = b""
    earlier: AnsweringProgress = field(default_factory=AnsweringProgress)
    locked: LockedAnswers | None = None

    @property
    def readable(self) -> AnsweringProgress:
        """What needs no word: the own answers upon the earlier ones."""
        return laid_upon(self.earlier, self.own)

    def with_own(self, progress: AnsweringProgress, tag: bytes) -> "StoredAnswers":
        """This with the answers of the visit: its own replaced, or another visit's own laid with the earlier ones."""
        earlier = self.earlier if tag == self.tag else self.readable
        return replace(self, own=progress, tag=tag, earlier=_without(earlier, progress))

    def with_locked(self, locked: LockedAnswers, progress: AnsweringProgress) -> "StoredAnswers":
        """This with answers that are locked now: `progress` is what `locked` encrypts, and stands nowhere else."""
        return replace(
            self, locked=locked, own=_without(self.own, progress), earlier=_without(self.earlier, progress)
        )

    def to_bytes(self, smallest: int) -> bytes:
        """With the readable layers padded to `smallest` bytes or that doubled; what is locked was padded before."""
        locked = self.locked
        told: list[Any] = [self.own.content, self.earlier.content, self.tag.hex()]
        if locked:
            told += [locked.tag.hex(), locked.salt.hex(), sorted(locked.pages)]
        readable = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = locked.sealed if locked else b""
        return _LAYERED + len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed + padded(readable, smallest)

    @classmethod
    def from_bytes(cls, content: bytes) -> "StoredAnswers":
        """The layers that were written. Raises ValueError when a newer Medvirk wrote them."""
        if not content.startswith(_LAYERED):
            return cls(earlier=AnsweringProgress.from_bytes(unpadded(content)))
        start = len(_LAYERED) + _LENGTH_BYTES
        end = start + int.from_bytes(content[len(_LAYERED) : start], "big")
        own, earlier, tag, *word = json.loads(unpadded(content[end:]))
        locked = None
        if word:
            word_tag, salt, pages = word
            locked = LockedAnswers(
                content[start:end], bytes.fromhex(word_tag), bytes.fromhex(salt), frozenset(pages)
            )
        return cls(
            AnsweringProgress.from_content(own),
            bytes.fromhex(tag),
            AnsweringProgress.from_content(earlier),
            locked,
        )


def laid_upon(below: AnsweringProgress, above: AnsweringProgress) -> AnsweringProgress:
    """Both together; where both answered, `above` counts."""
    return AnsweringProgress(
        {**below.coded, **above.coded},
        {**below.comments, **above.comments},
        below.saved | above.saved,
        above.reminded,
    )


def _without(progress: AnsweringProgress, answered: AnsweringProgress) -> AnsweringProgress:
    """The progress without what is answered anew: a draft holds one answer to a question, and its size tells less."""
    if not progress.saved:
        return progress
    return replace(
        progress,
        coded=_less(progress.coded, answered.coded),
        comments=_less(progress.comments, answered.comments),
    )


def _less(values: Mapping[str, _Value], gone: Mapping[str, _Value]) -> dict[str, _Value]:
    return {key: value for key, value in values.items() if key not in gone}
