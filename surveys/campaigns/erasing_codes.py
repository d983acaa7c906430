"""Forgetting the codes of surveys that were counted long ago.

Their invitations went when they were counted. What is left is a hash of each code, so that an old link leads to the
page of the survey that is over. Without it, nobody can see that the link was ever one.
"""

import datetime as dt

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import EndedCode, Survey


def count_old_codes(session: Session, limit: dt.date) -> int:
    """Codes to surveys that were counted on this day or before."""
    old = select(func.count()).select_from(EndedCode).join(Survey, Survey.id == EndedCode.survey_id)
    return session.scalar(old.where(Survey.counted_on <= limit)) or 0


def next_counted(session: Session, limit: dt.date) -> dt.date | None:
    """The first day after the limit on which a survey was counted whose codes are kept."""
    return session.scalar(
        select(func.min(Survey.counted_on))
        .join(EndedCode, EndedCode.survey_id == Survey.id)
        .where(Survey.counted_on > limit)
    )


def erase_old_codes(session: Session, limit: dt.date) -> int:
    """How many codes were forgotten."""
    counted = select(Survey.id).where(Survey.counted_on <= limit)
    done = session.execute(delete(EndedCode).where(EndedCode.survey_id.in_(counted)))
    return int(done.rowcount)  # type: ignore[attr-defined]
