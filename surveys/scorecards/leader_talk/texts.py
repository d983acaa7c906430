"""The texts of leader agreements as one of the two may read them. The only place that selects them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.clock import now
from surveys.scorecards.leader_talk.models import TalkText, TalkTextKind
from surveys.scorecards.leader_talk.pair import unit_leaders


class WrittenMeanwhileError(Exception):
    """The other has stored a text since the page was opened. The transaction is rolled back."""


@dataclass(frozen=True)
class Agreement:
    """A leader's agreement for a unit and a year."""

    leader: Account
    unit: Unit
    year: int


def may_open(session: Session, account: Account, agreement: Agreement) -> bool:
    """The leader herself, as long as she has an account, and whoever leads her today."""
    if account.id == agreement.leader.id:
        return True
    above = unit_leaders(session).above(agreement.unit.id, agreement.leader.id)
    return account.id in {each.id for each in above}


def texts_for(
    session: Session, account: Account, agreement: Agreement, kind: TalkTextKind
) -> Sequence[TalkText]:
    """The versions that the account may read, the newest first.

    The leader: all. Her leader: what was written for her, the newest of what the leader wrote and all that she wrote
    herself. Everybody else: none.
    """
    if not may_open(session, account, agreement):
        return []
    wanted = select(TalkText).where(
        TalkText.leader_id == agreement.leader.id,
        TalkText.unit_id == agreement.unit.id,
        TalkText.year == agreement.year,
        TalkText.kind == kind,
        or_(TalkText.leader_id == account.id, TalkText.reader_id == account.id),
    )
    found = session.scalars(wanted.order_by(TalkText.number.desc())).all()
    if account.id == agreement.leader.id:
        return found
    newest = _newest_number(session, agreement, kind)
    return [each for each in found if each.number == newest or each.author_id == account.id]


def leader_talk_texts(session: Session, account: Account) -> Sequence[TalkText]:
    """Every version of every text about the account as a leader, the newest first: for herself alone."""
    wanted = select(TalkText).where(TalkText.leader_id == account.id)
    return session.scalars(wanted.order_by(TalkText.at.desc(), TalkText.id.desc())).all()


def years_of(session: Session, account: Account, agreement: Agreement) -> set[int]:
    """The years of the agreement that the account has texts to read from."""
    wanted = select(TalkText.year).where(
        TalkText.leader_id == agreement.leader.id,
        TalkText.unit_id == agreement.unit.id,
        or_(TalkText.leader_id == account.id, TalkText.reader_id == account.id),
    )
    return set(session.scalars(wanted))


def store_text(
    session: Session,
    account: Account,
    agreement: Agreement,
    kind: TalkTextKind,
    text: str,
    reader: Account | None,
    known: int,
) -> None:
    """A new version for the leader and `reader`. known: the newest version on the account's page, 0 for none.

    Raises WrittenMeanwhileError.
    """
    shown = texts_for(session, account, agreement, kind)
    if known != (shown[0].number if shown else 0):
        raise WrittenMeanwhileError
    session.add(
        TalkText(
            leader_id=agreement.leader.id,
            unit_id=agreement.unit.id,
            year=agreement.year,
            kind=kind,
            number=_newest_number(session, agreement, kind) + 1,
            text=text,
            at=now(),
            author_id=account.id,
            author=account.name,
            reader_id=reader.id if reader else None,
        )
    )
    # Of the text itself, the trail has nothing: HR reads it.
    audit.record(session, "leader_talk.stored", agreement.unit.code, year=agreement.year)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise WrittenMeanwhileError from None


def _newest_number(session: Session, agreement: Agreement, kind: TalkTextKind) -> int:
    wanted = select(func.max(TalkText.number)).where(
        TalkText.leader_id == agreement.leader.id,
        TalkText.unit_id == agreement.unit.id,
        TalkText.year == agreement.year,
        TalkText.kind == kind,
    )
    return session.scalar(wanted) or 0
