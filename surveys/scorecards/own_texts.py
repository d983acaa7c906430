"""What an account has written and asked about the values of cards, and about its own unit."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.access.own_texts import OwnText, joined
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.scorecards.diagnosis.models import SelfAssessment
from surveys.scorecards.questions.models import LineAnswer, LineQuestion
from surveys.scorecards.replies.models import MeasurementReply


def texts_on_cards(session: Session, account: Account) -> Iterator[OwnText]:
    """Replies to values, questions and answers about them, and self-assessments."""
    yield from _questions_and_answers(session, account)
    for reply in session.scalars(select(MeasurementReply).where(MeasurementReply.account_id == account.id)):
        yield OwnText(
            reply.unit_id,
            _("Svar på en måling"),
            municipal_day(reply.at),
            joined(reply.cause, reply.action, reply.forecast_words),
            reply.withdrawn_at is not None,
        )
    for own in session.scalars(select(SelfAssessment).where(SelfAssessment.account_id == account.id)):
        said = joined(own.strengths, own.improvement)
        if said:
            yield OwnText(own.unit_id, _("Egenvurdering"), municipal_day(own.at), said)


def _questions_and_answers(session: Session, account: Account) -> Iterator[OwnText]:
    asked = select(LineQuestion).where(LineQuestion.account_id == account.id).order_by(LineQuestion.id)
    for each in session.scalars(asked):
        taken_back = each.withdrawn_at is not None
        yield OwnText(
            each.unit_id, _("Spørsmål om en måling"), municipal_day(each.at), each.words, taken_back
        )
    answers = (
        select(LineAnswer, LineQuestion.unit_id)
        .join(LineQuestion, LineQuestion.id == LineAnswer.question_id)
        .where(LineAnswer.account_id == account.id)
        .order_by(LineAnswer.id)
    )
    for answer, unit_id in session.execute(answers):
        yield OwnText(unit_id, _("Svar på et spørsmål"), municipal_day(answer.at), answer.words)
