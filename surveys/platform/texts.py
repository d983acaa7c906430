"""Texts in the page's language, as `str` to the type checker."""

import flask_babel


def _(text: str, **values: object) -> str:
    """The text in the page's language, with its %(named)s places filled."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """`one` or `many` by the number, which fills %(num)s."""
    return str(flask_babel.ngettext(one, many, num, **values))
