"""Whoever left a statement blank: the mean and every answer of a theme, told together, give the sum of her answers.

J times the sum of scores, less the sum of all answers to the theme's J statements, is nothing for those who answered
them all. The attacker knows who left some blank, has every figure of the survey, and adds and subtracts groups.
"""

from collections.abc import Mapping
from itertools import chain, combinations

import numpy as np
import pytest
from flask import Flask
from numpy.typing import NDArray
from sqlalchemy import select, update

from analysis.disclosure.survey import Cells
from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing import releasing
from surveys.publishing.releasing import ReleaseRefusedError, correct
from surveys.release.digest import tree_rows
from surveys.release.models import Figure, FigureKind, Release
from surveys.release.protection.left_blank import BlankMask
from tests.building import keys_of, sheet_of
from tests.releasing import KEY, TREE, Answers, build_released

ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

STATEMENTS = 3
FEW = 5
Blanks = Mapping[str, int]
"""Unit → how many of those placed on it left one statement of TRI blank."""

CASES: Mapping[str, Blanks] = {
    "one person": {"A": 1},
    "her unit less its sibling": {"A": 6, "C": 1},
    "two storeys": {"A": 5, "B1": 2, "B2": 3},
    "enough in each": {"A": 5, "B1": 7, "C": 6},
}


def _answers(blanks: Blanks) -> Answers:
    """Twenty-four people in each unit at the bottom."""
    found = {}
    for place, unit in enumerate(("A", "B1", "B2", "C")):
        sheets = [sheet_of(1 + (place + person) % 5, TRI01=1 + person % 4) for person in range(24)]
        for sheet in sheets[: blanks.get(unit, 0)]:
            del sheet["TRI02"]
        found[unit] = sheets
    return found


def _told(db: Database) -> list[tuple[frozenset[str], Figure]]:
    """Every figure of TRI that tells every answer, of all releases, with the units whose own people it covers."""
    found = []
    with db.reading() as session:
        codes = {unit.id: unit.code for unit in session.scalars(select(Unit))}
        for release in session.scalars(select(Release)):
            above = {row["unit_id"]: row["parent_id"] for row in tree_rows(session, release)}
            figures = session.scalars(
                select(Figure).where(
                    Figure.release_id == release.id,
                    Figure.measure == "TRI",
                    Figure.kind == FigureKind.UNIT,
                    Figure.points.is_not(None),
                )
            ).all()
            found += [
                (frozenset(codes[unit] for unit in above if _is_in(unit, figure.unit_id, above)), figure)
                for figure in figures
            ]
        session.expunge_all()
    return found


def _is_in(unit: int | None, top: int, above: Mapping[int, int | None]) -> bool:
    while unit is not None and unit != top:
        unit = above[unit]
    return unit == top


def given_away(db: Database, blanks: Blanks) -> list[frozenset[str]]:
    """Units whose own people left some blank, fewer than five in all, that a sum of what is told is about."""
    units = sorted(blanks)
    rows = np.array([[float(unit in each) for unit in units] for each, _ in _told(db)]).reshape(
        -1, len(units)
    )
    some = chain.from_iterable(combinations(units, size) for size in range(1, len(units) + 1))
    return [
        frozenset(group)
        for group in some
        if sum(blanks[unit] for unit in group) < FEW
        and _is_sum(rows, np.array([float(unit in group) for unit in units]))
    ]


def _is_sum(rows: NDArray[np.float64], wanted: NDArray[np.float64]) -> bool:
    return bool(np.linalg.matrix_rank(rows) == np.linalg.matrix_rank(np.vstack([rows, wanted])))


@ON_SQLITE
@pytest.mark.parametrize("blanks", CASES.values(), ids=CASES)
def test_what_fewer_than_five_answered_who_left_some_blank_cannot_be_had(
    app: Flask, db: Database, blanks: Blanks
) -> None:
    build_released(app, db, _answers(blanks))
    assert given_away(db, blanks) == []
    told = {units for units, _ in _told(db)}
    assert {frozenset({"B2"}), frozenset({"C"})} - told <= {frozenset({unit}) for unit in blanks}
    if all(number >= FEW for number in blanks.values()):
        assert len(told) == len(TREE)


@ON_SQLITE
@pytest.mark.parametrize(("case", "group"), [("one person", {"A"}), ("her unit less its sibling", {"C"})])
def test_the_attack_finds_her_sum_where_every_answer_is_told_all_the_same(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch, case: str, group: set[str]
) -> None:
    """Told wherever a unit's own number of them is none or five, the second case is given away by K, A and B.

    The audit finds it before the release is out.
    """

    def allows_by_its_own(mask: BlankMask, node: int) -> bool:
        own = int(mask.protection.units.n[node].sum())
        return case == "one person" or own == 0 or own >= FEW

    monkeypatch.setattr(BlankMask, "allows_unit", allows_by_its_own)
    blanks = CASES[case]
    with pytest.raises(ReleaseRefusedError, match=r"hoppet over en påstand \(enhet [ABC]"):
        build_released(app, db, _answers(blanks))
    monkeypatch.setattr(releasing, "_refuse_breaches", lambda *_: None)
    releasing.release(db, keys_of(app), KEY)
    assert frozenset(group) in given_away(db, blanks)
    if case == "one person":
        [figure] = [figure for units, figure in _told(db) if units == {"A"}]
        assert figure.points is not None
        answers = STATEMENTS * (figure.n or 0) - blanks["A"]
        said = answers * sum(value * share for value, share in enumerate(figure.points, 1))
        hers = (STATEMENTS * (figure.n or 0) * (figure.mean or 0) - said) * (STATEMENTS - 1)
        [sheet] = [sheet for sheet in _answers(blanks)["A"] if "TRI02" not in sheet]
        assert hers == pytest.approx(sheet["TRI01"] + sheet["TRI03"])


@ON_SQLITE
def test_nor_by_a_correction(app: Flask, db: Database) -> None:
    """B2 is moved to A. Every answer of the old B is out, and of A: the new A would leave B1's one person."""
    blanks = {"A": 5, "B1": 1, "B2": 5}
    build_released(app, db, _answers(blanks))
    before = [units for units, _ in _told(db)]
    assert {"B", "B1", "B2"} in before
    assert {"A"} in before
    with db.transaction() as session:
        ids = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        session.execute(update(SurveyUnit).where(SurveyUnit.unit_id == ids["B2"]).values(parent_id=ids["A"]))
    correct(db, KEY, "B2 hørte til A.")
    assert given_away(db, blanks) == []


@pytest.mark.parametrize(("length", "level"), [(1.0, 1), (2.0, 1), (3.0, 2), (10.0, 2)])
def test_three_classes_are_every_answer_on_a_scale_of_three(length: float, level: int) -> None:
    tree = np.array([-1, 0, 0], dtype=np.int32)
    unit = np.repeat([1, 2], [24, 24]).astype(np.int32)
    mask = BlankMask.of(Cells.of(tree, unit), unit, np.arange(48) == 0, FEW, length)
    assert [mask.limited(3, mask.allows_unit(node)) for node in range(3)] == [level, level, 3]
