"""What a draft holds: the answers of the visit that wrote last, those of earlier visits, and those a word locks.

A visit is shown its own answers and no others, unless it was given the word. All of them are delivered together; where
a question was answered more than once, what the visit is shown counts, else what was answered last. Values only:
encryption is in `drafts`.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from surveys.respond.padding import padded, unpadded
from surveys.respond.progress import AnsweringProgress
from surveys.respond.words import ChosenWord

_Value = TypeVar("_Value")

# Drafts from before there were visits begin with the high byte of a length, which is 0.
_LAYERED: Final = b"\x03"
_NOBODY: Final = b""
_NOTHING: Final = AnsweringProgress()


@dataclass(frozen=True)
class StoredAnswers:
    """The layers of one draft. Tags are those of visits; an empty one is nobody's.

    own: the answers of the visit with `tag`, the last that wrote without the word.
    earlier: the answers of visits before that. Nobody is shown them.
    locked: what `word` locks; the visit with the tag `opened_by` was given the word.

    An answer in `earlier` or `own` is never older than one to the same question in `locked`.
    """

    own: AnsweringProgress = field(default_factory=AnsweringProgress)
    tag: bytes = _NOBODY
    earlier: AnsweringProgress = field(default_factory=AnsweringProgress)
    word: ChosenWord | None = None
    locked: AnsweringProgress = field(default_factory=AnsweringProgress)
    opened_by: bytes = _NOBODY

    def shown_to(self, tag: bytes) -> AnsweringProgress | None:
        """What the visit with this tag is shown; None when nothing here is its own."""
        if self.opened_by == tag:
            return self.locked
        return self.own if self.tag == tag else None

    def pages_hidden_from(self, tag: bytes) -> frozenset[int]:
        """The pages that were saved in what the visit is not shown."""
        hidden = self.earlier.saved
        if self.tag != tag or self.opened_by == tag:
            hidden |= self.own.saved
        return hidden if self.opened_by == tag else hidden | self.locked.saved

    def delivered_by(self, tag: bytes) -> AnsweringProgress:
        """All answers together, as the visit with this tag delivers them."""
        layers = (self.locked, self.earlier, self.own)
        if self.opened_by == tag:
            layers = (self.earlier, self.own, self.locked)
        below, between, above = layers
        return laid_upon(laid_upon(below, between), above)

    def saved_by(
        self, tag: bytes, progress: AnsweringProgress, taken_back: frozenset[str] = frozenset()
    ) -> "StoredAnswers":
        """This when the answers of the visit with this tag have become `progress`.

        taken_back: keys whose answers are not to be delivered: not those of other visits either, since the page may
        have been opened before they were another visit's. Only the word takes back what the word locks.
        """
        if self.opened_by == tag:
            return self._with_locked(progress, taken_back)
        earlier = self.earlier if tag == self.tag else laid_upon(self.earlier, self.own)
        return replace(
            self, own=progress, tag=tag, earlier=_without(earlier, _answered_in(progress) | taken_back)
        )

    def locked_with(self, word: ChosenWord) -> "StoredAnswers":
        """This when the last visit has locked its own answers with a word, and left.

        What another word had locked belongs to the earlier answers: nobody is shown it any more.
        """
        unlocked = replace(
            self,
            own=_NOTHING,
            tag=_NOBODY,
            earlier=laid_upon(self.locked, self.earlier),
            word=word,
            opened_by=_NOBODY,
        )
        return unlocked._with_locked(self.own)

    def opened_for(self, tag: bytes) -> "StoredAnswers":
        """This when the visit was given the word. What it had answered without the word is locked with the rest."""
        opened = replace(self, opened_by=tag)
        if self.tag != tag:
            return opened
        return replace(opened, own=_NOTHING, tag=_NOBODY)._with_locked(laid_upon(self.locked, self.own))

    def closed_for(self, tag: bytes) -> "StoredAnswers":
        """This when the visit is over: its addresses show nothing any more."""
        return replace(
            self,
            tag=_NOBODY if self.tag == tag else self.tag,
            opened_by=_NOBODY if self.opened_by == tag else self.opened_by,
        )

    def _with_locked(
        self, progress: AnsweringProgress, taken_back: frozenset[str] = frozenset()
    ) -> "StoredAnswers":
        gone = _answered_in(progress) | taken_back
        return replace(
            self, locked=progress, own=_without(self.own, gone), earlier=_without(self.earlier, gone)
        )

    def to_bytes(self, smallest: int) -> bytes:
        """Padded to `smallest` bytes, or that doubled. With a word or without, the size is the same."""
        told: list[Any] = [self.own.content, self.tag.hex(), self.earlier.content]
        if self.word:
            word = [self.word.salt.hex(), self.word.check.hex()]
            told += [word, self.locked.content, self.opened_by.hex()]
        return _LAYERED + padded(
            json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), smallest
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> "StoredAnswers":
        """The layers that were written. Raises ValueError when a newer Medvirk wrote them."""
        if not content.startswith(_LAYERED):
            return cls(earlier=AnsweringProgress.from_bytes(unpadded(content)))
        own, tag, earlier, *locked = json.loads(unpadded(content[len(_LAYERED) :]))
        without_word = cls(
            AnsweringProgress.from_content(own), bytes.fromhex(tag), AnsweringProgress.from_content(earlier)
        )
        if not locked:
            return without_word
        (salt, check), progress, opened_by = locked
        return replace(
            without_word,
            word=ChosenWord(bytes.fromhex(salt), bytes.fromhex(check)),
            locked=AnsweringProgress.from_content(progress),
            opened_by=bytes.fromhex(opened_by),
        )


def laid_upon(below: AnsweringProgress, above: AnsweringProgress) -> AnsweringProgress:
    """Both together; where both answered, `above` counts."""
    return AnsweringProgress(
        {**below.coded, **above.coded},
        {**below.comments, **above.comments},
        below.saved | above.saved,
        above.reminded,
    )


def _answered_in(progress: AnsweringProgress) -> frozenset[str]:
    """The keys with an answer, closed ones and comments."""
    return frozenset((*progress.coded, *progress.comments))


def _without(progress: AnsweringProgress, gone: Collection[str]) -> AnsweringProgress:
    """The progress without these keys: an answer that is taken back does not bring back an older one."""
    if not progress.saved:
        return progress
    return replace(progress, coded=_less(progress.coded, gone), comments=_less(progress.comments, gone))


def _less(values: Mapping[str, _Value], gone: Collection[str]) -> dict[str, _Value]:
    return {key: value for key, value in values.items() if key not in gone}
