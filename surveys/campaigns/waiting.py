"""What waits for the signed-in person now: a few lines, the most pressing first."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.access.permissions import granted_units
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.translating import _
from surveys.localisation import localised

MOST_LINES: Final = 3


@dataclass(frozen=True)
class Task:
    """One line: what to do, in a sentence, and the survey whose page does it."""

    text: str
    survey_key: str


def tasks(session: Session, account: Account, today: dt.date) -> list[Task]:
    """At most three things that wait for HR: results first, then counting, closing and opening."""
    units = granted_units(session, account, Role.HR, Role.ADMINISTRATOR)
    surveys = session.scalars(
        select(Survey)
        .where(Survey.unit_id.in_(units), Survey.status != SurveyStatus.RELEASED)
        .order_by(Survey.closes_on, Survey.id)
    ).all()
    waiting = [(survey, text) for survey in surveys if (text := _task(survey, today))]
    waiting.sort(key=lambda pair: list(SurveyStatus).index(pair[0].status), reverse=True)
    return [Task(text, survey.key) for survey, text in waiting[:MOST_LINES]]


def _task(survey: Survey, today: dt.date) -> str:
    title = localised(survey.title)
    if survey.status == SurveyStatus.COUNTED:
        return _("Frigi resultatene av %(title)s", title=title)
    if survey.status == SurveyStatus.CLOSED:
        return _("Tell opp svarene i %(title)s", title=title)
    if survey.status == SurveyStatus.OPEN and survey.closes_on < today:
        return _("Lukk %(title)s: fristen er ute", title=title)
    if survey.status == SurveyStatus.DRAFT and survey.opens_on <= today:
        return _("Åpne %(title)s", title=title)
    return ""
