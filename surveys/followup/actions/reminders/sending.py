"""Sending the reminders: how many actions, and the way to the plan. What they say is behind sign-in."""

import datetime as dt
import logging
from collections.abc import Collection
from typing import Final

from flask import current_app
from sqlalchemy.orm import Session

from surveys.access.account_mail import AccountLetter
from surveys.actions.following import unit_actions
from surveys.actions.queries import StandingAction
from surveys.actions.rights import leader_grants
from surveys.campaigns.account_outbox import AccountOutbox, send_waiting
from surveys.followup.actions.reminders.due import reminders_of
from surveys.followup.actions.reminders.models import PlanMail, PlanMailKind
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import long_date
from surveys.platform.texts import _, ngettext


def send_plan_reminders(db: Database, settings: Settings, now: dt.datetime | None = None) -> int:
    """`send_waiting` of the leaders' reminders."""
    return send_waiting(db, settings, OUTBOX, now)


def wanted(session: Session, mail: PlanMail, moment: dt.datetime) -> bool:
    """She still leads the unit, and what she would be told is still so."""
    leads = any(grant.account_id == mail.account_id for grant in leader_grants(session, mail.unit_id))
    return leads and bool(_about(session, mail, municipal_day(moment)))


def reminder_letter(session: Session, mail: PlanMail, moment: dt.datetime) -> AccountLetter:
    """In the language in force."""
    number, unit, day = (
        len(_about(session, mail, municipal_day(moment))),
        mail.unit.name,
        long_date(mail.about),
    )
    settings: Settings = current_app.config["SETTINGS"]
    address = f"{settings.base_url.rstrip('/')}/planer/{mail.unit.code}"
    if mail.kind is PlanMailKind.DUE_SOON:
        subject = _("Planen til %(unit)s: frist %(day)s", unit=unit, day=day)
        said = ngettext(
            "%(num)s tiltak skal være gjort innen %(day)s. Er det ferdig, så merk det som gjort.",
            "%(num)s tiltak skal være gjort innen %(day)s. Er de ferdige, så merk dem som gjort.",
            number,
            day=day,
        )
    elif mail.kind is PlanMailKind.OVERDUE:
        subject = _("Planen til %(unit)s: fristen er ute", unit=unit)
        said = ngettext(
            "%(num)s tiltak skulle være gjort %(day)s. Merk det som gjort, flytt fristen, eller dropp det og skriv "
            "hvorfor.",
            "%(num)s tiltak skulle være gjort %(day)s. Merk dem som gjort, flytt fristen, eller dropp dem og skriv "
            "hvorfor.",
            number,
            day=day,
        )
    else:
        subject = _("Planen til %(unit)s: Hjalp det?", unit=unit)
        said = ngettext(
            "%(num)s tiltak er ikke vurdert. Snakk med de ansatte: Gjorde vi det? Hjalp det? Det tar noen minutter å "
            "skrive inn. Dere kan også hoppe over det og si hvorfor.",
            "%(num)s tiltak er ikke vurdert. Snakk med de ansatte: Gjorde vi det? Hjalp det? Det tar noen minutter å "
            "skrive inn. Dere kan også hoppe over det og si hvorfor.",
            number,
        )
    return AccountLetter(subject, (said, address))


def _about(session: Session, mail: PlanMail, today: dt.date) -> Collection[StandingAction]:
    actions = unit_actions(session, [mail.unit_id]).get(mail.unit_id, [])
    return reminders_of(actions, today).get((mail.kind, mail.about), ())


OUTBOX: Final = AccountOutbox(PlanMail, wanted, reminder_letter, logging.getLogger("medvirk.plan_mail"))
