"""Steps that take longer than anybody should wait for a page: HR asks for them, and the job worker takes them.

What was asked for stands in the database until it is done, so a worker that is killed takes it again: counting and
releasing are all or nothing, and a correction is made once.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import LongStep, Survey, SurveyStatus
from surveys.hr import steps
from surveys.platform.database import Database
from surveys.platform.texts import _
from surveys.publishing.correcting import Correction, correct_release
from surveys.publishing.size import number_of_answers
from surveys.release.models import Release

if TYPE_CHECKING:
    from surveys.publishing.counting_ballots import Progress

MOST_AT_ONCE: Final = 2_000
"""Answers that a request counts, releases or corrects itself: about two seconds."""

MOST_ATTEMPTS: Final = 3
"""A worker that is killed as often by one step is not helped by a fourth try."""

CORRECT: Final = "correct"
"""A correction of the release, beside the steps of `steps`."""

_LONG: Final = ("count", "release", CORRECT)
_PATIENCE: Final = dt.timedelta(minutes=2)

# What stands in place of a reason where there was none to give.
_STOPPED: Final = "stopped"
_FAILED: Final = "failed"

_log = logging.getLogger("medvirk.steps")

Tell = Callable[[int, float | None], None]
"""Told a survey's id and the share (0–1) that is done of its step; None when it is over."""


@dataclass(frozen=True)
class LongStepState:
    """A long step as HR sees it.

    details: what she filled in. problem: why it was not taken, empty while it is under way.
    late: nobody has begun, long after it was asked for.
    """

    name: str
    details: Mapping[str, Any]
    problem: str
    findings: tuple[str, ...]
    late: bool


def is_long(session: Session, survey: Survey, name: str) -> bool:
    """Whether the step is for the worker."""
    return name in _LONG and number_of_answers(session, survey) > MOST_AT_ONCE


def ask(
    session: Session,
    survey: Survey,
    name: str,
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
            name=name,
            details=dict(details or {}),
            account_id=account_id,
            asked_at=dt.datetime.now(dt.UTC),
        )
    )


def standing(session: Session, survey: Survey) -> LongStepState | None:
    """The survey's long step; None when there is none, or it was taken in another way after it went wrong."""
    found = session.get(LongStep, survey.id)
    if found is None or (found.problem and _is_taken(session, survey, found)):
        return None
    late = not found.attempts and dt.datetime.now(dt.UTC) - found.asked_at > _PATIENCE
    return LongStepState(found.name, found.details, _problem_text(found.problem), tuple(found.findings), late)


def _problem_text(problem: str) -> str:
    """A problem of our own in the reader's language; the reasons of a refused step are stored as they were given."""
    if problem == _STOPPED:
        return _(
            "Bakgrunnsjobben stanset %(times)s ganger uten å bli ferdig. Ingenting er halvferdig skrevet. "
            "Si fra til dem som drifter løsningen.",
            times=MOST_ATTEMPTS,
        )
    if problem == _FAILED:
        return _(
            "Noe gikk galt i Medvirk. Ingenting er halvferdig skrevet. Si fra til dem som drifter løsningen: "
            "feilen står i loggen."
        )
    return problem


def take_asked(db: Database, tell: Tell) -> list[str]:
    """Takes every step that was asked for; the keys of the surveys. For one worker at a time."""
    with db.reading() as session:
        asked = session.scalars(
            select(LongStep.survey_id).where(LongStep.problem == "").order_by(LongStep.asked_at)
        ).all()
    return [key for survey_id in asked if (key := _take(db, survey_id, tell))]


@dataclass(frozen=True)
class _Claim:
    """A step a worker has begun. is_taken: an earlier worker finished it, and was killed before it could say so."""

    survey_id: int
    key: str
    name: str
    details: Mapping[str, Any]
    account_id: int | None
    is_taken: bool


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
            step.problem = _STOPPED
            return None
        step.attempts += 1
        survey = session.get_one(Survey, survey_id)
        # Counting and releasing again finishes what is left of them; a correction would be made twice.
        is_taken = step.name == CORRECT and _is_taken(session, survey, step)
        return _Claim(survey_id, survey.key, step.name, step.details, step.account_id, is_taken)


def _do(db: Database, claim: _Claim, tell: Tell) -> tuple[str, tuple[str, ...]]:
    """Why it could not be done, empty when it was, and what the check before a release found."""
    try:
        with audit.on_behalf_of(claim.account_id):
            _take_claimed(db, claim, lambda _step, share: tell(claim.survey_id, share))
    except SurveyError as error:
        return str(error), getattr(error, "findings", ())
    except Exception:  # noqa: BLE001 (whatever it is, HR is told and the next survey gets its turn)
        _log.exception("Steget «%s» for undersøkelsen «%s» stanset.", claim.name, claim.key)
        return _FAILED, ()
    return "", ()


def _take_claimed(db: Database, claim: _Claim, progress: "Progress") -> None:
    if claim.name == CORRECT:
        said = claim.details
        wanted = Correction(said["why"], said["as_now"], said["minimum_group"])
        correct_release(db, claim.key, wanted, progress)
    else:
        steps.take(db, claim.key, claim.name, progress=progress)


def _is_taken(session: Session, survey: Survey, step: LongStep) -> bool:
    if step.name == CORRECT:
        latest = session.scalar(select(func.max(Release.number)).where(Release.survey_id == survey.id))
        return bool(latest != step.details["number"])
    order = list(SurveyStatus)
    after = SurveyStatus.COUNTED if step.name == "count" else SurveyStatus.RELEASED
    return order.index(survey.status) >= order.index(after)
