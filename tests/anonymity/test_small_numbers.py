"""Few people's answers as a puzzle: what is stored of them must not have the digits that solve it (decision 036)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from analysis.suppression import PRIMARY
from questionnaires import loading
from surveys.campaigns.lifecycle import find_survey
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.auditing import audit_survey
from surveys.release.models import Change, Figure, FigureKind, FigureStatus, Release
from tests.building import SMALL_SOURCE, sheet_of
from tests.releasing import KEY, build_released

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def _sheet(value: int) -> dict[str, int]:
    """The same answer to the first theme; the second is answered 2 or 3, alike by both sets of people."""
    return {
        key: 2 + place % 2 if key.startswith("ROL") else code
        for place, (key, code) in enumerate(sheet_of(value).items())
    }


MANY = [sheet_of(1 + place % 5) for place in range(20)]
# Seven who scored 3.571 with a spread of 0.976, and seven others who scored 3.571 with one of 0.787.
SEVEN = [_sheet(value) for value in (2, 3, 3, 4, 4, 4, 5)]
OTHER_SEVEN = [_sheet(value) for value in (3, 3, 3, 3, 4, 4, 5)]


def _stored(db: Database, key: str, unit: str) -> dict[str, Mapping[str, Any]]:
    """Measure → everything that is stored of a unit's figure, its change since the survey before included."""
    with db.reading() as session:
        survey = find_survey(session, key)
        rows = session.execute(
            select(Figure.__table__, Change.__table__)
            .join(Release, Release.id == Figure.release_id)
            .join(Unit, Unit.id == Figure.unit_id)
            .outerjoin(
                Change,
                (Change.release_id == Figure.release_id)
                & (Change.unit_id == Figure.unit_id)
                & (Change.measure == Figure.measure),
            )
            .where(Release.survey_id == survey.id, Unit.code == unit, Figure.kind == FigureKind.UNIT)
        ).mappings()
        without = {"id", "release_id", "previous_release_id"}
        return {
            row["measure"]: {
                name: value
                for name, value in row.items()
                if not any(str(name).startswith(part) for part in without)
            }
            for row in rows
        }


def test_two_sets_of_answers_that_are_told_alike_are_stored_alike(app: Flask, db: Database) -> None:
    """Their spreads differ: the interval, the test of change and its effect size would tell one set from the other."""
    usual = {"A": MANY, "B": MANY, "C": MANY}
    for year, answers in (
        (2023, usual),
        (2024, {**usual, "A": SEVEN}),
        (2025, usual),
        (2026, {**usual, "A": OTHER_SEVEN}),
    ):
        opens, closes = dt.date(year, 3, 2), dt.date(year, 3, 20)
        build_released(app, db, answers, f"liten-{year}", opens_on=opens, closes_on=closes)
    one, other = (_stored(db, key, "A")["TRI"] for key in ("liten-2024", "liten-2026"))
    assert one == other
    assert (one["mean"], one["sd"], one["spread_class"]) == (3.6, 1.0, True)
    assert one["p"] is not None


def test_no_exact_spread_of_fewer_than_ten_can_be_subtracted(app: Flask, db: Database) -> None:
    """A and B are many, and beside them in K are seven: their squares would be K's less A's and B's."""
    build_released(app, db, {"A": MANY, "B": MANY, "C": SEVEN})
    with db.reading() as session:
        figures = session.scalars(
            select(Figure).where(
                Figure.measure == "TRI",
                Figure.status == FigureStatus.SHOWN,
                Figure.kind == FigureKind.UNIT,
            )
        ).all()
        exact = [figure.n or 0 for figure in figures if figure.sd is not None and not figure.spread_class]
        assert len(figures) == 4
        assert sorted(exact) == [20, 47]


def test_the_audit_finds_an_exact_spread_that_can_be_subtracted(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": MANY, "B": MANY, "C": SEVEN})
    with db.transaction() as session:
        for figure in session.scalars(select(Figure).where(Figure.sd.is_not(None))):
            figure.spread_class = None
    with db.reading() as session:
        found = audit_survey(session, find_survey(session, KEY), thorough=False)
    assert any("Spredning for 7 personer" in finding.text for finding in found.findings)


def test_shares_of_all_answers_wait_for_ten(app: Flask, db: Database) -> None:
    """Five people's shares of each answer are the list of their answers."""
    source = SMALL_SOURCE.replace(b"key: liten", b"key: andeler") + b"\nreport: {shares_only: true}\n"
    questionnaire = loading.parse(source, "andeler.yaml")
    build_released(app, db, {"A": SEVEN, "B": MANY, "C": MANY}, questionnaire=questionnaire, source=source)
    with db.reading() as session:
        assert find_survey(session, KEY).minimum_group == 10
        few = session.scalars(select(Figure).join(Unit).where(Unit.code == "A")).all()
        asked = [figure for figure in few if figure.status != FigureStatus.NOT_ASKED]
        assert {(figure.status, figure.reason) for figure in asked} == {(FigureStatus.HIDDEN, PRIMARY)}
