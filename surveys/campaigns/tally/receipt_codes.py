"""Receipt codes: what a respondent may look her sealed ballot up with, on any device.

A code is the beginning of the ballot's leaf, so it says no more than the published leaf does. It is in her hands only:
the server shows it in answer to the delivery, and finds the ballot for that by a token that stood in the form she sent.
"""

import hmac
import re
import secrets
import uuid
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.tally.models import TallyLeaf
from surveys.platform.code_format import ALPHABET, check_character, without_separators
from surveys.platform.pasted_codes import pasted_code

LENGTH: Final = 16
"""Fifteen characters of five bits, and a check character. An invitation code has twelve."""

_BITS: Final = 5 * (LENGTH - 1)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


def new_token() -> str:
    """A token of 128 random bits, for one showing of the page she delivers from."""
    return secrets.token_urlsafe(16)


def ballot_id(token: str, code: str) -> uuid.UUID | None:
    """The id of the ballot that is delivered with this token by this code; None when it is no token.

    The id is as random as the token, which nobody but she has. With the code in it, no two deliveries can get the same.
    """
    if not _TOKEN.fullmatch(token):
        return None
    return uuid.UUID(bytes=hmac.digest(token.encode(), b"ballot" + code.encode(), sha256)[:16])


def receipt_code(leaf: bytes) -> str:
    """The receipt code of a leaf, 16 characters without dashes."""
    bits = int.from_bytes(leaf) >> (len(leaf) * 8 - _BITS)
    body = "".join(ALPHABET[(bits >> (5 * index)) & 31] for index in reversed(range(LENGTH - 1)))
    return body + check_character(body)


def grouped(code: str) -> str:
    """«ABCD-EFGH-JKMN-PQRS»: as the receipt shows it."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def normalised(typed: str) -> str | None:
    """The receipt code that was typed, as forgiving as invitation codes are; None when it cannot be one."""
    code = without_separators(typed)
    is_code = len(code) == LENGTH and all(letter in ALPHABET for letter in code)
    return code if is_code and check_character(code[:-1]) == code[-1] else None


def found_in(pasted: str) -> str | None:
    """The receipt code in a pasted text; None when there is none."""
    return normalised(pasted) or pasted_code(pasted, LENGTH, normalised)


def receipt_of(session: Session, survey_id: int, ballot: uuid.UUID | None) -> str | None:
    """The code to show on the receipt, grouped; None when no such ballot is in the box."""
    if ballot is None:
        return None
    leaf = session.scalar(select(Ballot.leaf).where(Ballot.id == ballot, Ballot.survey_id == survey_id))
    return grouped(receipt_code(leaf)) if leaf else None


def is_in_the_tree(session: Session, survey_id: int, code: str) -> bool:
    """Whether a leaf of the survey's tree at closing has this receipt code."""
    first, last = _range(code)
    return (
        session.scalar(
            select(TallyLeaf.leaf)
            .where(TallyLeaf.survey_id == survey_id, TallyLeaf.leaf >= first, TallyLeaf.leaf <= last)
            .limit(1)
        )
        is not None
    )


def _range(code: str) -> tuple[bytes, bytes]:
    """The first and the last leaf that the code is the beginning of."""
    bits = 0
    for letter in code[:-1]:
        bits = bits << 5 | ALPHABET.index(letter)
    rest = 256 - _BITS
    return (bits << rest).to_bytes(32), ((bits << rest) | ((1 << rest) - 1)).to_bytes(32)
