"""When reminders go: days counted from each person's own invitation, and the hours in which a reminder may come.

Nobody is reminded at night, on a weekend or on a red day (Norwegian public holidays), and never less than three days
after the last message.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from surveys.platform.clock import MUNICIPAL_TIME

FEWEST_DAYS_BETWEEN: Final = 3
MOST_REMINDERS: Final = 2
_MORNING: Final = 8
_EVENING: Final = 20
_SATURDAY: Final = 5


@dataclass(frozen=True)
class ReminderPlan:
    """Days from a person's own invitation to each of her reminders; None: that reminder is not sent by itself."""

    first: int | None = None
    second: int | None = None

    def days(self, number: int) -> int | None:
        """For reminder 1 or 2; None for any other."""
        return {1: self.first, 2: self.second}.get(number)

    @property
    def is_off(self) -> bool:
        return self.first is None


def default_plan(opens_on: dt.date, closes_on: dt.date) -> ReminderPlan:
    """Two reminders that divide the time in three; fewer when the survey is too short for them."""
    length = (closes_on - opens_on).days
    first = max(FEWEST_DAYS_BETWEEN, round(length / 3))
    second = max(first + FEWEST_DAYS_BETWEEN, round(length * 2 / 3))
    room = len(reminder_days(ReminderPlan(first, second), opens_on, closes_on))
    return ReminderPlan(
        first if first < length and room > 0 else None, second if second < length and room > 1 else None
    )


def reminder_days(
    plan: ReminderPlan, invited_on: dt.date, closes_on: dt.date, today: dt.date = dt.date.min
) -> tuple[dt.date, ...]:
    """The days on which somebody who was invited on this day gets her reminders: those the plan leaves her time for.

    today: nothing goes before it; a reminder whose day has been goes then.
    """
    days: list[dt.date] = []
    earliest = today
    for after in (plan.first, plan.second):
        if after is None:
            break
        day = _working_day_from(max(earliest, invited_on + dt.timedelta(days=after)))
        if day > closes_on:
            break
        days.append(day)
        earliest = day + dt.timedelta(days=FEWEST_DAYS_BETWEEN)
    return tuple(days)


def opening_day(opens_on: dt.date, closes_on: dt.date, today: dt.date) -> dt.date:
    """The day that a survey which is opened today counts its reminders from: not before its own, not after its last."""
    return max(opens_on, min(today, closes_on))


def may_remind_at(moment: dt.datetime) -> bool:
    """Whether a reminder may be handed to the mail server now."""
    local = moment.astimezone(MUNICIPAL_TIME)
    return _MORNING <= local.hour < _EVENING and is_working_day(local.date())


def next_allowed(moment: dt.datetime, earliest: dt.date | None = None) -> dt.datetime:
    """The first moment from now on, and not before the day `earliest`, when a reminder may go. Municipal time."""
    local = moment.astimezone(MUNICIPAL_TIME)
    if earliest and earliest > local.date():
        local = _morning_of(earliest)
    while not may_remind_at(local):
        same_day = local.hour < _MORNING and is_working_day(local.date())
        local = _morning_of(local.date() if same_day else local.date() + dt.timedelta(days=1))
    return local


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < _SATURDAY and day not in _red_days(day.year)


def _working_day_from(day: dt.date) -> dt.date:
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return day


@lru_cache(maxsize=8)
def _red_days(year: int) -> frozenset[dt.date]:
    # Takes half a second to load, and only what plans or sends reminders needs it.
    from holidays import country_holidays

    return frozenset(country_holidays("NO", years=year))


def _morning_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(_MORNING), MUNICIPAL_TIME)
