"""Drafts: the pages answered so far, encrypted.

The key is made from the respondent's code and the survey's draft secret. The database holds neither, so whoever has
the database alone, or a backup of it, cannot read a draft. What a word has locked is encrypted once more, with a key
that the word is part of. The draft is deleted at delivery and when the survey closes; the draft secret is destroyed
when it is counted, and from then on nobody can read a draft in an old backup, not even with the code.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Draft
from surveys.platform.clock import municipal_day
from surveys.respond.layers import LockedAnswers, StoredAnswers, laid_upon
from surveys.respond.lookup import InvitationLookup
from surveys.respond.padding import padded, unpadded
from surveys.respond.progress import AnsweringProgress
from surveys.respond.routes import Routes
from surveys.respond.visits import Visit, VisitTokens

# Room for a hundred answers and two comments of the longest kind in Norwegian, or one in any alphabet. A backup that
# was taken while the survey was open tells whose draft it is, so a draft that grew with a long comment would tell who
# wrote it. One room for all costs a twentieth of what a page costs in all. What a word locks has a room of its own.
SMALLEST_DRAFT = 10 * 1024


class DraftUnreadableError(Exception):
    """The draft was encrypted under another draft secret, or has been tampered with."""


class DraftGoneError(Exception):
    """The draft was deleted while the page was on its way: its answers have been delivered."""


class DraftBox:
    """Encrypts and decrypts the draft of one code. `secret` is the survey's draft secret, `code` has 12 characters."""

    def __init__(self, secret: bytes, code: str) -> None:
        self._secret, self._code = secret, code.encode()
        keys = self._derived(b"draft", self._code, 2 * SecretBox.KEY_SIZE)
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

    def locked_with_word(
        self, progress: AnsweringProgress, visit: Visit, salt: bytes, pages: frozenset[int]
    ) -> LockedAnswers:
        """The progress as only the word opens it. `visit` has the key that was made of the word with this salt."""
        sealed = bytes(self._word_box(visit).encrypt(padded(progress.to_bytes(), SMALLEST_DRAFT)))
        return LockedAnswers(sealed, visit.tag, salt, pages)

    def opened_with_word(self, locked: LockedAnswers, visit: Visit) -> AnsweringProgress:
        """What the word has locked. Raises DraftUnreadableError when the visit's key is not of that word."""
        try:
            return AnsweringProgress.from_bytes(unpadded(self._word_box(visit).decrypt(locked.sealed)))
        except CryptoError:
            raise DraftUnreadableError("Det låste utkastet lar seg ikke åpne med ordet.") from None

    def _word_box(self, visit: Visit) -> SecretBox:
        return SecretBox(self._derived(b"word", self._code + visit.key, SecretBox.KEY_SIZE))

    def _derived(self, purpose: bytes, material: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=self._secret, info=purpose).derive(material)


