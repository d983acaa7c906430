"""The day it is where the municipality is: what a deadline, a release and a card mean by «today»."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

MUNICIPAL_TIME: Final = ZoneInfo("Europe/Oslo")

AHEAD: Final = dt.timedelta(minutes=5)
"""How far a saved moment may be ahead of the clock and still be believed: machines differ by seconds.

One that is further ahead was saved while the clock was wrong. Whatever holds for a time after it would hold for years.
"""


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def municipal_day(moment: dt.datetime | None = None) -> dt.date:
    """The date in Norway."""
    return (moment or now()).astimezone(MUNICIPAL_TIME).date()
