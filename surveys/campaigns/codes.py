"""Invitation codes: 12 characters that a person can read off a letter.

A code is derived from the server's secret and the invitation's nonce, so it is never stored; the database has
its hash only. Eleven characters carry 55 bits in Crockford's base32, the twelfth is a check character.
"""

import hmac
import re
import secrets
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_LIKENESS = str.maketrans("OIL", "011")


def new_nonce() -> bytes:
    """16 random bytes: what makes one invitation's code."""
    return secrets.token_bytes(16)


def code_for(secret: bytes, nonce: bytes) -> str:
    """The code of the invitation with this nonce, 12 characters without dashes."""
    bits = int.from_bytes(hmac.digest(secret, b"code" + nonce, sha256)) >> (256 - 55)
    body = "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in reversed(range(LENGTH - 1)))
    return body + _check_character(body)


def grouped(code: str) -> str:
    """«ABCD-EFGH-JKMN»: as it stands in letters and links."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def normalised(typed: str) -> str | None:
    """The code that was typed, forgiving case, spaces, dashes and O/0, I/1, L/1; None when it cannot be one."""
    code = re.sub(r"[\s\-–—]", "", typed).upper().translate(_LIKENESS)
    is_code = len(code) == LENGTH and all(letter in ALPHABET for letter in code)
    return code if is_code and _check_character(code[:-1]) == code[-1] else None


def code_hash(secret: bytes, code: str) -> bytes:
    """What the database stores: a keyed hash, useless without the server's secret."""
    return hmac.digest(secret, b"hash" + code.encode(), sha256)


def _check_character(body: str) -> str:
    """Weighted sum modulo 31: finds a wrong character and a swap of neighbours, but for 0 against Z."""
    total = sum(place * ALPHABET.index(letter) for place, letter in enumerate(body, start=1))
    return ALPHABET[total % 31]
