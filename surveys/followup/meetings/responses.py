"""Who has seen a unit's result for AMU or samarbeidsutvalg, and what the leader above answered to it."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.meetings.models import MOST_ANSWER, ResultAnswer, ResultSeen
from surveys.platform.clock import municipal_day, now
from surveys.platform.free_texts import text_fault
from surveys.platform.texts import _


class AnswerTextError(Exception):
    """The text cannot be saved; the message says why."""


def seen_by(session: Session, survey_id: int, unit_id: int) -> Sequence[ResultSeen]:
    """The first who ticked first."""
    return session.scalars(
        select(ResultSeen)
        .where(ResultSeen.survey_id == survey_id, ResultSeen.unit_id == unit_id)
        .order_by(ResultSeen.seen_on, ResultSeen.id)
    ).all()


def answers_to(session: Session, survey_id: int, unit_id: int) -> Sequence[ResultAnswer]:
    """The newest first."""
    return session.scalars(
        select(ResultAnswer)
        .where(ResultAnswer.survey_id == survey_id, ResultAnswer.unit_id == unit_id)
        .order_by(ResultAnswer.number.desc())
    ).all()


def tick(session: Session, survey: Survey, unit: SurveyUnit, account: Account) -> None:
    """«Sett», once for each account."""
    ticked = session.scalar(
        select(ResultSeen.id).where(
            ResultSeen.survey_id == survey.id,
            ResultSeen.unit_id == unit.unit_id,
            ResultSeen.account_id == account.id,
        )
    )
    if ticked is not None:
        return
    session.add(
        ResultSeen(
            survey_id=survey.id,
            unit_id=unit.unit_id,
            account_id=account.id,
            name=account.name,
            seen_on=municipal_day(),
        )
    )
    audit.record(session, "meeting.result_seen", unit.unit.code, survey=survey.key)
    try:
        session.flush()
    except IntegrityError:
        # Pressed twice at once: the other press has ticked.
        session.rollback()


def untick(session: Session, survey: Survey, unit: SurveyUnit, account: Account) -> None:
    """Takes the account's own tick back."""
    gone = session.execute(
        delete(ResultSeen)
        .where(
            ResultSeen.survey_id == survey.id,
            ResultSeen.unit_id == unit.unit_id,
            ResultSeen.account_id == account.id,
        )
        .returning(ResultSeen.id)
    ).first()
    if gone is not None:
        audit.record(session, "meeting.result_unseen", unit.unit.code, survey=survey.key)


def save_answer(session: Session, survey: Survey, unit: SurveyUnit, words: str, account: Account) -> None:
    """Raises AnswerTextError. Two who write at once are both kept, in the order they came."""
    if not words:
        raise AnswerTextError(_("Skriv et svar."))
    if fault := text_fault(_("Svaret"), words, MOST_ANSWER):
        raise AnswerTextError(fault)
    before = answers_to(session, survey.id, unit.unit_id)
    number = before[0].number + 1 if before else 1
    session.add(
        ResultAnswer(
            survey_id=survey.id,
            unit_id=unit.unit_id,
            number=number,
            words=words,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    audit.record(session, "meeting.answered", unit.unit.code, survey=survey.key, number=number)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise AnswerTextError(_("Noen andre lagret et svar samtidig. Les det, og lagre på nytt.")) from None
