"""Invitations that did not arrive: whose, why, and sending them again to the right address.

Only invitations are told of, and whether or not their code has been used: reminders go to those who have not answered,
so a list of failed reminders would name them.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageKind, Survey, SurveyStatus
from surveys.campaigns.roster_following import plain, send_again
from surveys.organisation.models import Person, Unit
from surveys.platform.addresses import EMAIL
from surveys.platform.texts import _


@dataclass(frozen=True)
class FailedMail:
    """A person's latest invitation mail that failed, or that we do not know the fate of (`unsure`)."""

    invitation_id: int
    name: str
    unit_name: str
    email: str
    why: str
    unsure: bool


def failed_mails(session: Session, survey: Survey) -> list[FailedMail]:
    """By unit and name. Somebody outside the roster has no name."""
    latest = (
        select(Delivery.invitation_id, func.max(Delivery.number).label("number"))
        .where(Delivery.kind == MessageKind.INVITATION)
        .group_by(Delivery.invitation_id)
        .subquery()
    )
    rows = session.execute(
        select(Invitation.id, Person.name, Unit.name, Invitation.email, Delivery.error, Delivery.status)
        .join(Delivery, Delivery.invitation_id == Invitation.id)
        .join(
            latest,
            (latest.c.invitation_id == Delivery.invitation_id) & (latest.c.number == Delivery.number),
        )
        .join(Unit, Unit.id == Invitation.unit_id)
        .outerjoin(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.survey_id == survey.id,
            Invitation.email != "",
            Delivery.kind == MessageKind.INVITATION,
            Delivery.status.in_((DeliveryStatus.FAILED, DeliveryStatus.SENDING)),
        )
        .order_by(Unit.name, Person.name, Invitation.id)
    )
    return [
        FailedMail(invitation_id, name or "", unit, email, error, status == DeliveryStatus.SENDING)
        for invitation_id, name, unit, email, error, status in rows
    ]


def correct_address(session: Session, survey: Survey, invitation_id: int, email: str) -> None:
    """Gives the invitation and its person the address, and sends the same code there unless it has been used.

    Raises SurveyError when the survey is not open, there is no such invitation, the address is none, or somebody else
    has an invitation there.
    """
    invitation = _invitation(session, survey, invitation_id)
    address = email.strip()
    if not EMAIL.fullmatch(address):
        raise SurveyError(_("«%(email)s» er ikke en e-postadresse.", email=address))
    if _is_taken(session, survey, invitation_id, address):
        raise SurveyError(_("Adressen «%(email)s» har alt en invitasjon.", email=address))
    change_sealed(invitation, email=address)
    invitation.declined_email = ""
    if invitation.person_id is not None:
        session.get_one(Person, invitation.person_id).email = address
    if not invitation.delivered and not _is_waiting(session, invitation_id):
        send_again(session, invitation_id)
    audit.record(session, "survey.address_corrected", survey.key)
    session.flush()


def turn_into_letter(session: Session, survey: Survey, invitation_id: int) -> Invitation:
    """Gives up on mail for this person: her code is printed. Raises SurveyError as `correct_address`."""
    invitation = _invitation(session, survey, invitation_id)
    if invitation.person_id is not None:
        invitation.declined_email = session.get_one(Person, invitation.person_id).email
    change_sealed(invitation, email="")
    waiting = select(Delivery).where(
        Delivery.invitation_id == invitation_id, Delivery.status == DeliveryStatus.QUEUED
    )
    for delivery in session.scalars(waiting):
        session.delete(delivery)
    audit.record(session, "survey.letter_instead_of_mail", survey.key)
    session.flush()
    return invitation


def _invitation(session: Session, survey: Survey, invitation_id: int) -> Invitation:
    if survey.status != SurveyStatus.OPEN:
        raise SurveyError(_("Undersøkelsen er ikke åpen. Da sender vi ingen flere meldinger."))
    found = session.scalar(
        select(Invitation).where(Invitation.id == invitation_id, Invitation.survey_id == survey.id)
    )
    if found is None:
        raise SurveyError(_("Invitasjonen finnes ikke lenger. Last siden på nytt."))
    return found


def _is_taken(session: Session, survey: Survey, invitation_id: int, address: str) -> bool:
    others = session.scalars(
        select(Invitation.email).where(
            Invitation.survey_id == survey.id, Invitation.id != invitation_id, Invitation.email != ""
        )
    )
    return plain(address) in {plain(other) for other in others}


def _is_waiting(session: Session, invitation_id: int) -> bool:
    waiting = select(Delivery.id).where(
        Delivery.invitation_id == invitation_id,
        Delivery.kind == MessageKind.INVITATION,
        Delivery.status == DeliveryStatus.QUEUED,
    )
    return session.scalar(waiting.limit(1)) is not None
