"""What has been imported: who, when, how much, how the columns were understood, and the way back from the newest."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.files.headings import ColumnChoices, plain
from surveys.organisation.models import ImportKind, Installation, OrganisationImport, Person


@dataclass(frozen=True)
class ImportRecordRequest:
    """What is stored of a file that is taken into use. account_id: None from the command line."""

    kind: ImportKind
    file_name: str
    headings: tuple[str, ...]
    account_id: int | None = None


def lock(session: Session) -> None:
    """Two imports at the same time wait for each other."""
    session.execute(select(Installation.id).with_for_update())


def source_of(headings: Sequence[str]) -> str:
    """The same system writes the same headings every time, in whatever order."""
    return sha256("\n".join(sorted(map(plain, headings))).encode()).hexdigest()[:32]


def remembered_choices(session: Session, kind: ImportKind, headings: Sequence[str]) -> ColumnChoices:
    """How the columns were understood the last time a file from the same source was taken into use."""
    newest = session.scalar(
        select(OrganisationImport.mapping)
        .where(
            OrganisationImport.kind == kind,
            OrganisationImport.source == source_of(headings),
            OrganisationImport.undone_at.is_(None),
        )
        .order_by(OrganisationImport.id.desc())
        .limit(1)
    )
    found: dict[str, str] = (newest or {}).get("columns", {})
    return found


def known_same_people(session: Session) -> dict[str, list[str]]:
    """Number → the numbers that are the same person, as it was last answered."""
    newest = session.scalar(
        select(OrganisationImport.mapping)
        .where(OrganisationImport.kind == ImportKind.PEOPLE, OrganisationImport.undone_at.is_(None))
        .order_by(OrganisationImport.id.desc())
        .limit(1)
    )
    found: dict[str, list[str]] = (newest or {}).get("same_people", {})
    return found


def under_new_numbers(
    known_same: Mapping[str, Sequence[str]], new_numbers: Mapping[str, str]
) -> dict[str, Sequence[str]]:
    """What `known_same_people` knows, of people who have been given new numbers. new_numbers: old → new."""
    return {new_numbers.get(number, number): joined for number, joined in known_same.items()}


def forget_person(session: Session, person: Person) -> None:
    """What files are remembered by loses her: her row for undoing the newest, and that her numbers are one person."""
    for stored in session.scalars(select(OrganisationImport)):
        if stored.undo is not None and stored.kind is ImportKind.PEOPLE:
            before = [row for row in stored.undo["before"] if row[0] != person.id]
            stored.undo = {**stored.undo, "before": before}
        same = stored.mapping.get("same_people", {})
        if person.employee_number in same:
            others = {kept: joined for kept, joined in same.items() if kept != person.employee_number}
            stored.mapping = {**stored.mapping, "same_people": others}


def record_import(
    session: Session,
    request: ImportRecordRequest,
    meanings: Sequence[str],
    counts: Mapping[str, int],
    undo: Mapping[str, object],
    same_people: Mapping[str, Sequence[str]] | None = None,
) -> OrganisationImport:
    """The way back from earlier files ends here: what they would restore is erased."""
    session.execute(update(OrganisationImport).values(undo=None))
    columns = {plain(heading): name for heading, name in zip(request.headings, meanings, strict=True)}
    stored = OrganisationImport(
        kind=request.kind,
        at=dt.datetime.now(dt.UTC),
        account_id=request.account_id,
        file_name=request.file_name,
        source=source_of(request.headings),
        mapping={
            "columns": columns,
            "same_people": {key: list(own) for key, own in (same_people or {}).items()},
        },
        counts=dict(counts),
        undo=dict(undo),
    )
    session.add(stored)
    session.flush()
    return stored


def newest_import(session: Session) -> OrganisationImport | None:
    return session.scalar(select(OrganisationImport).order_by(OrganisationImport.id.desc()).limit(1))


def way_back(session: Session, stored: OrganisationImport) -> dict[str, Any] | None:
    """What undoing needs; None when it cannot be undone any more."""
    newest = newest_import(session)
    return stored.undo if newest is not None and newest.id == stored.id and stored.undone_at is None else None
