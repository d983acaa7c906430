"""Texts in the page's language, as `str` to the type checker. Every module takes its texts from here.

Outside a request, as in a command, the language is bokmål unless `localisation.in_language` says otherwise.
"""

from typing import Any

from flask_babel.speaklater import LazyString

from analysis.messages import NAMED_AT_MOST, Message, MessageValue
from surveys.platform.localisation import catalogue, listed, number


def _(text: str, /, **values: object) -> str:
    """The text in the page's language, with its %(named)s places filled."""
    found = catalogue().gettext(text)
    return found % values if values else found


def _l(text: str, /, **values: object) -> Any:
    """The same, translated each time it is shown: for labels of form fields, which are made before any request."""
    return LazyString(_, text, **values)


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """`one` or `many` by the number, which fills %(num)s."""
    return catalogue().ngettext(one, many, num) % {"num": num, **values}


def pgettext(context: str, text: str, /, **values: object) -> str:
    """As `_`, for a bokmål text that means two things; the context tells translators which."""
    found = catalogue().pgettext(context, text)
    return found % values if values else found


def translated(message: Message) -> str:
    """A message of the pure packages in the page's language."""
    return _(message.template, **{name: _shown(value) for name, value in message.values.items()})


def _shown(value: MessageValue) -> str | int:
    if isinstance(value, float):
        return number(value, 2)
    if not isinstance(value, tuple):
        return value
    if len(value) > NAMED_AT_MOST:
        names = ", ".join(value[:NAMED_AT_MOST])
        return _("%(names)s og %(num)s til", names=names, num=len(value) - NAMED_AT_MOST)
    return listed(value)
