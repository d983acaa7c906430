"""The step that invites everybody in the survey's units who has not been invited before."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.campaigns.reconciling import ReconcileChoices, reconciliation
from surveys.hr.steps.closing import closes_by_itself
from surveys.hr.steps.reconciling import describe_reconciled, take_reconciled
from surveys.hr.steps.step import StepDescription, SurveyStep
from surveys.platform.texts import _, _l


@dataclass(frozen=True)
class InvitationCounts:
    """How many the roster would add, and how many have been invited already."""

    to_invite: int
    invited: int
    without_message: int


def audience(session: Session, survey: Survey) -> InvitationCounts:
    """Only an employee survey draws on the roster: parents and citizens are not in it."""
    given = select(func.count()).where(
        Invitation.survey_id == survey.id, ~Invitation.self_started, Invitation.counted.is_not(False)
    )
    found = reconciliation(session, survey)
    return InvitationCounts(
        len(found.recipients(ReconcileChoices())), session.scalar(given) or 0, found.unsent
    )


def _description(session: Session, survey: Survey) -> StepDescription:
    return describe_reconciled(session, survey, {})


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
    take=take_reconciled,
    describe=_description,
    status=SurveyStatus.OPEN,
    describe_chosen=describe_reconciled,
    is_next=_is_next,
    invitation=_invitation,
    wakes="outbox",
)
