"""A small, repeatable sample of `tests/fuzzing.py`: no input makes a fault of ours."""

from flask import Flask

from surveys.access.models import Role
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some
from tests.card_building import sign_in_as
from tests.fuzzing import fuzzed


def test_no_odd_input_makes_a_fault_of_ours(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        invite_some(app, session, build_open_survey(app, session), count=5)
    for role in (Role.HR, Role.LEADER):
        sign_in_as(app.test_client(), db, role, "K")
    found = fuzzed(app, inputs=300, seed=3)
    assert found.faults.total() == 0, dict(found.faults)
    assert found.counts["200"] > 0
    assert found.counts["respondent 200"] > 0
    for kind in ("table", "questionnaire", "card", "roles"):
        assert found.counts[f"{kind} refused in words"] > 0
