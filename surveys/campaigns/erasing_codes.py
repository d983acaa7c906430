"""Taking the codes away from the invitations of surveys that were counted long ago.

An invitation says whether its code was used, and is counted in the figures on who took part, so the row stays. Without
its code nobody can find it from the link in somebody's mail.
"""

import datetime as dt
import secrets
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from surveys.campaigns.models import Delivery, Invitation, Survey

# No invitation is made with it: it marks those whose code is gone.
_NO_CODE: Final = bytes(16)
_AT_A_TIME: Final = 1000


def count_old_codes(session: Session, limit: dt.date) -> int:
    """Invitations with a code to a survey that was counted on this day or before."""
    return session.scalar(select(func.count()).select_from(Invitation).where(_is_old(limit))) or 0


def next_counted(session: Session, limit: dt.date) -> dt.date | None:
    """The first day after the limit on which a survey was counted whose invitations have codes."""
    return session.scalar(
        select(func.min(Survey.counted_on))
        .join(Invitation, Invitation.survey_id == Survey.id)
        .where(Survey.counted_on > limit, Invitation.nonce != _NO_CODE)
    )


def erase_old_codes(session: Session, limit: dt.date) -> int:
    """How many lost their code. What was sent to them goes too: it holds nothing but that it was sent."""
    erased = 0
    while ids := session.scalars(select(Invitation.id).where(_is_old(limit)).limit(_AT_A_TIME)).all():
        session.execute(delete(Delivery).where(Delivery.invitation_id.in_(ids)))
        session.connection().execute(
            update(Invitation)
            .where(Invitation.id == bindparam("erased_id"))
            .values(nonce=_NO_CODE, code_hash=bindparam("random_hash")),
            [{"erased_id": each, "random_hash": secrets.token_bytes(32)} for each in ids],
        )
        erased += len(ids)
    return erased


def _is_old(limit: dt.date) -> ColumnElement[bool]:
    counted = select(Survey.id).where(Survey.counted_on <= limit)
    return and_(Invitation.survey_id.in_(counted), Invitation.nonce != _NO_CODE)
