"""Reminders to those whose values, replies or answers are missing: queued by whoever sets up the cards, sent once."""

import datetime as dt
import logging
from collections.abc import Collection
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.account_mail import AccountLetter
from surveys.access.card_rights import leads_itself
from surveys.access.models import Account, Grant
from surveys.audit import trail as audit
from surveys.campaigns.account_outbox import AccountOutbox, send_waiting
from surveys.organisation.models import Unit
from surveys.platform import clock
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import localised, long_date
from surveys.platform.texts import _
from surveys.reports.rounds import Round, last_round
from surveys.reports.year.models import CardReminder
from surveys.scorecards.entering import entry_tasks
from surveys.scorecards.models import OWNER_ROLES
from surveys.scorecards.questions.placing import UNITS_ON_FRONT_PAGE, questions_for
from surveys.scorecards.replies.waiting import waiting_for


def queue_reminders(session: Session, top: Unit, unit_ids: Collection[int], today: dt.date) -> int:
    """One for everybody who may enter values or reply in the units and has none for the last tertial; how many.

    Whether anything waits for her is looked at when it is sent. In the caller's transaction.
    """
    newest = last_round(today)
    holders = session.scalars(
        select(Account)
        .join(Account.all_grants)
        .where(Account.active, Account.email != "", Grant.unit_id.in_(unit_ids), Grant.role.in_(OWNER_ROLES))
        .distinct()
    ).all()
    reminded = set(
        session.scalars(
            select(CardReminder.account_id).where(
                CardReminder.year == newest.year, CardReminder.part == newest.part
            )
        )
    )
    in_force = [
        account
        for account in holders
        if account.id not in reminded
        and any(grant.role in OWNER_ROLES and grant.unit_id in unit_ids for grant in account.grants)
    ]
    session.add_all(CardReminder(account=account, year=newest.year, part=newest.part) for account in in_force)
    if in_force:
        audit.record(session, "scorecard.reminded", top.code, messages=len(in_force), period=str(newest.ends))
    return len(in_force)


def send_reminders(db: Database, settings: Settings, now: dt.datetime | None = None) -> int:
    """`send_waiting` of the reminders."""
    return send_waiting(db, settings, OUTBOX, now)


def wanted(session: Session, reminder: CardReminder, moment: dt.datetime) -> bool:
    """Something waits for her, and the tertial is still the last one."""
    today = clock.municipal_day(moment)
    return _round_of(reminder) == last_round(today) and bool(_waiting_lines(session, reminder.account, today))


def reminder_letter(session: Session, reminder: CardReminder, moment: dt.datetime) -> AccountLetter:
    """What waits for the account, in the language in force."""
    today, newest = clock.municipal_day(moment), _round_of(reminder)
    settings: Settings = current_app.config["SETTINGS"]
    return AccountLetter(
        _("Styringskortet venter på deg: %(period)s", period=newest.words),
        (
            _("Fristen er %(day)s. Dette er ikke ført eller besvart:", day=long_date(newest.due))
            if today <= newest.due
            else _("Fristen var %(day)s. Dette er ikke ført eller besvart:", day=long_date(newest.due)),
            "\n".join(f"- {line}" for line in _waiting_lines(session, reminder.account, today)),
            f"{settings.base_url.rstrip('/')}/rapporter/arshjul",
            _("Du får bare én slik påminnelse for hvert tertial."),
        ),
    )


def _round_of(reminder: CardReminder) -> Round:
    return Round(reminder.year, reminder.part)


def _waiting_lines(session: Session, account: Account, today: dt.date) -> list[str]:
    values = [
        f"{task.indicator.code} {localised(task.indicator.title)}, {task.period}: "
        + _("%(entered)s av %(units)s enheter er ført.", entered=task.entered, units=task.units)
        for task in entry_tasks(session, account, today)
        if task.entered < task.units
    ]
    replies = [
        f"{each.unit.name}: "
        + ", ".join(f"{reply.indicator.code} {localised(reply.indicator.title)}" for reply in each.replies)
        for each in waiting_for(session, account, today).own
    ]
    questions = [
        _("%(unit)s: spørsmål om %(line)s", unit=each.unit.name, line=each.line)
        for each in questions_for(session, account, today, UNITS_ON_FRONT_PAGE).to_answer
        if leads_itself(account, each.unit.id)
    ]
    return values + replies + questions


OUTBOX: Final = AccountOutbox(
    CardReminder,
    wanted,
    reminder_letter,
    logging.getLogger("medvirk.card_reminders"),
)
