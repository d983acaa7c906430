"""What the page of jobs shows: figures of whole surveys, never a person."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.access.permissions import granted_units
from surveys.campaigns.failed_mails import failed_mails, waiting_faults
from surveys.campaigns.failure_words import told_together
from surveys.campaigns.models import LongStep, Survey, SurveyStatus
from surveys.campaigns.outbox import outbox_counts
from surveys.campaigns.planned_reminders import plan_of
from surveys.campaigns.reminder_plan import next_allowed
from surveys.campaigns.reminders import next_planned_day
from surveys.hr.long_steps import LongStepState, standing
from surveys.platform.clock import MUNICIPAL_TIME
from surveys.platform.heartbeats import Heartbeats
from surveys.platform.mail_faults import MailFault
from surveys.platform.queue import QUEUES
from surveys.platform.texts import _
from surveys.site.jobs.texts import kind_of_job, last_seen


@dataclass(frozen=True)
class WorkerSeen:
    """One kind of job, and when its worker was last seen, in words."""

    kind: str
    seen: str


@dataclass(frozen=True)
class StepRow:
    """A long step of a survey. share: how much of it is done (0–1); None: nobody is at it."""

    survey: Survey
    step: LongStepState
    share: float | None


@dataclass(frozen=True)
class MailRow:
    """Mails of an open survey. failed, unsure: people whose latest invitation did not go, or may not have.

    reasons: why, and how many. waits_for: why invitations still wait.
    """

    survey: Survey
    waiting: int
    sent: int
    failed: int
    unsure: int
    reasons: list[tuple[str, int]]
    waits_for: list[MailFault]


@dataclass(frozen=True)
class PlannedJob:
    """What will happen by itself, and on which day."""

    day: dt.date
    what: str
    survey: Survey


def workers_seen(found: Heartbeats) -> list[WorkerSeen]:
    return [WorkerSeen(kind_of_job(queue), last_seen(found.ages.get(queue))) for queue in QUEUES]


def own_surveys(session: Session, account: Account) -> list[Survey]:
    """Of the units that the account administers, by key."""
    units = granted_units(session, account, Role.ADMINISTRATOR)
    return list(session.scalars(select(Survey).where(Survey.unit_id.in_(units)).order_by(Survey.key)))


def steps(
    session: Session, surveys: list[Survey], share_done: Callable[[int], float | None]
) -> list[StepRow]:
    """Those asked for and those that stopped. `share_done`: what the queue tells of a survey's step."""
    asked = set(session.scalars(select(LongStep.survey_id)))
    found = [(survey, standing(session, survey)) for survey in surveys if survey.id in asked]
    return [StepRow(survey, step, share_done(survey.id)) for survey, step in found if step]


def mails(session: Session, surveys: list[Survey]) -> list[MailRow]:
    return [_mail_row(session, survey) for survey in surveys if survey.status == SurveyStatus.OPEN]


def _mail_row(session: Session, survey: Survey) -> MailRow:
    counts = outbox_counts(session, survey)
    wrong = failed_mails(session, survey)
    unsure = sum(mail.unsure for mail in wrong)
    reasons = told_together(mail.fault for mail in wrong if not mail.unsure)
    return MailRow(
        survey,
        counts.waiting,
        counts.sent,
        len(wrong) - unsure,
        unsure,
        reasons,
        waiting_faults(session, survey),
    )


def planned(session: Session, surveys: list[Survey], now: dt.datetime) -> list[PlannedJob]:
    """Openings, closings and reminders that come by themselves, the first one first."""
    found = [job for survey in surveys for job in _planned(session, survey, now)]
    return sorted(found, key=lambda job: (job.day, job.survey.key))


def _planned(session: Session, survey: Survey, now: dt.datetime) -> Iterator[PlannedJob]:
    today = now.astimezone(MUNICIPAL_TIME).date()
    if survey.status == SurveyStatus.DRAFT and survey.opens_automatically:
        yield PlannedJob(max(survey.opens_on, today), _("Åpner"), survey)
    if survey.status != SurveyStatus.OPEN:
        return
    plan = plan_of(survey)
    day = None if plan.is_off else next_planned_day(session, survey, plan)
    if day is not None and (sent_on := next_allowed(now, day).date()) <= survey.closes_on:
        yield PlannedJob(sent_on, _("Sender påminnelser"), survey)
    if survey.closes_automatically:
        yield PlannedJob(max(survey.closes_on, today), _("Lukker når dagen er over"), survey)
