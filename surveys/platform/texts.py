"""Texts in the page's language, as `str` to the type checker. Every module takes its texts from here.

Outside a request, as in a command, the language is bokmål unless `localisation.in_language` says otherwise.
"""

from collections.abc import Sequence
from gettext import NullTranslations
from typing import Any, Final

from flask import Flask, current_app, g, has_app_context
from flask_babel import force_locale, get_translations
from flask_babel.speaklater import LazyString

from analysis.messages import NAMED_AT_MOST, Message, MessageValue
from surveys.platform.localisation import language, listed, number

_CATALOGUES: Final = "medvirk_catalogues"


def init_app(app: Flask) -> None:
    """Templates take their texts where the code does. After `localisation.init_app`."""
    app.extensions[_CATALOGUES] = {}
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().gettext(text),
        ngettext=lambda one, many, num: _catalogue().ngettext(one, many, num),
        pgettext=lambda context, text: _catalogue().pgettext(context, text),
        newstyle=True,
    )


def _catalogue() -> NullTranslations:
    """The texts of the page's language. Read once in each process: a page asks for some hundreds of texts."""
    if not has_app_context():
        return NullTranslations()
    # Of the page, since the way to the application takes longer than all the rest.
    page = g._get_current_object()
    if _CATALOGUES not in page:
        page.setdefault(_CATALOGUES, current_app.extensions[_CATALOGUES])
    kept: dict[str, NullTranslations] = page.get(_CATALOGUES)
    code = language()
    if code not in kept:
        with force_locale(code):
            kept[code] = get_translations()
    return kept[code]


def _(text: str, /, **values: object) -> str:
    """The text in the page's language, with its %(named)s places filled."""
    found = _catalogue().gettext(text)
    return found % values if values else found


def _l(text: str, /, **values: object) -> Any:
    """The same, translated each time it is shown: for labels of form fields, which are made before any request."""
    return LazyString(_, text, **values)


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """`one` or `many` by the number, which fills %(num)s."""
    return _catalogue().ngettext(one, many, num) % {"num": num, **values}


def pgettext(context: str, text: str, /, **values: object) -> str:
    """As `_`, for a bokmål text that means two things; the context tells translators which."""
    found = _catalogue().pgettext(context, text)
    return found % values if values else found


def translated(message: Message) -> str:
    """A message of the pure packages in the page's language."""
    return _(message.template, **{name: _shown(value) for name, value in message.values.items()})


def _shown(value: MessageValue) -> str | int:
    if isinstance(value, float):
        return number(value, 2)
    return several(value) if isinstance(value, tuple) else value


def several(names: Sequence[str]) -> str:
    """The names in a sentence; of many the first, and how many more."""
    if len(names) > NAMED_AT_MOST:
        first = ", ".join(names[:NAMED_AT_MOST])
        return _("%(names)s og %(num)s til", names=first, num=len(names) - NAMED_AT_MOST)
    return listed(names)
