"""What waits for the signed-in person now: a few lines, the most pressing first."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account
from surveys.access.permissions import granted_units
from surveys.campaigns.models import LongStep, Survey, SurveyStatus
from surveys.campaigns.survey_texts import title_in
from surveys.organisation.models import Person
from surveys.platform.texts import _, ngettext
from surveys.release.comments.queue import backlogs

MOST_LINES: Final = 3


@dataclass(frozen=True)
class Task:
    """One line: what to do, in a sentence, and the survey and the page that does it."""

    text: str
    survey_key: str
    endpoint: str = "hr.show"


def tasks(session: Session, account: Account, today: dt.date) -> list[Task]:
    """At most three things that wait for HR: results first, then counting, closing and opening, then comments."""
    units = granted_units(session, account, *HR_ROLES)
    surveys = session.scalars(
        select(Survey)
        .where(Survey.unit_id.in_(units), Survey.status != SurveyStatus.RELEASED)
        .order_by(Survey.closes_on, Survey.id)
    ).all()
    at_work = set(session.scalars(select(LongStep.survey_id).where(LongStep.problem == "")))
    waiting = [
        (survey, text) for survey in surveys if survey.id not in at_work and (text := _task(survey, today))
    ]
    waiting.sort(key=lambda pair: list(SurveyStatus).index(pair[0].status), reverse=True)
    steps = [Task(text, survey.key) for survey, text in waiting]
    return [*steps, *_comments(session, units)][:MOST_LINES]


def has_no_roster(session: Session, account: Account) -> bool:
    """Whether HR has nobody to invite yet, and nothing has been asked: her first steps are before a survey's."""
    units = granted_units(session, account, *HR_ROLES)
    if not units:
        return False
    people = select(Person.id).where(Person.unit_id.in_(units))
    asked = select(Survey.id).where(Survey.unit_id.in_(units))
    return session.scalar(people.limit(1)) is None and session.scalar(asked.limit(1)) is None


def _comments(session: Session, units: frozenset[int]) -> list[Task]:
    """HR of an area has this way in only: the survey's other pages belong to HR of the whole."""
    return [
        Task(
            ngettext(
                "Gå gjennom %(num)s kommentar fra %(title)s",
                "Gå gjennom %(num)s kommentarer fra %(title)s",
                backlog.waiting,
                title=title_in(backlog.survey),
            ),
            backlog.survey.key,
            "hr.comments",
        )
        for backlog in backlogs(session, units)
    ]


def _task(survey: Survey, today: dt.date) -> str:
    title = title_in(survey)
    if survey.status == SurveyStatus.COUNTED:
        return _("Frigi resultatene av %(title)s", title=title)
    if survey.status == SurveyStatus.CLOSED:
        return _("Tell opp svarene i %(title)s", title=title)
    if survey.status == SurveyStatus.OPEN and survey.closes_on < today:
        return _("Lukk %(title)s: fristen er ute", title=title)
    if survey.status == SurveyStatus.DRAFT and survey.opens_on <= today:
        return _("Åpne %(title)s", title=title)
    return ""
