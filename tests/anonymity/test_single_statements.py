"""A theme and single statements of it, attacked together by somebody outside who has every released figure.

She knows how many answered all of the theme in each unit, and how many left something blank. The unknowns are, of each
unit's own people, the sum of the answers to each statement and the scores of those who left something blank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from scipy.optimize import linprog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from questionnaires.loading import parse
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import SurveyUnit
from surveys.counting.loading import SurveyTree, load_responses
from surveys.platform.database import Database
from surveys.publishing import releasing
from surveys.publishing.releasing import ReleaseRefusedError, correct, release
from surveys.release.auditing import audit_survey
from surveys.release.digest import figure_rows, tree_rows
from surveys.release.items import deciding
from surveys.release.items.item_measures import chosen_items, item_measures
from surveys.release.items.models import ItemFigure
from surveys.release.items.recording import item_figure_rows
from surveys.release.items.system import ItemSystem
from surveys.release.measures import measures_of
from surveys.release.models import FigureStatus, Release
from surveys.scorecards.setup import build_card
from tests.building import SMALL, SMALL_SOURCE, keys_of, sheet_of
from tests.card_building import JOY, plan_of, unit_of
from tests.releasing import KEY, Answers, build_closed

SOURCE = SMALL_SOURCE + b"report: {items: true}\n"
REPORTING = parse(SOURCE, "liten")
"""The small instrument, as one that reports single statements."""

LOW, HIGH, STATEMENTS = 1, 5, ("TRI01", "TRI02", "TRI03")
LEAST_WIDTH = 0.25 * (HIGH - LOW)
Group = frozenset[str]
Column = tuple[str, str]
"""A unit, and a statement or «blank»."""


def mixed(count: int, start: int = 0, **others: int) -> list[dict[str, int]]:
    """Sheets with different answers to every statement."""
    return [
        sheet_of(
            3,
            **(
                {"TRI01": 1 + (i + start) % 5, "TRI02": 1 + (2 * i + start) % 5, "TRI03": 1 + (3 * i) % 5}
                | others
            ),
        )
        for i in range(count)
    ]


def without(sheet: Mapping[str, int], item: str) -> dict[str, int]:
    return {key: answer for key, answer in sheet.items() if key != item}


def release_with_statements(
    app: Flask, db: Database, answers: Answers, items: Sequence[str] = ("TRI01", "TRI02")
) -> None:
    """A released survey whose statements TRI01 and TRI02 each feed an indicator."""
    build_closed(app, db, answers, questionnaire=REPORTING, source=SOURCE)
    with db.transaction() as session:
        fed = [replace(JOY, code=f"M1.{n}", measure=f"{item}:item") for n, item in enumerate(items)]
        build_card(session, plan_of(*fed))
    release(db, keys_of(app), KEY)


def told_in(db: Database, item: str = "TRI01") -> set[str]:
    """The codes of the units where the statement is told."""
    with db.reading() as session:
        codes = {unit_of(session, code).id: code for code in ("K", "A", "B", "C", "B1", "B2")}
        shown = select(ItemFigure.unit_id).where(
            ItemFigure.status == FigureStatus.SHOWN, ItemFigure.item == item
        )
        return {codes[unit] for unit in session.scalars(shown)}


class Outsider:
    """columns: the unknown sums. people: of each. theme, statements: (coefficients, least, most) of what is told."""

    def __init__(self, session: Session) -> None:
        survey = find_survey(session, KEY)
        tree, responses = SurveyTree.of(survey), load_responses(session, survey)
        system = ItemSystem.of(responses, SMALL.factor("TRI"), (), None)  # type: ignore[arg-type]
        codes = {unit_of(session, code).id: code for code in ("K", "A", "B", "C", "B1", "B2")}
        own = [codes[tree.unit_ids[node]] for node in responses.unit.tolist()]
        self.people: dict[Column, int] = {}
        for unit, complete, partial in zip(own, system.complete, system.partial, strict=True):
            for column in STATEMENTS:
                self.people[unit, column] = self.people.get((unit, column), 0) + int(complete)
            self.people[unit, "blank"] = self.people.get((unit, "blank"), 0) + int(partial)
        self.columns = [column for column, count in self.people.items() if count]
        self.theme: list[tuple[np.ndarray[Any, Any], float, float]] = []
        self.statements: list[tuple[np.ndarray[Any, Any], float, float]] = []
        for published in session.scalars(select(Release).order_by(Release.number)):
            parents = {codes[row["unit_id"]]: row["parent_id"] for row in tree_rows(session, published)}
            above = {unit: codes.get(parent) for unit, parent in parents.items()}
            for row in figure_rows(session, published):
                if row["measure"] == "TRI" and row["status"] == "shown" and row["kind"] == "unit":
                    self._add(self.theme, codes[row["unit_id"]], (*STATEMENTS, "blank"), row, above)
            for row in item_figure_rows(session, published):
                if row["status"] == "shown":
                    self._add(self.statements, codes[row["unit_id"]], (row["item"],), row, above)

    def _add(
        self,
        told: list[tuple[np.ndarray[Any, Any], float, float]],
        unit: str,
        kinds: Sequence[str],
        row: Mapping[str, Any],
        above: Mapping[str, str | None],
    ) -> None:
        def inside(one: str | None) -> bool:
            return one is not None and (one == unit or inside(above.get(one)))

        weight = np.array([float(inside(of) and kind in kinds) for of, kind in self.columns])
        n = row["n"] * (len(STATEMENTS) if len(kinds) > 1 else 1)
        half, mean, coded = row.get("step", 0.0) / 2, row["mean"], row.get("coded", "exact")
        low = LOW if coded == "at_most" else mean if coded == "at_least" else mean - half
        high = HIGH if coded == "at_least" else mean if coded == "at_most" else mean + half
        told.append((weight, n * low, n * high))

    def width(self, group: Sequence[Column], *, with_statements: bool = True) -> float:
        """How far the mean of the answers in the columns may move."""
        told = self.theme + (self.statements if with_statements else [])
        scale = [
            (size * LOW, size * HIGH)
            for size in (self.people[c] * (len(STATEMENTS) if c[1] == "blank" else 1) for c in self.columns)
        ]
        cost = np.array([float(column in group) for column in self.columns])
        size = sum(self.people[c] * (len(STATEMENTS) if c[1] == "blank" else 1) for c in group)
        rows = np.array([weight for weight, _, _ in told])
        ends = np.array([[low - 1e-6, high + 1e-6] for _, low, high in told])
        reached = []
        for sign in (1.0, -1.0):
            found: Any = linprog(
                sign * cost,
                A_ub=np.vstack([rows, -rows]),
                b_ub=np.r_[ends[:, 1], -ends[:, 0]],
                bounds=scale,
                method="highs",
            )
            reached.append(sign * float(found.fun))
        return (reached[1] - reached[0]) / size

    def narrow(self, hidden: Sequence[Sequence[Column]]) -> list[Sequence[Column]]:
        """Those whose mean is known too closely, and was not by the theme alone.

        A unit's must be free to move by a quarter of the scale; of several small units together no sum may be known.
        """
        least = {len(group): LEAST_WIDTH - 1e-4 if len(group) == 1 else 0.02 for group in hidden}
        return [
            group
            for group in hidden
            if self.width(group) < least[len(group)] <= self.width(group, with_statements=False)
        ]

    def small(self) -> list[list[Column]]:
        """Every set of units with fewer than ten complete sheets, statement by statement, and those with blanks."""
        units = sorted({unit for unit, kind in self.columns if kind != "blank"})
        groups = [
            [(unit, item) for unit in chosen]
            for item in STATEMENTS
            for size in (1, 2, 3)
            for chosen in combinations(units, size)
            if sum(self.people[unit, item] for unit in chosen) < 10
        ]
        blank = [[column] for column in self.columns if column[1] == "blank" and self.people[column] < 5]
        return groups + blank


def attacked(db: Database) -> tuple[Outsider, list[Sequence[Column]]]:
    with db.reading() as session:
        outsider = Outsider(session)
        return outsider, outsider.narrow(outsider.small())


ALL_TOP_ON_THE_THIRD = {"A": mixed(20), "B1": mixed(14, 1), "B2": mixed(13, 2), "C": mixed(12, 3, TRI03=5)}


def test_the_theme_and_two_statements_do_not_tell_that_all_answered_alike_to_the_third(
    app: Flask, db: Database
) -> None:
    """3 · theme − first − second is the third, and everybody in C answered 5 to it."""
    release_with_statements(app, db, ALL_TOP_ON_THE_THIRD)
    outsider, narrow = attacked(db)
    assert not narrow
    assert outsider.width([("C", "TRI03")]) >= LEAST_WIDTH - 1e-4
    assert "C" not in told_in(db)
    assert "K" in told_in(db)


def test_masked_each_on_its_own_they_would(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ItemSystem, "may_be_told", lambda _self, _cells: True)
    release_with_statements(app, db, ALL_TOP_ON_THE_THIRD)
    outsider, _ = attacked(db)
    assert "C" in told_in(db)
    assert outsider.width([("C", "TRI03")]) < 0.01


SMALL_UNITS = {
    "A": mixed(20),
    "B1": mixed(14, 1),
    "B2": mixed(13, 2),
    "C": mixed(7, 3),
}
"""C is told of as a theme, and has too few for a statement: the whole less the others would give it."""


def careless(theme: Any) -> Mapping[int, frozenset[int]]:
    """Each statement told wherever it may be told for itself."""
    return {unit: theme.cells[unit] for unit in theme._primary()}


def test_a_unit_of_seven_is_not_the_whole_less_the_others(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that tells it so is refused, and what is told stands up to the attack and to the audit."""
    with monkeypatch.context() as patched:
        patched.setattr(deciding._Theme, "told_units", careless)
        with pytest.raises(ReleaseRefusedError) as refused:
            release_with_statements(app, db, SMALL_UNITS)
    assert any("TRI01:item" in finding for finding in refused.value.findings)
    release(db, keys_of(app), KEY)
    outsider, narrow = attacked(db)
    assert not narrow
    assert outsider.width([("C", "TRI01")]) >= LEAST_WIDTH - 1e-4
    assert told_in(db) == told_in(db, "TRI02") != set()
    with db.transaction() as session:
        assert audit_survey(session, find_survey(session, KEY)).findings == ()
        uncover(session, but="C")
    with db.reading() as session:
        assert audit_survey(session, find_survey(session, KEY)).findings


