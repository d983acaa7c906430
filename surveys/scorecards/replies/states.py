"""Whether a value needs a reply, and whether it has one: the one rule behind cards, lists and forms."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from analysis.scorecards import IndicatorStatus
from surveys.platform.localisation import long_date
from surveys.platform.texts import _
from surveys.scorecards.replies.models import MeasurementReply

ASKED: Final = frozenset({IndicatorStatus.YELLOW, IndicatorStatus.RED})
"""The colours that ask for a reply. A value in doubt («Grønn, kan være gul») counts as the colour it has."""

PeriodKey = tuple[int, int]
"""A year and its part."""


class ReplyState(StrEnum):
    UNANSWERED = "unanswered"
    IMPROVING = "improving"
    # The day of the forecast has passed, and there is no newer value.
    OVERDUE = "overdue"

    @property
    def waits(self) -> bool:
        return self is not ReplyState.IMPROVING


@dataclass(frozen=True)
class AskedValue:
    """A value as the rule looks at it. survey_id: None when no survey gave it."""

    status: IndicatorStatus
    year: int
    part: int
    survey_id: int | None = None


def survey_of(reply: MeasurementReply) -> int | None:
    release = reply.measurement.release
    return None if release is None else release.survey_id


def reply_state(value: AskedValue, reply: MeasurementReply | None, today: dt.date) -> ReplyState | None:
    """None when nothing is asked. reply: the one that counts for the value's period.

    A reply answers the colour and the survey that it was written to: corrected to another colour, the value asks again.
    """
    if value.status not in ASKED:
        return None
    if reply is None or not answers(reply, value):
        return ReplyState.UNANSWERED
    return ReplyState.OVERDUE if reply.judged_on < today else ReplyState.IMPROVING


def answers(reply: MeasurementReply, value: AskedValue) -> bool:
    return reply.status is value.status and survey_of(reply) == value.survey_id


def counting_replies(replies: Iterable[MeasurementReply]) -> Mapping[PeriodKey, MeasurementReply]:
    """Period → the reply that counts, of one unit's replies to one indicator: the last that is not withdrawn."""
    found: dict[PeriodKey, MeasurementReply] = {}
    for reply in sorted(replies, key=lambda each: each.number):
        if reply.withdrawn_at is None:
            found[reply.year, reply.part] = reply
    return found


def state_words(state: ReplyState | None, judged_on: dt.date | None) -> str:
    """What is said after the colour: «under forbedring, vurderes 31. desember 2026», «ikke besvart»; «» of green."""
    if state is None:
        return ""
    if state is ReplyState.UNANSWERED or judged_on is None:
        return _("ikke besvart")
    if state is ReplyState.OVERDUE:
        return _("skulle vært vurdert %(day)s", day=long_date(judged_on))
    return _("under forbedring, vurderes %(day)s", day=long_date(judged_on))
