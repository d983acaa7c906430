"""Values as the text of a cell, and back: every value comes back as it was, and no spreadsheet runs it.

A cell is empty for a value that is missing. Text that is empty in a column where it may also be missing, and text that
a spreadsheet would take for a formula or that begins with a ', has a ' in front.
"""

import datetime as dt
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, LargeBinary

from surveys.files.escaping import safe_cell
from surveys.platform.database import UtcDateTime

_MARK: Final = "'"

_KINDS: Final = (
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "number"),
    (UtcDateTime, "datetime"),
    (Date, "date"),
    (JSON, "json"),
    (LargeBinary, "binary"),
)


def kind_of(column: "Column[Any]") -> str:
    """«boolean», «integer», «number», «datetime», «date», «json», «binary» (base64) or «string»."""
    return next((kind for type_, kind in _KINDS if isinstance(column.type, type_)), "string")


def cell_of(value: Any, *, may_be_missing: bool) -> str:
    """The value as text.

    >>> [cell_of(value, may_be_missing=True) for value in (None, "", "=1", True, 0.1, {"nb": "Å"})]
    ['', "'", "'=1", 'true', '0.1', '{"nb": "Å"}']
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case bytes():
            return b64encode(value).decode()
    text = str(value)
    if text.startswith(_MARK) or (not text and may_be_missing):
        return _MARK + text
    return safe_cell(text)


def value_of(cell: str, kind: str, *, may_be_missing: bool) -> Any:
    """The value of a cell. Raises ValueError when it is not of that kind.

    >>> value_of("'=1", "string", may_be_missing=False), value_of("", "integer", may_be_missing=True)
    ('=1', None)
    """
    if not cell:
        if may_be_missing:
            return None
        if kind == "string":
            return ""
        raise ValueError("empty")
    return _READERS[kind](cell)


def _boolean(cell: str) -> bool:
    if cell not in {"true", "false"}:
        raise ValueError(cell)
    return cell == "true"


def _moment(cell: str) -> dt.datetime:
    """As a column read from a database takes it: without a zone, in UTC."""
    return dt.datetime.fromisoformat(cell).astimezone(dt.UTC).replace(tzinfo=None)


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "boolean": _boolean,
    "integer": int,
    "number": float,
    "datetime": _moment,
    "date": dt.date.fromisoformat,
    "json": json.loads,
    "binary": lambda cell: b64decode(cell, validate=True),
    "string": lambda cell: cell.removeprefix(_MARK),
}

KINDS: Final = frozenset(_READERS)
"""Every kind that a cell can be read as."""
