"""Who together can open a survey's ballot box: HR, a representative, and a share on paper; any two of the three.

Before the survey opens each holder chooses a passphrase, and then the key is made and shared out. From that moment
nobody, the server included, can open a ballot until two of them have given their shares, within a day of each other.
"""

import datetime as dt
import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from nacl.public import PublicKey
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.passwords import judge
from surveys.access.permissions import is_granted
from surveys.audit import trail as audit
from surveys.campaigns import key_shares
from surveys.campaigns.ballot_box import HolderOffice, KeyHolder
from surveys.campaigns.box_openers import is_opened_by_two
from surveys.campaigns.holder_mail.models import HolderMailKind
from surveys.campaigns.holder_mail.queueing import queue_mails
from surveys.campaigns.key_shares import NEEDED, ShareError
from surveys.campaigns.keystore import KeyMissingError, KeyStore
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.master_keys import LockedKeyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.platform import clock
from surveys.platform.database import Database
from surveys.platform.texts import _
from surveys.platform.write_lock import without_write_lock

_log = logging.getLogger("medvirk.alarm")

KEPT_FOR: Final = dt.timedelta(days=1)
"""How long a share that was given waits for the other one."""

NEWS_FOR: Final = dt.timedelta(days=7)
"""How long the holders are mailed that the box was opened, or was not, should the mail server be away."""

LEAST_REASON: Final = 10
"""Letters in a reason for one key."""


@dataclass(frozen=True)
class KeyHolding:
    """How far the holders of one survey have come. `given`: whose shares wait for another one."""

    people: tuple[KeyHolder, ...]
    reserve: KeyHolder | None
    is_shared_out: bool
    given: tuple[KeyHolder, ...]

    @property
    def lacking(self) -> tuple[KeyHolder, ...]:
        """Holders who have chosen no passphrase yet."""
        return tuple(holder for holder in self.people if holder.public_key is None)


