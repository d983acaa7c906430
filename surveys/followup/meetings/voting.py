"""A vote in a room: opened by the leader, sealed while it is open, and gone when it is closed.

What it promises, and what it cannot promise, is in docs/decisions/062 and docs/threat-model.md.
"""

import datetime as dt
import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from nacl.public import PrivateKey, SealedBox
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.codes import code_for, new_nonce
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.meetings.models import (
    MOST_PEOPLE,
    FocusChoice,
    RoomBallot,
    RoomVote,
    RoomVoteKind,
    RoomVoteStatus,
)
from surveys.followup.meetings.outcomes import most_voted, noticed
from surveys.followup.meetings.room_size import RoomSize
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day, now
from surveys.platform.database import Database
from surveys.platform.texts import _
from surveys.respond.padding import padded, unpadded

OPEN_FOR: Final = dt.timedelta(hours=2)
"""After that no votes are taken, and the worker closes it."""

FEWEST_VOTES: Final = 5
"""Whatever the survey's minimum group: in a room of three, who voted for another theme knows what both others chose."""

DAYS_TO_CHECK: Final = 28
"""From the choice to the first «Merker du forskjell?», and from one that was told to the next."""

_BALLOT_BYTES: Final = 128


class RoomVoteError(Exception):
    """What the leader asked for cannot be done; the message says why."""


class RoomSizeDoubtError(RoomVoteError):
    """Many more in the room than the unit has: the leader is asked once more."""


def votes_of(session: Session, survey_id: int, unit_id: int) -> Sequence[RoomVote]:
    """The newest first."""
    return session.scalars(
        select(RoomVote)
        .where(RoomVote.survey_id == survey_id, RoomVote.unit_id == unit_id)
        .order_by(RoomVote.id.desc())
    ).all()


@dataclass(frozen=True)
class RoomPlan:
    """people: in the room, as the leader says. least: fewer votes tell nothing. choice: what a check is about.

    is_sure: she has said again that the number is right.
    """

    people: int
    least: int
    choice: FocusChoice | None = None
    size: RoomSize = field(default_factory=RoomSize)
    is_sure: bool = False

    @property
    def kind(self) -> RoomVoteKind:
        return RoomVoteKind.FOCUS if self.choice is None else RoomVoteKind.CHECK


def open_room(session: Session, secret: bytes, survey: Survey, unit: SurveyUnit, plan: RoomPlan) -> RoomVote:
    """A new vote with an address of its own. Raises RoomVoteError.

    A vote on themes that was told is never held again: the difference between two would tell of whoever came or left.
    """
    if plan.people < plan.least:
        raise RoomVoteError(
            _(
                "Avstemning på telefon krever minst %(least)s i rommet. Bruk papir eller håndsopprekning i stedet.",
                least=plan.least,
            )
        )
    _refuse_too_many(plan)
    _refuse_again(votes_of(session, survey.id, unit.unit_id), plan)
    vote = RoomVote(
        survey_id=survey.id,
        unit_id=unit.unit_id,
        kind=plan.kind,
        choice_id=None if plan.choice is None else plan.choice.id,
        room=code_for(secret, new_nonce()),
        nonce=new_nonce(),
        people=plan.people,
        least=plan.least,
        opened_at=now(),
    )
    session.add(vote)
    audit.record(session, "meeting.vote_opened", unit.unit.code, survey=survey.key)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise RoomVoteError(_("En avstemning er allerede åpen.")) from None
    return vote


def _refuse_too_many(plan: RoomPlan) -> None:
    if plan.people > plan.size.most:
        raise RoomVoteError(_too_many_told(plan.size))
    if plan.size.is_doubtful(plan.people) and not plan.is_sure:
        raise RoomSizeDoubtError(
            _(
                "Enheten har %(staff)s ansatte, og du skrev at dere er %(people)s i rommet. Rett tallet, eller kryss "
                "av for at det er riktig, for eksempel fordi andre enheter er med.",
                staff=plan.size.staff,
                people=plan.people,
            )
        )


def _too_many_told(size: RoomSize) -> str:
    if size.most == MOST_PEOPLE:
        return _("Skriv hvor mange som er i rommet, høyst %(most)s.", most=MOST_PEOPLE)
    return _(
        "Skriv hvor mange som er i rommet. Enheten har %(staff)s ansatte, og da kan dere være høyst %(most)s. Er dere "
        "flere, kan lederen over åpne avstemningen for sin enhet, eller dere kan bruke papir.",
        staff=size.staff,
        most=size.most,
    )


def _refuse_again(before: Sequence[RoomVote], plan: RoomPlan) -> None:
    if any(vote.status is RoomVoteStatus.OPEN for vote in before):
        raise RoomVoteError(_("En avstemning er allerede åpen."))
    told = next((v for v in before if v.kind is plan.kind and v.status is RoomVoteStatus.TOLD), None)
    if plan.choice is None and told is not None:
        raise RoomVoteError(
            _(
                "Dere har stemt, og resultatet er vist. Vil dere endre valget, skriver du det inn med en begrunnelse."
            )
        )
    if plan.choice is not None and municipal_day() < first_check_on(plan.choice, told):
        raise RoomVoteError(_("Det må gå %(days)s dager før dere sjekker.", days=DAYS_TO_CHECK))


