"""A question is stored once, and taken back until it is answered; an answer is stored as a new version."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.access.permissions import roles_of, roles_on
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.clock import now
from surveys.platform.database import database
from surveys.scorecards.models import Measurement
from surveys.scorecards.questions.models import MOST_A_DAY, MOST_OPEN, LineAnswer, LineQuestion
from surveys.scorecards.questions.row_questions import AskedQuestion

_SHOWN_FIRST = (
    Role.LEADER,
    Role.REPRESENTATIVE,
    Role.POLITICIAN,
    Role.CONTROLLER,
    Role.HR,
    Role.ADMINISTRATOR,
)
"""The role that a question is asked in, of somebody who holds several."""


class AskOutcome(StrEnum):
    """The same words again, which wait already, are the same question: the form was sent twice."""

    STORED = "stored"
    TOO_MANY_OPEN = "too_many_open"
    TOO_MANY_TODAY = "too_many_today"


class AnsweredMeanwhileError(Exception):
    """Somebody else has stored an answer since the page was opened. The transaction is rolled back."""


class TakenBackError(Exception):
    """The question is no more: its asker took it back."""


def role_shown(session: Session, account: Account, unit_id: int) -> Role:
    """What the account is to the unit; of a unit merged in a report, what she is elsewhere."""
    held = roles_on(session, account, [unit_id]).get(unit_id) or roles_of(account)
    return next(role for role in _SHOWN_FIRST if role in held)


def store_question(
    session: Session, unit: Unit, measurement: Measurement, words: str, account: Account
) -> AskOutcome:
    """measurement: the value that she saw. Adds to the session; two at once are stored one after the other."""
    code = measurement.indicator.code
    # Those who ask at once on one account come one after the other. SQLite has it so anyway.
    session.get(Account, account.id, with_for_update=True)
    own = session.scalars(
        select(LineQuestion).where(
            LineQuestion.account_id == account.id,
            LineQuestion.unit_id == unit.id,
            LineQuestion.indicator_id == measurement.indicator_id,
        )
    ).all()
    waiting = [each for each in own if each.withdrawn_at is None and not each.answers]
    if any(each.words == words and each.measurement_id == measurement.id for each in waiting):
        return AskOutcome.STORED
    if len(waiting) >= MOST_OPEN:
        return AskOutcome.TOO_MANY_OPEN
    if _number_today(session, account) >= MOST_A_DAY:
        return AskOutcome.TOO_MANY_TODAY
    session.add(
        LineQuestion(
            indicator_id=measurement.indicator_id,
            unit_id=unit.id,
            measurement_id=measurement.id,
            number=max((each.number for each in own), default=0) + 1,
            words=words,
            at=now(),
            account_id=account.id,
            author=account.name,
            role=role_shown(session, account, unit.id),
        )
    )
    audit.record(session, "question.asked", unit.code, indicator=code, year=measurement.year)
    session.flush()
    return AskOutcome.STORED


def _number_today(session: Session, account: Account) -> int:
    """Of the last 24 hours, those that were taken back too."""
    since = now() - dt.timedelta(days=1)
    return (
        session.scalar(
            select(func.count()).where(LineQuestion.account_id == account.id, LineQuestion.at > since)
        )
        or 0
    )


def take_back(session: Session, question_id: int, account: Account) -> bool:
    """False for what is answered or taken back already. Raises LookupError for a question that is not hers."""
    question = session.get(LineQuestion, question_id, with_for_update=True)
    if question is None or question.account_id != account.id:
        raise LookupError
    if question.withdrawn_at is not None or _newest(session, question_id) is not None:
        return False
    question.withdrawn_at = now()
    audit.record(
        session,
        "question.withdrawn",
        question.unit.code,
        indicator=question.indicator.code,
        year=question.measurement.year,
    )
    session.flush()
    return True


def store_answer(session: Session, question_id: int, words: str, account: Account, number: int) -> None:
    """number: the one after the newest that the account's page knew of. The same words again change nothing.

    Raises AnsweredMeanwhileError and TakenBackError.
    """
    question = session.get_one(LineQuestion, question_id, with_for_update=True, populate_existing=True)
    if question.withdrawn_at is not None:
        raise TakenBackError
    newest = _newest(session, question_id)
    if newest is not None and newest.words == words:
        return
    if number != (newest.number if newest else 0) + 1:
        raise AnsweredMeanwhileError
    session.add(
        LineAnswer(
            question_id=question_id,
            number=number,
            words=words,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    audit.record(
        session,
        "question.answered",
        question.unit.code,
        indicator=question.indicator.code,
        year=question.measurement.year,
        number=number,
    )
    session.flush()


def _newest(session: Session, question_id: int) -> LineAnswer | None:
    return session.scalar(
        select(LineAnswer)
        .where(LineAnswer.question_id == question_id)
        .order_by(LineAnswer.number.desc())
        .limit(1)
    )


def note_opened(account: Account, shown: Iterable[AskedQuestion]) -> None:
    """Her questions among those that a page shows her: she has opened their answers.

    A page that is read has a session that reads: what is written is a transaction of its own.
    """
    news = [each for each in shown if each.asker_id == account.id and each.is_news_to_asker]
    if not news:
        return
    with database().transaction() as writing:
        for each in news:
            writing.execute(
                update(LineQuestion)
                .where(LineQuestion.id == each.id)
                .values(opened_number=each.newest_number)
            )
