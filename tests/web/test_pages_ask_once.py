"""A page that only reads asks the database a thing once, however many of its parts want to know; one that writes asks
again, for it may have changed the answer."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from surveys.access.models import Role
from surveys.organisation.subtrees import lineage, units_below
from surveys.platform import database
from surveys.platform.database import Database
from surveys.scorecards.setup import build_card
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as, small_card, unit_of
from tests.releasing import KEY, build_released


@contextmanager
def _asked(db: Database) -> Iterator[Counter[tuple[str, str]]]:
    """Every statement with its values, and how often it was sent."""
    found: Counter[tuple[str, str]] = Counter()

    def note(_connection: Any, _cursor: Any, statement: str, values: object, *_more: Any) -> None:
        found[statement, repr(values)] += 1

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _build(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": [sheet_of(3)] * 6, "B1": [sheet_of(4)] * 6})
    with db.transaction() as session:
        build_card(session, small_card())


@pytest.mark.parametrize("role", [Role.HR, Role.LEADER, Role.POLITICIAN])
@pytest.mark.parametrize(
    "address", ["/", f"/resultater/{KEY}/K", "/styringskort/K", "/styringskort/K/pa-tvers"]
)
def test_a_page_asks_nothing_twice(
    app: Flask, client: FlaskClient, db: Database, role: Role, address: str
) -> None:
    build_once(app, db, _build)
    sign_in_as(client, db, role, "K")
    with _asked(db) as asked:
        assert client.get(address).status_code == 200
    assert asked
    assert [statement for statement, times in asked.items() if times > 1] == []


def test_only_a_page_that_reads_keeps_what_was_answered(app: Flask, db: Database) -> None:
    """One that writes sees what it has changed, and whoever holds a session sees what others have."""
    build_once(app, db, _build)
    for method, times in (("GET", 1), ("POST", 3)):
        with app.test_request_context(method=method):
            session = database.session()
            unit = unit_of(session, "B1")
            with _asked(db) as asked:
                for _again in range(3):
                    assert lineage(session, unit.id)[1:] == (unit.parent_id, unit_of(session, "K").id)
            assert sum(n for (statement, _), n in asked.items() if "RECURSIVE" in statement) == times
    with db.transaction() as session:
        unit, other = unit_of(session, "B1"), unit_of(session, "C")
        assert unit.id not in units_below(session, [other.id])
        unit.parent = other
        session.flush()
        assert unit.id in units_below(session, [other.id])
        assert lineage(session, unit.id)[1] == other.id
