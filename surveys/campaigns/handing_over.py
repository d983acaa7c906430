"""What handing one message over to a mail server or an SMS gateway may end in, besides that it was taken."""


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
