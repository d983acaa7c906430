"""Padding: every content of ordinary length gets the same length, so a stored row's size says next to nothing."""

_LENGTH_BYTES = 4


def padded(content: bytes, smallest: int) -> bytes:
    """The content with its length before it and zeros behind it.

    The result has `smallest` bytes, or that doubled as often as the content needs.
    """
    size = smallest
    while size < _LENGTH_BYTES + len(content):
        size *= 2
    return (len(content).to_bytes(_LENGTH_BYTES, "big") + content).ljust(size, b"\0")


def unpadded(block: bytes) -> bytes:
    """The content that `padded` was given."""
    length = int.from_bytes(block[:_LENGTH_BYTES], "big")
    return block[_LENGTH_BYTES : _LENGTH_BYTES + length]
