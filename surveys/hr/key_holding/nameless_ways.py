"""Ways in for nobody in particular that a survey has got, as its trail has them: loose codes and public links."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry
from surveys.campaigns.models import Survey
from surveys.hr.trail.rows import TrailRow, rows
from surveys.platform.localisation import listed
from surveys.platform.texts import _

_ACTIONS: Final = ("survey.codes_made", "survey.public_link_made", "survey.public_link_removed")


@dataclass(frozen=True)
class NamelessWay:
    """One entry. codes: how many were made; None for a public link."""

    row: TrailRow
    codes: int | None
    units: str


def nameless_ways(session: Session, survey: Survey) -> list[NamelessWay]:
    """The oldest first. What anybody can answer with lifts no small unit over the minimum group (decision 035)."""
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == survey.key, AuditEntry.action.in_(_ACTIONS))
        .order_by(AuditEntry.at, AuditEntry.id)
    ).all()
    names = {unit.unit_id: unit.name for unit in survey.units}
    return [
        NamelessWay(row, entry.detail.get("codes"), _units(entry, names))
        for row, entry in zip(rows(session, entries), entries, strict=True)
    ]


def _units(entry: AuditEntry, names: dict[int, str]) -> str:
    ids = entry.detail.get("unit_ids") or [entry.detail.get("unit_id")]
    units = [names.get(unit_id, _("enhet %(number)s", number=unit_id)) for unit_id in ids if unit_id]
    return listed(units) if units else ""
