"""Invitations: one for each respondent, found again by the code alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import SystemRandom

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns import codes
from surveys.campaigns.invitation_seals import seal_of
from surveys.campaigns.models import Invitation, Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Person
from surveys.platform import code_format
from surveys.platform.sms_gateway import sms_is_set_up

_random = SystemRandom()


@dataclass(frozen=True)
class Recipient:
    """Somebody to invite: a person in the roster, an address alone (a parent), or whoever gets a loose code.

    phone: of somebody without an address only. `self_started`: came by the public link. `nonce`: what the code is made
    from, drawn at random when empty.
    """

    unit_id: int
    email: str = ""
    language: str = "nb"
    is_leader: bool = False
    person_id: int | None = None
    loose: bool = False
    self_started: bool = False
    nonce: bytes = b""
    phone: str | None = None

    @property
    def gets_sms(self) -> bool:
        return not self.email and self.phone is not None and sms_is_set_up()


def recipients_from_roster(session: Session, survey: Survey) -> list[Recipient]:
    """A recipient for each of `not_invited`."""
    return [recipient_of(person) for person in not_invited(session, survey)]


def recipient_of(person: Person, *, on_paper: bool = False) -> Recipient:
    """How the person is invited. Her number is used only when she has no address: we keep no more than we need."""
    return Recipient(
        person.unit_id,
        "" if on_paper else person.email,
        person.language,
        person.is_leader,
        person.id,
        phone=None if on_paper or person.email else person.phone,
    )


def not_invited(session: Session, survey: Survey) -> Sequence[Person]:
    """Every active person whom the survey asks, by its scope, and who has no invitation to it yet."""
    invited = select(Invitation.person_id).where(
        Invitation.survey_id == survey.id, Invitation.person_id.is_not(None)
    )
    return session.scalars(
        select(Person)
        .join(SurveyUnit, SurveyUnit.unit_id == Person.unit_id)
        .where(
            SurveyUnit.survey_id == survey.id,
            SurveyUnit.asked,
            Person.active,
            *([Person.is_leader] if survey.leaders_only else []),
            Person.id.not_in(invited),
        )
        .order_by(Person.id)
    ).all()


def invite(
    session: Session, survey: Survey, recipients: Iterable[Recipient], secret: bytes
) -> list[Invitation]:
    """New invitations, each with a code of its own (`code_of`). `secret` is `Secrets.codes`.

    They are made in a random order: counting clears who was invited, and ids in the roster's order would tell it again.
    """
    invitations = []
    shuffled = list(recipients)
    _random.shuffle(shuffled)
    for recipient in shuffled:
        nonce = recipient.nonce or codes.new_nonce()
        invitations.append(
            Invitation(
                survey_id=survey.id,
                unit_id=recipient.unit_id,
                person_id=recipient.person_id,
                email=recipient.email,
                phone=recipient.phone,
                language=recipient.language,
                audience="leaders" if recipient.is_leader else "staff",
                nonce=nonce,
                code_hash=codes.code_hash(secret, codes.code_for(secret, nonce)),
                loose=recipient.loose,
                self_started=recipient.self_started,
            )
        )
    for invitation in invitations:
        invitation.seal = seal_of(invitation, secret)
    session.add_all(invitations)
    session.flush()
    return invitations


def code_of(invitation: Invitation, secret: bytes) -> str:
    """The invitation's code, 12 characters."""
    return codes.code_for(secret, invitation.nonce)


def link_of(invitation: Invitation) -> str:
    """The full address that a respondent opens."""
    code = code_of(invitation, current_app.config["SECRETS"].codes)
    return f"{current_app.config['SETTINGS'].base_url}/svar/{code_format.grouped(code)}"


def uses_roster(survey: Survey) -> bool:
    return not survey.imported and questionnaire_of(survey.instrument).kind == "employee"
