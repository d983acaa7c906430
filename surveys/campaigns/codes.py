"""Invitation codes: 12 characters that a person can read off a letter.

A code is derived from the server's secret and the invitation's nonce, so it is never stored; the database has
its hash only. Eleven characters carry 55 bits in Crockford's base32, the twelfth is a check character.
"""

import hmac
import secrets
from hashlib import sha256

from surveys.platform.code_format import ALPHABET, LENGTH, check_character


def new_nonce() -> bytes:
    """16 random bytes: what makes one invitation's code."""
    return secrets.token_bytes(16)


def code_for(secret: bytes, nonce: bytes) -> str:
    """The code of the invitation with this nonce, 12 characters without dashes."""
    bits = int.from_bytes(hmac.digest(secret, b"code" + nonce, sha256)) >> (256 - 55)
    body = "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in reversed(range(LENGTH - 1)))
    return body + check_character(body)


def code_hash(secret: bytes, code: str) -> bytes:
    """What the database stores: a keyed hash, useless without the server's secret."""
    return hmac.digest(secret, b"hash" + code.encode(), sha256)
