"""The response rate at closing, if those who are left answer at the pace of until now.

From the numbers that HR's page shows already, so it tells nothing more about anybody: when each answer came is stored
nowhere. Where the page tells in steps, there is no forecast.
"""

import datetime as dt
import math
from collections.abc import Iterable
from typing import Final

from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.turnout import UnitTurnout

FEWEST_DAYS: Final = 2
"""After fewer days the pace is that of the first morning's mail."""

STEP: Final = 0.05
"""A forecast is told in whole steps of this: it is no better."""


def rate_at_closing(turnout: UnitTurnout, survey: Survey, today: dt.date) -> float | None:
    """The share, 0–1, in whole steps; None where nothing can be said.

    Of those who are left, the same share answers each day: after t of T days with the share p, it is 1 − (1 − p)^(T/t)
    at the end.
    """
    if survey.status != SurveyStatus.OPEN or turnout.rate is None or turnout.at_least:
        return None
    gone = (today - survey.opens_on).days
    whole = (survey.closes_on - survey.opens_on).days + 1
    if not FEWEST_DAYS <= gone < whole:
        return None
    at_the_end: float = 1 - (1 - turnout.rate) ** (whole / gone)
    # Rounded down: nobody is promised the last one. The small number is for 0.75 that is stored as a little less.
    return max(math.floor(at_the_end / STEP + 1e-9) * STEP, turnout.rate)


def rates_at_closing(rows: Iterable[UnitTurnout], survey: Survey, today: dt.date) -> dict[int, float]:
    """Unit id → the share at closing, for units that have one."""
    found = ((row.node.unit_id, rate_at_closing(row, survey, today)) for row in rows)
    return {unit_id: rate for unit_id, rate in found if rate is not None}