def key_holding(session: Session, survey: Survey, now: dt.datetime | None = None) -> KeyHolding | None:
    """None where one key opens the box."""
    rows = session.scalars(
        select(KeyHolder)
        .where(KeyHolder.survey_id == survey.id)
        .options(joinedload(KeyHolder.account))
        .order_by(KeyHolder.id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return None
    people = tuple(row for row in rows if row.account_id is not None)
    return KeyHolding(
        people,
        next((row for row in rows if row.account_id is None), None),
        all(holder.share is not None for holder in people),
        tuple(row for row in rows if has_given(row, now)),
    )


def has_given(holder: KeyHolder, now: dt.datetime | None = None) -> bool:
    """Whether her share waits for another one. After a day it does not, forgotten by the worker yet or not."""
    return holder.given_at is not None and holder.given_at > (now or clock.now()) - KEPT_FOR


def is_decided(session: Session, survey: Survey) -> bool:
    """Whether the survey may open as far as its key goes: the key is shared out, or one key is chosen with a reason."""
    holding = key_holding(session, survey)
    return holding.is_shared_out if holding else bool(survey.one_key_reason)


def name_holders(
    session: Session,
    survey: Survey,
    hr: Account,
    representative: Account,
    office: HolderOffice = HolderOffice.REPRESENTATIVE,
) -> None:
    """Says who the two are; whoever was named before is not any more, and a key that was shared out goes.

    office: what the representative is. Both are told by mail. Raises SurveyError when the survey has opened, or they
    are not HR and a representative for its unit.
    """
    _require_draft(survey)
    if hr.id == representative.id:
        raise SurveyError(_("Velg to forskjellige personer. Poenget er at ingen kan åpne alene."))
    wanted = ((hr, HR_ROLES), (representative, (Role.REPRESENTATIVE,)))
    for account, roles in wanted:
        if not account.active or not is_granted(session, account, survey.unit_id, *roles):
            raise SurveyError(
                _(
                    "%(name)s har ikke rollen som trengs for hele undersøkelsen. Velg en annen.",
                    name=account.name,
                )
            )
    session.execute(delete(KeyHolder).where(KeyHolder.survey_id == survey.id))
    survey.public_key = survey.one_key_reason = None
    session.add(KeyHolder(survey_id=survey.id, account_id=hr.id, office=HolderOffice.HR))
    session.add(KeyHolder(survey_id=survey.id, account_id=representative.id, office=office))
    session.add(KeyHolder(survey_id=survey.id))
    queue_mails(session, survey, HolderMailKind.NAMED)
    audit.record(
        session, "survey.key_holders_named", survey.key, holders=[hr.trail_name, representative.trail_name]
    )


def open_alone(session: Session, survey: Survey, keys: KeyStore, reason: str) -> None:
    """One key, before the survey opens, with the reason that the trail and the holders' page show."""
    _require_draft(survey)
    reason = " ".join(reason.split())
    if len(reason) < LEAST_REASON:
        raise SurveyError(
            _("Skriv hvorfor HR skal kunne åpne urnen alene. Begrunnelsen står i hendelsesloggen.")
        )
    if survey.one_key_reason == reason:
        return
    if is_opened_by_two(session, survey):
        session.execute(delete(KeyHolder).where(KeyHolder.survey_id == survey.id))
        survey.public_key = None
        keys.destroy(survey.id)
    survey.one_key_reason = reason
    audit.record(session, "survey.key_holders_removed", survey.key, reason=reason)


def holding_of(session: Session, survey: Survey, account: Account) -> KeyHolder | None:
    return session.scalar(
        select(KeyHolder).where(KeyHolder.survey_id == survey.id, KeyHolder.account_id == account.id)
    )


def choose_passphrase(
    session: Session, survey: Survey, holder: KeyHolder, passphrase: str, keys: KeyStore
) -> None:
    """Makes the holder's key pair and keeps its public half. Raises SurveyError, PasswordRefusedError.

    Only before the key is shared out: a share is locked with the passphrase that was chosen then.
    """
    _require_draft(survey)
    if holder.share is not None:
        raise SurveyError(
            _("Nøkkelen er allerede delt. Be HR lage den på nytt hvis du har glemt nøkkelordene dine.")
        )
    judge(passphrase, [holder.account.name if holder.account else "", *survey.title.values()])
    salt = secrets.token_bytes(key_shares.SALT_BYTES)
    with without_write_lock():
        public = key_shares.holder_key(passphrase, salt).public_key
    holder.salt, holder.public_key = salt, bytes(public)
    holder.seal = _seal_of(holder, keys)
    audit.record(session, "survey.key_phrase_chosen", survey.key, holder=_name_of(holder))


def share_out(session: Session, survey: Survey, maker: Account, keys: KeyStore) -> str:
    """Makes the ballot key and shares it out; the words of the reserve share, which nobody can be shown again.

    maker: who is shown them. She holds no other share: with two she could open the box alone. May be done again until
    the survey opens, when the words were lost. Raises SurveyError.
    """
    _require_draft(survey)
    session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())
    holding = key_holding(session, survey)
    if holding is None or holding.lacking:
        raise SurveyError(_("Begge nøkkelholderne må velge nøkkelord før nøkkelen kan lages."))
    if is_holder(holding, maker):
        raise SurveyError(
            _(
                "Den som lager nøkkelen, får se ordene på arket. Det kan ikke være en nøkkelholder, for da har hun to "
                "deler. Be en annen i HR eller en administrator gjøre det."
            )
        )
    if not all(hmac.compare_digest(holder.seal or b"", _seal_of(holder, keys)) for holder in holding.people):
        _log.critical(
            "Nøkkelen til «%s» ble ikke laget: en nøkkelholder er endret utenom Medvirk.", survey.key
        )
        raise SurveyError(
            _(
                "En nøkkelholder er endret utenom Medvirk, så nøkkelen ble ikke laget. Be dem som drifter Medvirk, "
                "finne ut hvem som har skrevet i databasen. Lagre deretter valget på nytt, så begge velger nøkkelord "
                "igjen."
            )
        )
    ballot_key = keys.create_apart(survey.id)
    *shares, reserve = key_shares.split(ballot_key)
    for holder, share in zip(holding.people, shares, strict=True):
        holder.share = key_shares.locked(share, PublicKey(holder.public_key or b""))
    # What the shares open. The key store is no part of the transaction: `lifecycle` compares the two at opening.
    survey.public_key = bytes(ballot_key.public_key)
    audit.record(session, "survey.key_shared_out", survey.key)
    return reserve


def _seal_of(holder: KeyHolder, keys: KeyStore) -> bytes:
    """32 bytes; another when the survey, the account, the salt or the public key is another."""
    sealed = f"holder:{holder.survey_id}:{holder.account_id}:{(holder.salt or b'').hex()}:"
    return hmac.digest(keys.seal_secret, sealed.encode() + (holder.public_key or b""), sha256)


def is_holder(holding: KeyHolding, account: Account) -> bool:
    return any(holder.account_id == account.id for holder in holding.people)


def give_share(session: Session, survey: Survey, holder: KeyHolder, passphrase: str, keys: KeyStore) -> bool:
    """A holder opens with her passphrase; True when the box is open with it. Raises SurveyError."""
    _require_closed(survey)
    with without_write_lock():
        own = key_shares.holder_key(passphrase, holder.salt or b"")
    try:
        share = key_shares.unlocked(holder.share or b"", own)
    except ShareError:
        raise SurveyError(
            _("Nøkkelordene stemmer ikke. Prøv igjen, med mellomrom og store bokstaver som da du valgte dem.")
        ) from None
    return _give(session, survey, holder, share, keys)


def give_reserve(session: Session, survey: Survey, words: str, keys: KeyStore) -> bool:
    """The words on paper are typed in; True when the box is open with them. Raises SurveyError."""
    _require_closed(survey)
    holding = key_holding(session, survey)
    share = " ".join(words.lower().split())
    if holding is None or holding.reserve is None or not key_shares.is_share(share):
        raise SurveyError(
            _(
                "Dette er ikke ordene fra arket. Skriv alle de 33 ordene i samme rekkefølge, og se etter skrivefeil."
            )
        )
    return _give(session, survey, holding.reserve, share, keys)


def _give(session: Session, survey: Survey, holder: KeyHolder, share: str, keys: KeyStore) -> bool:
    # One after the other: two who give at the same moment would each wait for the other.
    session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())
    if keys.can_count(survey.id):
        # Opened since she saw the page: her share is not to be kept, and nobody is to be told that it waits.
        return True
    now = clock.now()
    audit.record(session, "survey.key_share_given", survey.key, holder=_name_of(holder))
    holder.given_share, holder.given_at = keys.masters.wrapped(share.encode()), now
    session.flush()
    holding = key_holding(session, survey, now)
    given = holding.given if holding else ()
    shares = [found for row in given if (found := _unwrapped(row, keys)) is not None]
    if len(shares) < NEEDED:
        queue_mails(session, survey, HolderMailKind.OTHER_GAVE, who=given, until=now + KEPT_FOR, but=given)
        return False
    _put_together(survey, shares[:NEEDED], keys)
    for row in given:
        row.given_share = row.given_at = None
    audit.record(session, "survey.box_opened", survey.key, holders=[_name_of(row) for row in given])
    queue_mails(session, survey, HolderMailKind.BOX_OPENED, who=given, until=now + NEWS_FOR)
    return True


