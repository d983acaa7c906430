"""A survey told as shares only, as the pupils' is: what is hidden of few people when nobody gave some answer."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from questionnaires import loading
from surveys.campaigns.lifecycle import find_survey
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.analysts.microdata import MicrodataRefusedError, export_microdata
from surveys.release.auditing import audit_survey
from surveys.release.models import Figure, FigureKind, FigureStatus
from tests.building import SMALL_SOURCE, sheet_of
from tests.releasing import KEY, build_released

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

SOURCE = SMALL_SOURCE.replace(b"key: liten", b"key: andeler") + b"\nreport: {shares_only: true}\n"
QUESTIONNAIRE = loading.parse(SOURCE, "andeler.yaml")
# Nobody answers 1, and nobody «vet ikke».
MANY = [sheet_of(2 + place % 4) for place in range(20)]
FEW = [sheet_of(value) for value in (2, 3, 4, 5)]
ALL_ALIKE = [sheet_of(4) for _ in range(20)]


def _statuses(db: Database, measure: str) -> dict[str, FigureStatus]:
    with db.reading() as session:
        found = session.execute(
            select(Unit.code, Figure.status)
            .join(Unit, Unit.id == Figure.unit_id)
            .where(Figure.measure == measure, Figure.kind == FigureKind.UNIT)
        )
        return {code: status for code, status in found.all() if status != FigureStatus.NO_ANSWERS}


def test_an_answer_that_nobody_gave_hides_no_more_than_the_few(app: Flask, db: Database) -> None:
    build_released(
        app,
        db,
        {"A": FEW, "B1": MANY, "B2": MANY, "C": MANY},
        questionnaire=QUESTIONNAIRE,
        source=SOURCE,
    )
    shown, hidden = FigureStatus.SHOWN, FigureStatus.HIDDEN
    for measure in ("TRI:1", "TRI:4", "TRI:na"):
        found = _statuses(db, measure)
        assert (found["K"], found["A"]) == (shown, hidden)
        assert sorted(found.values()).count(hidden) == 2
    with db.reading() as session:
        assert audit_survey(session, find_survey(session, KEY)).findings == ()


def test_rows_can_be_had_though_nobody_gave_some_answer(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": MANY, "B1": MANY, "C": MANY}, questionnaire=QUESTIONNAIRE, source=SOURCE)
    with db.transaction() as session:
        found = export_microdata(session, find_survey(session, KEY), (), dt.date(2026, 5, 1))
    assert len(found.rows) == 60


def test_no_rows_are_had_where_all_gave_the_same_answer(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": ALL_ALIKE, "B1": ALL_ALIKE}, questionnaire=QUESTIONNAIRE, source=SOURCE)
    with db.transaction() as session, pytest.raises(MicrodataRefusedError):
        export_microdata(session, find_survey(session, KEY), (), dt.date(2026, 5, 1))


def test_what_nearly_all_answered_is_not_told_around_the_few(app: Flask, db: Database) -> None:
    """In K all answered 4 but one: with K told beside the others, four of the five in A did at least."""
    few = [*[sheet_of(4)] * 4, sheet_of(3)]
    build_released(
        app,
        db,
        {"A": few, "B1": ALL_ALIKE, "B2": ALL_ALIKE, "C": ALL_ALIKE},
        questionnaire=QUESTIONNAIRE,
        source=SOURCE,
    )
    found = _statuses(db, "TRI:4")
    assert (found["K"], found["A"]) == (FigureStatus.HIDDEN, FigureStatus.HIDDEN)
