"""Statements given to the driver as they are: the same rows and errors as SQLAlchemy's own way gives, on both."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import Select, String, bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from surveys.campaigns.models import Survey, SurveyStatus
from surveys.platform.compiled_statements import CompiledStatement
from surveys.platform.database import Database
from tests.building import build_open_survey

_SURVEY: Select[*tuple[object, ...]] = select(
    Survey.key, Survey.status, Survey.opens_on, Survey.closes_automatically, Survey.title
).where(Survey.key == bindparam("key"), Survey.status == bindparam("status"))
_MOVED = update(Survey.__table__).where(Survey.key == bindparam("of"))  # type: ignore[arg-type]


@pytest.fixture
def key(app: Flask, db: Database) -> str:
    with db.transaction() as session:
        return build_open_survey(app, session).key


def test_values_and_columns_are_what_sqlalchemy_makes_of_them(db: Database, key: str) -> None:
    values = {"key": key, "status": SurveyStatus.OPEN}
    with db.connect(writes=False) as connection:
        found = CompiledStatement(_SURVEY).one_or_none(connection, values)
        assert found == list(connection.execute(_SURVEY, values).one())
        assert found is not None
        assert isinstance(found[1], SurveyStatus)
        assert isinstance(found[2], dt.date)
        assert isinstance(found[3], bool)
        assert isinstance(found[4], dict)
        assert CompiledStatement(_SURVEY).one_or_none(connection, {**values, "key": "another"}) is None


def test_a_change_is_part_of_the_transaction_and_counted(db: Database, key: str) -> None:
    closing = CompiledStatement(_MOVED.values(closes_on=bindparam("day")))
    day = dt.date(2031, 5, 17)
    with db.connect(writes=True) as connection:
        assert closing.changed_rows(connection, {"of": "another", "day": day}) == 0
        assert closing.changed_rows(connection, {"of": key, "day": day}) == 1
        connection.rollback()
    assert _closes_on(db, key) != day
    with db.connect(writes=True) as connection:
        assert closing.changed_rows(connection, {"of": key, "day": day}) == 1
        connection.commit()
    assert _closes_on(db, key) == day


def test_a_writer_holds_the_write_lock_from_its_first_statement(db: Database, key: str) -> None:
    """On SQLite nobody else can begin to write after the look that a change rests on."""
    with db.connect(writes=True) as first:
        CompiledStatement(_SURVEY).one_or_none(first, {"key": key, "status": SurveyStatus.OPEN})
        assert first.in_transaction()
        if db.engine.dialect.name == "sqlite":
            with db.connect(writes=True) as second:
                second.connection.dbapi_connection.execute("PRAGMA busy_timeout = 0")  # type: ignore[union-attr]
                with pytest.raises(OperationalError, match="locked"):
                    CompiledStatement(_SURVEY).one_or_none(second, {"key": key, "status": SurveyStatus.OPEN})


def test_a_reader_looks_without_a_transaction_and_may_begin_one_afterwards(db: Database, key: str) -> None:
    """One look is whole without, and BEGIN and ROLLBACK would cost a page as much as the look."""
    values = {"key": key, "status": SurveyStatus.OPEN}
    with db.connect(writes=False) as reader:
        first = CompiledStatement(_SURVEY).one_or_none(reader, values)
        assert not reader.in_transaction()
        with db.transaction() as session:
            session.execute(_MOVED.values(title={"nb": "Et annet navn"}), {"of": key})
        second = CompiledStatement(_SURVEY).one_or_none(reader, values)
        assert first is not None
        assert second is not None
        assert first[4] != second[4] == {"nb": "Et annet navn"}
        with db.session_on(reader, writes=False) as session:
            assert session.scalar(select(Survey.title).where(Survey.key == key)) == {"nb": "Et annet navn"}


def test_what_the_database_refuses_is_told_as_sqlalchemy_tells_it(db: Database, key: str) -> None:
    renaming = _MOVED.values(status=bindparam("state", type_=String))
    values = {"of": key, "state": "a state that is none"}
    with db.connect(writes=True) as connection, pytest.raises(IntegrityError) as own:
        CompiledStatement(renaming).changed_rows(connection, values)
    with db.connect(writes=True) as connection, pytest.raises(IntegrityError) as theirs:
        connection.execute(renaming, values)
    assert str(own.value.orig) == str(theirs.value.orig)
    assert own.value.statement == theirs.value.statement
    assert own.value.connection_invalidated == theirs.value.connection_invalidated
    assert own.value.params is None


def _closes_on(db: Database, key: str) -> dt.date | None:
    with db.reading() as session:
        return session.scalar(select(Survey.closes_on).where(Survey.key == key))
