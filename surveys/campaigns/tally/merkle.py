"""The tree over the sealed ballots: hashes as in RFC 6962, section 2.1, over leaves in the order of their hashes."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_COVERED: Final = b"\x02"


def leaf_hash(content: bytes) -> bytes:
    """The leaf of one sealed ballot, 32 bytes."""
    return sha256(_LEAF + content).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of the tree with these leaves, 32 bytes: the same in whatever order they are given."""
    complete: list[tuple[int, bytes]] = []
    for leaf in sorted(leaves):
        size, node = 1, leaf
        while complete and complete[-1][0] == size:
            node = _parent(complete.pop()[1], node)
            size *= 2
        complete.append((size, node))
    if not complete:
        return sha256(b"").digest()
    _, root = complete.pop()
    while complete:
        root = _parent(complete.pop()[1], root)
    return root


def covered(root: bytes, salt: bytes) -> bytes:
    """What is published of a night's root, 32 bytes: without the salt nobody can try which leaves the night had.

    The leaves are public after closing. Were the root itself public, whoever left out each few of them in turn would
    find those that came last.
    """
    return sha256(_COVERED + salt + root).digest()


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()
