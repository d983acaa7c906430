"""The box does not agree with the published roots: told in the log, and once a day and survey in the trail."""

import logging

from sqlalchemy import select

from surveys.audit import trail as audit
from surveys.audit.models import AuditEntry
from surveys.platform import clock
from surveys.platform.database import Database

_log = logging.getLogger("medvirk.alarm")


def tell_broken_tally(db: Database, survey_key: str) -> None:
    """In a transaction of its own: the one that found it has been undone."""
    _log.critical("Undersøkelsen «%s» blir ikke talt opp: %s.", survey_key, "survey.tally_broken")
    with db.transaction() as session:
        last = session.scalar(
            select(AuditEntry.at)
            .where(AuditEntry.action == "survey.tally_broken", AuditEntry.subject == survey_key)
            .order_by(AuditEntry.at.desc())
            .limit(1)
        )
        if last is None or clock.municipal_day(last) != clock.municipal_day():
            audit.record(session, "survey.tally_broken", survey_key)
