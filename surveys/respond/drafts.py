"""Drafts: the pages answered so far, encrypted with a key that is made from the respondent's code.

The database holds no code, so whoever has the database alone, or a backup of it, cannot read a draft. The draft is
deleted at delivery and when the survey closes.
"""

import datetime as dt
from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.respond.models import Draft
from surveys.respond.padding import padded, unpadded
from surveys.respond.progress import Progress
from surveys.respond.visits import Visit

# Room for about forty answers and a page of comments; below the size PostgreSQL moves to a table of its own.
SMALLEST_DRAFT = 1536


class DraftUnreadableError(Exception):
    """The draft was encrypted under another server secret, or has been tampered with."""


class DraftGoneError(Exception):
    """The draft was deleted while the page was on its way: its answers have been delivered."""


class DraftBox:
    """Encrypts and decrypts the draft of one code. `secret` is `Secrets.drafts`, `code` has 12 characters."""

    def __init__(self, secret: bytes, code: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=secret, info=b"draft").derive(code.encode())
        self._box = SecretBox(key)

    def locked(self, progress: Progress) -> bytes:
        return bytes(self._box.encrypt(padded(progress.to_bytes(), SMALLEST_DRAFT)))

    def opened(self, ciphertext: bytes | None) -> Progress:
        """The progress in a stored draft; an empty one when nothing is stored.

        Raises DraftUnreadableError when this code's key does not fit.
        """
        if ciphertext is None:
            return Progress()
        try:
            content = self._box.decrypt(ciphertext)
        except CryptoError:
            raise DraftUnreadableError("Utkastet lar seg ikke åpne med koden.") from None
        return Progress.from_bytes(unpadded(content))


def keep(session: Session, visit: Visit, box: DraftBox, change: Callable[[Progress], Progress]) -> Progress:
    """Stores the changed progress in the caller's transaction and returns it.

    When another tab stored something since we read, the change is made again on top of that, so neither is lost.
    Raises DraftGoneError when the answers were delivered in the meantime.
    """
    stored = visit.draft
    while True:
        progress = change(box.opened(stored))
        if _replace(session, visit, stored, box.locked(progress)):
            return progress
        stored = session.scalar(select(Draft.ciphertext).where(Draft.invitation_id == visit.invitation_id))
        if stored is None:
            raise DraftGoneError


# Built once: this runs for every page of every respondent.
_REPLACE = (
    update(Draft.__table__)  # type: ignore[arg-type]
    .where(Draft.invitation_id == bindparam("invitation"), Draft.ciphertext == bindparam("read"))
    .values(ciphertext=bindparam("written"), saved_on=bindparam("today"))
)


def _replace(session: Session, visit: Visit, stored: bytes | None, ciphertext: bytes) -> bool:
    """Writes the draft if what is stored still is what we read; False, and nothing written, when it is not."""
    today = dt.datetime.now(dt.UTC).date()
    if stored is None:
        return _insert(session, visit, ciphertext, today)
    values = {"invitation": visit.invitation_id, "read": stored, "written": ciphertext, "today": today}
    return session.connection().execute(_REPLACE, values).rowcount == 1


def _insert(session: Session, visit: Visit, ciphertext: bytes, today: dt.date) -> bool:
    try:
        with session.begin_nested():
            session.execute(
                insert(Draft).values(
                    invitation_id=visit.invitation_id,
                    survey_id=visit.survey_id,
                    ciphertext=ciphertext,
                    saved_on=today,
                )
            )
    except IntegrityError:
        return False
    return True
