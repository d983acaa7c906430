"""What is in the archive, as a Tabular Data Package (Frictionless, version 1)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from surveys.operating.archive.cells import KINDS, kind_of
from surveys.operating.archive.contents import ArchivedTable

DESCRIPTION: Final = "datapackage.json"
PROFILE: Final = "tabular-data-package"
FORMAT: Final = 1
"""Of the archive; another number is another way of writing it."""

_TYPES: Final = {"json": {"type": "any"}, "binary": {"type": "string", "format": "binary"}}


class ArchiveError(Exception):
    """An archive that cannot be made or taken in; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class ArchivedFile:
    """A file as the description has it. kinds: column → kind (`cells.kind_of`), in order; none: not a table."""

    name: str
    path: str
    sha256: str
    rows: int
    kinds: dict[str, str]


@dataclass(frozen=True)
class ArchiveDescription:
    """The whole description. revision: the schema that the tables have."""

    municipality: str
    made_on: str
    revision: str
    files: tuple[ArchivedFile, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def resource_of(table: ArchivedTable, path: str, content: bytes, rows: int) -> dict[str, Any]:
    """A table's entry in the description."""
    fields = [{"name": column.name, **_type(kind_of(column))} for column in table.columns]
    names = {column.name for column in table.columns}
    references = [
        {"fields": column.name, "reference": {"resource": key.column.table.name, "fields": key.column.name}}
        for column in table.columns
        for key in column.foreign_keys
    ]
    key = [column.name for column in table.table.primary_key.columns if column.name in names]
    return {
        "name": table.table.name,
        "path": path,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "rows": rows,
        **_sum(content),
        "schema": {"fields": fields, "primaryKey": key, "foreignKeys": references, "missingValues": [""]},
    }


def file_resource(name: str, path: str, content: bytes) -> dict[str, Any]:
    """The entry of a file that is no table."""
    return {"name": name, "path": path, **_sum(content)}


def _sum(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _type(kind: str) -> dict[str, str]:
    return _TYPES.get(kind, {"type": kind})


def _kind(field: dict[str, str]) -> str:
    """Raises KeyError for a kind that nothing is written as."""
    kind = next((kind for kind, type_ in _TYPES.items() if _of(field) == type_), field["type"])
    if kind not in KINDS:
        raise KeyError(kind)
    return kind


def _of(field: dict[str, str]) -> dict[str, str]:
    return {name: field[name] for name in ("type", "format") if name in field}


def description_json(description: dict[str, Any]) -> bytes:
    return json.dumps(description, ensure_ascii=False, indent=1).encode()


def read_description(content: bytes) -> ArchiveDescription:
    """Raises ArchiveError when the file is none of ours, or is written in another way."""
    try:
        found = json.loads(content)
        if found["profile"] != PROFILE or found["medvirk"]["format"] != FORMAT:
            raise ArchiveError(
                f"{DESCRIPTION} er ikke skrevet av en utgave av «medvirk export-all» som denne utgaven kan lese. "
                "Bruk en nyere utgave av Medvirk."
            )
        return ArchiveDescription(
            municipality=str(found["title"]),
            made_on=str(found["created"]),
            revision=str(found["medvirk"]["schema"]),
            files=tuple(_file(resource) for resource in found["resources"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"{DESCRIPTION} er skadet, eller er ikke fra «medvirk export-all».") from error


def _file(resource: dict[str, Any]) -> ArchivedFile:
    fields = resource.get("schema", {}).get("fields", [])
    return ArchivedFile(
        name=str(resource["name"]),
        path=str(resource["path"]),
        sha256=str(resource["hash"]).removeprefix("sha256:"),
        rows=int(resource.get("rows", 0)),
        kinds={field["name"]: _kind(field) for field in fields},
    )
