"""The word that a respondent chooses, so that nobody else who has her link can see what she has answered.

The word is stored nowhere. What it locks is encrypted with a key made of it, her code and the survey's draft secret.
Making the key costs memory and a tenth of a second of processor time, so that words cannot be tried by the million; it
is done once for each visit, which then carries the key in its token.
"""

import unicodedata
from enum import StrEnum
from typing import Final

from nacl import pwhash

from surveys.platform.write_lock import without_write_lock
from surveys.respond.visits import KEY_BYTES

SHORTEST: Final = 6
LONGEST: Final = 100

_OPERATIONS: Final = pwhash.argon2id.OPSLIMIT_INTERACTIVE
_MEMORY: Final = pwhash.argon2id.MEMLIMIT_INTERACTIVE
SALT_BYTES: Final = pwhash.argon2id.SALTBYTES


class WordFault(StrEnum):
    """Why a word that was typed cannot be used."""

    MISSING = "missing"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    WRONG = "wrong"
    TOO_MANY = "too_many"


def normalised(typed: str) -> str:
    """The word without what keyboards add: capitals, spaces around it, letters put together of two signs."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def fault_in(word: str) -> WordFault | None:
    """What keeps the word from being chosen; None when nothing does."""
    if not word:
        return WordFault.MISSING
    if len(word) < SHORTEST:
        return WordFault.TOO_SHORT
    return WordFault.TOO_LONG if len(word) > LONGEST else None


def visit_key(word: str, salt: bytes) -> bytes:
    """The key of a visit with the word. Nobody waits for the database's lock meanwhile."""
    with without_write_lock():
        found: bytes = pwhash.argon2id.kdf(
            KEY_BYTES, word.encode(), salt, opslimit=_OPERATIONS, memlimit=_MEMORY
        )
    return found