def least_votes(minimum_group: int) -> int:
    """How many votes it takes to tell anything."""
    return max(minimum_group, FEWEST_VOTES)


def first_check_on(choice: FocusChoice, told: RoomVote | None) -> dt.date:
    """The first day that the staff may be asked whether they notice a difference. told: the last check."""
    since = max(choice.chosen_on, told.closed_on) if told and told.closed_on else choice.chosen_on
    return since + dt.timedelta(days=DAYS_TO_CHECK)


def takes_votes(vote: RoomVote) -> bool:
    return vote.status is RoomVoteStatus.OPEN and now() < vote.opened_at + OPEN_FOR


def find_room(session: Session, room: str, *, will_vote: bool = False) -> RoomVote | None:
    """The open vote at this address.

    will_vote: whoever closes it waits until this transaction is over, so no vote comes after the count.
    """
    found = select(RoomVote).where(RoomVote.room == room)
    # SQLite's own lock is held from the transaction's start.
    return session.scalar(found.with_for_update(read=True) if will_vote else found)


def cast_vote(
    session: Session, secret: bytes, vote: RoomVote, form_number: str, first: str, second: str
) -> bool:
    """Seals the vote and drops it in the box. False when this page was sent before: the first sending counts.

    form_number: the random number that the page was made with. It is stored nowhere.
    """
    number = _ballot_number(secret, vote, form_number)
    if session.get(RoomBallot, number) is not None:
        return False
    content = padded(f"{first}\n{second}".encode(), _BALLOT_BYTES)
    sealed = SealedBox(_private_key(secret, vote).public_key).encrypt(content)
    session.add(RoomBallot(id=number, vote_id=vote.id, sealed=sealed))
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return False
    return True


def has_enough(session: Session, vote: RoomVote) -> bool:
    """The only thing that is told while it is open: whether there are enough votes to tell anything afterwards."""
    return _ballots(session, vote) >= vote.least


def close_room(session: Session, secret: bytes, vote: RoomVote, unit_code: str, survey_key: str) -> None:
    """Counts, keeps what may be told, and deletes the votes and what makes their key. Closing twice changes nothing."""
    closing = (
        update(RoomVote)
        .where(RoomVote.id == vote.id, RoomVote.status == RoomVoteStatus.OPEN)
        .values(closed_on=municipal_day())
        .returning(RoomVote.id)
    )
    # Takes the row's lock: votes on their way are in, or will find it closed.
    if session.execute(closing).first() is None:
        return
    sealed = session.scalars(select(RoomBallot.sealed).where(RoomBallot.vote_id == vote.id)).all()
    vote.status, vote.first, vote.second = _outcome(secret, vote, sealed)
    vote.room = vote.nonce = None
    session.flush()
    session.execute(delete(RoomBallot).where(RoomBallot.vote_id == vote.id))
    audit.record(session, "meeting.vote_closed", unit_code, survey=survey_key)


def close_forgotten(database: Database, secret: bytes) -> int:
    """Closes every vote that has been open too long; how many."""
    with database.transaction() as session:
        old = session.execute(
            select(RoomVote, Unit.code, Survey.key)
            .join(Unit, Unit.id == RoomVote.unit_id)
            .join(Survey, Survey.id == RoomVote.survey_id)
            .where(RoomVote.status == RoomVoteStatus.OPEN, RoomVote.opened_at <= now() - OPEN_FOR)
        ).all()
        for vote, unit_code, survey_key in old:
            close_room(session, secret, vote, unit_code, survey_key)
    if old:
        database.forget_deleted(RoomBallot.__tablename__)
    return len(old)


def _outcome(secret: bytes, vote: RoomVote, sealed: Sequence[bytes]) -> tuple[RoomVoteStatus, str, str]:
    if len(sealed) < vote.least:
        return RoomVoteStatus.TOO_FEW, "", ""
    if len(sealed) > vote.people:
        return RoomVoteStatus.TOO_MANY, "", ""
    box = SealedBox(_private_key(secret, vote))
    votes = [unpadded(box.decrypt(each)).decode().split("\n") for each in sealed]
    first, second = ([each[index] for each in votes] for index in (0, 1))
    if vote.kind is RoomVoteKind.FOCUS:
        return RoomVoteStatus.TOLD, ",".join(most_voted(first)), ",".join(most_voted(second))
    told = (noticed([int(each) for each in answers]).value for answers in (first, second))
    return (RoomVoteStatus.TOLD, *told)  # type: ignore[return-value]


def _ballots(session: Session, vote: RoomVote) -> int:
    found = session.scalar(select(func.count()).select_from(RoomBallot).where(RoomBallot.vote_id == vote.id))
    return found or 0


def _private_key(secret: bytes, vote: RoomVote) -> PrivateKey:
    """From the server's secret and the vote's own number: neither of them opens anything alone."""
    return PrivateKey(hmac.digest(secret, b"room key" + _nonce(vote), "sha256"))


def _ballot_number(secret: bytes, vote: RoomVote, form_number: str) -> uuid.UUID:
    digest = hmac.digest(secret, b"room ballot" + _nonce(vote) + form_number.encode(), "sha256")
    return uuid.UUID(bytes=digest[:16])


def _nonce(vote: RoomVote) -> bytes:
    if vote.nonce is None:
        raise RoomVoteError(_("Avstemningen er avsluttet."))
    return vote.nonce
