"""The day it is where the municipality is: what a deadline, a release and a card mean by «today»."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

MUNICIPAL_TIME: Final = ZoneInfo("Europe/Oslo")


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def municipal_day(moment: dt.datetime | None = None) -> dt.date:
    """The date in Norway."""
    return (moment or now()).astimezone(MUNICIPAL_TIME).date()
