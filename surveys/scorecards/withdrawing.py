"""Values that were entered wrongly are taken back: the values before them stand again, and nothing is erased."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, select, update
from sqlalchemy.orm import Session, aliased

from surveys.audit import trail as audit
from surveys.platform.clock import now
from surveys.platform.texts import _
from surveys.scorecards.aggregation.storing import aggregate
from surveys.scorecards.models import Measurement, MeasurementEntry


class WithdrawalError(ValueError):
    """What cannot be taken back; the message says why."""


@dataclass(frozen=True)
class Withdrawal:
    """How many values were taken back, and of those how many had an earlier one that stands again.

    replaced: values of the entry that something newer had taken the place of: that stays.
    """

    values: int
    restored: int
    replaced: int = 0


def withdraw_entry(session: Session, number: int, by: str) -> Withdrawal:
    """Everything of one entry that still is current, in the caller's transaction. Raises WithdrawalError."""
    entry = session.get(MeasurementEntry, number)
    if entry is None:
        raise WithdrawalError(_("Ingen innlesing har nummer %(number)s.", number=number))
    if entry.withdrawn_at is not None:
        raise WithdrawalError(_("Innlesing %(number)s er trukket tilbake før.", number=number))
    of_entry = Measurement.entry_id == entry.id
    replaced = list(
        session.scalars(
            select(Measurement.id).where(of_entry, ~Measurement.current, Measurement.withdrawn_at.is_(None))
        )
    )
    done = _withdraw(session, of_entry, by, now())
    if replaced:
        # Or they would stand again when what replaced them is taken back.
        session.execute(
            update(Measurement), [{"id": id_, "withdrawn_at": now(), "withdrawn_by": by} for id_ in replaced]
        )
        session.expire_all()
    entry.withdrawn_at, entry.withdrawn_by = now(), by
    subject = entry.file_name or _("Siden for verdier")
    audit.record(session, "measurements.withdrawn", subject, number=entry.id, measurements=done.values)
    return Withdrawal(done.values, done.restored, len(replaced))


def withdraw_values(session: Session, ids: Sequence[int], by: str) -> Withdrawal:
    """Single values by their id. One that comes from a survey, is computed or is not current, is left as it is."""
    return _withdraw(session, Measurement.id.in_(ids), by, now())


def _withdraw(session: Session, which: ColumnElement[bool], by: str, at: dt.datetime) -> Withdrawal:
    found = session.execute(
        select(Measurement.id, Measurement.indicator_id, Measurement.year, Measurement.part).where(
            which, _can_be_withdrawn()
        )
    ).all()
    withdrawn = [each.id for each in found]
    restored = list(session.scalars(_before(which)))
    taken = [{"id": id_, "current": False, "withdrawn_at": at, "withdrawn_by": by} for id_ in withdrawn]
    for rows in (taken, [{"id": id_, "current": True} for id_ in restored]):
        if rows:
            session.execute(update(Measurement), rows)
    session.expire_all()
    aggregate(session, {(each.indicator_id, each.year, each.part) for each in found})
    return Withdrawal(len(withdrawn), len(restored))


def _can_be_withdrawn() -> ColumnElement[bool]:
    """What somebody entered: not a survey's value, and not a computed one."""
    entered = and_(Measurement.release_id.is_(None), Measurement.computed_from.is_(None))
    return and_(Measurement.current, entered)


def _before(which: ColumnElement[bool]) -> Select[int]:
    """The newest value of the same period that was entered before each of them and is not itself taken back."""
    earlier = aliased(Measurement)
    return (
        select(func.max(earlier.id))
        .join(
            Measurement,
            and_(
                Measurement.indicator_id == earlier.indicator_id,
                Measurement.unit_id == earlier.unit_id,
                Measurement.year == earlier.year,
                Measurement.part == earlier.part,
                earlier.id < Measurement.id,
            ),
        )
        .where(which, _can_be_withdrawn())
        .where(earlier.withdrawn_at.is_(None), earlier.release_id.is_(None), earlier.computed_from.is_(None))
        .group_by(Measurement.id)
    )


@dataclass(frozen=True)
class EntryRow:
    """An entry as lists show it. values: how many it brought; current: how many of them still stand."""

    entry: MeasurementEntry
    values: int
    current: int


def latest_entries(
    session: Session, most: int = 20, entry_ids: Select[tuple[int]] | None = None
) -> list[EntryRow]:
    """The newest entries first."""
    query = (
        select(
            MeasurementEntry,
            func.count(Measurement.id),
            func.coalesce(func.sum(case((Measurement.current, 1), else_=0)), 0),
        )
        .outerjoin(Measurement, Measurement.entry_id == MeasurementEntry.id)
        .group_by(MeasurementEntry.id)
        .order_by(MeasurementEntry.id.desc())
        .limit(most)
    )
    if entry_ids is not None:
        query = query.where(MeasurementEntry.id.in_(entry_ids))
    return [EntryRow(entry, values, current) for entry, values, current in session.execute(query)]
