"""A visit: one time that somebody opened her link, told from every other time by a token in the pages' addresses.

The link that was sent has no token, so whoever opens it begins a new visit, and a new visit is shown no earlier answer.
A token follows the code in a page's address («ABCD-EFGH-JKMN.token»): where logs mask the code, they mask the token
too. It carries the visit's tag, encrypted with a key made from the code and the survey's draft secret, so that nobody
can make one up, and it means nothing with another code or after the survey is counted.
"""

import secrets
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LASTS: Final = 4 * 60 * 60
"""Seconds that a token works. A browser's history keeps it, so it is short; lunch is shorter."""

_TAG_BYTES: Final = 16
_SEPARATOR: Final = "."
_NONCE_BYTES: Final = 12
_UNTIL: Final = struct.Struct(">I")


@dataclass(frozen=True)
class Visit:
    """`tag` is random and tells the visit's own answers from others'; `until` in seconds since 1970."""

    tag: bytes
    until: int

    @classmethod
    def beginning(cls) -> "Visit":
        """A visit from now on."""
        return cls(secrets.token_bytes(_TAG_BYTES), _end_of_visit())


class VisitTokens:
    """Writes and reads the tokens of one code. `key` has 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def written(self, visit: Visit) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        content = _UNTIL.pack(visit.until) + visit.tag
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, content, None)).decode()

    def read(self, token: str) -> Visit | None:
        """The visit; None when the token is another code's, has been changed, or is too old."""
        visit = self.opened(token)
        return visit if visit is not None and visit.until > time.time() else None

    def opened(self, token: str) -> Visit | None:
        """The same, however old: for what shows nothing."""
        try:
            sealed = urlsafe_b64decode(token.encode())
            content = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            return None
        return Visit(content[_UNTIL.size :], _UNTIL.unpack_from(content)[0])

    def renewed(self, visit: Visit) -> tuple[Visit, str] | None:
        """The visit with all its time before it, when half of it has gone: an address is as old as its page."""
        if visit.until - time.time() > LASTS / 2:
            return None
        fresh = Visit(visit.tag, _end_of_visit())
        return fresh, self.written(fresh)


def parted(typed: str) -> tuple[str, str]:
    """The code and the token in the part of an address that carries both; an empty token when there is none."""
    code, _separator, token = typed.partition(_SEPARATOR)
    return code, token


def joined(code: str, token: str) -> str:
    """The part of a page's address that carries both."""
    return f"{code}{_SEPARATOR}{token}"


def _end_of_visit() -> int:
    return int(time.time()) + LASTS
