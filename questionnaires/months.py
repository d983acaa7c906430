"""Months and dates as people write them. Pure words: the questionnaires know no locale library."""

import datetime as dt
from typing import Final

# fmt: off
_NORWEGIAN: Final = (
    "januar", "februar", "mars", "april", "mai", "juni",
    "juli", "august", "september", "oktober", "november", "desember",
)
_ENGLISH: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on
_NAMES: Final = {"nb": _NORWEGIAN, "nn": _NORWEGIAN, "en": _ENGLISH}


def month_name(year: int, month: int, language: str) -> str:
    """«mars 2024»; in a language whose month names are not known here, «03.2024».

    `month` is 1–12.
    """
    names = _NAMES.get(language)
    return f"{names[month - 1]} {year}" if names else f"{month:02}.{year}"


def date_name(day: dt.date, language: str) -> str:
    """«31. mars 2024», "31 March 2024"; in a language whose month names are not known here, «31.03.2024»."""
    if language not in _NAMES:
        return f"{day:%d.%m.%Y}"
    stop = "" if language == "en" else "."
    return f"{day.day}{stop} {month_name(day.year, day.month, language)}"
