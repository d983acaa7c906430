"""HR at a browser, and a survey that is counted and not yet released."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.access.models import Role
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.publishing import HOMES, SMALL_TEAMS
from tests.releasing import build_counted


@pytest.fixture
def hr(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser that sends forms without tokens and whose jobs run at once."""
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    return client


@pytest.fixture
def small_teams(app: Flask, db: Database, hr: FlaskClient) -> Database:
    """A counted survey of small teams, and HR signed in."""
    build_once(app, db, _build_small_teams)
    sign_in_as(hr, db, Role.HR)
    return db


def _build_small_teams(app: Flask, db: Database) -> None:
    build_counted(app, db, SMALL_TEAMS, tree=HOMES)
