"""Which words of a text were changed from one version to the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class Words:
    """Some words that stand together, spaces included, and whether the other version lacks them."""

    text: str
    changed: bool = False


def unchanged(text: str) -> tuple[Words, ...]:
    return (Words(text),)


def changed_words(before: str, after: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """Both texts cut where they begin and cease to differ: what was taken out of one, what came into the other."""
    then, now = _WORD.findall(before), _WORD.findall(after)
    steps = SequenceMatcher(
        None, [word.strip() for word in then], [word.strip() for word in now], autojunk=False
    ).get_opcodes()
    removed = [_words(then[start:end], tag) for tag, start, end, _, _ in steps]
    added = [_words(now[start:end], tag) for tag, _, _, start, end in steps]
    return tuple(filter(None, removed)), tuple(filter(None, added))


def _words(words: Sequence[str], tag: str) -> Words | None:
    return Words("".join(words), changed=tag != "equal") if words else None


def moved(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """The keys in both whose place among the others is another; as few as explain the new order."""
    common = set(before) & set(after)
    then, now = ([key for key in keys if key in common] for keys in (before, after))
    stayed = {
        key
        for block in SequenceMatcher(None, then, now, autojunk=False).get_matching_blocks()
        for key in then[block.a : block.a + block.size]
    }
    return frozenset(common - stayed)
