"""Reminders to those whose values or replies are missing: put in an outbox by whoever sets up the cards, sent once."""

import datetime as dt
import logging
import smtplib
from collections.abc import Collection
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from surveys.access.account_mail import AccountLetter, account_message
from surveys.access.models import Account, Grant
from surveys.audit import trail as audit
from surveys.campaigns.handing_over import NotTakenError, UnsureError
from surveys.campaigns.mail_handing_over import hand_over_mail
from surveys.campaigns.models import DeliveryStatus
from surveys.organisation.models import Unit
from surveys.platform import clock
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import in_language, localised, long_date
from surveys.platform.mail_server import connected
from surveys.platform.texts import _
from surveys.reports.rounds import Round, last_round
from surveys.reports.year.models import CardReminder
from surveys.scorecards.entering import entry_tasks
from surveys.scorecards.models import OWNER_ROLES
from surveys.scorecards.replies.waiting import waiting_for

MOST_ATTEMPTS: Final = 5
_PAUSE: Final = dt.timedelta(minutes=10)

_log = logging.getLogger("medvirk.card_reminders")


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


@dataclass(frozen=True)
class _Ready:
    reminder_id: int
    address: str
    message: EmailMessage


def send_reminders(db: Database, settings: Settings, now: dt.datetime | None = None) -> int:
    """Sends what is due; how many the server took. Without a mail server all of it waits. Safe to run twice at once.

    Needs an application context.
    """
    if not settings.smtp_host:
        return 0
    moment = now or clock.now()
    sent = 0
    for reminder_id in _due(db, moment):
        # One by one: whatever ends the process leaves one mail at most that nobody knows of.
        ready = _claimed(db, settings, reminder_id, moment)
        if ready is not None:
            sent += _send(db, settings, ready, moment)
    return sent


def _due(db: Database, moment: dt.datetime) -> list[int]:
    waiting = (
        CardReminder.status == DeliveryStatus.QUEUED,
        or_(CardReminder.not_before.is_(None), CardReminder.not_before <= moment),
    )
    with db.reading() as session:
        return list(session.scalars(select(CardReminder.id).where(*waiting).order_by(CardReminder.id)))


def _claimed(db: Database, settings: Settings, reminder_id: int, moment: dt.datetime) -> _Ready | None:
    """The reminder, which is ours to send now; None when somebody else took it, or nothing waits for her any more."""
    with db.transaction() as session:
        taken = session.execute(
            update(CardReminder)
            .where(CardReminder.id == reminder_id, CardReminder.status == DeliveryStatus.QUEUED)
            .values(status=DeliveryStatus.SENDING)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None
        reminder = session.get_one(CardReminder, reminder_id)
        account = reminder.account
        with in_language(account.language):
            letter = reminder_letter(session, reminder, settings, clock.municipal_day(moment))
            if letter is None or not account.active or not account.email:
                session.execute(delete(CardReminder).where(CardReminder.id == reminder_id))
                return None
            try:
                message = account_message(account, letter, settings)
            except (ValueError, MessageError) as error:
                # Such as a name that no header can carry: the others' mails are sent all the same.
                reminder.status, reminder.error = DeliveryStatus.FAILED, type(error).__name__
                _log.warning("En påminnelse kan ikke lages: %s", type(error).__name__)
                return None
        return _Ready(reminder_id, account.email, message)


def reminder_letter(
    session: Session, reminder: CardReminder, settings: Settings, today: dt.date
) -> AccountLetter | None:
    """What waits for the account; None when nothing does, or when the tertial is not the last one any more."""
    newest = Round(reminder.year, reminder.part)
    if newest != last_round(today):
        return None
    account = reminder.account
    lines = [
        f"{task.indicator.code} {localised(task.indicator.title)}, {task.period}: "
        + _("%(entered)s av %(units)s enheter er ført.", entered=task.entered, units=task.units)
        for task in entry_tasks(session, account, today)
        if task.entered < task.units
    ]
    lines += [
        f"{each.unit.name}: "
        + ", ".join(f"{reply.indicator.code} {localised(reply.indicator.title)}" for reply in each.replies)
        for each in waiting_for(session, account, today).own
    ]
    if not lines:
        return None
    return AccountLetter(
        _("Styringskortet venter på deg: %(period)s", period=newest.words),
        (
            _("Fristen er %(day)s. Dette er ikke ført eller besvart:", day=long_date(newest.due))
            if today <= newest.due
            else _("Fristen var %(day)s. Dette er ikke ført eller besvart:", day=long_date(newest.due)),
            "\n".join(f"- {line}" for line in lines),
            f"{settings.base_url.rstrip('/')}/rapporter/arshjul",
            _("Du får bare én slik påminnelse for hvert tertial."),
        ),
    )


def _send(db: Database, settings: Settings, ready: _Ready, moment: dt.datetime) -> bool:
    try:
        with connected(settings) as server:
            hand_over_mail(server, ready.address, ready.message)
    except UnsureError as error:
        # It may have been taken: it stays as «sending» and is never sent again by itself.
        _log.warning("Det er uvisst om en påminnelse kom fram: %s", type(error).__name__)
        return False
    except NotTakenError as error:
        _put_back(db, ready.reminder_id, str(error), moment, passing=error.passing)
        return False
    except (OSError, smtplib.SMTPException) as error:
        _put_back(db, ready.reminder_id, type(error).__name__, moment, passing=True)
        return False
    with db.transaction() as session:
        session.get_one(CardReminder, ready.reminder_id).status = DeliveryStatus.SENT
    return True


def _put_back(db: Database, reminder_id: int, reason: str, moment: dt.datetime, *, passing: bool) -> None:
    """To be tried again later, a few times."""
    with db.transaction() as session:
        reminder = session.get_one(CardReminder, reminder_id)
        reminder.attempts += 1
        reminder.error = reason
        again = passing and reminder.attempts < MOST_ATTEMPTS
        reminder.status = DeliveryStatus.QUEUED if again else DeliveryStatus.FAILED
        reminder.not_before = moment + reminder.attempts * _PAUSE if again else None
    _log.warning("En påminnelse ble ikke sendt")
