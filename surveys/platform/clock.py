"""The day it is where the municipality is: what a deadline, a release and a card mean by «today»."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

MUNICIPAL_TIME: Final = ZoneInfo("Europe/Oslo")


def municipal_day(now: dt.datetime | None = None) -> dt.date:
    """The date in Norway."""
    return (now or dt.datetime.now(dt.UTC)).astimezone(MUNICIPAL_TIME).date()
