"""Odd values, and known files and trees with something odd put into them. The same seed gives the same."""

import copy
import random
from collections.abc import Iterator, MutableMapping, MutableSequence, Sequence
from typing import Any, Final
from urllib.parse import quote

HOSTILE: Final = (
    *(
        "",
        "\0",
        "a\r\nb: c",
        "9" * 19,
        "9" * 400,
        "-1",
        "1e999",
        "NaN",
        "²",
        "½",
        "\ud800",
        "%00",
        "%ff",
        "'",
    ),
    *('"><b>', "../../etc/passwd", "//ond.no", "=1+1", "\u202e", "x" * 5_000, "[", "[" * 3_000, "{}", "0"),
    *("2026-02-30", "None"),
)
_ODD_NODES: Final[tuple[Any, ...]] = (
    *HOSTILE[:12],
    None,
    True,
    -1,
    0,
    1e308,
    float("inf"),
    10**30,
    [],
    {},
    [[]],
    {"": {}},
)


class OddValues:
    """What is sent, from one random source. `words`: values that pages have shown."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 – repeatable, not secret
        self.words = ["1", "2", "nb", "K", "hr", *HOSTILE]

    def value(self) -> str:
        pool: Sequence[str] = HOSTILE if self.random.random() < 0.5 else self.words
        return self.random.choice(pool)

    def quoted(self) -> str:
        """A part of an address."""
        return quote(self.value()[:500], safe="%", errors="surrogatepass")

    def mutated(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _change in range(self.random.randrange(6)):
            at = self.random.randrange(len(changed) + 1)
            end = at + self.random.choice((0, 1, 4, 60))
            odd = self.random.choice(HOSTILE).encode("utf-8", "surrogatepass")
            changed[at:end] = self.random.choice((b"", odd, bytes([self.random.randrange(256)])))
        return bytes(changed)

    def mutated_tree(self, document: object) -> object:
        """The document with some of its nodes replaced, taken out, doubled or put in each other's stead."""
        changed = copy.deepcopy(document)
        for _change in range(1 + self.random.randrange(3)):
            nodes = list(_nodes(changed))
            if nodes:
                self._change_one(*self.random.choice(nodes), self.random.choice(nodes))
        return changed

    def _change_one(self, holder: Any, key: Any, other: tuple[Any, Any]) -> None:
        kind = self.random.randrange(4)
        if kind == 0:
            del holder[key]
        elif kind == 1:
            holder[key] = copy.deepcopy(other[0][other[1]])
        elif kind == 2 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif kind == 3 and isinstance(holder, dict):
            holder[self.random.choice(HOSTILE)] = holder.pop(key)
        else:
            holder[key] = copy.deepcopy(self.random.choice(_ODD_NODES))


def _nodes(tree: object) -> Iterator[tuple[Any, Any]]:
    """(holder, key or index) of everything in a document."""
    if isinstance(tree, MutableMapping):
        held: Sequence[tuple[Any, Any]] = list(tree.items())
    elif isinstance(tree, MutableSequence):
        held = list(enumerate(tree))
    else:
        return
    for key, node in held:
        yield tree, key
        yield from _nodes(node)
