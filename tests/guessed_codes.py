"""Codes as somebody guesses them."""

from collections.abc import Iterator

from surveys.campaigns import codes
from surveys.platform import code_format


def unknown_codes(prefix: str = "") -> Iterator[str]:
    """Codes with a right check character that nobody was given, all different."""
    number = 0
    while True:
        number += 1
        code = codes.code_for(b"another installation", number.to_bytes(4))
        body = prefix + code[len(prefix) : -1]
        yield code_format.grouped(
            next(body + end for end in code_format.ALPHABET if code_format.normalised(body + end))
        )
