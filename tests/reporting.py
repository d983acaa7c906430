"""What tests of reports do: a card with every colour, a draft, a frozen report, and a decision about it."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import IndicatorStatus
from surveys.access.models import Account
from surveys.campaigns.models import ReaderGroup
from surveys.platform import clock
from surveys.platform.database import Database
from surveys.reports.snapshots.drafts import ReportApproval, ReportPeriod, begin_report, freeze
from surveys.reports.snapshots.models import Report, ReportAudience, ReportKind
from surveys.reports.snapshots.publicity import Decision, decide
from surveys.scorecards.feeding import feed
from surveys.scorecards.models import Measurement
from surveys.scorecards.replies.storing import store_reply
from surveys.scorecards.replies.typed_reply import ReplyText
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_survey, build_units
from tests.card_building import measure, release_figures, small_card, unit_of

TODAY = dt.date(2026, 11, 1)
POLITICIANS_READ_FROM = dt.date(2026, 12, 1)
TERTIAL = ReportPeriod(ReportKind.TERTIAL, 2026, 2)
POLITICAL = ReportPeriod(ReportKind.POLITICAL, 2026, 0)
APPROVAL = ReportApproval("Kari Eide, kommunedirektør", TODAY)
WORDS = ("Influensa i mars", "Vi vaksinerer flere")


def reporting_site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """K over A, with A1 below, on 1 November 2026.

    K has red sick leave with a reply, a yellow budget without one, green users, and a survey's 4,21 that leaders read
    and politicians do not read before December.
    """
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC))
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, {"K": None, "A": "K", "A1": "A"})
        build_card(session, small_card())
        measure(session, "M1.2", 2026, 9.04, 2)
        measure(session, "Ø1.1", 2026, -0.5, 2)
        measure(session, "B1.1", 2026, 5.0)
        steps = {ReaderGroup.LEADERS: dt.date(2026, 4, 1), ReaderGroup.POLITICIANS: POLITICIANS_READ_FROM}
        survey = build_survey(session, units["K"], visibility=steps)
        feed(session, release_figures(session, survey, {"K": 4.21, "A": 4.32, "A1": 4.43}))
        reply_to(session, "M1.2", IndicatorStatus.RED)
    return db


def reply_to(session: Session, code: str, colour: IndicatorStatus, unit: str = "K") -> None:
    account = an_account(session)
    measurement = session.scalars(
        select(Measurement)
        .join(Measurement.indicator)
        .where(Measurement.unit_id == unit_of(session, unit).id, Measurement.current)
        .where(Measurement.indicator.has(code=code))
    ).one()
    text = ReplyText(*WORDS, 7.0, "Det går over", dt.date(2026, 12, 31))
    store_reply(session, unit_of(session, unit), measurement, colour, text, account, number=1)


def an_account(session: Session) -> Account:
    found = session.scalars(select(Account).where(Account.username == "controlleren")).first()
    if found is None:
        found = Account(username="controlleren", name="Ola Controller", password_hash="-", all_grants=[])
        session.add(found)
        session.flush()
    return found


def draft(session: Session, period: ReportPeriod = POLITICAL, unit: str = "K") -> Report:
    return begin_report(session, an_account(session), unit_of(session, unit), period, TODAY)


def frozen(session: Session, period: ReportPeriod = POLITICAL, unit: str = "K") -> Report:
    report = draft(session, period, unit)
    freeze(session, report, an_account(session), APPROVAL, TODAY)
    session.flush()
    return report


def opened_to(session: Session, report: Report, *audiences: ReportAudience) -> None:
    for audience in audiences:
        decide(session, report, an_account(session), Decision(audience, True, "Kari Eide", TODAY))
    session.flush()
