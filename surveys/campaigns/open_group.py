"""Surveys that need more answers before they show a group: where nobody is invited by name, and where all is shares.

Whoever has the link or the codes may answer as often as she likes, and knows what she answered.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.precision import EXACT_FROM
from surveys.audit import trail as audit
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.instruments.in_use import questionnaire_of

OPEN_GROUP: Final = 20
"""The least number of answers behind a figure where nobody is invited by name."""


def invites_by_name(session: Session, survey: Survey) -> bool:
    """Whether there is an invitation to a person or an address."""
    named = (Invitation.survey_id == survey.id, ~Invitation.loose, ~Invitation.self_started)
    return session.scalar(select(Invitation.id).where(*named).limit(1)) is not None


def promised_group(session: Session, survey: Survey) -> int:
    """The minimum group that somebody without a named invitation is promised. Counting settles it and clears who."""
    least = survey.minimum_group
    is_settled = survey.status in {SurveyStatus.COUNTED, SurveyStatus.RELEASED} or least >= OPEN_GROUP
    return least if is_settled or invites_by_name(session, survey) else OPEN_GROUP


def raise_for_shares(session: Session, survey: Survey) -> None:
    """Where every answer is told as a share, a group is of ten: the shares of fewer are the list of their answers."""
    if questionnaire_of(survey.instrument).reporting.shares_only and survey.minimum_group < EXACT_FROM:
        survey.minimum_group = EXACT_FROM
        audit.record(session, "survey.group_raised", survey.key, minimum_group=EXACT_FROM)


def raise_to_open_group(session: Session, survey: Survey) -> None:
    """Makes the promise hold for good: it is not lowered if somebody is invited by name later."""
    promised = promised_group(session, survey)
    if promised > survey.minimum_group:
        survey.minimum_group = promised
        audit.record(session, "survey.group_raised", survey.key, minimum_group=promised)
