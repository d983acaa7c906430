"""What every sending does first: invitations follow the roster, so that no mail goes to an address of before.

Somebody who was given a new employee number keeps her invitation. Somebody with a corrected address keeps her code, and
gets the invitation again at the new address. Whoever has delivered is left alone. An address that is gone from the
roster is kept: a file without addresses must not turn everybody's mail into letters.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from surveys.campaigns.channels import channel_of
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageChannel,
    MessageKind,
    Survey,
)
from surveys.organisation.models import Person
from surveys.platform.sms_gateway import sms_is_set_up


@dataclass(frozen=True)
class AddressChange:
    """A corrected address. `sends_again`: the invitation has been handed over before and goes to the new address."""

    invitation_id: int
    person_id: int
    email: str
    sends_again: bool


@dataclass(frozen=True)
class PhoneChange:
    """A new number of somebody without an address. `sends_again`: as `AddressChange`.

    is_first: she had no number until now, and nothing has been sent to her.
    """

    invitation_id: int
    phone: str
    sends_again: bool
    is_first: bool


def plain(text: str) -> str:
    """Addresses and names are compared without case and extra spaces: no mail server in use tells them apart by it."""
    return " ".join(text.casefold().split())


def update_invitations_from_roster(session: Session, survey: Survey) -> int:
    """Moves invitations to new numbers and addresses; how many were put in the outbox for a new address."""
    take_over_numbers(session, survey)
    session.execute(
        update(Invitation)
        .where(
            Invitation.survey_id == survey.id,
            Invitation.counted.is_not(None),
            Invitation.person_id.in_(select(Person.id).where(Person.active)),
        )
        .values(counted=None)
    )
    again = readdress(session, address_changes(session, survey))
    return again + rephone(session, phone_changes(session, survey))


def renumbered(session: Session, survey: Survey) -> list[tuple[int, int]]:
    """(invitation, person) where somebody who is out of the roster is in it again with another number.

    Both her name and her address are the same.
    """
    gone = session.execute(
        select(Invitation.id, Person.email, Person.name)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.survey_id == survey.id, ~Person.active, Person.email != "")
        .order_by(Invitation.id)
    ).all()
    if not gone:
        return []
    invited = select(Invitation.person_id).where(
        Invitation.survey_id == survey.id, Invitation.person_id.is_not(None)
    )
    candidates = session.execute(
        select(Person.id, Person.email, Person.name)
        .where(Person.active, Person.email != "", Person.id.not_in(invited))
        .order_by(Person.id.desc())
    )
    free = {(plain(email), plain(name)): person_id for person_id, email, name in candidates}
    found = []
    for invitation_id, email, name in gone:
        person_id = free.pop((plain(email), plain(name)), None)
        if person_id is not None:
            found.append((invitation_id, person_id))
    return found


def take_over_numbers(session: Session, survey: Survey) -> int:
    pairs = renumbered(session, survey)
    for invitation_id, person_id in pairs:
        change_sealed(session.get_one(Invitation, invitation_id), person_id=person_id)
    session.flush()
    return len(pairs)


def address_changes(session: Session, survey: Survey) -> list[AddressChange]:
    """Everybody in the roster whose address is another than her invitation's, but for those HR has decided about."""
    rows = session.execute(
        select(Invitation.id, Person.id, Person.email, Invitation.email)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.survey_id == survey.id,
            Person.active,
            Person.email != "",
            Person.email != Invitation.email,
            Person.email != Invitation.declined_email,
        )
        .order_by(Invitation.id)
    ).all()
    changed = [row for row in rows if plain(row[2]) != plain(row[3])]
    handed_over = _handed_over(session, [row[0] for row in changed])
    return [
        AddressChange(invitation_id, person_id, email, bool(email) and invitation_id in handed_over)
        for invitation_id, person_id, email, _before in changed
    ]


