"""Lines of a file of units that are left out, and which units they may be about: a faulty line never ends a unit."""

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surveys.files.columns import Record, TableRecords
from surveys.files.left_out import left_out_lines, moved_lines
from surveys.files.report import ImportFault, LeftOutLines
from surveys.organisation import predecessor_column
from surveys.organisation.models import Unit
from surveys.organisation.units_lines import UnitLine, cell_faults, line_faults, lives, second_tops, unit_line
from surveys.platform.texts import _


@dataclass(frozen=True)
class UsableUnits:
    """What of a file can be taken in. With `faults` it is nothing.

    lines: those without faults. held: the ids of units that must not end, since lines that are left out may be theirs.
    """

    lines: tuple[UnitLine, ...] = ()
    left_out: LeftOutLines = field(default_factory=LeftOutLines)
    held: frozenset[int] = frozenset()
    faults: tuple[ImportFault, ...] = ()


def usable_units(
    read: TableRecords, stored: Mapping[str, Unit], today: dt.date, *, leave_out: bool, is_first: bool
) -> UsableUnits:
    """leave_out: lines with faults are left out. is_first: the file brings the top, and is nothing without it.

    A unit below one that is left out, and is new, is left out too: there is nothing to put it under.
    """
    lines = all_lines(read)
    if read.faults or not leave_out:
        return UsableUnits(lines, faults=_every_fault(read, lines, stored, today))
    faults = [*read.row_faults]
    while found := [*_faults(lines, stored, today)]:
        faults += found
        faulty = {fault.line for fault in found}
        lines = tuple(line for line in lines if line.record.line not in faulty)
    if not lines or (is_first and all(line.parent for line in lines)):
        return UsableUnits(faults=_every_fault(read, all_lines(read), stored, today))
    # What is left may still not be a tree.
    if tree := line_faults(lines, stored, today):
        return UsableUnits(faults=(*faults, *tree))
    used = {line.record.line for line in lines}
    left = [row for row in read.rows if row.line not in used]
    if not left:
        return UsableUnits(lines)
    told = _("Enhetene på disse linjene blir stående slik de er i Medvirk. Ingen av dem avsluttes.")
    left_out = replace(left_out_lines(read.rows, faults, read.headings), consequences=(told,))
    return UsableUnits(lines, left_out, _held(left, moved_lines(read), stored, today))


def all_lines(read: TableRecords) -> tuple[UnitLine, ...]:
    """The lines that can be read."""
    return tuple(unit_line(row) for row in read.rows if row.line not in read.faulty_lines)


def _every_fault(
    read: TableRecords, lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date
) -> tuple[ImportFault, ...]:
    if not read.rows and read.faults:
        return read.faults
    cells = (predecessor_column.stated(line.record, line.code) for line in lines)
    of_lines = line_faults(lines, stored, today) if lines or not read.row_faults else ()
    return (*read.faults, *read.row_faults, *of_lines, *predecessor_column.faults(cells, stored))


def _faults(lines: Sequence[UnitLine], stored: Mapping[str, Unit], today: dt.date) -> Iterator[ImportFault]:
    cells = (predecessor_column.stated(line.record, line.code) for line in lines)
    found = [
        *cell_faults(lines, stored, today),
        *second_tops(lines, stored, today),
        *predecessor_column.faults(cells, stored),
    ]
    yield from found
    faulty = {fault.line for fault in found}
    codes = {line.code for line in lines if line.code and line.record.line in faulty}
    for line in lines:
        if line.code in codes and line.record.line not in faulty:
            words = _("En annen linje med koden «%(code)s» har feil. Rett den først.", code=line.code)
            yield line.record.fault("code", words)


def _held(
    left: Iterable[Record], moved: Container[int], stored: Mapping[str, Unit], today: dt.date
) -> frozenset[int]:
    """The units that the rows name anywhere, and those above them. All, when a row may be about any unit.

    A row that is about no unit we know may be one of ours with a new code.
    """
    by_id = {unit.id: unit for unit in stored.values()}
    held: set[int] = set()
    for row in left:
        if row.line in moved or row["code"] not in stored:
            return frozenset(by_id)
        named = (stored[text] for text in _codes(row) if text in stored)
        held |= {unit.id for unit in named if lives(unit, today)}
    waiting = list(held)
    while waiting:
        above = by_id[waiting.pop()].parent_id
        if above is not None and above not in held:
            held.add(above)
            waiting.append(above)
    return frozenset(held)


def _codes(row: Record) -> Iterator[str]:
    yield from row.cells
    yield from predecessor_column.stated(row, row["code"]).predecessors
