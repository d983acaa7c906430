"""What an account has written about the values of cards, and about its own unit."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.access.own_texts import OwnText, joined
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.scorecards.diagnosis.models import SelfAssessment
from surveys.scorecards.replies.models import MeasurementReply


def texts_on_cards(session: Session, account: Account) -> Iterator[OwnText]:
    """Replies to values, and self-assessments."""
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
