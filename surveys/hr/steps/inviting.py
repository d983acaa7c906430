"""The step that invites everybody in the survey's units who has not been invited before."""

from dataclasses import dataclass
from typing import Final

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns import outbox
from surveys.campaigns.invitations import invite, recipients_from_roster, uses_roster
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.hr.steps.closing import closes_by_itself
from surveys.hr.steps.step import StepDescription, SurveyStep, in_transaction
from surveys.platform.texts import _, _l, ngettext


@dataclass(frozen=True)
class InvitationCounts:
    """How many the roster would add, and how many have been invited already."""

    to_invite: int
    invited: int
    without_message: int


def audience(session: Session, survey: Survey) -> InvitationCounts:
    """Only an employee survey draws on the roster: parents and citizens are not in it."""
    given = select(func.count()).where(Invitation.survey_id == survey.id, ~Invitation.self_started)
    invited = session.scalar(given) or 0
    waiting = len(recipients_from_roster(session, survey)) if uses_roster(survey) else 0
    return InvitationCounts(waiting, invited, outbox.without_message(session, survey))


def _invite(session: Session, survey: Survey) -> str:
    if survey.status != SurveyStatus.OPEN:
        raise SurveyError(_("Undersøkelsen må være åpen før noen kan inviteres."))
    if uses_roster(survey):
        secret = current_app.config["SECRETS"].codes
        invite(session, survey, recipients_from_roster(session, survey), secret)
    queued = outbox.queue_invitations(session, survey)
    said = ngettext(
        "%(num)s invitasjon er lagt i køen og blir sendt straks.",
        "%(num)s invitasjoner er lagt i køen og blir sendt straks.",
        queued.messages,
    )
    if queued.without_address:
        said += " " + ngettext(
            "%(num)s person mangler e-postadresse og må få koden på papir.",
            "%(num)s personer mangler e-postadresse og må få koden på papir.",
            queued.without_address,
        )
    return said


def _description(session: Session, survey: Survey) -> StepDescription:
    people = audience(session, survey)
    to_invite = people.to_invite + people.without_message
    first = ngettext(
        "%(num)s person får en e-post med sin egen lenke.",
        "%(num)s personer får hver sin e-post med egen lenke.",
        to_invite,
    )
    lines = (
        first,
        _("De som er invitert fra før, får ikke en ny e-post."),
        _("Du kan invitere flere så lenge undersøkelsen er åpen."),
    )
    return StepDescription(_("Sende invitasjoner?"), lines)


def _is_next(session: Session, survey: Survey) -> bool:
    if survey.status != SurveyStatus.OPEN:
        return False
    people = audience(session, survey)
    return bool(people.to_invite or people.without_message)


def _invitation(survey: Survey) -> str:
    said = _("Undersøkelsen er åpen, men ikke alle er invitert.")
    return said + closes_by_itself(survey)


INVITE: Final = SurveyStep(
    name="invite",
    label=_l("Inviter og send"),
    take=in_transaction(_invite),
    describe=_description,
    is_next=_is_next,
    invitation=_invitation,
    wakes="outbox",
)
