"""A card as a YAML file: the same fields as `surveys.scorecards.setup`'s plans, with every fault at its place."""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from surveys.platform.texts import _
from surveys.scorecards.setup import CardPlan, SetupError

PathStep = str | int


def card_plan(document: object) -> CardPlan:
    """The card that the document (read YAML) describes. Raises SetupError with every fault, one a line."""
    faults = list(_faults(CardPlan, document, ()))
    if faults:
        raise SetupError("\n".join(faults))
    made: CardPlan = _made(CardPlan, document)
    return made


def _faults(wanted: Any, value: object, place: tuple[PathStep, ...]) -> Iterator[str]:
    if dataclasses.is_dataclass(wanted):
        yield from _fields_faults(wanted, value, place)
    elif (item := _item_type(wanted)) is not None:
        if not isinstance(value, list):
            yield _("%(place)s: skal være en liste.", place=_path(place))
            return
        for number, part in enumerate(value):
            yield from _faults(item, part, (*place, number))
    elif not _fits(wanted, value):
        yield _(
            "%(place)s: «%(value)s» kan ikke brukes her. %(advice)s",
            place=_path(place),
            value=value,
            advice=_expected(wanted),
        )


def _fields_faults(wanted: Any, value: object, place: tuple[PathStep, ...]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _(
            "%(place)s: skal ha felter, slik som %(fields)s.",
            place=_path(place),
            fields=", ".join(_types(wanted)),
        )
        return
    known = _types(wanted)
    for name in value:
        if name not in known:
            yield _(
                "%(place)s: ukjent felt. Disse finnes: %(known)s.",
                place=_path((*place, name)),
                known=", ".join(known),
            )
    for field in dataclasses.fields(wanted):
        if field.name in value:
            yield from _faults(known[field.name], value[field.name], (*place, field.name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield _("%(place)s: mangler.", place=_path((*place, field.name)))


def _made(wanted: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        known = _types(wanted)
        return wanted(**{name: _made(known[name], part) for name, part in value.items()})
    if (item := _item_type(wanted)) is not None:
        return [_made(item, part) for part in value]
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return wanted(value)
    return float(value) if wanted is float else value


def _types(wanted: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(wanted)


def _item_type(wanted: Any) -> Any:
    """What a list of this type holds; None when it is no list."""
    return typing.get_args(wanted)[0] if typing.get_origin(wanted) is Sequence else None


def _fits(wanted: Any, value: object) -> bool:
    if isinstance(wanted, types.UnionType):
        return any(_fits(one, value) for one in typing.get_args(wanted))
    if typing.get_origin(wanted) is Mapping:
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return value in list(wanted)
    allowed = (int, float) if wanted is float else wanted
    return isinstance(value, allowed) and not isinstance(value, bool)


def _expected(wanted: Any) -> str:
    if typing.get_origin(wanted) is Mapping:
        return _("Skriv teksten for hvert språk, slik: {nb: …, nn: …, en: …}.")
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return _("Velg en av: %(choices)s.", choices=", ".join(wanted))
    return _("Det skal være et tall.") if wanted in {int, float} else _("Det skal være tekst.")


def _path(place: tuple[PathStep, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".") or _("filen")
