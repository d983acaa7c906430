"""Passwords: long rather than intricate, not one that many others have, kept as argon2id."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from surveys.platform.texts import _
from surveys.platform.write_lock import without_write_lock

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256
"""Characters: argon2 takes more, and a form needs an end."""

_LEAST_SCORE: Final = 4
"""Of zxcvbn's 0–4: 10¹⁰ guesses or more."""

# What people in Norwegian municipalities build passwords of; zxcvbn's own lists are English.
_COMMON_HERE: Final = """
passord passordet velkommen kommune kommunen sommer sommeren vinter vinteren høst høsten vår våren påske jul
januar februar mars april mai juni juli august
september oktober november desember mandag tirsdag onsdag torsdag fredag lørdag søndag skole skolen barnehage
barnehagen sykehjem medarbeider undersøkelse medvirk norge oslo bergen trondheim fotball brann rosenborg vålerenga
hemmelig endremeg byttmeg logginn admin bruker qwertyuiopå asdfghjkløæ
"""

_hasher = PasswordHasher()


class PasswordRefusedError(ValueError):
    """A password that may not be used; the message says what to do."""


def hash_password(password: str, about: Iterable[str] = ()) -> str:
    """An argon2id hash. Raises PasswordRefusedError as `judge`."""
    judge(password, about)
    return hash_unjudged(password)


def judge(password: str, about: Iterable[str] = ()) -> None:
    """Raises PasswordRefusedError for a password that is short, endless or easy to guess.

    about: words about the account and the municipality, which a guesser would try first.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordRefusedError(
            _(
                "Passordet må ha minst %(least)s tegn. Bruk gjerne fire–fem ord etter hverandre.",
                least=SHORTEST_PASSWORD,
            )
        )
    if len(password) > LONGEST_PASSWORD:
        raise PasswordRefusedError(_("Passordet kan ha høyst %(most)s tegn.", most=LONGEST_PASSWORD))
    with without_write_lock():
        is_easy = _score(password, tuple(about)) < _LEAST_SCORE
    if is_easy:
        raise PasswordRefusedError(
            _("Passordet er lett å gjette. Velg noen ord som ikke hører sammen, og gjerne et tall.")
        )


def hash_unjudged(password: str) -> str:
    """An argon2id hash of a password that is not judged: a made one, or one that is printed for everybody."""
    with without_write_lock():
        return _hasher.hash(password)


def is_right(stored: str, password: str) -> bool:
    """Whether the password is the one behind the hash. An empty hash takes as long and is never right."""
    try:
        with without_write_lock():
            _hasher.verify(stored or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def _score(password: str, about: tuple[str, ...]) -> int:
    # Its word lists take 5 MB and 0.1 s: loaded by whoever chooses a password.
    from zxcvbn import zxcvbn

    words = [part for text in about for part in text.casefold().split() if len(part) > 2]
    found: int = zxcvbn(password, user_inputs=[*words, *_COMMON_HERE.split()])["score"]
    return found


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("ingen har dette passordet")
