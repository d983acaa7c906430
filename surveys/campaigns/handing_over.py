"""What handing one message over to a mail server or an SMS gateway may end in, besides that it was taken."""

from typing import Final

SURVEY_WAS_CLOSED: Final = "Undersøkelsen var lukket før meldingen ble sendt."
CHANGED_OUTSIDE: Final = "Invitasjonen er endret utenom Medvirk, så meldingen er ikke sendt."
CANNOT_BE_MADE: Final = "E-posten kan ikke lages"
ODD_LETTERS: Final = "Adressen har tegn som e-posttjeneren ikke tar imot."
UNSURE: Final = "Vi vet ikke om meldingen kom fram"
"""What is stored with a message that was never handed over, or after which no answer came."""


class NotTakenError(Exception):
    """It was surely not taken, so it may be tried again.

    passing: whether that is worth it. line_is_dead: the fault is not of this message, so the others wait as well.
    """

    def __init__(self, reason: str, *, passing: bool, line_is_dead: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing
        self.line_is_dead = line_is_dead


class UnsureError(Exception):
    """The content was handed over and no answer came: the message may have been taken."""
