"""Languages, Norwegian forms of dates and numbers, and texts that exist in several languages.

Bokmål is the source language of every page: its catalogue is empty on purpose, nynorsk's and English's are complete.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, g, has_app_context, has_request_context, request, session
from flask_babel import Babel, force_locale
from flask_login import current_user
from markupsafe import Markup

_babel = Babel()

LANGUAGES: Mapping[str, str] = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
DEFAULT_LANGUAGE = "nb"
DOMAINS: Final = ("messages", "respondent")
"""The catalogues of texts: what respondents read is one of its own. Pages see them as one."""


def language() -> str:
    """The page's language: set by the page, chosen in this visit, the account's, or the browser's wish.

    Outside a request it is bokmål, unless `in_language` says otherwise.
    """
    # A page asks some thousand times, and the proxy takes most of an answer's time.
    found: str | None = g._get_current_object().get("language") if has_app_context() else None
    if found is not None:
        return found
    if not has_request_context():
        return DEFAULT_LANGUAGE
    g.language = wanted = _wanted_language()
    return wanted


def use_language(code: str) -> None:
    """Fixes the page's language, for pages whose address carries it."""
    g.language = code if code in LANGUAGES else DEFAULT_LANGUAGE


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Texts, dates and numbers in this language for a while: one of several letters, or somebody's job.

    Needs an application context; a request is not needed. A language without pages becomes bokmål.
    """
    before = g.get("language")
    use_language(code)
    try:
        with force_locale(language()):
            yield
    finally:
        if before is None:
            g.pop("language", None)
        else:
            g.language = before


def _wanted_language() -> str:
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if current_user.is_authenticated and current_user.language in LANGUAGES:
        return str(current_user.language)
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE


def localised(text: Mapping[str, str], wanted: str | None = None) -> str:
    """A text in the page's language, else in bokmål, else in whatever language it has."""
    return text.get(found_in(text, wanted), "")


def found_in(text: Mapping[str, str], wanted: str | None = None) -> str:
    """The language that `localised` finds the text in; the wanted one when there is no text at all."""
    for code in (wanted or language(), DEFAULT_LANGUAGE):
        if text.get(code):
            return code
    return next(iter(text), wanted or language())


def number(value: float, decimals: int = 1, *, sign: bool = False) -> str:
    """12345.67 → «12 345,67»: a fixed number of decimals, the language's marks, a real minus sign.

    Rounds half to even on the stored value; «-0,0» becomes «0,0».
    """
    rounded = round(value, decimals) + 0.0
    text = _unsigned(abs(rounded), decimals, language())
    if rounded < 0:
        return "−" + text
    return "+" + text if sign and rounded > 0 else text


@lru_cache(maxsize=8192)
def _unsigned(value: float, decimals: int, code: str) -> str:
    """Kept, since thousands of values with one decimal are a few hundred different ones, and Babel is slow."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=code)


def percent(share: float, decimals: int = 0) -> str:
    """0.861 → «86 %»."""
    return f"{number(share * 100, decimals)}\N{NO-BREAK SPACE}%"


def long_date(day: dt.date) -> str:
    """«5. juni 2026»."""
    return format_date(day, "d. MMMM y" if language() != "en" else "d MMMM y", locale=language())


def day_and_date(day: dt.date) -> str:
    """«fredag 20. mars»."""
    return format_date(day, "EEEE d. MMMM" if language() != "en" else "EEEE d MMMM", locale=language())


def short_date(day: dt.date) -> str:
    """«05.06.2026»."""
    return format_date(day, "dd.MM.y", locale="nb")


def listed(names: Sequence[str]) -> str:
    """«A, B og C»; nothing for none."""
    return format_list(names, locale="en_GB" if language() == "en" else language())


_LAST_LETTERS = {"æ": "zz1", "ø": "zz2", "å": "zz3", "ä": "zz1", "ö": "zz2"}


def alphabetical(text: str) -> str:
    """A sort key in Norwegian order: æ, ø and å last; other accents as their plain letter."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    letters = (_LAST_LETTERS.get(letter) or unicodedata.normalize("NFKD", letter)[0] for letter in lowered)
    return "".join(letters)


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LANGUAGE
    # Flask-Babel reads each domain from the directory at its own index, and adds them up once in each process.
    app.config["BABEL_DOMAIN"] = ";".join(DOMAINS)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(
        [str(app.config["ROOT"] / "translations")] * len(DOMAINS)
    )
    _babel.init_app(app, locale_selector=language)
    app.jinja_env.filters.update(
        localised=localised,
        number=number,
        percent=percent,
        long_date=long_date,
        short_date=short_date,
        day_and_date=day_and_date,
    )

    @app.context_processor
    def language_names() -> dict[str, object]:
        return {
            "languages": LANGUAGES,
            "language": language(),
            "direction": Locale(language()).text_direction,
        }


def language_name(code: str) -> str:
    """«Nynorsk», «Українська»: the language's own name for itself, the code when nobody knows it."""
    if code in LANGUAGES:
        return LANGUAGES[code]
    try:
        found = Locale.parse(code).get_display_name(code)
    except (UnknownLocaleError, ValueError):
        found = None
    return found.capitalize() if found else code


def text_attributes(code: str) -> Markup:
    """` lang="ar" dir="rtl"` for texts of the questionnaire, when the page around them is in another language."""
    if code == language():
        return Markup()
    try:
        direction = Locale.parse(code).text_direction
    except (UnknownLocaleError, ValueError):
        direction = "ltr"
    if direction == Locale.parse(language()).text_direction:
        return Markup(' lang="{}"').format(code)
    return Markup(' lang="{}" dir="{}"').format(code, direction)
