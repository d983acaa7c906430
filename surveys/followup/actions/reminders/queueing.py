"""Puts today's reminders in the outbox, once each."""

import contextlib
import datetime as dt

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.actions.following import plan_following, unit_actions
from surveys.actions.models import PlanAction
from surveys.actions.rights import leader_grants
from surveys.followup.actions.reminders.due import reminders_of
from surveys.followup.actions.reminders.models import PlanMail
from surveys.organisation.living import is_living
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database


def queue_plan_reminders(db: Database, today: dt.date | None = None) -> None:
    """Safe to run twice at once: the second finds the rows, or the database refuses them."""
    with contextlib.suppress(IntegrityError), db.transaction() as session:
        _queue(session, today or municipal_day())


def _queue(session: Session, today: dt.date) -> None:
    following = plan_following(session)
    began = session.scalars(select(PlanAction.unit_id).distinct())
    living = select(Unit.id).where(
        is_living(today),
        Unit.id.in_({following.holder(each) for each in began}),
    )
    with_plan = session.scalars(living).all()
    queued = {
        tuple(row)
        for row in session.execute(
            select(PlanMail.unit_id, PlanMail.account_id, PlanMail.kind, PlanMail.about)
        )
    }
    for unit_id, actions in unit_actions(session, with_plan, following).items():
        reminders = reminders_of(actions, today)
        if not reminders:
            continue
        leaders = {grant.account for grant in leader_grants(session, unit_id) if grant.account.email}
        session.add_all(
            PlanMail(unit_id=unit_id, account_id=account.id, kind=kind, about=about)
            for kind, about in reminders
            for account in leaders
            if (unit_id, account.id, kind, about) not in queued
        )
