"""A file's rows → one line for each unit, and what is wrong with them as a tree."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveys.files.columns import Record
from surveys.files.report import ImportFault
from surveys.organisation.living import has_ended
from surveys.organisation.models import Unit
from surveys.platform.texts import _


@dataclass(frozen=True)
class UnitLine:
    """A unit as the file has it; `parent` is «» for the top, `type` None when the file has no such column."""

    record: Record
    code: str
    name: str
    type: str | None
    parent: str


def unit_line(record: Record) -> UnitLine:
    """A top may name itself as its parent, as FINT's does."""
    code = record["code"]
    parent = "" if record["parent"] == code else record["parent"]
    return UnitLine(record, code, record["name"], record.cell("type"), parent)


def lives(unit: Unit | None, today: dt.date) -> bool:
    return unit is not None and not has_ended(unit, today)


def ending_units(
    lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date, held: Collection[int] = ()
) -> list[Unit]:
    """Living units below the file's tops that the file does not have. held: the ids of those that are kept anyway."""
    codes = {line.code for line in lines}
    tops = {line.code for line in lines if line.parent not in codes}
    below = {unit.id for code, unit in stored.items() if code in tops}
    ending: list[Unit] = []
    waiting = [unit for unit in stored.values() if unit.id not in below]
    while found := [unit for unit in waiting if unit.parent_id in below]:
        below |= {unit.id for unit in found}
        waiting = [unit for unit in waiting if unit.id not in below]
        ending += [unit for unit in found if unit.code not in codes and lives(unit, today)]
    return [unit for unit in ending if unit.id not in held]


def line_faults(
    lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date
) -> tuple[ImportFault, ...]:
    if not lines:
        return (ImportFault(_("Filen har ingen enheter under overskriften.")),)
    found = [*cell_faults(lines, stored, today), *_top_faults(lines, stored, today)]
    return tuple(sorted(found or _cycle_faults(lines, stored), key=lambda fault: fault.line or 0))


def cell_faults(
    lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date
) -> Iterator[ImportFault]:
    """What is wrong with single lines, whatever the tree of the others is like."""
    first_line: dict[str, int] = {}
    codes = {line.code for line in lines}
    for line in lines:
        if not line.code:
            yield line.record.fault("code", _("Koden mangler."))
        elif line.code in first_line:
            yield line.record.fault(
                "code",
                _(
                    "Koden «%(code)s» står også på linje %(first)s.",
                    code=line.code,
                    first=first_line[line.code],
                ),
            )
        first_line.setdefault(line.code, line.record.line)
        if not line.name:
            yield line.record.fault("name", _("Navnet mangler."))
        if line.parent and line.parent not in codes and not lives(stored.get(line.parent), today):
            message = _(
                "Den overordnede enheten «%(code)s» finnes verken i filen eller i Medvirk.", code=line.parent
            )
            yield line.record.fault("parent", message)


def _top_faults(
    lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date
) -> Iterator[ImportFault]:
    """One municipality has one top, in the file and together with what is there already."""
    tops = [line for line in lines if not line.parent and line.code]
    for line in tops[1:]:
        yield _second_top(line, tops[0].code)
    known = _known_top(stored, today)
    if tops and known and known.code != tops[0].code and _is_new_top(tops[0], stored, known):
        message = _(
            "Øverst i Medvirk står «%(known)s» (%(name)s), men filen har «%(code)s» øverst. Bruk "
            "den samme koden i filen.",
            known=known.code,
            name=known.name,
            code=tops[0].code,
        )
        yield tops[0].record.fault("code", message)


def second_tops(
    lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date
) -> Iterator[ImportFault]:
    """Lines that say no parent, in a file that has the known top: it is the parent that they lack."""
    known = _known_top(stored, today)
    tops = [line for line in lines if not line.parent and line.code]
    if known is not None and any(stored.get(line.code) is known for line in tops):
        for line in tops:
            if stored.get(line.code) is not known:
                yield _second_top(line, known.code)


def _known_top(stored: Mapping[str, Unit], today: dt.date) -> Unit | None:
    return next((unit for unit in stored.values() if unit.parent_id is None and lives(unit, today)), None)


def _second_top(line: UnitLine, top: str) -> ImportFault:
    message = _(
        "Bare én enhet kan stå øverst, og det er alt «%(code)s». Skriv hvem enheten hører til.", code=top
    )
    return line.record.fault("parent", message)


def _is_new_top(top: UnitLine, stored: Mapping[str, Unit], known: Unit) -> bool:
    """False when the known top has just been given the file's code (`_top_to_rename`)."""
    return stored.get(top.code) is not known


def _cycle_faults(lines: Sequence[UnitLine], stored: Mapping[str, Unit]) -> list[ImportFault]:
    """One fault for each ring of units that are all below each other."""
    parents = {line.code: line.parent for line in lines}
    by_id = {unit.id: unit.code for unit in stored.values()}
    for code, unit in stored.items():
        parents.setdefault(code, by_id.get(unit.parent_id or 0, ""))
    faults = []
    settled: set[str] = set()
    for line in lines:
        way: list[str] = []
        code = line.code
        while code and code not in settled and code not in way:
            way.append(code)
            code = parents.get(code, "")
        if code in way:
            ring = " → ".join([*way[way.index(code) :], code])
            faults.append(
                line.record.fault("parent", _("Enhetene hører til hverandre i ring: %(ring)s.", ring=ring))
            )
        settled.update(way)
    return faults
