"""Steps that take longer than anybody should wait for a page: HR asks for them, and the job worker takes them.

What was asked for is in the database until it is done, so a worker that is killed takes it again: counting and
releasing are all or nothing, and a correction is made once.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import LongStep, Survey
from surveys.hr.background_jobs import language_of
from surveys.hr.steps.all_steps import step_named
from surveys.hr.steps.step import LongRun, StepRequest, SurveyStep
from surveys.platform.background_jobs import FAILED, MOST_ATTEMPTS, STOPPED, is_late, problem_text
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.publishing.size import number_of_answers

MOST_AT_ONCE: Final = 2_000
"""Answers that a request counts, releases or corrects itself: about two seconds."""

_log = logging.getLogger("medvirk.steps")

Tell = Callable[[int, float | None], None]
"""Told a survey's id and the share (0–1) that is done of its step; None when it is over."""


@dataclass(frozen=True)
class LongStepState:
    """A long step as HR sees it.

    under_way: what is being done. details: what she filled in. problem: why it was not taken; empty until then.
    late: nobody has begun, long after it was asked for.
    """

    name: str
    under_way: str
    details: Mapping[str, Any]
    problem: str
    findings: tuple[str, ...]
    late: bool


def is_long(session: Session, survey: Survey, step: SurveyStep) -> bool:
    """Whether the step is for the worker."""
    return step.long is not None and number_of_answers(session, survey) > MOST_AT_ONCE


def ask(
    session: Session,
    survey: Survey,
    step: SurveyStep,
    account_id: int | None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Has the worker take the step, in the caller's transaction. Asking again while it is under way changes nothing."""
    found = session.get(LongStep, survey.id, with_for_update=True)
    if found and not found.problem:
        return
    if found:
        session.delete(found)
        session.flush()
    session.add(
        LongStep(
            survey_id=survey.id,
            name=step.name,
            details=dict(details or {}),
            account_id=account_id,
            asked_at=dt.datetime.now(dt.UTC),
        )
    )


def ask_again(session: Session, survey: Survey, account_id: int) -> bool:
    """Asks for a step that stopped once more, as it was asked for; False when none has."""
    found = session.get(LongStep, survey.id)
    if found is None or not found.problem:
        return False
    ask(session, survey, step_named(found.name), account_id, found.details)
    return True


def standing(session: Session, survey: Survey) -> LongStepState | None:
    """The survey's long step; None when there is none, or it was taken in another way after it went wrong."""
    found = session.get(LongStep, survey.id)
    if found is None or (found.problem and _is_taken(session, survey, found)):
        return None
    return LongStepState(
        found.name,
        str(_long_run(found.name).under_way),
        found.details,
        problem_text(found.problem),
        tuple(found.findings),
        is_late(found.attempts, found.asked_at),
    )


def _long_run(name: str) -> LongRun:
    """How the worker takes the step. Raises KeyError for a step that is none of the worker's."""
    found = step_named(name).long
    if found is None:
        raise KeyError(name)
    return found


def take_asked(db: Database, tell: Tell) -> list[str]:
    """Takes every step that was asked for; the keys of the surveys. For one worker at a time."""
    with db.reading() as session:
        asked = session.scalars(
            select(LongStep.survey_id).where(LongStep.problem == "").order_by(LongStep.asked_at)
        ).all()
    return [key for survey_id in asked if (key := _take(db, survey_id, tell))]


@dataclass(frozen=True)
class _Claim:
    """A step a worker has begun. is_taken: an earlier worker finished it, and was killed before it could say so.

    language: of the account that asked, which reads why it was refused.
    """

    survey_id: int
    key: str
    name: str
    details: Mapping[str, Any]
    account_id: int | None
    is_taken: bool
    language: str


def _take(db: Database, survey_id: int, tell: Tell) -> str:
    """The survey's key; empty when there is nothing to take any more."""
    claim = _claimed(db, survey_id)
    if claim is None:
        return ""
    tell(survey_id, 0.0)
    problem, findings = ("", ()) if claim.is_taken else _do(db, claim, tell)
    with db.transaction() as session:
        step = session.get(LongStep, survey_id, with_for_update=True)
        if step and problem:
            step.problem, step.findings = problem, list(findings)
        elif step:
            session.delete(step)
    tell(survey_id, None)
    return claim.key


def _claimed(db: Database, survey_id: int) -> _Claim | None:
    """The step with one more attempt on it; None when it is gone, refused or given up."""
    with db.transaction() as session:
        step = session.get(LongStep, survey_id, with_for_update=True)
        if step is None or step.problem:
            return None
        if step.attempts == MOST_ATTEMPTS:
            step.problem = STOPPED
            return None
        step.attempts += 1
        survey = session.get_one(Survey, survey_id)
        # Counting and releasing again finishes what is left of them; a correction would be made twice.
        is_taken = _long_run(step.name).made_twice and _is_taken(session, survey, step)
        asker = language_of(session, step.account_id)
        return _Claim(survey_id, survey.key, step.name, step.details, step.account_id, is_taken, asker)


def _do(db: Database, claim: _Claim, tell: Tell) -> tuple[str, tuple[str, ...]]:
    """Why it could not be done, empty when it was, and what the check before a release found."""
    try:
        with audit.on_behalf_of(claim.account_id), in_language(claim.language):
            step_named(claim.name).take(
                StepRequest(
                    db,
                    claim.key,
                    details=claim.details,
                    progress=lambda _part, share: tell(claim.survey_id, share),
                )
            )
    except SurveyError as error:
        return str(error), getattr(error, "findings", ())
    except Exception:  # noqa: BLE001 (whatever it is, HR is told and the next survey gets its turn)
        _log.exception("Steget «%s» for undersøkelsen «%s» stanset.", claim.name, claim.key)
        return FAILED, ()
    return "", ()


def _is_taken(session: Session, survey: Survey, step: LongStep) -> bool:
    return _long_run(step.name).is_taken(session, survey, step.details)
