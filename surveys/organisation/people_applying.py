"""The roster's changes, written many at a time, and the way back to the roster as it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from surveys.organisation.models import Person
from surveys.organisation.people_lines import PersonLine
from surveys.organisation.people_matching import PeopleMatch, RosterPerson
from surveys.organisation.references import referred_to
from surveys.platform.clock import municipal_day

_AT_A_TIME: Final = 500
_PERSON: Final[Table] = Person.__table__  # type: ignore[assignment]
Row = TypeVar("Row")


def after(person: RosterPerson, line: PersonLine) -> RosterPerson:
    """The stored person as the line has her; what the file has no column for is kept."""
    return RosterPerson(
        person.id,
        line.employee_number,
        line.name,
        # In other letters it is the same address: nobody gets the invitation again.
        person.email if line.keeps_email or line.address == person.email.casefold() else line.email,
        line.language or person.language or "nb",
        person.is_leader if line.is_leader is None else line.is_leader,
        True,
        line.unit_id,
        line.shared_mailbox,
        person.phone if line.phone is None else line.phone or None,
    )


def apply(session: Session, found: PeopleMatch) -> dict[str, Any]:
    """Writes the changes. Returns what `undo` needs: the ids of new people, and the others as they were."""
    afterwards = {person.id: after(person, line) for person, line in found.kept}
    before = {person.id: person for person, _line in found.kept}
    for person in found.leaving:
        before[person.id], afterwards[person.id] = person, person._replace(active=False)
    for person, number in found.freed:
        before[person.id] = person
        afterwards[person.id] = afterwards.get(person.id, person)._replace(employee_number=number)
    changed = [person for key, person in afterwards.items() if person != before[key]]
    _write(session, [before[person.id] for person in changed], changed)
    return {
        "new": _insert(session, found.new),
        "before": [list(before[person.id]) for person in changed],
    }


def undo(session: Session, stored: Mapping[str, Any]) -> int:
    """The roster as it was. Somebody who was new and has been invited since is kept, and invited no more.

    Returns how many those are.
    """
    before = [RosterPerson(*row) for row in stored["before"]]
    new = list(stored["new"])
    kept = referred_to(session, Person, new)
    for some in _batches([key for key in new if key not in kept]):
        session.execute(delete(Person).where(Person.id.in_(some)))
    for some in _batches(sorted(kept)):
        session.execute(update(Person).where(Person.id.in_(some)).values(active=False))
    _note_leaving(session)
    now: dict[int, RosterPerson] = {}
    for some in _batches(before):
        columns = (getattr(Person, name) for name in RosterPerson._fields)
        rows = session.execute(select(*columns).where(Person.id.in_([person.id for person in some])))
        now |= {row.id: RosterPerson(*row) for row in rows}
    there = [person for person in before if person.id in now]
    _write(session, [now[person.id] for person in there], there)
    session.expire_all()
    return len(kept)


def _write(session: Session, now: Sequence[RosterPerson], wanted: Sequence[RosterPerson]) -> None:
    """Numbers that change are first set to what nobody has, so that two people may change numbers."""
    moving = [
        {"key": new.id, "number": f"\u2192{new.id}"}
        for old, new in zip(now, wanted, strict=True)
        if old.employee_number != new.employee_number
    ]
    own = _PERSON.c.id == bindparam("key")
    if moving:
        session.execute(_PERSON.update().where(own).values(employee_number=bindparam("number")), moving)
    if wanted:
        names = RosterPerson._fields[1:]
        changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        rows: list[dict[str, Any]] = [
            {
                "key": person.id,
                **{f"new_{name}": value for name, value in zip(names, person[1:], strict=True)},
            }
            for person in wanted
        ]
        session.execute(_PERSON.update().where(own).values(**changes), rows)
    _note_leaving(session)
    session.expire_all()


def _note_leaving(session: Session) -> None:
    """The day somebody left follows `active`: `Person` sees to it one by one, and this for many at once."""
    gone = ~_PERSON.c.active & _PERSON.c.left_on.is_(None)
    back = _PERSON.c.active & _PERSON.c.left_on.is_not(None)
    session.execute(_PERSON.update().where(gone).values(left_on=municipal_day()))
    session.execute(_PERSON.update().where(back).values(left_on=None))


def _insert(session: Session, lines: Sequence[PersonLine]) -> list[int]:
    """The ids of the new people."""
    if not lines:
        return []
    last = session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0
    session.execute(
        insert(_PERSON),
        [
            {
                "employee_number": line.employee_number,
                "name": line.name,
                "email": line.email,
                "language": line.language or "nb",
                "is_leader": bool(line.is_leader),
                "active": True,
                "unit_id": line.unit_id,
                "shared_mailbox": line.shared_mailbox,
                "phone": line.phone or None,
            }
            for line in lines
        ],
    )
    numbers = {line.employee_number for line in lines}
    rows = session.execute(select(Person.id, Person.employee_number).where(Person.id > last))
    return [key for key, number in rows if number in numbers]


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """SQLite takes a limited number of values in one question."""
    left = iter(rows)
    while some := list(islice(left, _AT_A_TIME)):
        yield some
