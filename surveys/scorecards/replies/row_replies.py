"""The replies to an indicator's values as a reader of the card sees them: never more than the values themselves."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from analysis.scorecards import IndicatorStatus, status
from surveys.campaigns.models import Survey
from surveys.platform.clock import MUNICIPAL_TIME, municipal_day
from surveys.platform.localisation import short_date
from surveys.release.models import Release
from surveys.scorecards import texts as wording
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.replies.models import MeasurementReply, value_key
from surveys.scorecards.replies.states import ReplyState, counting_replies, reply_state, state_words
from surveys.scorecards.row_context import RowContext, period_of, shown_value, target_of, told_about


@dataclass(frozen=True)
class ReplyWords:
    """One version of a reply, as pages show it."""

    id: int
    number: int
    period: str
    status: IndicatorStatus
    # The value that was replied to, as it was then.
    value: str
    cause: str
    action: str
    forecast: str
    # As it is typed in the form.
    forecast_typed: str
    forecast_status: IndicatorStatus
    forecast_words: str
    judged_on: dt.date
    author: str
    # «29.11.2026 13:24».
    written_at: str
    # «» when it is not withdrawn.
    withdrawn_on: str
    withdrawn_by: str
    # It is the one that counts for its period.
    counts: bool
    # It is about the value on the row, as that is now or was before a correction.
    is_of_row: bool


@dataclass(frozen=True)
class RowReply:
    """A row's reply. measurement_id: of the value that is asked about; None when the row shows no value.

    words: what is said after the colour. shown: the reply that answers the value. newest_number: of every version for
    the period, also those that are withdrawn or that the reader does not see. history: every version that she sees,
    the newest first.
    """

    state: ReplyState | None = None
    measurement_id: int | None = None
    words: str = ""
    shown: ReplyWords | None = None
    newest_number: int = 0
    history: tuple[ReplyWords, ...] = ()


def unit_replies(
    session: Session, unit_id: int, indicator_ids: Iterable[int]
) -> dict[int, list[MeasurementReply]]:
    """Indicator id → every version of the unit's replies, with what was replied to."""
    query = (
        select(MeasurementReply)
        .join(MeasurementReply.measurement)
        .outerjoin(Measurement.release)
        .outerjoin(Release.survey)
        .where(
            MeasurementReply.unit_id == unit_id,
            MeasurementReply.indicator_id.in_(list(indicator_ids)),
        )
        .options(
            contains_eager(MeasurementReply.measurement)
            .contains_eager(Measurement.release)
            .contains_eager(Release.survey)
            .selectinload(Survey.visibility)
        )
        .order_by(MeasurementReply.year, MeasurementReply.part, MeasurementReply.number)
    )
    found: dict[int, list[MeasurementReply]] = {}
    for reply in session.scalars(query):
        found.setdefault(reply.indicator_id, []).append(reply)
    return found


def row_reply(
    indicator: Indicator,
    latest: Measurement | None,
    colour: IndicatorStatus,
    until: Sequence[Measurement],
    setting: RowContext,
) -> RowReply:
    """latest: the value on the row. colour: what it counts as: an old value has none, and asks for nothing.

    until: the indicator's measurements up to the card's year, oldest first.

    A reply is shown with its value only: where that is hidden, or not for the reader, so is the reply.
    """
    replies = told_about(setting.replies.get(indicator.id, ()), until, setting)
    counting = counting_replies(each for each in replies if each.withdrawn_at is None)
    history = tuple(
        _words(
            each,
            indicator,
            setting,
            counts=counting.get(each.key) is each,
            is_of_row=latest is not None and (each.year, each.part) == (latest.year, latest.part),
        )
        for each in reversed(replies)
    )
    if latest is None:
        return RowReply(history=history)
    reply = counting.get(value_key(latest))
    # On an earlier year's card nothing is overdue: what came of it is on the card after.
    state = reply_state(colour, reply, setting.today if setting.is_newest else dt.date.min)
    valid = None if reply is None or state in {None, ReplyState.UNANSWERED} else reply
    numbers = [
        each.number
        for each in setting.replies.get(indicator.id, ())
        if (each.year, each.part) == (latest.year, latest.part)
    ]
    return RowReply(
        state=state,
        measurement_id=latest.id,
        words=state_words(state, valid.judged_on if valid else None),
        shown=next((each for each in history if valid is not None and each.id == valid.id), None),
        newest_number=max(numbers, default=0),
        history=history,
    )


def _words(
    reply: MeasurementReply, indicator: Indicator, setting: RowContext, *, counts: bool, is_of_row: bool
) -> ReplyWords:
    target = target_of(indicator, reply.year, setting)
    return ReplyWords(
        id=reply.id,
        number=reply.number,
        period=period_of(reply.measurement, indicator),
        status=reply.status,
        value=shown_value(reply.measurement, indicator, setting),
        cause=reply.cause,
        action=reply.action,
        forecast=wording.value_words(reply.forecast, indicator, target),
        forecast_typed=f"{reply.forecast:.15g}".replace(".", ","),
        forecast_status=status(reply.forecast, indicator.direction, target),
        forecast_words=reply.forecast_words,
        judged_on=reply.judged_on,
        author=reply.author,
        written_at=f"{reply.at.astimezone(MUNICIPAL_TIME):%d.%m.%Y %H:%M}",
        withdrawn_on=short_date(municipal_day(reply.withdrawn_at)) if reply.withdrawn_at else "",
        withdrawn_by=reply.withdrawn_by,
        counts=counts,
        is_of_row=is_of_row,
    )
