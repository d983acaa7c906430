"""The word that a respondent chooses, so that she can see her answers again and nobody else who has her link can.

The word is stored nowhere: a salted argon2id hash of it is kept in the draft, which is encrypted. Making the hash costs
64 MB and a tenth of a second of processor time; that, and the limits on tries, keep words from being guessed.
"""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nacl import pwhash

from surveys.platform.write_lock import without_write_lock

SHORTEST: Final = 6
LONGEST: Final = 100

_CHECK_BYTES: Final = 32
# A twentieth of a second and 64 MB: for whoever guesses too.
_OPERATIONS: Final = pwhash.argon2id.OPSLIMIT_INTERACTIVE
_MEMORY: Final = pwhash.argon2id.MEMLIMIT_INTERACTIVE
_FEWEST_LETTERS: Final = 3
"""Different ones: «aaaaaa» and «121212» are tried first."""

# What is tried first by somebody who has the link and some two hundred tries in three weeks.
_TRIED_FIRST: Final = """
passord passordet password hemmelig sommer sommeren vinter vinteren januar februar august september oktober
november desember mandag tirsdag onsdag torsdag fredag lørdag søndag laurdag sundag måndag barnehage barnehagen
skolen skulen sykehjem sjukeheim kommune kommunen undersøkelse undersøking medarbeider medvirk velkommen velkomen
fotball qwerty qwertyuiop asdfgh abcdef abcdefg 123456 1234567 12345678 123456789 1234567890 654321
"""


class WordFault(StrEnum):
    """Why a word that was typed cannot be used."""

    MISSING = "missing"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    EASY = "easy"
    WRONG = "wrong"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class ChosenWord:
    """What a word that is typed later is compared with."""

    salt: bytes
    check: bytes

    @classmethod
    def of(cls, word: str) -> "ChosenWord":
        """The word as it is kept."""
        salt = secrets.token_bytes(pwhash.argon2id.SALTBYTES)
        return cls(salt, _check(word, salt))

    def is_right(self, word: str) -> bool:
        return hmac.compare_digest(self.check, _check(word, self.salt))


def normalised(typed: str) -> str:
    """The word without what keyboards add: capitals, spaces around it, letters put together of two signs."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def fault_in(word: str) -> WordFault | None:
    """What keeps the word from being chosen; None when nothing does."""
    if not word:
        return WordFault.MISSING
    if len(word) < SHORTEST:
        return WordFault.TOO_SHORT
    if len(word) > LONGEST:
        return WordFault.TOO_LONG
    is_easy = word in _TRIED_FIRST.split() or len(set(word) - {" "}) < _FEWEST_LETTERS
    return WordFault.EASY if is_easy else None


def _check(word: str, salt: bytes) -> bytes:
    """Nobody waits for the database's lock meanwhile."""
    with without_write_lock():
        found: bytes = pwhash.argon2id.kdf(
            _CHECK_BYTES,
            word.encode(),
            salt,
            opslimit=_OPERATIONS,
            memlimit=_MEMORY,
        )
    return found