def uncover(session: Session, but: str) -> None:
    """Somebody shows a hidden statement of a large unit in the database."""
    spared = unit_of(session, but).id
    hidden = session.scalars(
        select(ItemFigure).where(ItemFigure.status == FigureStatus.HIDDEN, ItemFigure.unit_id != spared)
    ).first()
    assert hidden is not None
    hidden.status, hidden.reason, hidden.n, hidden.mean = FigureStatus.SHOWN, "", 20, 3.0


ONE_BLANK = {
    "A": [*mixed(19), without(mixed(1, 2)[0], "TRI03")],
    "B1": mixed(14, 1),
    "C": mixed(16, 3),
}


def test_she_who_left_one_statement_blank_is_not_theme_less_statements(app: Flask, db: Database) -> None:
    """All three are asked for; with all of them told, what is left of the theme is her own answers."""
    release_with_statements(app, db, ONE_BLANK, STATEMENTS)
    outsider, narrow = attacked(db)
    assert not narrow
    assert outsider.width([("A", "blank")]) >= LEAST_WIDTH - 1e-4
    assert {"A", "K"} <= told_in(db)
    assert not told_in(db, "TRI03")


def test_with_all_statements_told_she_would_be(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a release with all of them is refused."""
    monkeypatch.setattr(deciding, "chosen_items", lambda *_: {"TRI": STATEMENTS})
    monkeypatch.setattr(ItemSystem, "may_be_told", lambda _self, _cells: True)
    monkeypatch.setattr(deciding._Theme, "told_units", careless)
    with pytest.raises(ReleaseRefusedError, match="hver for seg"):
        release_with_statements(app, db, ONE_BLANK, STATEMENTS)
    monkeypatch.setattr(releasing, "_refuse_breaches", lambda *_: None)
    release(db, keys_of(app), KEY)
    outsider, _ = attacked(db)
    assert outsider.width([("A", "blank")]) < 0.01


def test_nor_by_two_releases_of_theme_and_statements(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B2, with eight people, is moved from B to A; what A and B were and are, would tell of it."""
    release_with_statements(
        app, db, {"A": mixed(20), "B1": mixed(14, 1), "B2": mixed(8, 2), "C": mixed(15, 3)}
    )
    with db.transaction() as session:
        moved, above = unit_of(session, "B2").id, unit_of(session, "A").id
        session.execute(update(SurveyUnit).where(SurveyUnit.unit_id == moved).values(parent_id=above))
    with monkeypatch.context() as patched:
        patched.setattr(deciding._Theme, "told_units", careless)
        with pytest.raises(ReleaseRefusedError):
            correct(db, KEY, "B2 hørte til A.")
    correct(db, KEY, "B2 hørte til A.")
    outsider, narrow = attacked(db)
    assert len(outsider.statements) > 2
    assert not narrow


def test_only_what_is_asked_for_is_figured_and_one_statement_of_a_theme_never_is() -> None:
    assert chosen_items(SMALL, (), STATEMENTS) == {}, "it never reports single statements"
    assert chosen_items(REPORTING, (), ()) == {}
    assert chosen_items(REPORTING, (), ("TRI02",)) == {"TRI": ("TRI02",)}
    assert chosen_items(REPORTING, ("TRI03",), STATEMENTS) == {"TRI": ("TRI03", "TRI01")}


READERS = {
    "surveys/publishing/releasing.py",
    "surveys/release/items/changes.py",
    "surveys/release/items/models.py",
    "surveys/release/items/recording.py",
    "surveys/release/items/told.py",
    "surveys/scorecards/item_values.py",
}
"""Where the figures of statements are written, attacked, recorded, and read for cards."""


def test_no_reader_of_measures_or_figures_meets_a_statement() -> None:
    root = Path(__file__).parents[2]
    named = {
        path.relative_to(root).as_posix()
        for path in (root / "surveys").rglob("*.py")
        if "ItemFigure" in path.read_text(encoding="utf-8")
    }
    assert named == READERS
    keys = {each.key for each in item_measures(REPORTING)}
    assert keys
    assert not keys & {measure.key for measure in measures_of(REPORTING)}
