"""The ballot box: answer sheets sealed with the survey's public key, opened only when the survey is counted."""

import datetime as dt
import hmac
import json
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.deadline import takes_answers
from surveys.campaigns.invitation_seals import check_seal
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.platform.texts import _
from surveys.respond.padding import padded, unpadded

# Room for the answers and two comments of the longest kind in Norwegian, or one in any alphabet. A backup that was
# taken after each delivery tells whose ballot it is, so a ballot that grew with a long comment would tell who wrote it.
SMALLEST_SHEET = 10 * 1024

# Version of this layout, unit id, number of answers; then the answers, then the comments as JSON.
_HEAD = struct.Struct(">BQH")
_VERSION = 1


class BallotUnreadableError(Exception):
    """A ballot that this key does not open, or that is no answer sheet."""


class SwappedKeyError(Exception):
    """The database has another public key than the key store: whoever put it there could read what it seals."""


class NotOpenError(Exception):
    """The survey takes no answers now."""


@dataclass(frozen=True)
class Sheet:
    """One delivered answer sheet: one byte per closed question (`questionnaires.coding`), comments by key."""

    unit_id: int
    answers: bytes
    comments: Mapping[str, str]


def seal(public_key: bytes, sheet: Sheet) -> bytes:
    """The sheet, sealed: only the private key opens it. Its length betrays neither comment nor unit."""
    head = _HEAD.pack(_VERSION, sheet.unit_id, len(sheet.answers))
    comments = json.dumps(dict(sheet.comments), ensure_ascii=False).encode()
    return SealedBox(PublicKey(public_key)).encrypt(padded(head + sheet.answers + comments, SMALLEST_SHEET))


def open_sheet(private_key: PrivateKey, sealed: bytes) -> Sheet:
    """The sheet in a sealed ballot. Raises BallotUnreadableError when the key does not fit it."""
    try:
        content = unpadded(SealedBox(private_key).decrypt(sealed))
    except CryptoError:
        raise BallotUnreadableError(
            _("Et forseglet svar lar seg ikke åpne med undersøkelsens nøkkel.")
        ) from None
    version, unit_id, length = _HEAD.unpack_from(content)
    if version != _VERSION:
        raise BallotUnreadableError(
            _("Et forseglet svar har et ukjent format (%(version)s). Oppdater Medvirk.", version=version)
        )
    end = _HEAD.size + length
    return Sheet(unit_id, content[_HEAD.size : end], json.loads(content[end:]))


@dataclass(frozen=True)
class Trust:
    """What whoever writes in the database cannot forge: the key from the key store, and the secret of the seals."""

    public_key: bytes
    seal_secret: bytes


def deliver(
    session: Session,
    invitation: Invitation,
    sheet: Sheet,
    trust: Trust,
    ballot_id: uuid.UUID | None = None,
) -> bool:
    """Drops the sealed sheet in the box, marks the invitation used and deletes its draft; the caller commits.

    ballot_id: what her receipt finds the ballot by (`surveys.campaigns.tally.receipt_codes`); else a random one.

    False, and nothing changed, when the invitation was used before. Raises NotOpenError when the survey is not
    open, or its deadline and the grace are over; SwappedKeyError and BrokenSealError when somebody has written in the
    database what would give her answers away. The lock on the survey keeps a ballot from slipping in behind a counting
    that has begun.
    """
    status, public_key, closes_on, by_itself, delivered = session.execute(
        _state_and_lock(), {"invitation_id": invitation.id}
    ).one()
    if delivered:
        return False
    in_time = takes_answers(closes_on, closes_automatically=by_itself, begun=True)
    if status != SurveyStatus.OPEN or public_key is None or not in_time:
        raise NotOpenError(_("Undersøkelsen tar ikke imot svar nå."))
    if not hmac.compare_digest(public_key, trust.public_key):
        raise SwappedKeyError(_("Nøkkelen som forsegler svarene, er byttet utenom Medvirk."))
    check_seal(invitation, trust.seal_secret)
    if not _mark_used(session, invitation):
        return False
    session.execute(delete(Draft).where(Draft.invitation_id == invitation.id))
    sealed = seal(trust.public_key, sheet)
    session.add(Ballot(id=ballot_id or uuid.uuid4(), survey_id=invitation.survey_id, sealed=sealed))
    return True


@cache
def _state_and_lock() -> Select[SurveyStatus, bytes | None, dt.date, bool, bool]:
    """Made once: making it takes longer than asking it."""
    return (
        select(
            Survey.status,
            Survey.public_key,
            Survey.closes_on,
            Survey.closes_automatically,
            Invitation.delivered,
        )
        .join_from(Invitation, Survey)
        .where(Invitation.id == bindparam("invitation_id"))
        .with_for_update(read=True, of=Survey)
    )


def _mark_used(session: Session, invitation: Invitation) -> bool:
    """True for exactly one of any number of simultaneous deliveries: the condition is checked under the row's lock."""
    marked = session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.delivered.is_(False))
        .values(delivered=True)
        .returning(Invitation.id),
        # Else every invitation of the session is compared with the condition, once for each delivery.
        execution_options={"synchronize_session": False},
    )
    session.expire(invitation, ["delivered"])
    return marked is not None
