"""The months' names in any language of the world, for lists of months on the respondent's pages."""

from copy import deepcopy
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError, localedata
from babel.localedata import LocaleDataDict
from flask_babel import get_locale

_MONTHS: Final = 12


def month_names(language: str) -> list[str]:
    """January to December in the language, else in the page's."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = get_locale() or Locale("nb")
    return list(_month_names(str(locale)))


@cache
def _month_names(locale: str) -> tuple[str, ...]:
    """The names as they stand alone («styczeń», not «stycznia»), read from a copy of the locale's data.

    Babel 2.18 keeps what it finds by way of an alias in data that languages share: `get_month_names` gives those of
    whichever language asked first to every language without its own.
    """
    months = LocaleDataDict({"months": deepcopy(localedata.load(locale)["months"])})
    names = months["months"]["stand-alone"]["wide"]
    return tuple(names[month] for month in range(1, _MONTHS + 1))
