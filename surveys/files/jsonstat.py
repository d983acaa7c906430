"""JSON-stat 2, as SSB and KOSTRA give their tables: dimensions with categories, and a value or a mark for every cell.

The file is checked here before pyjstat sees it: a wrong one is told in words, and an address in its place is never
fetched (pyjstat would).
"""

import datetime as dt
import json
import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from surveys.files.report import FileRefusedError, ImportFault
from surveys.platform.texts import _

if TYPE_CHECKING:
    from pyjstat.pyjstat import Dataset

LARGEST_TABLE: Final = 5 * 1024 * 1024
MOST_CELLS: Final = 500_000
_TIME_NAMES: Final = frozenset({"tid", "time", "år", "year"})
_REGION_NAMES: Final = frozenset({"region", "kommune", "kokkommuneregion0000", "kokregion", "bydel"})
_CONTENTS_NAMES: Final = frozenset({"contentscode", "contents", "statistikkvariabel"})


@dataclass(frozen=True)
class StatDimension:
    """categories: code → label, in the table's order."""

    code: str
    label: str
    categories: Mapping[str, str]


@dataclass(frozen=True)
class StatTable:
    """time, region and contents: the dimensions that say when, where and what; None where the table has no such one."""

    title: str
    source: str
    updated: dt.date | None
    dimensions: tuple[StatDimension, ...]
    time: StatDimension | None
    region: StatDimension | None
    contents: StatDimension | None
    dataset: "Dataset"

    @property
    def others(self) -> tuple[StatDimension, ...]:
        """Those of which one category has to be chosen."""
        known = (self.time, self.region, self.contents)
        return tuple(each for each in self.dimensions if each not in known)

    def cell(self, categories: Mapping[str, str]) -> str:
        """The number, or the mark in its place; «» for nothing. categories: one of every dimension, by its code."""
        table = self.dataset
        indices = [table.get_dimension_index(each.code, categories[each.code]) for each in self.dimensions]
        index = int(table.get_value_index(indices))
        value = _at(table["value"], index)
        if value is None:
            status = table.get("status")
            return str(status if isinstance(status, str) else _at(status, index) or "")
        return format(Decimal(repr(value)), "f").replace(".", ",")


def _at(values: Any, index: int) -> Any:
    """Of a list, or of an object that has only some of the cells."""
    if isinstance(values, Mapping):
        return values.get(str(index))
    return values[index] if isinstance(values, list) and index < len(values) else None


def read_json_stat(content: bytes) -> StatTable:
    """Raises FileRefusedError for anything that is not one dataset of JSON-stat 2."""
    if len(content) > LARGEST_TABLE:
        _refuse(_("Tabellen er større enn 5 MB. Velg færre tall hos kilden."))
    found = _object(content)
    if found.get("class") == "collection":
        _refuse(_("Dette er en samling av tabeller. Hent én tabell om gangen."))
    if found.get("class") != "dataset" or not str(found.get("version", "")).startswith("2"):
        _refuse(_("Dette er ikke JSON-stat 2. Velg formatet «JSON-stat2» hos kilden."))
    faults = list(_faults(found))
    if faults:
        raise FileRefusedError(*(ImportFault(fault) for fault in faults))
    dimensions = tuple(_dimension(found, code) for code in found["id"])
    # pyjstat brings pandas with it: 0.5 s and 60 MB that only whoever reads such a table needs.
    from pyjstat.pyjstat import Dataset

    return StatTable(
        title=str(found.get("label") or ""),
        source=str(found.get("source") or ""),
        updated=_updated(found),
        dimensions=dimensions,
        time=_of_role(found, dimensions, "time", _TIME_NAMES),
        region=_of_role(found, dimensions, "geo", _REGION_NAMES),
        contents=_of_role(found, dimensions, "metric", _CONTENTS_NAMES),
        dataset=Dataset(OrderedDict(found)),
    )


def _refuse(words: str) -> None:
    raise FileRefusedError(ImportFault(words))


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise FileRefusedError(
            ImportFault(_("Dette er ikke JSON-stat 2. Velg formatet «JSON-stat2» hos kilden."))
        )
    return found


def _faults(found: Mapping[str, Any]) -> Iterator[str]:
    """What makes the table impossible to read."""
    codes, sizes, dimensions = found.get("id"), found.get("size"), found.get("dimension")
    if not (isinstance(codes, list) and isinstance(sizes, list) and isinstance(dimensions, dict)):
        yield _("Tabellen mangler dimensjonene sine (id, size og dimension).")
        return
    if not codes or len(codes) != len(sizes) or not all(type(size) is int and size > 0 for size in sizes):
        yield _("Tabellen mangler dimensjonene sine (id, size og dimension).")
        return
    cells = math.prod(sizes)
    if cells > MOST_CELLS:
        yield _("Tabellen har %(cells)s tall. Velg færre hos kilden.", cells=cells)
    for code, size in zip(codes, sizes, strict=True):
        if not isinstance(code, str) or len(_categories(dimensions.get(code))) != size:
            yield _("Dimensjonen «%(name)s» har ikke så mange kategorier som tabellen sier.", name=code)
    yield from _value_faults(found, cells)


def _value_faults(found: Mapping[str, Any], cells: int) -> Iterator[str]:
    values = found.get("value")
    if isinstance(values, list) and len(values) != cells:
        yield _(
            "Tabellen skal ha %(cells)s tall og har %(found)s. Er hele filen med?",
            cells=cells,
            found=len(values),
        )
    if not isinstance(values, list | dict):
        yield _("Tabellen har ingen tall.")
        return
    for value in values.values() if isinstance(values, dict) else values:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield _("«%(value)s» er ikke et tall.", value=str(value)[:40])
            return
        if value is not None and not math.isfinite(value):
            yield _("«%(value)s» er ikke et tall.", value=value)
            return


def _categories(dimension: object) -> Mapping[str, str]:
    """Code → label; none for something that is no dimension."""
    category = dimension.get("category") if isinstance(dimension, dict) else None
    if not isinstance(category, dict):
        return {}
    index, labels = category.get("index"), category.get("label")
    labels = labels if isinstance(labels, dict) else {}
    if isinstance(index, dict) and all(type(each) is int for each in index.values()):
        if sorted(index.values()) != list(range(len(index))):
            return {}
        codes = sorted(index, key=lambda code: index[code])
    elif isinstance(index, list) and len(set(map(str, index))) == len(index):
        codes = [str(each) for each in index]
    else:
        # One category needs no order.
        codes = list(labels) if index is None and len(labels) == 1 else []
    return {code: str(labels.get(code) or code) for code in codes}


def _dimension(found: Mapping[str, Any], code: str) -> StatDimension:
    dimension = found["dimension"][code]
    return StatDimension(code, str(dimension.get("label") or code), _categories(dimension))


def _of_role(
    found: Mapping[str, Any], dimensions: tuple[StatDimension, ...], role: str, names: frozenset[str]
) -> StatDimension | None:
    """The dimension that the table itself says it is, else the one that is called so."""
    roles = found.get("role")
    said = roles.get(role) if isinstance(roles, dict) else None
    codes = said if isinstance(said, list) else []
    for dimension in dimensions:
        if dimension.code in codes:
            return dimension
    return next((each for each in dimensions if each.code.casefold() in names), None)


def _updated(found: Mapping[str, Any]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(found.get("updated", ""))[:10])
    except ValueError:
        return None
