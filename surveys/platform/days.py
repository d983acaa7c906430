"""Dates as people write them, on the pages and in commands: 20.03.2026, or 2026-03-20 as browsers send it."""

import datetime as dt
import re
from typing import Final

FORMATS: Final = ("%d.%m.%Y", "%Y-%m-%d")
"""The two ways, as `strptime` knows them; click and WTForms read with the same."""

_WRITTEN: Final = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def typed_day(text: str | None) -> dt.date | None:
    """The date in a text; None when it is empty, written in another way, or no date of the calendar."""
    typed = (text or "").strip()
    if not _WRITTEN.fullmatch(typed):  # strptime also takes years of two digits, and days with spaces
        return None
    try:
        return dt.datetime.strptime(typed, FORMATS[0 if "." in typed else 1]).replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
