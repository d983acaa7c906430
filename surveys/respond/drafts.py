"""Drafts: the pages answered so far, encrypted.

The key is made from the respondent's code and the survey's draft secret. The database holds neither, so whoever has
the database alone, or a backup of it, cannot read a draft. The draft is deleted at delivery and when the survey closes;
the draft secret is destroyed when it is counted, and from then on nobody can read a draft in an old backup, not even
with the code.
"""

import datetime as dt
from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Draft
from surveys.platform.clock import municipal_day
from surveys.respond.lookup import InvitationLookup
from surveys.respond.padding import padded, unpadded
from surveys.respond.progress import AnsweringProgress

# Room for a hundred answers and two comments of the longest kind in Norwegian, or one in any alphabet. A backup that
# was taken while the survey was open tells whose draft it is, so a draft that grew with a long comment would tell who
# wrote it. One room for all costs a twentieth of what a page costs in all.
SMALLEST_DRAFT = 10 * 1024


class DraftUnreadableError(Exception):
    """The draft was encrypted under another draft secret, or has been tampered with."""


class DraftGoneError(Exception):
    """The draft was deleted while the page was on its way: its answers have been delivered."""


class DraftBox:
    """Encrypts and decrypts the draft of one code. `secret` is the survey's draft secret, `code` has 12 characters."""

    def __init__(self, secret: bytes, code: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=secret, info=b"draft").derive(code.encode())
        self._box = SecretBox(key)

    def locked(self, progress: AnsweringProgress) -> bytes:
        return bytes(self._box.encrypt(padded(progress.to_bytes(), SMALLEST_DRAFT)))

    def opened(self, ciphertext: bytes | None) -> AnsweringProgress:
        """The progress in a stored draft; an empty one when nothing is stored.

        Raises DraftUnreadableError when this code's key does not fit, or a newer Medvirk wrote it.
        """
        if ciphertext is None:
            return AnsweringProgress()
        try:
            content = self._box.decrypt(ciphertext)
        except CryptoError:
            raise DraftUnreadableError("Utkastet lar seg ikke åpne med koden.") from None
        try:
            return AnsweringProgress.from_bytes(unpadded(content))
        except ValueError:
            raise DraftUnreadableError("Utkastet har et ukjent format.") from None


def keep(
    session: Session,
    lookup: InvitationLookup,
    box: DraftBox,
    change: Callable[[AnsweringProgress], AnsweringProgress],
) -> AnsweringProgress:
    """Stores the changed progress in the caller's transaction and returns it.

    When another tab stored something since we read, the change is made again on top of that, so neither is lost.
    Raises DraftGoneError when the answers were delivered in the meantime.
    """
    stored = lookup.draft
    while True:
        progress = change(box.opened(stored))
        if _replace(session, lookup, stored, box.locked(progress)):
            return progress
        stored = session.scalar(select(Draft.ciphertext).where(Draft.invitation_id == lookup.invitation_id))
        if stored is None:
            raise DraftGoneError


def erase(session: Session, lookup: InvitationLookup) -> None:
    """Deletes the draft, if there is one, in the caller's transaction. The code still opens the questionnaire."""
    session.execute(delete(Draft).where(Draft.invitation_id == lookup.invitation_id))


# Built once: this runs for every page of every respondent.
_REPLACE = (
    update(Draft.__table__)  # type: ignore[arg-type]
    .where(Draft.invitation_id == bindparam("invitation"), Draft.ciphertext == bindparam("read"))
    .values(ciphertext=bindparam("written"), saved_on=bindparam("today"))
)


def _replace(session: Session, lookup: InvitationLookup, stored: bytes | None, ciphertext: bytes) -> bool:
    """Writes the draft if what is stored still is what we read; False, and nothing written, when it is not."""
    today = municipal_day()
    if stored is None:
        return _insert(session, lookup, ciphertext, today)
    values = {"invitation": lookup.invitation_id, "read": stored, "written": ciphertext, "today": today}
    return session.connection().execute(_REPLACE, values).rowcount == 1


def _insert(session: Session, lookup: InvitationLookup, ciphertext: bytes, today: dt.date) -> bool:
    try:
        with session.begin_nested():
            session.execute(
                insert(Draft).values(
                    invitation_id=lookup.invitation_id,
                    survey_id=lookup.survey_id,
                    ciphertext=ciphertext,
                    saved_on=today,
                )
            )
    except IntegrityError:
        return False
    return True
