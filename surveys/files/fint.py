"""FINT's JSON → rows as a table has them: units of Organisasjonselement, people of Personalressurs and Arbeidsforhold.

A file is one collection as FINT gives it ({"_embedded": {"_entries": […]}}), a list of entries, or an object or list of
such. Entries are known by what they hold, and found by the last two parts of a link: what identifies, and its value.
The line of a row is the entry's number in the file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from analysis.table_rows import CellRow, TableFileError, TableProblem
from surveys.files.headings import ImportColumn, is_pay
from surveys.files.report import FileRefusedError, ImportFault
from surveys.platform.texts import _

FintEntry = Mapping[str, Any]
LinkKey = tuple[str, str]

_LARGEST_SHARE: Final = 1_000_000  # a hundred positions: beyond it a number is a mistake
_DEEPEST: Final = 50  # lists and objects in each other; FINT has five
_NUMBERED: Final = ("organisasjonsId", "organisasjonsKode")


def is_json(content: bytes) -> bool:
    return content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def rows(content: bytes, columns: Sequence[ImportColumn]) -> Iterator[CellRow]:
    """The headings and then a row for each unit or employment, whichever the columns are about."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise TableFileError(TableProblem.DEEP_JSON) from None
    except ValueError:
        raise TableFileError(TableProblem.NOT_TEXT) from None
    entries = list(enumerate(_entries(document), start=1))
    _refuse(entries)
    wants_units = any(column.name == "parent" for column in columns)
    return iter(_unit_rows(entries) if wants_units else _people_rows(entries))


def _entries(node: object, depth: int = 0) -> Iterator[FintEntry]:
    """Every entry in the document, in its order."""
    if depth > _DEEPEST:
        raise TableFileError(TableProblem.DEEP_JSON)
    if isinstance(node, list):
        for each in node:
            yield from _entries(each, depth + 1)
    elif isinstance(node, Mapping):
        if _is_unit(node) or _is_employee(node) or _is_employment(node) or _is_person(node):
            yield node
        else:
            for key, each in node.items():
                if key not in {"_links", "self"}:
                    yield from _entries(each, depth + 1)


def _is_unit(entry: FintEntry) -> bool:
    return any(key in entry for key in _NUMBERED)


def _is_employee(entry: FintEntry) -> bool:
    return "ansattnummer" in entry


def _is_employment(entry: FintEntry) -> bool:
    links = _links(entry)
    return "personalressurs" in links and ("arbeidssted" in links or "ansettelsesprosent" in entry)


def _links(entry: FintEntry) -> Mapping[str, Any]:
    """By relation; none when the file has something else there."""
    found = entry.get("_links")
    return found if isinstance(found, Mapping) else {}


def _is_person(entry: FintEntry) -> bool:
    return "fodselsnummer" in entry or (
        isinstance(entry.get("navn"), Mapping) and "etternavn" in entry["navn"]
    )


def _refuse(entries: Sequence[tuple[int, FintEntry]]) -> None:
    """FINT's own fields for what Medvirk must never have."""
    faults = []
    for number, entry in entries:
        for key, value in entry.items():
            if value in (None, "", {}):
                continue
            if key == "fodselsnummer" and _identifier(value):
                faults.append(
                    ImportFault(_("Medvirk skal aldri ha fødselsnummer. Ta feltet bort."), number, key)
                )
            elif is_pay(key):
                words = _("Medvirk skal aldri ha opplysninger om lønn. Ta feltet bort.")
                faults.append(ImportFault(words, number, key))
    if faults:
        raise FileRefusedError(*faults)


def _unit_rows(entries: Sequence[tuple[int, FintEntry]]) -> Iterator[CellRow]:
    units = [(number, entry) for number, entry in entries if _is_unit(entry)]
    codes = {key: _unit_code(entry) for _index, entry in units for key in _own_keys(entry)}
    yield CellRow(0, ("organisasjonsId", "navn", "overordnet"))
    for number, entry in units:
        name = str(entry.get("navn") or entry.get("organisasjonsnavn") or entry.get("kortnavn") or "")
        yield CellRow(number, (_unit_code(entry), name, _linked(entry, "overordnet", codes)))


def _people_rows(entries: Sequence[tuple[int, FintEntry]]) -> Iterator[CellRow]:
    """A row for each employment, so that the main position can be chosen; a person without any has no unit."""
    people = {key: entry for _index, entry in entries if _is_person(entry) for key in _own_keys(entry)}
    codes = {
        key: _unit_code(entry) for _index, entry in entries if _is_unit(entry) for key in _own_keys(entry)
    }
    employments: dict[LinkKey, list[FintEntry]] = {}
    for _index, entry in entries:
        if _is_employment(entry):
            for key in _link_keys(entry, "personalressurs"):
                employments.setdefault(key, []).append(entry)
    yield CellRow(0, ("ansattnummer", "navn", "e-post", "arbeidssted", "hovedstilling", "stillingsprosent"))
    for number, entry in entries:
        if not _is_employee(entry):
            continue
        person = next((people[key] for key in _link_keys(entry, "person") if key in people), entry)
        own = [one for key in _own_keys(entry) for one in employments.get(key, ())]
        who = (_identifier(entry["ansattnummer"]), _name(person), _address(entry) or _address(person))
        for employment in {id(one): one for one in own}.values() or ({},):
            unit = _linked(employment, "arbeidssted", codes)
            main = "ja" if employment.get("hovedstilling") else "nei"
            yield CellRow(number, (*who, unit, main, _share(employment)))


def _identifier(value: object) -> str:
    """FINT's Identifikator, or a plain value."""
    found = value.get("identifikatorverdi") if isinstance(value, Mapping) else value
    return "" if found is None else str(found)


def _unit_code(entry: FintEntry) -> str:
    return next(filter(None, (_identifier(entry.get(key)) for key in _NUMBERED)), "")


def _name(person: FintEntry) -> str:
    name = person.get("navn")
    if isinstance(name, Mapping):
        return " ".join(str(name[key]) for key in ("fornavn", "mellomnavn", "etternavn") if name.get(key))
    return str(name or "")


def _address(entry: FintEntry) -> str:
    contact = entry.get("kontaktinformasjon")
    return str(contact.get("epostadresse") or "") if isinstance(contact, Mapping) else ""


def _share(employment: FintEntry) -> str:
    """FINT writes hundredths of a percent: 10000 is a full position."""
    share = employment.get("ansettelsesprosent")
    return (
        f"{share / 100:g}".replace(".", ",")
        if isinstance(share, int | float) and abs(share) <= _LARGEST_SHARE
        else ""
    )


def _own_keys(entry: FintEntry) -> list[LinkKey]:
    """What links to this entry may end in."""
    named = [
        (key.casefold(), value)
        for key in (*_NUMBERED, "ansattnummer", "systemId")
        if (value := _identifier(entry.get(key)))
    ]
    return list(dict.fromkeys([*named, *_link_keys(entry, "self")]))


def _link_keys(entry: FintEntry, relation: str) -> list[LinkKey]:
    found = _links(entry).get(relation)
    links = found if isinstance(found, list) else ()
    ends = [
        str(link.get("href", "")).rstrip("/").rsplit("/", 2) for link in links if isinstance(link, Mapping)
    ]
    return [(end[-2].casefold(), end[-1]) for end in ends if len(end) > 1]


def _linked(entry: FintEntry, relation: str, codes: Mapping[LinkKey, str]) -> str:
    """The code of the unit that a link names; of one that is not in the file, the link's own value."""
    keys = _link_keys(entry, relation)
    known = next((codes[key] for key in keys if key in codes), "")
    return known or (keys[0][1] if keys else "")
