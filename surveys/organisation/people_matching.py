"""Who in a file is who in the roster. People are matched, not numbers: a number can change, and be given to another.

A person with a new number is recognised by her address, by her name in the same unit, or by the same number with other
zeros in front and the same name, when only one in the file and one in the roster fit.
"""

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.organisation.models import Person
from surveys.organisation.people_lines import PersonLine

Who = TypeVar("Who")


class RosterPerson(NamedTuple):
    """A row of the roster as it is stored."""

    id: int
    employee_number: str
    name: str
    email: str
    language: str
    is_leader: bool
    active: bool
    unit_id: int
    shared_mailbox: bool
    # Last, and with a default: what an import of before the column keeps for its undoing does not have it.
    phone: str | None = None


@dataclass(frozen=True)
class PeopleMatch:
    """new: nobody known. kept: (stored, line). renumbered: those of `kept` that have a new number.

    leaving: active people whom the file does not have. freed: people no longer here whose number somebody else gets,
    and the number they get instead.
    """

    new: Sequence[PersonLine]
    kept: Sequence[tuple[RosterPerson, PersonLine]]
    renumbered: Sequence[tuple[RosterPerson, PersonLine]]
    leaving: Sequence[RosterPerson]
    freed: Sequence[tuple[RosterPerson, str]] = field(default=())


def roster(session: Session) -> list[RosterPerson]:
    """Everybody stored, also those who have left. Rows, not objects: there may be sixty thousand."""
    columns = (getattr(Person, name) for name in RosterPerson._fields)
    return [RosterPerson(*row) for row in session.execute(select(*columns).order_by(Person.id))]


def match(
    lines: Sequence[PersonLine],
    stored: Sequence[RosterPerson],
    *,
    new_numbers: bool,
    held: Container[int] = frozenset(),
) -> PeopleMatch:
    """new_numbers: whether people may be recognised under another number; else only the number decides.

    held: the ids of people whose own line cannot be read: nobody else is taken for them.
    """
    by_number = {person.employee_number: person for person in stored}
    pairs = {line.employee_number: by_number.get(line.employee_number) for line in lines}
    open_people = [person for person in stored if person.id not in held]
    moved = _recognised(lines, open_people, pairs) if new_numbers else {}
    taken = {person.id for person in moved.values()}
    for number, person in pairs.items():
        # Whoever had the number, when somebody else in the file is that person, or it is now another's.
        if number not in moved and person is not None and person.id in taken:
            pairs[number] = None
    pairs |= moved
    kept = [(person, line) for line in lines if (person := pairs[line.employee_number]) is not None]
    here = {person.id for person, _line in kept}
    return PeopleMatch(
        new=[line for line in lines if pairs[line.employee_number] is None],
        kept=kept,
        renumbered=[(person, line) for person, line in kept if line.employee_number in moved],
        leaving=[person for person in stored if person.active and person.id not in here],
        freed=_freed(moved, by_number, pairs, here),
    )


def _recognised(
    lines: Sequence[PersonLine],
    stored: Sequence[RosterPerson],
    pairs: Mapping[str, RosterPerson | None],
) -> dict[str, RosterPerson]:
    """New number → the active person who gets it."""
    open_lines = [line for line in lines if _is_open(line, pairs[line.employee_number])]
    if not open_lines:
        return {}
    settled = {line.employee_number for line in lines} - {line.employee_number for line in open_lines}
    waiting = [person for person in stored if person.active and person.employee_number not in settled]
    found: dict[str, RosterPerson] = {}
    signs: tuple[tuple[Callable[[PersonLine], Hashable], Callable[[RosterPerson], Hashable]], ...] = (
        (lambda line: line.address, lambda person: person.email.casefold()),
        (_name_in_unit, _name_in_unit),
        (_name_and_digits, _name_and_digits),
    )
    for of_line, of_person in signs:
        people = _only_ones(waiting, of_person)
        for sign, line in _only_ones(open_lines, of_line).items():
            if sign in people:
                found[line.employee_number] = people[sign]
        matched = {person.id for person in found.values()}
        open_lines = [line for line in open_lines if line.employee_number not in found]
        waiting = [person for person in waiting if person.id not in matched]
    return {number: person for number, person in found.items() if person.employee_number != number}


def _is_open(line: PersonLine, holder: RosterPerson | None) -> bool:
    """Whether the number may not say who it is: nobody active has it, or somebody with another name and address."""
    if holder is None or not holder.active:
        return True
    return line.name.casefold() != holder.name.casefold() and line.address != holder.email.casefold()


def _name_in_unit(who: PersonLine | RosterPerson) -> Hashable:
    return who.name.casefold(), who.unit_id


def _name_and_digits(who: PersonLine | RosterPerson) -> Hashable:
    return who.name.casefold(), who.employee_number.lstrip("0")


def _only_ones(people: Iterable[Who], sign: Callable[[Who], Hashable]) -> dict[Hashable, Who]:
    """Those who alone have their sign; an empty one is no sign."""
    found: dict[Hashable, Who] = {}
    doubles: set[Hashable] = set()
    for who in people:
        key = sign(who)
        if key in found:
            doubles.add(key)
        found[key] = who
    return {key: who for key, who in found.items() if key and key not in doubles}


def _freed(
    moved: Mapping[str, RosterPerson],
    by_number: Mapping[str, RosterPerson],
    in_file: Container[str],
    here: Set[int],
) -> list[tuple[RosterPerson, str]]:
    """People no longer here who hold a number that is needed: they get one that becomes free, else one of their own."""
    free = iter(
        [person.employee_number for person in moved.values() if person.employee_number not in in_file]
    )
    holders = [by_number[number] for number in moved if number in by_number]
    return [
        (holder, next(free, f"{holder.employee_number}~{holder.id}"))
        for holder in holders
        if holder.id not in here
    ]