def _unwrapped(holder: KeyHolder, keys: KeyStore) -> str | None:
    """What she gave; None, and forgotten, when the master key has been changed since: she gives it again."""
    try:
        return keys.masters.opened(holder.given_share or b"").decode()
    except LockedKeyError:
        holder.given_share = holder.given_at = None
        return None


def forget_shares(db: Database, now: dt.datetime | None = None) -> int:
    """Shares that have waited a day are not kept; how many there were."""
    moment = now or clock.now()
    old = (KeyHolder.given_at.is_not(None), KeyHolder.given_at <= moment - KEPT_FOR)
    with db.reading() as session:
        if session.scalar(select(KeyHolder.id).where(*old).limit(1)) is None:
            return 0
    with db.transaction() as session:
        rows = session.scalars(select(KeyHolder).where(*old)).all()
        for row in rows:
            row.given_share = row.given_at = None
            survey = session.get_one(Survey, row.survey_id)
            queue_mails(session, survey, HolderMailKind.EXPIRED, who=[row], until=moment + NEWS_FOR)
        return len(rows)


def _put_together(survey: Survey, shares: Sequence[str], keys: KeyStore) -> None:
    try:
        keys.put_back(survey.id, key_shares.joined(shares))
    except (ShareError, KeyMissingError):
        raise SurveyError(
            _(
                "De to delene hører ikke sammen. Er arket fra en annen undersøkelse, eller fra før nøkkelen ble laget "
                "på nytt?"
            )
        ) from None


def _name_of(holder: KeyHolder) -> str:
    return holder.account.trail_name if holder.account else "reserve"


def _require_draft(survey: Survey) -> None:
    if survey.status != SurveyStatus.DRAFT:
        raise SurveyError(_("Hvem som kan åpne urnen, ligger fast når undersøkelsen er åpnet."))


def _require_closed(survey: Survey) -> None:
    if survey.status != SurveyStatus.CLOSED:
        raise SurveyError(_("Urnen kan åpnes når undersøkelsen er lukket og ikke talt opp ennå."))
