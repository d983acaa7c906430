"""Stating what a unit came from, and taking it back. Verbs of the caller's transaction.

What has been released keeps the comparisons it was released with: a statement counts from the next release on.
"""

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.organisation.living import has_ended
from surveys.organisation.models import Succession, SuccessionKind, Unit
from surveys.platform.texts import _


class SuccessionError(ValueError):
    """A statement that cannot be true; the message says why."""


def state(
    session: Session, predecessor: Unit, successor: Unit, on: dt.date, *, whole: bool, existed: bool = False
) -> Succession:
    """The successor came from the predecessor on a day. Raises SuccessionError; then nothing is changed.

    whole: nothing was left behind. existed: the successor was there before, and took the other in. The kind follows
    from these and from what was stated before. Stating the same again changes nothing.
    """
    if predecessor.id == successor.id:
        raise SuccessionError(_("En enhet kan ikke komme fra seg selv. Velg to ulike enheter."))
    _check_day(predecessor, successor, on)
    siblings = session.scalars(
        select(Succession).where(
            or_(Succession.predecessor_id == predecessor.id, Succession.successor_id == successor.id)
        )
    ).all()
    for known in siblings:
        if (known.predecessor_id, known.successor_id) == (predecessor.id, successor.id):
            return known
    shared = [one for one in siblings if one.predecessor_id == predecessor.id]
    joined = [one for one in siblings if one.successor_id == successor.id]
    stated = Succession(predecessor_id=predecessor.id, successor_id=successor.id, on=on)
    stated.kind = _kind(
        predecessor, successor, split=not whole or bool(shared), merged=existed or bool(joined)
    )
    for one in shared:
        one.kind = SuccessionKind.SPLIT
    for one in joined:
        if one.kind is not SuccessionKind.SPLIT:
            one.kind = SuccessionKind.MERGED
    session.add(stated)
    audit.record(
        session,
        "organisation.succession_stated",
        successor.code,
        predecessor=predecessor.code,
        kind=stated.kind.value,
        on=on.isoformat(),
    )
    session.flush()
    return stated


def take_back(session: Session, stated: Succession) -> None:
    """The statement is gone; the trail keeps it."""
    units = {
        unit.id: unit.code
        for unit in session.scalars(
            select(Unit).where(Unit.id.in_([stated.predecessor_id, stated.successor_id]))
        )
    }
    audit.record(
        session,
        "organisation.succession_taken_back",
        units[stated.successor_id],
        predecessor=units[stated.predecessor_id],
    )
    session.delete(stated)


def _check_day(predecessor: Unit, successor: Unit, on: dt.date) -> None:
    if predecessor.valid_from is not None and predecessor.valid_from >= on:
        raise SuccessionError(
            _(
                "«%(unit)s» fantes ikke før %(day)s. Velg en senere dag.",
                unit=predecessor.name,
                day=format(on, "%d.%m.%Y"),
            )
        )
    if has_ended(successor, on):
        raise SuccessionError(
            _(
                "«%(unit)s» var avsluttet %(day)s. Velg en tidligere dag.",
                unit=successor.name,
                day=format(on, "%d.%m.%Y"),
            )
        )


def _kind(predecessor: Unit, successor: Unit, *, split: bool, merged: bool) -> SuccessionKind:
    if split:
        return SuccessionKind.SPLIT
    if merged:
        return SuccessionKind.MERGED
    same_place = predecessor.parent_id == successor.parent_id
    return SuccessionKind.RENAMED if same_place else SuccessionKind.MOVED
