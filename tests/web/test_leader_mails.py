"""The mail to a leader: on her day, once, without a figure, and again only when her own figures changed."""

import datetime as dt
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.models import ReaderGroup
from surveys.platform.database import Database
from surveys.release.models import Figure
from surveys.results.leader_mail.sending import tell_leaders
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import unit_of
from tests.mail_server import PostOffice, open_post_office
from tests.releasing import RELEASED_ON, build_released, release_again

LEADERS = dt.date(2026, 4, 10)
STEPS = {ReaderGroup.LEADERS: LEADERS, ReaderGroup.POLITICIANS: dt.date(2026, 5, 5)}
PEOPLE = {"A": Role.LEADER, "B1": Role.LEADER, "B": Role.REPRESENTATIVE}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    answers = {"A": [3, 4] * 8, "B1": [3, 4] * 5, "B2": [3, 4] * 8}
    sheets = {unit: [sheet_of(value) for value in values] for unit, values in answers.items()}
    build_released(app, db, sheets, visibility=STEPS)
    with db.transaction() as session:
        for code, role in PEOPLE.items():
            account = Account(
                username=code.lower(),
                name=f"Person {code}",
                email=f"{code.lower()}@fjordvik.example",
                all_grants=[],
            )
            account.all_grants.append(Grant(role=role, unit_id=unit_of(session, code).id))
            session.add(account)


def _sent(app: Flask, db: Database, office: PostOffice, day: dt.date) -> list[EmailMessage]:
    before = len(office.taken)
    with app.app_context():
        tell_leaders(db, office.settings(app), dt.datetime.combine(day, dt.time(9), dt.UTC))
    return office.taken[before:]


def _to(messages: list[EmailMessage]) -> list[str]:
    return sorted(str(message["To"].addresses[0].username) for message in messages)


def _correct(db: Database, code: str, day: dt.date) -> None:
    """A new release where the unit's figures alone are others."""

    def lower(session: Session, figure: Figure) -> dict[str, float]:
        is_changed = figure.unit_id == unit_of(session, code).id and figure.mean is not None
        return {"mean": (figure.mean or 0) - 0.5} if is_changed else {}

    release_again(db, day, "Minste gruppe var for lav", lower)


def test_leaders_are_told_on_their_day_once_and_without_a_figure(
    app: Flask, released: Database, office: PostOffice
) -> None:
    assert _sent(app, released, office, LEADERS - dt.timedelta(days=1)) == []
    mails = _sent(app, released, office, LEADERS)
    assert _to(mails) == ["a", "b1"]
    for mail in mails:
        text = mail.get_content()
        assert "Sett av ti minutter" in text
        assert "/resultater" in text
        assert not re.search(r"\d,\d|%|Enhet", text)
    assert _sent(app, released, office, LEADERS + dt.timedelta(days=1)) == []


def test_an_old_result_is_no_news(app: Flask, released: Database, office: PostOffice) -> None:
    """A municipality that begins with mail sends none of the past."""
    assert _sent(app, released, office, LEADERS + dt.timedelta(days=15)) == []


def test_after_a_correction_only_those_whose_figures_changed_are_told(
    app: Flask, released: Database, office: PostOffice
) -> None:
    assert len(_sent(app, released, office, LEADERS)) == 2
    day = LEADERS + dt.timedelta(days=5)

    _correct(released, "B1", day)
    [mail] = _sent(app, released, office, day)
    assert _to([mail]) == ["b1"]
    assert "er rettet" in str(mail["Subject"])
    assert "Minste gruppe var for lav" in mail.get_content()
    assert "ser du hva som ble endret" in mail.get_content()
    assert _sent(app, released, office, day) == []


def test_what_was_corrected_before_her_day_is_new_to_a_leader(
    app: Flask, released: Database, office: PostOffice
) -> None:
    """She never saw what was wrong, and is helped to read it as everybody else."""
    _correct(released, "B1", RELEASED_ON + dt.timedelta(days=3))
    mails = _sent(app, released, office, LEADERS)
    assert _to(mails) == ["a", "b1"]
    for mail in mails:
        assert "er klart for deg" in str(mail["Subject"])
        assert "Sett av ti minutter" in mail.get_content()
        assert "rettet" not in mail.get_content()


def test_nothing_waits_for_a_mail_server_that_is_not_there(app: Flask, released: Database) -> None:
    with app.app_context():
        assert tell_leaders(released, app.config["SETTINGS"], dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC)) == 0
    assert RELEASED_ON < LEADERS
