"""Whether a value needs a reply, and whether it has one: the one rule behind cards, lists and forms."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from analysis.scorecards import IndicatorStatus
from surveys.platform.localisation import long_date
from surveys.platform.texts import _

ASKED: Final = frozenset({IndicatorStatus.YELLOW, IndicatorStatus.RED})
"""The colours that ask for a reply. A value in doubt («Grønn, kan være gul») counts as the colour it has."""

ReplyKey = tuple[int, int, int | None]
"""A year, its part, and the survey that gave the value: two surveys of a year are replied to apart."""


class ReplyVersion(Protocol):
    """What the rule needs of a stored reply."""

    @property
    def key(self) -> ReplyKey: ...
    @property
    def number(self) -> int: ...
    @property
    def status(self) -> IndicatorStatus: ...
    @property
    def judged_on(self) -> dt.date: ...


Version = TypeVar("Version", bound=ReplyVersion)


class ReplyState(StrEnum):
    UNANSWERED = "unanswered"
    IMPROVING = "improving"
    # The day of the forecast has passed, and there is no newer value.
    OVERDUE = "overdue"

    @property
    def waits(self) -> bool:
        return self is not ReplyState.IMPROVING


def counting_replies(standing: Iterable[Version]) -> dict[ReplyKey, Version]:
    """The reply that counts for each value, of one unit's replies to one indicator: the last that is not withdrawn.

    standing: those that are not withdrawn.
    """
    return {reply.key: reply for reply in sorted(standing, key=lambda each: each.number)}


def reply_state(colour: IndicatorStatus, reply: ReplyVersion | None, today: dt.date) -> ReplyState | None:
    """None when nothing is asked. colour: what the value counts as. reply: the one that counts for it.

    A reply answers the colour that it was written to: corrected to another colour, the value asks again.
    """
    if colour not in ASKED:
        return None
    if reply is None or reply.status is not colour:
        return ReplyState.UNANSWERED
    return ReplyState.OVERDUE if reply.judged_on < today else ReplyState.IMPROVING


def state_words(state: ReplyState | None, judged_on: dt.date | None) -> str:
    """What is said after the colour: «under forbedring, vurderes 31. desember 2026», «ikke besvart»; «» of green."""
    if state is None:
        return ""
    if state is ReplyState.UNANSWERED or judged_on is None:
        return _("ikke besvart")
    if state is ReplyState.OVERDUE:
        return _("skulle vært vurdert %(day)s", day=long_date(judged_on))
    return _("under forbedring, vurderes %(day)s", day=long_date(judged_on))
