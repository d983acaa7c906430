"""The database administrator has the roster, so she knows who is temporary in each unit. No stored row tells more."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from questionnaires.coding import NOT_KEPT, decode
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import find_survey
from surveys.counting.models import Response
from surveys.platform.database import Database
from surveys.publishing import separating
from surveys.publishing.releasing import release
from surveys.publishing.separating import Separated, separate_all
from surveys.release.auditing import audit_survey
from surveys.release.models import (
    BackgroundFigure,
    Figure,
    FigureKind,
    FigureStatus,
    SeparatedBackground,
)
from tests.building import SMALL, keys_of, sheet_of
from tests.releasing import KEY, Answers, build_counted, build_released

K = 5
# One temporary person in A, as the roster knows; B1 and C have enough of both.
TEMPORARY: Mapping[str, tuple[int, int]] = {
    "A": (11, 1),
    "B": (8, 4),
    "B1": (6, 6),
    "C": (7, 7),
    "B2": (2, 1),
}


def answers() -> Answers:
    return {
        unit: [sheet_of(1 + place % 5, ansettelse=int(place < few)) for place in range(many + few)]
        for unit, (many, few) in TEMPORARY.items()
    }


def groups(db: Database) -> Counter[tuple[int, int]]:
    """How many stored rows there are of each unit and background."""
    with db.reading() as session:
        rows = session.execute(select(Response.unit_id, Response.answers))
        return Counter((unit, decode(SMALL, row)["ansettelse"]) for unit, row in rows)


def told(groups: Mapping[tuple[int, int], int]) -> list[int]:
    return [people for (_, code), people in groups.items() if code != NOT_KEPT]


def categories(db: Database) -> dict[tuple[str, str], tuple[Any, ...]]:
    with db.reading() as session:
        rows = session.scalars(
            select(Figure).where(Figure.kind == FigureKind.BREAKDOWN, Figure.breakdown == "ansettelse")
        )
        return {(row.category, row.measure): (row.status, row.n, row.mean) for row in rows}


def keep_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """As older versions counted: every row with its background."""
    monkeypatch.setattr(separating, "taken_apart", lambda _session, _survey, rows: Separated(rows))
    monkeypatch.setattr("surveys.publishing.counting_ballots.taken_apart", separating.taken_apart)
    monkeypatch.setattr("surveys.publishing.counting_ballots.store_separated", lambda *_: None)
    monkeypatch.setattr("surveys.publishing.counting_ballots.separate_stored", lambda *_: False)


def test_no_stored_row_is_in_a_small_group_of_unit_and_background(app: Flask, db: Database) -> None:
    build_counted(app, db, answers())
    assert told(groups(db))
    assert min(told(groups(db))) >= K


def test_that_somebody_is_alone_is_what_rows_of_an_older_version_tell(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_everything(monkeypatch)
    build_counted(app, db, answers())
    assert min(told(groups(db))) == 1


def test_a_unit_keeps_background_for_all_or_for_nobody(app: Flask, db: Database) -> None:
    """A blank among ten would say what it hides."""
    build_counted(app, db, answers())
    kept: dict[int, set[bool]] = {}
    for unit, code in groups(db):
        kept.setdefault(unit, set()).add(code == NOT_KEPT)
    assert all(len(ways) == 1 for ways in kept.values())


def test_categories_are_reported_of_everybody_all_the_same(app: Flask, db: Database) -> None:
    build_released(app, db, answers())
    found = categories(db)
    assert found["midlertidig", "TRI"][:2] == (FigureStatus.SHOWN, 19)
    assert found["fast", "TRI"][:2] == (FigureStatus.SHOWN, 34)


def test_what_an_older_version_stored_is_taken_apart_once(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        keep_everything(older)
        build_counted(app, db, answers())
    assert separate_all(db) == [KEY]
    assert separate_all(db) == []
    assert min(told(groups(db))) >= K
    assert release(db, keys_of(app), KEY) == 1
    assert categories(db)["midlertidig", "TRI"][:2] == (FigureStatus.SHOWN, 19)
    with db.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("survey.background_separated") == 1


def test_a_released_survey_keeps_its_figures_when_its_rows_are_taken_apart(app: Flask, db: Database) -> None:
    build_released(app, db, answers())
    before = categories(db)
    with db.transaction() as session:
        session.execute(delete(BackgroundFigure))
        session.execute(delete(SeparatedBackground))
    assert separate_all(db) == [KEY]
    assert categories(db) == before
    with db.reading() as session:
        made = session.scalars(select(BackgroundFigure)).all()
        assert {(row.category, row.measure): (row.status, row.n, row.mean) for row in made} == before


def test_a_figure_of_background_that_was_changed_is_found_by_the_audit(app: Flask, db: Database) -> None:
    build_released(app, db, answers())
    with db.transaction() as session:
        session.execute(
            update(Figure)
            .where(
                Figure.breakdown == "ansettelse", Figure.category == "midlertidig", Figure.measure == "TRI"
            )
            .values(n=20)
        )
    with db.reading() as session:
        found = [asdict(finding) for finding in audit_survey(session, find_survey(session, KEY)).findings]
    assert any("ansettelse: midlertidig, 20 svar" in finding["text"] for finding in found)
