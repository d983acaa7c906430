"""The JSON schema of the format, with its complaints said in Norwegian.

The library's own messages are English and speak of JSON; here each says what is wrong and what to do.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from questionnaires.draft import DefinitionFinding, DefinitionPath
from questionnaires.kinds import kinds_in_files

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

SCHEMA: Final = Path(__file__).with_name("schema.json")

# Every pattern of schema.json → what to write instead. A test holds the two together.
PATTERNS: Final[Mapping[str, str]] = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "Bruk små bokstaver a–z, tall og bindestrek, som «lederklima-kort».",
    r"^[A-Za-z][A-Za-z0-9_]*$": "Begynn med en bokstav a–z. Bruk bare bokstaver a–z, tall og understrek.",
    r"^[a-z]{2,3}$": "Bruk en språkkode på to eller tre små bokstaver, som nb, nn eller en.",
    r"^(0|-?[1-9][0-9]{0,5})$": "Verdien på et trinn må være et heltall, skrevet uten ekstra nuller.",
    r"^[A-Za-z0-9][A-Za-z0-9_-]*$": "Bruk bokstaver a–z, tall, bindestrek og understrek.",
    r"\S": "Teksten er tom. Skriv den, eller ta bort feltet.",
}

_TYPES: Final = {
    "object": "felt med navn og innhold",
    "array": "en liste",
    "string": "en tekst",
    "integer": "et heltall",
    "number": "et tall",
    "boolean": "true eller false",
}
_COUNTED: Final = {
    "points": "trinn på skalaen",
    "options": "svaralternativer",
    "items": "påstander",
    "factors": "faktorer",
    "languages": "språk",
    "scales": "skalaer",
    "pages": "sider",
    "questions": "spørsmål",
    "is": "svar",
    "not": "svar",
}


@dataclass(frozen=True)
class _Complaint:
    """One of the library's errors: the schema's keyword and what it asks for, and what stands in the file."""

    keyword: str
    wanted: Any
    found: Any
    steps: DefinitionPath
    about_name: bool
    known_fields: tuple[str, ...]


@lru_cache(maxsize=1)
def _validator() -> "Draft202012Validator":
    # Ten megabytes and a tenth of a second: loaded when a file is checked, never by a page for respondents.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_schema())


def _schema() -> Any:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    schema["$defs"]["question"]["properties"]["kind"]["enum"] = kinds_in_files()
    return schema


def shape_findings(value: object) -> Iterator[DefinitionFinding]:
    """What in the document does not have the format's shape."""
    found = (finding for error in _validator().iter_errors(value) for finding in _findings(_complaint(error)))
    yield from dict.fromkeys(found)


def _complaint(error: "ValidationError") -> _Complaint:
    schema: Any = error.schema
    return _Complaint(
        keyword=str(error.validator),
        wanted=error.validator_value,
        found=error.instance,
        steps=tuple(error.absolute_path),
        about_name="propertyNames" in error.absolute_schema_path,
        known_fields=tuple(sorted(schema.get("properties", ()))),
    )


def _findings(complaint: _Complaint) -> Iterator[DefinitionFinding]:
    steps, found = complaint.steps, complaint.found
    if complaint.keyword == "required":
        for name in complaint.wanted:
            if name not in found:
                yield DefinitionFinding((*steps, name), f"Feltet «{name}» mangler. Legg det til.")
    elif complaint.keyword == "additionalProperties":
        for name in found:
            if name not in complaint.known_fields:
                known = ", ".join(complaint.known_fields)
                yield DefinitionFinding(
                    (*steps, name), f"Feltet «{name}» finnes ikke her. Felt som finnes: {known}."
                )
    elif complaint.about_name:
        yield DefinitionFinding(
            (*steps, found), f"Navnet «{found[:60]}» kan ikke brukes. {_message(complaint)}"
        )
    else:
        yield DefinitionFinding(steps, _message(complaint))


def _message(complaint: _Complaint) -> str:
    return _MESSAGES[complaint.keyword](complaint)


def _wrong_type(complaint: _Complaint) -> str:
    wanted = [complaint.wanted] if isinstance(complaint.wanted, str) else list(complaint.wanted)
    message = f"Her skal det stå {' eller '.join(_TYPES[name] for name in wanted)}."
    if wanted == ["string"] and isinstance(complaint.found, int | float):
        return f'{message} Sett anførselstegn rundt: "{str(complaint.found).lower()}".'
    return message


def _too_few(complaint: _Complaint) -> str:
    counted = _COUNTED.get(str(complaint.steps[-1]) if complaint.steps else "", "oppføringer")
    return f"Her må det være minst {complaint.wanted} {counted}, men det er {len(complaint.found)}."


def _too_small(complaint: _Complaint) -> str:
    if complaint.steps[-1:] == ("minimum_group",):
        return (
            f"Minste gruppe er {complaint.found}. Den kan ikke være under {complaint.wanted}, "
            "ellers kan enkeltpersoner kjennes igjen."
        )
    return f"Tallet er {complaint.found}, men må være minst {complaint.wanted}."


# Every keyword schema.json uses, but for the two that name a field. A test holds the two together.
_MESSAGES: Final[Mapping[str, Callable[[_Complaint], str]]] = {
    "type": _wrong_type,
    "enum": lambda it: f"Her kan det bare stå en av disse: {', '.join(it.wanted)}.",
    "const": lambda it: f"Her skal det stå {it.wanted}.",
    "pattern": lambda it: PATTERNS[it.wanted],
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxProperties": lambda it: f"Her kan det være høyst {it.wanted} oppføringer. Fjern noen.",
    "maxLength": lambda it: f"Bruk høyst {it.wanted} tegn.",
    "uniqueItems": lambda _: "Det samme står to ganger i listen. Behold den ene.",
    "minimum": _too_small,
    "maximum": lambda it: f"Tallet er {it.found}, men kan høyst være {it.wanted}.",
    "exclusiveMinimum": lambda it: f"Tallet er {it.found}, men må være større enn {it.wanted}.",
}
