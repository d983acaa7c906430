"""Leaders are reminded of their plan by mail: of what is news, once, and of nothing that was taken care of."""

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.actions.models import ActionAim, ActionStatus, PlanAction
from surveys.actions.queries import standing_action
from surveys.actions.writing import ActionText, add_action, set_status
from surveys.followup.actions.reminders.queueing import queue_plan_reminders
from surveys.followup.actions.reminders.sending import send_plan_reminders
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from tests.building import build_installation, build_units
from tests.card_building import unit_of
from tests.mail_server import PostOffice, open_post_office

TODAY = dt.date(2026, 11, 20)
NOON = dt.datetime(2026, 11, 20, 11, tzinfo=dt.UTC)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest.fixture
def plans(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A leader of K and one of A, who reads English."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, {"K": None, "A": "K", "B": "K"})
        for code, language in (("K", "nb"), ("A", "en")):
            account = Account(
                username=f"leder.{code}".lower(),
                name=f"Leder {code}",
                email=f"leder.{code}@fjordvik.example".lower(),
                language=language,
            )
            account.all_grants = [Grant(role=Role.LEADER, unit=units[code])]
            session.add(account)
    return db


def _add(app: Flask, db: Database, due_on: dt.date, unit: str = "A", what: str = "Hemmelig tiltak") -> None:
    with app.app_context(), db.transaction() as session:
        account = session.scalars(select(Account)).first()
        assert account is not None
        text = ActionText(ActionAim.IMPROVE, what, "Alle", due_on)
        add_action(session, unit_of(session, unit), text, account)


def _sent(
    app: Flask, db: Database, office: PostOffice, monkeypatch: pytest.MonkeyPatch, today: dt.date = TODAY
) -> list[EmailMessage]:
    """What the worker sends on the day."""
    before = len(office.taken)
    noon = dt.datetime.combine(today, dt.time(11), dt.UTC)
    monkeypatch.setattr("surveys.platform.clock.now", lambda: noon)
    with app.app_context():
        queue_plan_reminders(db, today)
        send_plan_reminders(db, office.settings(app), noon)
    return office.taken[before:]


@pytest.mark.parametrize(
    ("days", "subject"),
    [(8, ""), (7, "due"), (0, "due"), (-1, "overdue"), (-30, "overdue"), (-31, "")],
)
def test_what_is_due_soon_or_overdue_is_told_once(
    app: Flask,
    plans: Database,
    office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    subject: str,
) -> None:
    _add(app, plans, TODAY + dt.timedelta(days=days))
    told = _sent(app, plans, office, monkeypatch)
    assert [str(each["To"]) for each in told] == (["Leder A <leder.a@fjordvik.example>"] if subject else [])
    for each in told:
        assert "plan" in str(each["Subject"]).lower()
        assert ("overdue" in str(each["Subject"])) == (subject == "overdue")
        assert "Hemmelig" not in each.as_string()
    assert _sent(app, plans, office, monkeypatch) == []


def test_what_was_done_while_the_mail_waited_is_not_told(
    app: Flask, plans: Database, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(app, plans, TODAY)
    with app.app_context():
        queue_plan_reminders(plans, TODAY)
        with plans.transaction() as session:
            action = session.scalars(select(PlanAction)).one()
            current = standing_action(action)
            account = session.scalars(select(Account)).first()
            assert current is not None
            assert account is not None
            set_status(session, action, current.version, ActionStatus.DONE, "", account, 2)
    assert _sent(app, plans, office, monkeypatch) == []


def test_where_nobody_leads_the_unit_the_leader_above_is_told(
    app: Flask, plans: Database, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(app, plans, TODAY, "B")
    [told] = _sent(app, plans, office, monkeypatch)
    assert "Leder K" in str(told["To"])
    assert "/planer/B" in told.get_content()


@pytest.mark.parametrize(("month", "told"), [(1, 1), (6, 1), (10, 1), (2, 0), (12, 0)])
def test_what_is_not_evaluated_is_asked_about_in_january_june_and_october(
    app: Flask, plans: Database, office: PostOffice, monkeypatch: pytest.MonkeyPatch, month: int, told: int
) -> None:
    day = dt.date(2027, month, 3)
    _add(app, plans, day - dt.timedelta(days=60))
    assert len(_sent(app, plans, office, monkeypatch, day)) == told
    assert _sent(app, plans, office, monkeypatch, day + dt.timedelta(days=20)) == []


def test_two_workers_at_once_queue_it_once(app: Flask, plans: Database, office: PostOffice) -> None:
    _add(app, plans, municipal_day())
    with app.app_context():
        queue_plan_reminders(plans)
        queue_plan_reminders(plans)
        assert send_plan_reminders(plans, office.settings(app)) == 1
        assert send_plan_reminders(plans, office.settings(app)) == 0
