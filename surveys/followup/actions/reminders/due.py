"""Which reminders of a plan are news today: one rule for queueing a mail, and for whether it still says what is so."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from surveys.actions.models import ActionStatus
from surveys.actions.queries import StandingAction
from surveys.followup.actions.reminders.models import PlanMailKind

SOON: Final = dt.timedelta(days=7)
"""Before an action is due, its unit's leader is told."""

LATEST: Final = dt.timedelta(days=30)
"""After this nobody is reminded of what is overdue: the front page and the plan say it."""

EVALUATION_MONTHS: Final = (1, 6, 10)

Reminder = tuple[PlanMailKind, dt.date]
"""What it is about: the day the actions are due, or the first of the month of the evaluation."""


def reminders_of(
    actions: Sequence[StandingAction], today: dt.date
) -> Mapping[Reminder, Collection[StandingAction]]:
    """What a unit's leader is told today, and of which actions."""
    found: dict[Reminder, list[StandingAction]] = {}
    for each in actions:
        if (reminder := _of_due_day(each, today)) is not None:
            found.setdefault(reminder, []).append(each)
        if _waits_for_evaluation(each, today):
            found.setdefault((PlanMailKind.EVALUATE, today.replace(day=1)), []).append(each)
    return found


def _of_due_day(action: StandingAction, today: dt.date) -> Reminder | None:
    due_on = action.version.due_on
    if not action.version.status.is_open:
        return None
    if today <= due_on <= today + SOON:
        return PlanMailKind.DUE_SOON, due_on
    if today - LATEST <= due_on < today:
        return PlanMailKind.OVERDUE, due_on
    return None


def _waits_for_evaluation(action: StandingAction, today: dt.date) -> bool:
    if today.month not in EVALUATION_MONTHS or action.evaluation is not None:
        return False
    status = action.version.status
    return status is ActionStatus.DONE or (status.is_open and action.version.due_on < today)
