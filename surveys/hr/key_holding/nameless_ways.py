"""Ways in for nobody in particular that a survey has got, as its trail has them: loose codes and public links."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit.actions import ACTIONS
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import Survey
from surveys.platform.localisation import listed
from surveys.platform.moments import date_and_time
from surveys.platform.texts import _

_ACTIONS: Final = ("survey.codes_made", "survey.public_link_made", "survey.public_link_removed")


@dataclass(frozen=True)
class NamelessWay:
    """One entry. codes: how many were made; None for a public link."""

    at: dt.datetime
    by: str
    words: str
    codes: int | None
    units: str

    @property
    def when(self) -> str:
        return date_and_time(self.at)


def nameless_ways(session: Session, survey: Survey) -> list[NamelessWay]:
    """The oldest first. What anybody can answer with lifts no small unit over the minimum group (decision 035)."""
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == survey.key, AuditEntry.action.in_(_ACTIONS))
        .order_by(AuditEntry.at, AuditEntry.id)
    ).all()
    names = {unit.unit_id: unit.name for unit in survey.units}
    return [_way(session, entry, names) for entry in entries]


def _way(session: Session, entry: AuditEntry, names: dict[int, str]) -> NamelessWay:
    account = session.get(Account, entry.account_id) if entry.account_id else None
    ids = entry.detail.get("unit_ids") or [entry.detail.get("unit_id")]
    units = [names.get(unit_id, _("enhet %(number)s", number=unit_id)) for unit_id in ids if unit_id]
    return NamelessWay(
        entry.at,
        account.name if account else _("Kommandolinjen"),
        str(ACTIONS[entry.action].words),
        entry.detail.get("codes"),
        listed(units) if units else "",
    )
