"""Withdrawing one person's code and giving her a new one: for a link that came into the wrong hands."""

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns import codes
from surveys.campaigns.ballot_box import Draft
from surveys.campaigns.channels import channel_of
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.lifecycle import SurveyError, require_open
from surveys.campaigns.models import Invitation, ReplacedCode, Survey
from surveys.campaigns.roster_following import send_again
from surveys.organisation.models import Person
from surveys.platform.phone_numbers import international
from surveys.platform.texts import _


def find_invited(session: Session, survey: Survey, typed: str) -> int:
    """The invitation of the one person with this employee number, address or mobile number, however it is written.

    Raises SurveyError unless there is one.
    """
    wanted = typed.strip()
    number = international(wanted)
    of_hers = [Person.employee_number == wanted, func.lower(Invitation.email) == wanted.lower()]
    if number is not None:
        of_hers += [Invitation.phone == number, Person.phone == number]
    found = session.scalars(
        select(Invitation.id)
        .outerjoin(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.survey_id == survey.id,
            or_(*of_hers),
        )
        .limit(2)
    ).all()
    if not wanted or not found:
        raise SurveyError(
            _("Ingen invitert har ansattnummeret, adressen eller mobilnummeret «%(typed)s».", typed=wanted)
        )
    if len(found) > 1:
        raise SurveyError(_("Flere inviterte har «%(typed)s». Skriv ansattnummeret.", typed=wanted))
    return found[0]


def require_replaceable(survey: Survey) -> None:
    """Raises SurveyError unless codes of the survey can be replaced now."""
    require_open(survey, _("Undersøkelsen må være åpen før en kode kan byttes."))


def replace_code(session: Session, survey: Survey, invitation_id: int, secret: bytes) -> None:
    """The old code says that it has been replaced; the new one is sent, or printed where there is no address.

    What was begun with the old code is deleted: it can only be opened with that. Whoever has delivered gets a new code
    too, which says that she has: nothing that HR sees, the old code and the pile of letters least of all, tells which
    it was. Raises SurveyError unless the survey is open.
    """
    require_replaceable(survey)
    invitation = session.scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id, Invitation.survey_id == survey.id)
        .with_for_update()
    )
    if invitation is None:
        raise SurveyError(_("Invitasjonen finnes ikke lenger. Last siden på nytt."))
    audit.record(session, "survey.code_replaced", survey.key)
    session.add(ReplacedCode(code_hash=invitation.code_hash))
    change_sealed(invitation, nonce=codes.new_nonce())
    invitation.code_hash = codes.code_hash(secret, codes.code_for(secret, invitation.nonce))
    invitation.printed_on = invitation.printed_batch = None
    session.execute(delete(Draft).where(Draft.invitation_id == invitation.id))
    if channel_of(invitation) is not None:
        send_again(session, invitation)
    session.flush()


def is_replaced(session: Session, code: str, secret: bytes) -> bool:
    """Whether the code, 12 characters, was withdrawn."""
    return session.get(ReplacedCode, codes.code_hash(secret, code)) is not None