@dataclass(frozen=True)
class SeenDraft:
    """A draft as one visit meets it: what it may be shown, what it is not shown, and what it would deliver."""

    stored: StoredAnswers
    visit: Visit
    box: DraftBox

    @property
    def has_word(self) -> bool:
        """The visit has the word that has locked something."""
        return self.stored.locked is not None and self.stored.locked.tag == self.visit.tag

    @property
    def has_own(self) -> bool:
        """The visit has saved a page, and not locked it."""
        return self.stored.tag == self.visit.tag

    @property
    def is_shown(self) -> bool:
        """There is something here that the visit is shown."""
        return self.has_word or self.has_own

    @property
    def asks_for_word(self) -> bool:
        """Something is locked with a word that this visit has not been given."""
        return self.stored.locked is not None and not self.has_word

    @cached_property
    def progress(self) -> AnsweringProgress:
        """What the visit is shown. Raises DraftUnreadableError when what the word locked was tampered with."""
        if self.stored.locked is not None and self.has_word:
            return self.box.opened_with_word(self.stored.locked, self.visit)
        return self.stored.own if self.has_own else AnsweringProgress()

    @property
    def hidden_pages(self) -> frozenset[int]:
        """The pages that were saved and whose answers the visit is not shown."""
        stored = self.stored
        hidden = stored.earlier.saved
        if self.has_word or not self.has_own:
            hidden |= stored.own.saved
        if stored.locked is not None and not self.has_word:
            hidden |= stored.locked.pages
        return hidden

    @property
    def delivered(self) -> AnsweringProgress:
        """What the visit would deliver: everything but what a word has locked that it has not been given."""
        readable = self.stored.readable
        return laid_upon(readable, self.progress) if self.has_word else readable

    def saved(self, progress: AnsweringProgress, routes: Routes) -> StoredAnswers:
        """The layers when the visit's answers are these."""
        locked = self.stored.locked
        if locked is None or not self.has_word:
            return self.stored.with_own(progress, self.visit.tag)
        again = self.box.locked_with_word(
            progress, self.visit, locked.salt, routes.met_by_all(progress.saved)
        )
        return self.stored.with_locked(again, progress)

    def locked_by(
        self, visit: Visit, salt: bytes, progress: AnsweringProgress, routes: Routes
    ) -> StoredAnswers:
        """The layers when the visit's own answers are in `progress`, and that is locked with a word.

        `visit` has the key that was made of the word.
        """
        locked = self.box.locked_with_word(progress, visit, salt, routes.met_by_all(progress.saved))
        unowned = replace(self.stored, own=AnsweringProgress(), tag=b"") if self.has_own else self.stored
        return unowned.with_locked(locked, progress)


def keep(
    session: Session,
    lookup: InvitationLookup,
    seen: SeenDraft,
    routes: Routes,
    change: Callable[[AnsweringProgress], AnsweringProgress],
) -> AnsweringProgress:
    """Stores the visit's changed progress in the caller's transaction and returns it.

    When another tab stored something since we read, the change is made again on top of that, so neither is lost.
    Raises DraftGoneError when the answers were delivered in the meantime.
    """
    kept = change_layers(session, lookup, seen, lambda now: now.saved(change(now.progress), routes))
    return SeenDraft(kept, seen.visit, seen.box).progress


def change_layers(
    session: Session,
    lookup: InvitationLookup,
    seen: SeenDraft,
    change: Callable[[SeenDraft], StoredAnswers],
) -> StoredAnswers:
    """Stores the changed layers as `keep` does, and returns them."""
    stored = lookup.draft
    while True:
        layers = change(seen)
        if _replace(session, lookup, stored, seen.box.locked(layers)):
            return layers
        stored = session.scalar(select(Draft.ciphertext).where(Draft.invitation_id == lookup.invitation_id))
        if stored is None:
            raise DraftGoneError
        seen = SeenDraft(seen.box.opened(stored), seen.visit, seen.box)


def lock(
    session: Session, lookup: InvitationLookup, seen: SeenDraft, routes: Routes, visit: Visit, salt: bytes
) -> None:
    """Locks the visit's own answers with a word, in the caller's transaction; `visit` has the key made of the word.

    What an older word had locked is gone. Raises DraftGoneError as `keep` does.
    """
    if lookup.draft is None:
        raise DraftGoneError
    change_layers(session, lookup, seen, lambda now: now.locked_by(visit, salt, now.progress, routes))


def unite(session: Session, lookup: InvitationLookup, seen: SeenDraft, routes: Routes, visit: Visit) -> None:
    """Locks what the visit answered without the word together with what the word has locked, and upon it.

    `visit` has the key made of the word. Nothing is written when the visit has answered nothing.
    """
    if not seen.has_own:
        return

    def together(now: SeenDraft) -> StoredAnswers:
        locked = now.stored.locked
        if locked is None or locked.tag != visit.tag:
            return now.stored
        progress = laid_upon(now.box.opened_with_word(locked, visit), now.progress)
        return now.locked_by(visit, locked.salt, progress, routes)

    change_layers(session, lookup, seen, together)


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
