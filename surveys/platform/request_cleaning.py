"""What a browser may send: taken care of before any page sees it, so that no page fails by it.

Text that cannot be stored (NUL, half of a surrogate pair) is left out of what forms and addresses carry. A whole number
or a text in an address that nothing can have is a page that is not there.
"""

import re
from typing import Any, Final

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.datastructures.structures import iter_multi_items
from werkzeug.routing import IntegerConverter, PathConverter, UnicodeConverter, ValidationError

LARGEST_NUMBER: Final = 2**31 - 1
"""Of an id: PostgreSQL's integer. Years and pages are far below."""

_LONGEST_PART: Final = 1_000
_CANNOT_BE_STORED: Final = re.compile("[\0\ud800-\udfff]")
_CONTROL: Final = re.compile("[\0-\x1f\x7f\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without what neither database can store.

    >>> storable("Kari\\0 Li")
    'Kari Li'
    """
    return _CANNOT_BE_STORED.sub("", text) if _CANNOT_BE_STORED.search(text) else text


def has_control_characters(text: str) -> bool:
    """Whether it cannot be an address: a line break would begin another header."""
    return _CONTROL.search(text) is not None


class StorableFields(ImmutableMultiDict[str, Any]):
    """Fields of a form or an address, names and values cleaned with `storable`."""

    def __init__(self, mapping: Any = None) -> None:
        if mapping:
            mapping = [(_clean(name), _clean(value)) for name, value in iter_multi_items(mapping)]
        super().__init__(mapping)


def _clean(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


class CleanRequest(Request):
    """A request whose fields are clean: `args`, `form` and `values`."""

    parameter_storage_class = StorableFields


class SmallWholeNumber(IntegerConverter):
    """`<int:…>` in an address, as far as an id goes."""

    def __init__(self, map: Any, *arguments: Any, **named: Any) -> None:  # noqa: A002 (werkzeug's name)
        named.setdefault("max", LARGEST_NUMBER)
        super().__init__(map, *arguments, **named)

    def to_python(self, value: str) -> Any:
        # int() itself refuses thousands of digits, with another error.
        if len(value) > 12:
            raise ValidationError
        return super().to_python(value)


class PlainText(UnicodeConverter):
    """`<…>` in an address: no control characters, and not endless."""

    def to_python(self, value: str) -> str:
        return _plain(super().to_python(value))


class PlainPath(PathConverter):
    """`<path:…>` in an address: as `PlainText`."""

    def to_python(self, value: str) -> str:
        return _plain(super().to_python(value))


def _plain(text: str) -> str:
    if len(text) > _LONGEST_PART or has_control_characters(text):
        raise ValidationError
    return text


def init_app(app: Flask) -> None:
    """Before any route is added: a route keeps the converters it was made with."""
    app.request_class = CleanRequest
    app.url_map.converters.update(int=SmallWholeNumber, default=PlainText, string=PlainText, path=PlainPath)