def readdress(session: Session, changes: Iterable[AddressChange]) -> int:
    """Gives everybody her new address, whether she has delivered or not; how many invitations are sent again."""
    again = 0
    for change in changes:
        invitation = session.get_one(Invitation, change.invitation_id)
        use_address(session, invitation, change.email)
        if change.sends_again:
            send_again(session, invitation)
            again += 1
    session.flush()
    return again


def phone_changes(session: Session, survey: Survey) -> list[PhoneChange]:
    """Everybody who gets SMS and whose number in the roster is another than her invitation's. None without a gateway.

    Whoever has an address, or was given paper by HR, is left alone.
    """
    if not sms_is_set_up():
        return []
    rows = session.execute(
        select(Invitation.id, Person.phone, Invitation.phone)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.survey_id == survey.id,
            Invitation.email == "",
            Invitation.declined_email == "",
            Invitation.printed_on.is_(None),
            Person.active,
            Person.email == "",
            Person.phone.is_not(None),
            Person.phone.is_distinct_from(Invitation.phone),
            Person.phone != Invitation.declined_phone,
        )
        .order_by(Invitation.id)
    ).all()
    changed = [row[0] for row in rows]
    handed_over, begun = _handed_over(session, changed), with_invitation(session, changed)
    return [
        PhoneChange(
            *(invitation_id, phone, invitation_id in handed_over),
            is_first=before is None and invitation_id not in begun,
        )
        for invitation_id, phone, before in rows
        if phone is not None
    ]


def rephone(session: Session, changes: Iterable[PhoneChange]) -> int:
    """Gives them their new number; how many invitations are sent again."""
    again = 0
    for change in changes:
        invitation = session.get_one(Invitation, change.invitation_id)
        change_sealed(invitation, phone=change.phone)
        invitation.declined_phone = ""
        if change.sends_again:
            send_again(session, invitation)
            again += 1
    session.flush()
    return again


def use_address(session: Session, invitation: Invitation, email: str) -> None:
    """From now on she gets mail: what waits for her as SMS too, and her number is not kept."""
    change_sealed(invitation, email=email, phone=None)
    invitation.declined_email = invitation.declined_phone = ""
    session.execute(
        update(Delivery)
        .where(Delivery.invitation_id == invitation.id, Delivery.status == DeliveryStatus.QUEUED)
        .values(channel=MessageChannel.MAIL)
    )


def send_again(session: Session, invitation: Invitation) -> None:
    """One more invitation with the same code, numbered after those before it."""
    before = session.scalar(
        select(func.max(Delivery.number)).where(
            Delivery.invitation_id == invitation.id, Delivery.kind == MessageKind.INVITATION
        )
    )
    session.add(
        Delivery(
            invitation_id=invitation.id,
            kind=MessageKind.INVITATION,
            number=(before or 0) + 1,
            channel=channel_of(invitation) or MessageChannel.MAIL,
        )
    )


def with_invitation(session: Session, invitation_ids: Collection[int]) -> frozenset[int]:
    """Those of the invitations that have an invitation in the outbox, whatever has become of it."""
    rows = session.scalars(
        select(Delivery.invitation_id).where(
            Delivery.invitation_id.in_(invitation_ids), Delivery.kind == MessageKind.INVITATION
        )
    )
    return frozenset(rows)


def _handed_over(session: Session, changed: Collection[int]) -> frozenset[int]:
    """Invitations with a mail behind them and none waiting: one that waits goes to the new address as it is."""
    if not changed:
        return frozenset()
    waiting = aliased(Delivery)
    found = session.scalars(
        select(Delivery.invitation_id)
        .where(
            Delivery.invitation_id.in_(changed),
            Delivery.kind == MessageKind.INVITATION,
            ~select(waiting.id)
            .where(
                waiting.invitation_id == Delivery.invitation_id,
                waiting.kind == MessageKind.INVITATION,
                waiting.status == DeliveryStatus.QUEUED,
            )
            .exists(),
        )
        .distinct()
    )
    return frozenset(found)
