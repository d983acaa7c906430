"""What `medvirk doctor` says of SMS: the settings, the gateway's host, and what has become of the messages."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageChannel, Survey
from surveys.campaigns.sending_period import still_sends
from surveys.operating.findings import DoctorFinding
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.guarded_http import why_refused_host
from surveys.platform.sms_gateway import has_gateway
from surveys.platform.sms_template import template_faults

_OTHERS: Final = ("sms_body", "sms_header", "sms_sender")


def sms_is_set(app: Flask) -> Iterator[DoctorFinding]:
    """SMS is off unless asked for, and then there is nothing to say. The host's addresses are looked up."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.sms_url:
        yield from _half_set(settings)
        return
    faults = template_faults(settings)
    for fault in faults:
        yield DoctorFinding(f"{fault} Ingen SMS blir sendt før det er rettet.", is_wrong=True)
    if faults:
        return
    if problem := why_refused_host(settings.sms_url, allow_private=settings.sms_allow_private):
        yield DoctorFinding(f"Ingen SMS blir sendt: {problem}.", is_wrong=True)
        return
    yield DoctorFinding(f"SMS sendes gjennom {urlsplit(settings.sms_url).hostname}.")
    if settings.sms_allow_private:
        yield DoctorFinding(
            "MEDVIRK_SMS_ALLOW_PRIVATE er satt. Ta den bort hvis SMS-tjenesten ikke står i kommunens eget nett.",
            is_note=True,
        )


def _half_set(settings: Settings) -> Iterator[DoctorFinding]:
    """Somebody has begun, and nothing says so: everybody without an address gets a letter."""
    begun = [f"MEDVIRK_{name.upper()}" for name in _OTHERS if getattr(settings, name)]
    if begun:
        yield DoctorFinding(
            f"{', '.join(begun)} er satt, men ikke MEDVIRK_SMS_URL. Ingen SMS blir sendt.", is_wrong=True
        )


def sms_come_through(app: Flask) -> Iterator[DoctorFinding]:
    """Messages that wait for a gateway, and what the gateway has said of those it did not take."""
    database: Database = app.extensions["medvirk_database"]
    waiting = (
        Delivery.channel == MessageChannel.SMS,
        Delivery.status == DeliveryStatus.QUEUED,
        Delivery.invitation_id.in_(select(Invitation.id).join(Survey).where(still_sends(municipal_day()))),
    )
    try:
        with database.reading() as session:
            count = session.scalar(select(func.count()).select_from(Delivery).where(*waiting)) or 0
            told = session.execute(
                select(Delivery.error, func.count())
                .where(*waiting, Delivery.error != "")
                .group_by(Delivery.error)
                .order_by(func.count().desc(), Delivery.error)
            ).all()
    except SQLAlchemyError:  # an outdated database is told of by itself
        return
    if count and not has_gateway(app.config["SETTINGS"]):
        yield DoctorFinding(
            f"{count} SMS venter, men SMS er ikke satt opp. Sett opp tjenesten igjen, eller lag brev i «Utsending».",
            is_wrong=True,
        )
        return
    for error, how_many in told:
        yield DoctorFinding(
            f"{how_many} SMS venter, for tjenesten tok dem ikke imot: {error} Svarer den 401, 403 eller 404, er "
            "MEDVIRK_SMS_URL eller MEDVIRK_SMS_HEADER feil.",
            is_wrong=True,
        )
