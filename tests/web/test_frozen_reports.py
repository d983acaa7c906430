"""What the database itself keeps of reports, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from surveys.platform.database import Database
from tests.reporting import frozen, reporting_site


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return reporting_site(app, db, monkeypatch)


@pytest.mark.parametrize(
    "statement", ["UPDATE report_version SET content = '{}'", "DELETE FROM report_version"]
)
def test_the_database_refuses_to_change_what_is_frozen(site: Database, statement: str) -> None:
    with site.transaction() as session:
        frozen(session)
    with pytest.raises(DatabaseError, match="frozen report"), site.transaction() as session:
        session.execute(text(statement))


def test_two_reports_cannot_have_the_same_number(site: Database) -> None:
    with site.transaction() as session:
        first, second = frozen(session), frozen(session)
        second.number = first.number
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
