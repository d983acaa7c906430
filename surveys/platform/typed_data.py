"""Plain values from a database column or a file → frozen dataclasses. pydantic checks; nobody else knows of it.

A column's values were written by ourselves: keys that a type does not name are left, and a key that older rows lack has
a default in the type. A file was written by somebody: every fault in it is found, and told with its place.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from surveys.platform.texts import _

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Typed = TypeVar("Typed")
ValuePath = tuple[str | int, ...]

_NUMBERS: Final = frozenset({"float_type", "int_type", "int_from_float", "float_parsing", "int_parsing"})


class StoredDataError(Exception):
    """A stored value that does not fit its type: the type and the places in it, never the value."""


class FileDataError(ValueError):
    """A file that does not describe what it should; `faults` holds every reason, each with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


class NoOtherFields:
    """A dataclass of a file's format is one of these: a field that it does not name is a fault."""

    __pydantic_config__: typing.ClassVar[Mapping[str, str]] = {"extra": "forbid"}


@cache
def _adapter(wanted: Any) -> "TypeAdapter[Any]":
    # 12 MB and 0.07 s that a process serving respondents never needs.
    from pydantic import TypeAdapter

    return TypeAdapter(wanted)


def from_stored(wanted: type[Typed], content: object) -> Typed:
    """The content of a JSON column as the type. Raises StoredDataError."""
    adapter = _adapter(typing.cast("Any", wanted))  # mypy sees no hash in a type variable's class
    from pydantic import ValidationError

    try:
        found: Typed = adapter.validate_python(content)
    except ValidationError as error:
        places = [f"{_path(one['loc'])}: {one['type']}" for one in error.errors(include_input=False)]
        raise StoredDataError(f"{wanted.__name__}: {'; '.join(places)}") from None
    return found


def to_stored(value: object) -> Any:
    """A frozen dataclass as the content of a JSON column or a file: dates and choices become text."""
    return _adapter(typing.cast("Any", type(value))).dump_python(value, mode="json")


def from_file(wanted: type[Typed], document: object) -> Typed:
    """A document (read YAML) as the type, strictly: «7» is no number and 7 is no text. Raises FileDataError."""
    adapter = _adapter(typing.cast("Any", wanted))  # mypy sees no hash in a type variable's class
    from pydantic import ValidationError
    from pydantic_core import to_json

    try:
        found: Typed = adapter.validate_json(to_json(document), strict=True)
    except ValidationError as error:
        raise FileDataError(
            [
                f"{_path(one['loc'])}: {_told(one['type'], _at(wanted, one['loc']), one['input'])}"
                for one in error.errors(include_url=False)
            ]
        ) from None
    return found


def _told(fault: str, wanted: "_Place", value: object) -> str:
    if fault == "missing":
        return _("mangler.")
    if fault == "unexpected_keyword_argument":
        return _("ukjent felt. Disse finnes: %(names)s.", names=", ".join(_fields(wanted.around)))
    if dataclasses.is_dataclass(wanted.type):
        return _("skal ha felter, slik som %(names)s.", names=", ".join(_fields(wanted.type)))
    if typing.get_origin(wanted.type) is Sequence:
        return _("skal være en liste.")
    return _("«%(value)s» kan ikke brukes her.", value=value) + _expected(fault, wanted.type)


def _expected(fault: str, wanted: Any) -> str:
    if typing.get_origin(wanted) is Mapping:
        return " " + _("Skriv teksten for hvert språk, slik: {nb: …, nn: …, en: …}.")
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return " " + _("Velg en av: %(choices)s.", choices=", ".join(wanted))
    if fault in _NUMBERS:
        return " " + _("Det skal være et tall.")
    return " " + _("Det skal være tekst.") if fault == "string_type" else ""


@dataclass(frozen=True)
class _Place:
    """What the type says of a place in a document, and the type of what is around it."""

    type: Any
    around: Any


def _at(wanted: Any, path: ValuePath) -> _Place:
    around = None
    for step in path:
        around = wanted
        if dataclasses.is_dataclass(wanted):
            wanted = _fields(wanted).get(str(step))
        else:
            wanted = (typing.get_args(wanted) or (None,))[-1]
        wanted = _without_none(wanted)
    return _Place(wanted, around)


def _without_none(wanted: Any) -> Any:
    """`X` of `X | None`."""
    if isinstance(wanted, types.UnionType):
        return next(choice for choice in typing.get_args(wanted) if choice is not types.NoneType)
    return wanted


def _fields(wanted: Any) -> Mapping[str, Any]:
    if not dataclasses.is_dataclass(wanted):
        return {}
    hints = typing.get_type_hints(wanted)
    return {field.name: hints[field.name] for field in dataclasses.fields(wanted)}


def _path(path: ValuePath) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or _("filen")
