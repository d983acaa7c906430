"""What the staff chose in the meeting leads to actions, and what they may read of the actions is on the poster."""

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.access.models import Role
from surveys.followup.actions import views as plan_views
from surveys.platform.database import Database
from surveys.results.telling import views as telling_views
from tests.card_building import sign_in_as
from tests.meetings import TODAY, meeting_site, save_choice
from tests.planning_actions import TYPED, plan_text
from tests.releasing import KEY

TELLING = f"/resultater/{KEY}/A/dette-gjor-vi"
STAFF = f"/resultater/{KEY}/A/ansatte"
FOCUS = "Vi vil ta vare på trivsel og forbedre rolleklarhet."


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(plan_views, "_today", lambda: TODAY)
    monkeypatch.setattr(telling_views, "municipal_day", lambda: TODAY)
    return meeting_site(app, db, monkeypatch)


def test_an_action_begins_from_what_was_chosen_and_staff_read_what_they_may(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    assert "Dette valgte de ansatte" not in plan_text(client)
    save_choice(client)
    assert "Ta vare på: Trivsel" in plan_text(client)
    assert "Forbedre: Rolleklarhet" in plan_text(client)
    assert FOCUS in client.get(TELLING).text
    assert FOCUS in client.get(STAFF).text
    begin = re.search(r'href="([^"]*/nytt\?retning=improve[^"]*)"', client.get("/planer/A").text)
    assert begin is not None
    form = client.get(unescape(begin.group(1))).text
    assert f'value="{KEY}:ROL" selected' in form
    assert ">Vi sier fra</textarea>" in form, "what they will see when it works is not asked again"
    about = {"tema": f"{KEY}:ROL", "frist": "31.08.2026"}
    shown = TYPED | about | {"hva": "Vi har en tavle.", "vis": "ja"}
    for typed in (shown, TYPED | about | {"hva": "Lederen følger opp turnus"}):
        assert client.post("/planer/A/nytt", data=typed).status_code == 302
    for address in (TELLING, STAFF):
        text = client.get(address).text
        assert "Vi har en tavle (innen 31. august 2026)" in text
        assert "turnus" not in text, "it was not marked for the staff"
        assert "Fagleder" not in text, "what and by when, never who"
    assert 'href="#tiltak-1"' in client.get("/planer/A").text
    client.post("/planer/A/1/status", data={"status": "done", "versjon": "1"})
    assert "Vi har en tavle (gjort)" in client.get(STAFF).text
    client.post("/planer/A/1/status", data={"status": "dropped", "versjon": "2", "grunn": "Ny tavle"})
    assert "tavle" not in client.get(STAFF).text


def test_a_focus_is_for_those_who_may_see_the_result(
    client: FlaskClient, site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    save_choice(client)
    monkeypatch.setattr(plan_views, "_today", lambda: dt.date(2026, 4, 9))
    assert "Dette valgte de ansatte" not in plan_text(client)
