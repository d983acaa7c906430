"""What tests of meetings do: a released survey that leaders see, the leader's steps, and votes on phones."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from questionnaires import loading
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReaderGroup
from surveys.followup.meetings.models import RoomVote, RoomVoteStatus
from surveys.followup.meetings.voting import RoomPlan
from surveys.followup.meetings.voting import open_room as open_room_in
from surveys.platform import code_format
from surveys.platform.database import Database
from surveys.results import views
from surveys.results.queries import find_unit
from tests.building import SMALL_SOURCE, sheet_of
from tests.built_once import build_once
from tests.releasing import KEY, build_released

TODAY = dt.date(2026, 5, 6)
MEETING = f"/resultater/{KEY}/A/mote"
CHOICE = {"bevare": "TRI", "forbedre": "ROL", "kjennetegn": "Vi sier fra", "dato": "06.05.2026"}


# The small instrument with all its factors for everybody: two of them are on the same scale.
_SOURCE = SMALL_SOURCE.replace(b"key: liten\n", b"key: alle\n").replace(b", audience: leaders", b"")


def _sheet(well_being: int, leading: int) -> dict[str, int]:
    return sheet_of(well_being, SPN01=leading, SPN02=leading, SPN03=leading)


def meeting_site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A released survey on the day when leaders and representatives may see it. A has ten answers, C three."""
    app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(views, "_today", lambda: TODAY)
    build_once(app, db, _build)
    return db


def _build(app: Flask, db: Database) -> None:
    build_released(
        app,
        db,
        {
            "A": [_sheet(value, value - 2) for value in (3, 4, 4, 4, 5) * 2],
            "B1": [_sheet(value, value) for value in (3, 4) * 5],
            "B2": [_sheet(value, value) for value in (3, 4, 5)],
            "C": [_sheet(value, value) for value in (2, 3, 4)],
        },
        questionnaire=loading.parse(_SOURCE, "alle.yaml"),
        source=_SOURCE,
        visibility={
            ReaderGroup.LEADERS: dt.date(2026, 4, 10),
            ReaderGroup.REPRESENTATIVES: dt.date(2026, 4, 20),
            ReaderGroup.POLITICIANS: dt.date(2026, 5, 5),
        },
    )


def versions_on(page: TestResponse) -> str:
    found = re.search(r'name="versjon" value="(\d+)"', page.text)
    assert found is not None
    return found.group(1)


def save_choice(leader: FlaskClient, **changes: str) -> TestResponse:
    """As the form that the leader opens now sends it."""
    version = versions_on(leader.get(f"{MEETING}/valg"))
    return leader.post(f"{MEETING}/valg", data=CHOICE | {"versjon": version} | changes)


def open_room(leader: FlaskClient, people: int, **fields: str) -> str:
    """The address of the vote on the phones."""
    opened = leader.post(f"{MEETING}/avstemning", data={"antall": str(people)} | fields)
    assert opened.status_code == 302, opened.text
    found = re.search(r"/svar/mote/[\w-]+", leader.get(MEETING).text)
    assert found is not None
    return found.group(0)


def vote(app: Flask, address: str, first: str, second: str, number: str | None = None) -> TestResponse:
    """As a phone of its own, with the page's own number unless another is given."""
    phone = app.test_client()
    page = phone.get(address).text
    found = re.search(r'name="nummer" value="([\w-]+)"', page)
    own = found.group(1) if found else ""
    return phone.post(address, data={"forst": first, "sa": second, "nummer": number or own})


def close(leader: FlaskClient) -> None:
    assert leader.post(f"{MEETING}/avstemning/avslutt").status_code == 302


def newest_vote(db: Database) -> RoomVote:
    with db.reading() as session:
        return session.scalars(select(RoomVote).order_by(RoomVote.id.desc())).first() or RoomVote()


def has_told(db: Database) -> bool:
    return newest_vote(db).status is RoomVoteStatus.TOLD


def open_a_room(app: Flask, db: Database, key: str = KEY, unit: str = "A") -> str:
    """The code in the address of an open vote, without a leader's page. The survey may be unreleased."""
    with db.transaction() as session:
        survey = find_survey(session, key)
        place = find_unit(session, survey, unit)
        assert place is not None
        opened = open_room_in(session, app.config["SECRETS"].codes, survey, place, RoomPlan(9, 5))
        return code_format.grouped(opened.room or "")
