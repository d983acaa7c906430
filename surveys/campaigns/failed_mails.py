"""Invitations that did not arrive: whose, why, and sending them again to the right address or number.

Only invitations are told of, and whether or not their code has been used: reminders go to those who have not answered,
so a list of failed reminders would name them.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.failure_words import failure_words
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.lifecycle import SurveyError, require_open
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageChannel, MessageKind, Survey
from surveys.campaigns.outbox import CANNOT_SEND
from surveys.campaigns.roster_following import plain, send_again, use_address
from surveys.organisation.models import Person, Unit
from surveys.platform.addresses import EMAIL
from surveys.platform.mail_faults import MailFault, mail_fault
from surveys.platform.phone_numbers import international
from surveys.platform.sms_gateway import sms_is_set_up
from surveys.platform.texts import _


@dataclass(frozen=True)
class FailedMail:
    """A person's latest invitation that failed, or that we do not know the fate of (`unsure`).

    email: where it went; «» for an SMS, and then `phone` is the number. why: as it is stored.
    """

    invitation_id: int
    name: str
    unit_name: str
    email: str
    why: str
    unsure: bool
    phone: str = ""

    @property
    def fault(self) -> MailFault:
        """`why` in words."""
        return failure_words(self.why, self.email, unsure=self.unsure)


def failed_mails(session: Session, survey: Survey) -> list[FailedMail]:
    """By unit and name. Somebody outside the roster has no name."""
    latest = (
        select(Delivery.invitation_id, func.max(Delivery.number).label("number"))
        .where(Delivery.kind == MessageKind.INVITATION)
        .group_by(Delivery.invitation_id)
        .subquery()
    )
    rows = session.execute(
        select(
            *(Invitation.id, Person.name, Unit.name, Invitation.email, Invitation.phone),
            *(Delivery.error, Delivery.status),
        )
        .join(Delivery, Delivery.invitation_id == Invitation.id)
        .join(
            latest,
            (latest.c.invitation_id == Delivery.invitation_id) & (latest.c.number == Delivery.number),
        )
        .join(Unit, Unit.id == Invitation.unit_id)
        .outerjoin(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.survey_id == survey.id,
            or_(Invitation.email != "", Invitation.phone.is_not(None)),
            Invitation.printed_on.is_(None) | (Invitation.email != ""),
            Delivery.kind == MessageKind.INVITATION,
            Delivery.status.in_((DeliveryStatus.FAILED, DeliveryStatus.SENDING)),
        )
        .order_by(Unit.name, Person.name, Invitation.id)
    )
    return [
        FailedMail(
            *(invitation_id, name or "", unit, email, error, status == DeliveryStatus.SENDING),
            phone="" if email else phone or "",
        )
        for invitation_id, name, unit, email, phone, error, status in rows
    ]


def waiting_faults(session: Session, survey: Survey) -> list[MailFault]:
    """Why invitations still wait, each reason once: the server was not reached, or asked us to come back."""
    stored = session.scalars(
        select(Delivery.error)
        .join(Delivery.invitation)
        .where(
            Invitation.survey_id == survey.id,
            Delivery.kind == MessageKind.INVITATION,
            Delivery.channel == MessageChannel.MAIL,
            Delivery.status == DeliveryStatus.QUEUED,
            Delivery.error != "",
        )
        .distinct()
    )
    faults = (mail_fault(error) for error in stored)
    return list({fault.meaning: fault for fault in faults}.values())


def correct_address(session: Session, survey: Survey, invitation_id: int, email: str) -> bool:
    """Gives the invitation and its person the address, and sends the same code there, used or not.

    Returns whether it is another address than before. Raises SurveyError when the survey is not open, there is no such
    invitation, the address is none, or somebody else has an invitation there.
    """
    invitation = _invitation(session, survey, invitation_id)
    address = email.strip()
    if not EMAIL.fullmatch(address):
        raise SurveyError(_("«%(email)s» er ikke en e-postadresse.", email=address))
    if _is_taken(session, survey, invitation_id, address):
        raise SurveyError(_("Adressen «%(email)s» har allerede en invitasjon.", email=address))
    is_another = plain(address) != plain(invitation.email)
    use_address(session, invitation, address)
    if invitation.person_id is not None:
        session.get_one(Person, invitation.person_id).email = address
    _send_unless_waiting(session, invitation)
    if is_another:
        audit.record(session, "survey.address_corrected", survey.key)
    else:
        audit.record(session, "survey.mails_retried", survey.key)
    session.flush()
    return is_another


def retry_failed(session: Session, survey: Survey) -> None:
    """Sends every invitation that failed once more. Raises SurveyError when the survey is not open.

    To those too who have answered with a code on paper: whoever presses the button sees whose mail failed before and
    whose does after, and must not read out of it who has answered. One whose fate is unknown is not sent again.
    """
    require_open(survey, CANNOT_SEND)
    for mail in failed_mails(session, survey):
        if not mail.unsure:
            send_again(session, session.get_one(Invitation, mail.invitation_id))
    audit.record(session, "survey.mails_retried", survey.key)
    session.flush()


def correct_phone(session: Session, survey: Survey, invitation_id: int, typed: str) -> bool:
    """Gives the invitation and its person the number, and sends the same code there as `correct_address` does.

    The same number again is also allowed: HR has asked the person, and the SMS never came. Returns and raises
    SurveyError as `correct_address`, and when she has an e-mail address or no SMS is sent from here.
    """
    invitation = _invitation(session, survey, invitation_id)
    number = international(typed)
    if number is None:
        raise SurveyError(_("«%(number)s» er ikke et telefonnummer.", number=typed.strip()))
    if not sms_is_set_up():
        raise SurveyError(_("SMS er ikke satt opp. Lag brev, eller skriv en e-postadresse."))
    if invitation.email:
        raise SurveyError(_("Hun har en e-postadresse, og får e-post."))
    is_another = number != invitation.phone
    change_sealed(invitation, phone=number)
    invitation.declined_phone = ""
    if invitation.person_id is not None:
        session.get_one(Person, invitation.person_id).phone = number
    _send_unless_waiting(session, invitation)
    if is_another:
        audit.record(session, "survey.phone_corrected", survey.key)
    else:
        audit.record(session, "survey.mails_retried", survey.key)
    session.flush()
    return is_another


def turn_into_letter(session: Session, survey: Survey, invitation_id: int) -> Invitation:
    """Gives up on mail and SMS for this person: her code is printed. Raises SurveyError as `correct_address`."""
    invitation = _invitation(session, survey, invitation_id)
    if invitation.person_id is not None:
        person = session.get_one(Person, invitation.person_id)
        invitation.declined_email, invitation.declined_phone = person.email, person.phone or ""
    change_sealed(invitation, email="", phone=None)
    waiting = select(Delivery).where(
        Delivery.invitation_id == invitation_id, Delivery.status == DeliveryStatus.QUEUED
    )
    for delivery in session.scalars(waiting):
        session.delete(delivery)
    audit.record(session, "survey.letter_instead_of_mail", survey.key)
    session.flush()
    return invitation


def _invitation(session: Session, survey: Survey, invitation_id: int) -> Invitation:
    require_open(survey, CANNOT_SEND)
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


def _send_unless_waiting(session: Session, invitation: Invitation) -> None:
    """To somebody who has answered with a code on paper too: else HR would see her stay in the list of failed mails."""
    if not _is_waiting(session, invitation.id):
        send_again(session, invitation)


def _is_waiting(session: Session, invitation_id: int) -> bool:
    waiting = select(Delivery.id).where(
        Delivery.invitation_id == invitation_id,
        Delivery.kind == MessageKind.INVITATION,
        Delivery.status == DeliveryStatus.QUEUED,
    )
    return session.scalar(waiting.limit(1)) is not None
