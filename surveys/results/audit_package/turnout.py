"""Turnout that may be handed out: the numbers that pages may show, and no other."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.release.models import Release, Turnout


@dataclass(frozen=True)
class ProtectedTurnout:
    """A unit with everything below it. delivered: None where it is not shown."""

    unit_id: int
    invited: int | None
    delivered: int | None


def protected_turnout(session: Session, release: Release) -> list[ProtectedTurnout]:
    """Every unit of the release's tree."""
    rows = session.scalars(select(Turnout).where(Turnout.release_id == release.id).order_by(Turnout.unit_id))
    return [ProtectedTurnout(row.unit_id, row.invited, row.delivered if row.shown else None) for row in rows]
