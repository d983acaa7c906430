"""Lines of a roster file that are left out, and whom they may be about: a faulty line never takes anybody out.

Somebody may have several lines (several positions), so a faulty one takes its person's others along: else another of
her positions would decide where she belongs.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from surveys.files.columns import Record, TableRecords
from surveys.files.left_out import left_out_lines, moved_lines
from surveys.files.report import ImportFault, LeftOutLines, lines_in_words, told_once
from surveys.organisation.people_lines import (
    KnownUnits,
    address_of,
    name_of,
    row_faults,
    without_ended,
)
from surveys.organisation.people_matching import PeopleMatch, RosterPerson
from surveys.platform.addresses import EMAIL
from surveys.platform.texts import _, ngettext

SAME_PERSON: Final = "same person"
"""The cause of a line that goes along with a faulty one."""


@dataclass(frozen=True)
class UsableRows:
    """What of a file can be taken in. With `faults` there is nothing else but `notes`.

    rows: those without faults. left: the others, as far as they were read.
    """

    rows: tuple[Record, ...] = ()
    left: tuple[Record, ...] = ()
    left_out: LeftOutLines = field(default_factory=LeftOutLines)
    notes: tuple[str, ...] = ()
    faults: tuple[ImportFault, ...] = ()


@dataclass(frozen=True)
class HeldBack:
    """Stored people whom left-out lines may be about. unknown: lines that may be about anybody."""

    ids: frozenset[int] = frozenset()
    unknown: tuple[int, ...] = ()

    def keeping(self, found: PeopleMatch) -> PeopleMatch:
        """The match without those who must not go out. With a line that may be about anybody, nobody goes out."""
        if self.unknown:
            return replace(found, leaving=[])
        return replace(found, leaving=[person for person in found.leaving if person.id not in self.ids])


def usable_rows(
    read: TableRecords,
    units: KnownUnits,
    stored: Iterable[RosterPerson],
    *,
    leave_out: bool,
    drop_bad_addresses: bool,
) -> UsableRows:
    """The rows to use, and every fault when the file cannot be used.

    leave_out: faulty lines are left out, as long as any line is left.
    """
    apart = read.faulty_lines
    rows, ended = without_ended([row for row in read.rows if row.line not in apart])
    faults = [*read.row_faults]
    if rows or not (read.faults or faults):
        faults += row_faults(rows, units, drop_bad_addresses=drop_bad_addresses)
    if read.faults or (faults and not leave_out):
        return UsableRows(notes=ended, faults=told_once((*read.faults, *faults)))
    looked_at = sorted((*rows, *(row for row in read.rows if row.line in apart)), key=lambda row: row.line)
    if faults:
        faults += [*_of_the_same_people(looked_at, faults, moved_lines(read), _Known(stored))]
    left_out = left_out_lines(looked_at, faults, read.headings)
    if not left_out.usable:
        return UsableRows(notes=ended, faults=told_once(faults))
    lines = {line.line for line in left_out.lines}
    usable = tuple(row for row in looked_at if row.line not in lines)
    return UsableRows(usable, tuple(row for row in looked_at if row.line in lines), left_out, ended)


@dataclass(frozen=True)
class _Signs:
    """What a row says of whom it is about, in lower case."""

    numbers: frozenset[str]
    names: frozenset[str]
    addresses: frozenset[str]


def _signs(row: Record, *, moved: bool) -> _Signs:
    """moved: the cells may be in other columns than their own, so that any of them may be anything."""
    if moved:
        cells = _said(*row.cells)
        return _Signs(cells, cells, cells)
    address = address_of(row)
    return _Signs(
        _said(row["employee_number"]),
        _said(name_of(row)),
        _said(address if EMAIL.fullmatch(address) else ""),
    )


def _said(*texts: str) -> frozenset[str]:
    return frozenset(text.casefold() for text in texts if text)


def _of_the_same_people(
    rows: Sequence[Record], faults: Iterable[ImportFault], moved: Container[int], known: "_Known"
) -> Iterator[ImportFault]:
    """A fault for each line that may be about the same person as a faulty one: by number, or by address.

    By name too when the roster does not say surely who the faulty one is about. An address that several have is asked
    about, and with one of them left out nobody would be asked.
    """
    faulty = {fault.line for fault in faults}
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.line in faulty:
            signs = _signs(row, moved=row.line in moved)
            for sign in _shared(signs, by_name=not known.same(signs)):
                first.setdefault(sign, row.line)
    for row in rows:
        if row.line in faulty:
            continue
        own = _signs(row, moved=False)
        for kind, texts in (("number", own.numbers), ("address", own.addresses), ("name", own.names)):
            lines = [first[kind, text] for text in texts if (kind, text) in first]
            if lines:
                yield row.fault("employee_number", _along_words(kind, lines[0]), SAME_PERSON)
                break


def _shared(own: _Signs, *, by_name: bool) -> Iterator[tuple[str, str]]:
    yield from (("number", text) for text in own.numbers)
    yield from (("address", text) for text in own.addresses)
    if by_name:
        yield from (("name", text) for text in own.names)


def _along_words(kind: str, line: int) -> str:
    if kind == "address":
        return _("Linje %(line)s har feil og samme e-postadresse. Rett den først.", line=line)
    return _("Linje %(line)s har feil og gjelder kanskje samme ansatt. Rett den først.", line=line)


def held_back(usable: UsableRows, stored: Iterable[RosterPerson], moved: Container[int]) -> HeldBack:
    """Whom the left-out lines may be about: by number, address or name, whichever of them fits.

    A line that fits nobody by address or name, nor by number alone when it has no name, may be about anybody, with a
    new number or a new name.
    """
    known = _Known(stored)
    ids: set[int] = set()
    unknown = []
    for row in usable.left:
        own = _signs(row, moved=row.line in moved)
        ids |= known.same(own) or known.alike(own)
        if not (known.by_more_than_number(own) or (known.by_number(own) and not own.names)):
            unknown.append(row.line)
    return HeldBack(frozenset(ids), tuple(unknown))


class _Known:
    """The ids of those in the roster whom a row may be about."""

    def __init__(self, stored: Iterable[RosterPerson]) -> None:
        self._numbers: dict[str, set[int]] = {}
        self._names: dict[str, set[int]] = {}
        self._addresses: dict[str, set[int]] = {}
        for person in stored:
            self._numbers.setdefault(person.employee_number.casefold(), set()).add(person.id)
            self._names.setdefault(person.name.casefold(), set()).add(person.id)
            if person.email:
                self._addresses.setdefault(person.email.casefold(), set()).add(person.id)

    def by_number(self, own: _Signs) -> set[int]:
        return _found(self._numbers, own.numbers)

    def by_more_than_number(self, own: _Signs) -> set[int]:
        return _found(self._names, own.names) | _found(self._addresses, own.addresses)

    def same(self, own: _Signs) -> set[int]:
        """By the number, and by the name or the address too."""
        return self.by_number(own) & self.by_more_than_number(own)

    def alike(self, own: _Signs) -> set[int]:
        """By any of them."""
        return self.by_number(own) | self.by_more_than_number(own)


def _found(people: Mapping[str, set[int]], texts: Iterable[str]) -> set[int]:
    return set().union(*(people.get(text, set()) for text in texts))


def consequences(held: HeldBack, found: PeopleMatch) -> Iterator[str]:
    """found: the match before anybody was held back."""
    yield _("De som står på disse linjene, blir stående slik de er i Medvirk. Ingen av dem går ut.")
    if held.unknown and found.leaving:
        yield ngettext(
            "Linje %(lines)s sier ikke sikkert hvem den gjelder. Derfor går ingen ut nå: %(num)s person som mangler i "
            "filen, blir stående til linjen er rettet.",
            "Linje %(lines)s sier ikke sikkert hvem den gjelder. Derfor går ingen ut nå: %(num)s personer som mangler "
            "i filen, blir stående til linjen er rettet.",
            len(found.leaving),
            lines=lines_in_words(held.unknown),
        )
