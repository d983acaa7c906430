"""Drafts: the pages answered so far, encrypted.

The key is made from the respondent's code and the survey's draft secret. The database holds neither, so whoever has
the database alone, or a backup of it, cannot read a draft. Whoever has the code alone is shown what her visit answered
(`layers`). The draft is deleted at delivery and when the survey closes; the draft secret is destroyed when it is
counted, and from then on nobody can read a draft in an old backup, not even with the code.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Draft
from surveys.platform.clock import municipal_day
from surveys.platform.compiled_statements import CompiledStatement
from surveys.respond.layers import StoredAnswers
from surveys.respond.lookup import InvitationLookup
from surveys.respond.progress import AnsweringProgress
from surveys.respond.visits import Visit, VisitTokens

# Room for what a word locks and as much again that was answered without it: each a hundred answers and two comments of
# the longest kind in Norwegian, or one in any alphabet. A backup that was taken while the survey was open tells whose
# draft it is, so a draft that grew with a long comment would tell who wrote it. Never compressed: whoever has the link
# could then write guesses beside the comment and see in the database whether the draft grew. One room for all costs
# less than a tenth of what saving a page costs.
SMALLEST_DRAFT = 20 * 1024


class DraftUnreadableError(Exception):
    """The draft was encrypted under another draft secret, or has been tampered with."""


class DraftGoneError(Exception):
    """The draft was deleted while the page was on its way: its answers have been delivered."""


class DraftBox:
    """Encrypts and decrypts the draft of one code. `secret` is the survey's draft secret, `code` has 12 characters."""

    def __init__(self, secret: bytes, code: str) -> None:
        keys = HKDF(SHA256(), 2 * SecretBox.KEY_SIZE, salt=secret, info=b"draft").derive(code.encode())
        self._box = SecretBox(keys[: SecretBox.KEY_SIZE])
        self.tokens = VisitTokens(keys[SecretBox.KEY_SIZE :])

    def locked(self, stored: StoredAnswers) -> bytes:
        return bytes(self._box.encrypt(stored.to_bytes(SMALLEST_DRAFT)))

    def opened(self, ciphertext: bytes | None) -> StoredAnswers:
        """The layers in a stored draft; empty ones when nothing is stored.

        Raises DraftUnreadableError when this code's key does not fit, or a newer Medvirk wrote it.
        """
        if ciphertext is None:
            return StoredAnswers()
        try:
            return StoredAnswers.from_bytes(self._box.decrypt(ciphertext))
        except CryptoError:
            raise DraftUnreadableError("Utkastet lar seg ikke åpne med koden.") from None
        except ValueError:
            raise DraftUnreadableError("Utkastet har et ukjent format.") from None


@dataclass(frozen=True)
class SeenDraft:
    """A draft as one visit meets it: what it is shown and what it is not shown."""

    stored: StoredAnswers
    visit: Visit
    box: DraftBox

    @property
    def has_word(self) -> bool:
        """The visit was given the word."""
        return self.stored.opened_by == self.visit.tag

    @property
    def has_own(self) -> bool:
        """The visit has saved a page, and no word locks it."""
        return self.stored.tag == self.visit.tag

    @property
    def asks_for_word(self) -> bool:
        """Something is locked with a word that this visit was not given."""
        return self.stored.word is not None and not self.has_word

    @property
    def progress(self) -> AnsweringProgress:
        """What the visit is shown."""
        return self.stored.shown_to(self.visit.tag) or AnsweringProgress()

    @property
    def hidden_pages(self) -> frozenset[int]:
        """The pages that were saved and whose answers the visit is not shown."""
        return self.stored.pages_hidden_from(self.visit.tag)


def keep(
    connection: Connection,
    lookup: InvitationLookup,
    seen: SeenDraft,
    change: Callable[[AnsweringProgress], AnsweringProgress],
    taken_back: frozenset[str] = frozenset(),
) -> AnsweringProgress:
    """Stores the visit's changed progress in the caller's transaction and returns it. `taken_back`: as in `saved_by`.

    When another tab stored something since we read, the change is made again on top of that, so neither is lost.
    Raises DraftGoneError when the answers were delivered in the meantime.
    """
    tag = seen.visit.tag

    def save(now: StoredAnswers) -> StoredAnswers:
        return now.saved_by(tag, change(replace(seen, stored=now).progress), taken_back)

    kept = change_layers(connection, lookup, seen, save)
    return replace(seen, stored=kept).progress


def change_layers(
    connection: Connection,
    lookup: InvitationLookup,
    seen: SeenDraft,
    change: Callable[[StoredAnswers], StoredAnswers],
) -> StoredAnswers:
    """Stores the changed layers as `keep` does, and returns them."""
    stored, before = lookup.draft, seen.stored
    while True:
        layers = change(before)
        if _replace(connection, lookup, stored, seen.box.locked(layers)):
            return layers
        stored = connection.scalar(
            select(Draft.ciphertext).where(Draft.invitation_id == lookup.invitation_id)
        )
        if stored is None:
            raise DraftGoneError
        before = seen.box.opened(stored)


def erase(session: Session, lookup: InvitationLookup) -> None:
    """Deletes the draft, if there is one, in the caller's transaction. The code still opens the questionnaire."""
    session.execute(delete(Draft).where(Draft.invitation_id == lookup.invitation_id))


_REPLACE = CompiledStatement(
    update(Draft.__table__)  # type: ignore[arg-type]
    .where(Draft.invitation_id == bindparam("invitation"), Draft.ciphertext == bindparam("read"))
    .values(ciphertext=bindparam("written"), saved_on=bindparam("today"))
)


def _replace(
    connection: Connection, lookup: InvitationLookup, stored: bytes | None, ciphertext: bytes
) -> bool:
    """Writes the draft if what is stored still is what we read; False, and nothing written, when it is not."""
    today = municipal_day()
    if stored is None:
        return _insert(connection, lookup, ciphertext, today)
    values = {"invitation": lookup.invitation_id, "read": stored, "written": ciphertext, "today": today}
    return _REPLACE.changed_rows(connection, values) == 1


def _insert(connection: Connection, lookup: InvitationLookup, ciphertext: bytes, today: dt.date) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(
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
