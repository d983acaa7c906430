"""Reminders about a tertial's values and replies: to whom something waits for, in her language, and never twice."""

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveys.access.models import Account, Grant, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import DeliveryStatus
from surveys.platform.database import Database
from surveys.reports.year.models import CardReminder
from surveys.reports.year.reminders import send_reminders
from tests.card_building import measure, sign_in_as, unit_of
from tests.mail_server import PostOffice, open_post_office
from tests.reporting import reporting_site

LEADER = "leder@fjordvik.example"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """K's leader reads English, and has a yellow budget to reply to. A's leader has no address; A1's has nothing."""
    reporting_site(app, db, monkeypatch)
    with db.transaction() as session:
        for code, address, language in (
            ("K", LEADER, "en"),
            ("A", "", "nb"),
            ("A1", "a1@fjordvik.example", "nb"),
        ):
            account = Account(
                username=f"leder.{code}".lower(),
                name=f"Leder {code}",
                password_hash="-",
                email=address,
                language=language,
            )
            account.all_grants = [Grant(role=Role.LEADER, unit=unit_of(session, code))]
            session.add(account)
    return db


def press(client: FlaskClient) -> str:
    return client.post("/rapporter/arshjul/paminn", follow_redirects=True).text


def sent(app: Flask, db: Database, office: PostOffice, now: dt.datetime | None = None) -> list[EmailMessage]:
    before = len(office.taken)
    with app.app_context():
        send_reminders(db, office.settings(app), now)
    return office.taken[before:]


def test_whoever_has_something_waiting_is_reminded_once(
    app: Flask, client: FlaskClient, site: Database, office: PostOffice
) -> None:
    sign_in_as(client, site, Role.CONTROLLER)
    assert "2 personer får en påminnelse" in press(client)
    [mail] = sent(app, site, office)
    assert str(mail["To"].addresses[0].addr_spec) == LEADER
    assert "waiting for you" in str(mail["Subject"])
    text = mail.get_content()
    assert "Enhet K: Ø1.1 Nettoavvik mot budsjett" in text
    assert "M1.2" not in text, "it has a reply"
    assert "−0,5" not in text
    assert sent(app, site, office) == []
    press(client)
    assert sent(app, site, office) == [], "pressing again sends nothing more to her"
    with site.reading() as session:
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "scorecard.reminded")).all()
    assert trail[0].detail["messages"] == 2
    assert "@" not in str([entry.detail for entry in trail])


def test_what_was_done_meanwhile_is_not_reminded_of(
    app: Flask, client: FlaskClient, site: Database, office: PostOffice
) -> None:
    sign_in_as(client, site, Role.CONTROLLER)
    press(client)
    with site.transaction() as session:
        measure(session, "Ø1.1", 2026, 0.5, 2)
    assert sent(app, site, office) == []


def test_a_reminder_of_an_earlier_tertial_is_not_sent(
    app: Flask, client: FlaskClient, site: Database, office: PostOffice
) -> None:
    sign_in_as(client, site, Role.CONTROLLER)
    press(client)
    assert sent(app, site, office, dt.datetime(2027, 1, 2, tzinfo=dt.UTC)) == []


def test_one_that_was_being_sent_when_the_process_ended_is_never_sent_again(
    app: Flask, client: FlaskClient, site: Database, office: PostOffice
) -> None:
    sign_in_as(client, site, Role.CONTROLLER)
    press(client)
    with site.transaction() as session:
        session.execute(update(CardReminder).values(status=DeliveryStatus.SENDING))
    assert sent(app, site, office) == []


def test_nobody_outside_ones_units_is_reminded(
    app: Flask, client: FlaskClient, site: Database, office: PostOffice
) -> None:
    with site.transaction() as session:
        measure(session, "Ø1.1", 2026, -0.5, 2, "A1")
    sign_in_as(client, site, Role.CONTROLLER, "A")
    assert "1 person får en påminnelse" in press(client)
    [mail] = sent(app, site, office)
    assert str(mail["To"].addresses[0].addr_spec) == "a1@fjordvik.example"
