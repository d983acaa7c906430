"""A step of a survey's life says itself who may take it."""

import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.access.models import Role
from surveys.hr.steps import all_steps
from surveys.platform.database import Database
from tests.card_building import sign_in_as
from tests.publishing import HOMES, SMALL_TEAMS
from tests.releasing import KEY, build_closed


def test_a_step_out_of_turn_says_so_and_promises_nothing(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """An old tab or the back button: the survey is closed, so only counting is true."""
    build_closed(app, db, SMALL_TEAMS, tree=HOMES)
    sign_in_as(client, db, Role.HR)
    for step in all_steps.STEPS:
        if step.describe is None:
            continue
        page = client.get(f"/undersokelser/{KEY}/steg/{step.name}").text.split("<main", 1)[1]
        has_button = "<form" in page.split("</main>")[0]
        assert has_button == (step.name == "count"), step.name
        assert ("forbi dette steget" in page) == (step.name not in {"count", "release"})
        assert ("ikke kommet til dette steget" in page) == (step.name == "release")


def test_a_step_for_administrators_is_closed_to_hr(
    app: Flask, db: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    build_closed(app, db, SMALL_TEAMS, tree=HOMES)
    narrow = tuple(dataclasses.replace(step, roles=(Role.ADMINISTRATOR,)) for step in all_steps.STEPS)
    monkeypatch.setattr(all_steps, "STEPS", narrow)
    address = f"/undersokelser/{KEY}/steg/count"
    sign_in_as(client, db, Role.HR)
    assert (client.get(address).status_code, client.post(address).status_code) == (403, 403)
    sign_in_as(client, db, Role.ADMINISTRATOR)
    assert client.get(address).status_code == 200
