"""A reply is stored as a new version, and withdrawn with a trail: nothing is overwritten."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analysis.scorecards import IndicatorStatus
from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.clock import now
from surveys.scorecards.models import Measurement
from surveys.scorecards.replies.models import MeasurementReply
from surveys.scorecards.replies.typed_reply import ReplyText


class RepliedMeanwhileError(Exception):
    """Somebody else has stored a reply since the page was opened. The transaction is rolled back."""


def store_reply(
    session: Session,
    unit: Unit,
    measurement: Measurement,
    colour: IndicatorStatus,
    text: ReplyText,
    account: Account,
    number: int,
) -> None:
    """number: the one after the newest that the account's page knew of. Raises RepliedMeanwhileError."""
    indicator = measurement.indicator
    session.add(
        MeasurementReply(
            indicator_id=indicator.id,
            unit_id=unit.id,
            year=measurement.year,
            part=measurement.part,
            number=number,
            measurement_id=measurement.id,
            status=colour,
            cause=text.cause,
            action=text.action,
            forecast=text.forecast,
            forecast_words=text.forecast_words,
            judged_on=text.judged_on,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    audit.record(
        session,
        "reply.given",
        unit.code,
        indicator=indicator.code,
        year=measurement.year,
        number=number,
    )
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise RepliedMeanwhileError from None


def withdraw_reply(session: Session, unit: Unit, indicator_code: str, reply_id: int, by: str) -> bool:
    """Takes one version back: the one before it counts again. False when somebody else had done it."""
    taken = session.execute(
        update(MeasurementReply)
        .where(MeasurementReply.id == reply_id, MeasurementReply.withdrawn_at.is_(None))
        .values(withdrawn_at=now(), withdrawn_by=by)
        .returning(MeasurementReply.year, MeasurementReply.number)
    ).first()
    if taken is None:
        return False
    audit.record(
        session, "reply.withdrawn", unit.code, indicator=indicator_code, year=taken.year, number=taken.number
    )
    return True
