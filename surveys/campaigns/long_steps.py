"""Steps that take longer than anybody should wait for a page: HR asks for them, and the job worker takes them.

What was asked for stands in the database until it is done, so a worker that is killed takes it again: counting and
releasing are all or nothing, and a correction is made once.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access import audit
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import LongStep, Survey, SurveyStatus
from surveys.campaigns.publication.correcting import Correction, correct_release
from surveys.campaigns.translating import _
from surveys.database import Database
from surveys.respond.models import Ballot
from surveys.results.models import Release, Response

MOST_AT_ONCE: Final = 2_000
"""Answers that a request counts, releases or corrects itself: about two seconds."""

MOST_ATTEMPTS: Final = 3
"""A worker that is killed as often by one step is not helped by a fourth try."""

_PATIENCE: Final = dt.timedelta(minutes=2)
_LONG: Final = ("count", "release", "correct")

# What stands in place of a reason where there was none to give.
_STOPPED: Final = "stopped"
_FAILED: Final = "failed"

_log = logging.getLogger("medvirk.steps")

Tell = Callable[[int, float | None], None]
"""Told a survey's id and the share (0–1) that is done of its step; None when it is over."""


@dataclass(frozen=True)
class Standing:
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
    return name in _LONG and _answers(session, survey) > MOST_AT_ONCE


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


def standing(session: Session, survey: Survey) -> Standing | None:
    """The survey's long step; None when there is none, or it was taken in another way after it went wrong."""
    found = session.get(LongStep, survey.id)
    if found is None or (found.problem and _is_taken(session, survey, found)):
        return None
    late = not found.attempts and dt.datetime.now(dt.UTC) - found.asked_at > _PATIENCE
    return Standing(found.name, found.details, _problem_text(found.problem), tuple(found.findings), late)


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


def _take(db: Database, survey_id: int, tell: Tell) -> str:
    """The survey's key; empty when there is nothing to take any more."""
    with db.transaction() as session:
        step = session.get(LongStep, survey_id, with_for_update=True)
        if step is None or step.problem:
            return ""
        if step.attempts == MOST_ATTEMPTS:
            step.problem = _STOPPED
            return ""
        step.attempts += 1
        survey = session.get_one(Survey, survey_id)
        key, name, details, account_id = survey.key, step.name, step.details, step.account_id
        taken = name == "correct" and _is_taken(session, survey, step)
    problem, findings = "", list[str]()
    if not taken:
        tell(survey_id, 0.0)
        try:
            with audit.on_behalf_of(account_id):
                _DOING[name](db, key, details, lambda _step, share: tell(survey_id, share))
        except SurveyError as error:
            problem, findings = str(error), list(getattr(error, "findings", ()))
        except Exception:  # noqa: BLE001 (whatever it is, HR is told and the next survey gets its turn)
            _log.exception("Steget «%s» for undersøkelsen «%s» stanset.", name, key)
            problem = _FAILED
    with db.transaction() as session:
        step = session.get(LongStep, survey_id, with_for_update=True)
        if step and problem:
            step.problem, step.findings = problem, findings
        elif step:
            session.delete(step)
    tell(survey_id, None)
    return key


def _is_taken(session: Session, survey: Survey, step: LongStep) -> bool:
    if step.name == "correct":
        latest = session.scalar(select(func.max(Release.number)).where(Release.survey_id == survey.id))
        return bool(latest != step.details["number"])
    order = list(SurveyStatus)
    after = SurveyStatus.COUNTED if step.name == "count" else SurveyStatus.RELEASED
    return order.index(survey.status) >= order.index(after)


def _answers(session: Session, survey: Survey) -> int:
    return sum(
        session.scalar(select(func.count()).where(table.survey_id == survey.id)) or 0
        for table in (Ballot, Response)
    )


def _count(
    db: Database, key: str, _details: Mapping[str, Any], progress: Callable[[str, float], None]
) -> None:
    from surveys.results.counting import count

    count(db, key_store(), key, progress)


def _release(
    db: Database, key: str, _details: Mapping[str, Any], progress: Callable[[str, float], None]
) -> None:
    from surveys.results.release import release

    release(db, key_store(), key, progress=progress)


def _correct(
    db: Database, key: str, details: Mapping[str, Any], progress: Callable[[str, float], None]
) -> None:
    wanted = Correction(details["why"], details["as_now"], details["minimum_group"])
    correct_release(db, key, wanted, progress)


_DOING: Final = {"count": _count, "release": _release, "correct": _correct}
