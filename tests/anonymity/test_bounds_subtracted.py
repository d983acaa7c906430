"""A unit where all answered 5 is told as «4,8 eller høyere». Whoever has all figures subtracts its neighbours.

The attack has what everybody outside gets in the audit package, of every release: n, the mean, what it is rounded to,
and that a mean is only a bound. With linear programs it finds between which ends a unit's mean must lie.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from flask import Flask
from numpy.typing import NDArray
from scipy.optimize import linprog
from sqlalchemy import select, update

from questionnaires import loading
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing import releasing
from surveys.publishing.releasing import ReleaseRefusedError, correct
from surveys.release.digest import figure_rows, tree_rows
from surveys.release.models import Release
from surveys.release.protection import bounded_figures, spread_rules
from tests.building import SMALL_SOURCE, build_installation, build_units, sheet_of
from tests.releasing import KEY, TREE, Answers, build_released

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

LOW, HIGH = 1.0, 5.0
ALL_FIVE = [sheet_of(5)] * 6
NEARLY_FIVE = [*[sheet_of(5)] * 5, sheet_of(5, TRI01=4)]
ALL_ONE = [sheet_of(1)] * 7
MANY = [sheet_of(2 + place % 4, TRI01=1 + place % 5) for place in range(14)]
MORE = [sheet_of(1 + place % 4, TRI02=2 + place % 4) for place in range(23)]

ONE_CHILD: Answers = {"A": ALL_FIVE, "B": MANY, "C": MORE}
TWO_SIBLINGS: Answers = {"A": ALL_FIVE, "B": NEARLY_FIVE, "C": MORE}
AT_THE_LOW_END: Answers = {"A": ALL_ONE, "B": MANY, "C": MORE}
UNDER_A_BOUND: Answers = {"A": MANY, "B1": ALL_FIVE, "B2": NEARLY_FIVE, "C": MORE}
THREE_STOREYS: Answers = {"A": MANY, "B1": ALL_FIVE, "B2": MORE, "C": MORE}
LARGE_AND_ALIKE: Answers = {"A": [sheet_of(5)] * 12, "B": MANY, "C": MORE}
CASES = {
    "one child": ONE_CHILD,
    "two siblings": TWO_SIBLINGS,
    "at the low end": AT_THE_LOW_END,
    "under a bound": UNDER_A_BOUND,
    "three storeys": THREE_STOREYS,
    "ten and more who answered alike": LARGE_AND_ALIKE,
}


def _what_is_told(db: Database) -> list[tuple[list[int], int, float, float, Mapping[str, Any]]]:
    """Of every figure of TRI: the units whose own people it covers, n, and the ends its mean lies between."""
    told = []
    with db.reading() as session:
        for release in session.scalars(select(Release).order_by(Release.number)):
            tree = {row["unit_id"]: row for row in tree_rows(session, release)}
            for row in figure_rows(session, release):
                if row["measure"] == "TRI" and row["status"] == "shown" and row["kind"] != "rest":
                    covered = [unit for unit in tree if _is_covered(unit, row, tree)]
                    told.append((covered, row["n"], *_ends(row), row))
    return told


def _is_covered(unit: int, row: Mapping[str, Any], tree: Mapping[int, Mapping[str, Any]]) -> bool:
    if row["kind"] == "breakdown":
        return bool(row["breakdown"] == "unit_type" and tree[unit]["type"] == row["category"])
    above: int | None = unit
    while above is not None and above != row["unit_id"]:
        above = tree[above]["parent_id"]
    return above is not None


def _ends(row: Mapping[str, Any]) -> tuple[float, float]:
    mean = row["mean"]
    if row["coded"] != "exact":
        return (mean, HIGH) if row["coded"] == "at_least" else (LOW, mean)
    half = row.get("step", 0.0) / 2
    return max(LOW, mean - half), min(HIGH, mean + half)


def narrowed(db: Database) -> list[tuple[float, float]]:
    """Between which ends the attack puts each figure told as a bound, where that says more than the bound does."""
    told = _what_is_told(db)
    with db.reading() as session:
        answered = dict(_own_people(session))
    units = sorted(answered)
    rows = np.array([[float(unit in covered) for unit in units] for covered, *_ in told])
    ends = np.array([[n * low, n * high] for _, n, low, high, _ in told])
    scale = [(LOW * answered[unit], HIGH * answered[unit]) for unit in units]
    found = []
    for (_, n, low, high, row), cost in zip(told, rows, strict=True):
        if row["coded"] == "exact":
            continue
        reached = [_least(sign * cost / n, rows, ends, scale) * sign for sign in (1.0, -1.0)]
        if reached[0] > low + 1e-6 or reached[1] < high - 1e-6:
            found.append((reached[0], reached[1]))
    return found


def _least(
    cost: NDArray[np.float64],
    rows: NDArray[np.float64],
    ends: NDArray[np.float64],
    scale: Sequence[tuple[float, float]],
) -> float:
    """The least that a combination of the units' sums can be, when each figure's sum lies between its ends."""
    found: Any = linprog(
        cost,
        A_ub=np.vstack([rows, -rows]),
        b_ub=np.concatenate([ends[:, 1], -ends[:, 0]]),
        bounds=scale,
    )
    return float(cost @ found.x)


def _own_people(session: Any) -> Sequence[tuple[int, int]]:
    rows = session.execute(select(SurveyUnit.unit_id, SurveyUnit.delivered)).all()
    return [(unit, delivered or 0) for unit, delivered in rows]


def _bounds(db: Database) -> int:
    return sum(row["coded"] != "exact" for *_, row in _what_is_told(db))


@pytest.mark.parametrize("answers", CASES.values(), ids=CASES)
def test_no_figure_told_as_a_bound_can_be_had_by_subtracting(
    app: Flask, db: Database, answers: Answers
) -> None:
    build_released(app, db, answers)
    assert _bounds(db)
    assert not narrowed(db)


def test_nor_where_unit_types_cross_the_tree(app: Flask, db: Database) -> None:
    """The schools are A and B; A all answered 5. The whole less the nursery is the schools, and less B is A."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        for code, kind in {"A": "skole", "B1": "skole", "B2": "barnehage", "C": "barnehage"}.items():
            units[code].type = kind
    build_released(app, db, {"A": ALL_FIVE, "B1": MANY, "B2": MORE, "C": MORE})
    assert _bounds(db)
    assert not narrowed(db)


def test_nor_by_two_releases_of_the_same_answers(app: Flask, db: Database) -> None:
    """B2 is moved to A: what A and B were and are, tells the difference."""
    build_released(app, db, {"A": MANY, "B1": MORE, "B2": ALL_FIVE, "C": MORE})
    with db.transaction() as session:
        ids = {code: unit for unit, code in session.execute(select(Unit.id, Unit.code))}
        session.execute(update(SurveyUnit).where(SurveyUnit.unit_id == ids["B2"]).values(parent_id=ids["A"]))
    correct(db, KEY, "B2 hørte til A.")
    assert _bounds(db) == 2
    assert not narrowed(db)


def test_a_release_that_gives_a_bound_away_is_refused(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done before: all figures but the few told as they are. The audit finds it."""
    with monkeypatch.context() as patched:
        patched.setattr(bounded_figures, "told_less", lambda told, *_: (told, []))
        with pytest.raises(ReleaseRefusedError, match="vist som en grense, men kan regnes ut"):
            build_released(app, db, ONE_CHILD)
    with db.reading() as session:
        assert find_survey(session, KEY).status == "counted"


def test_the_attack_finds_it_where_all_other_figures_are_told_exactly(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every release was before: the others' means had all their digits."""
    monkeypatch.setattr(bounded_figures, "told_less", lambda told, *_: (told, []))
    monkeypatch.setattr(releasing, "_refuse_breaches", lambda *_: None)
    build_released(app, db, ONE_CHILD)
    [(low, high)] = narrowed(db)
    assert low == pytest.approx(5.0)
    assert high == pytest.approx(5.0)


def _at_the_ends(db: Database) -> set[str]:
    """What tells of a group around unit A that everybody in it answered 1 or 5: then A, at 4.8 or more, is all fives.

    A group is a figure, or what is left of one without another. Squares: their sum is the largest that there is.
    """
    found = set()
    with db.reading() as session:
        unit_a = session.scalars(select(Unit.id).where(Unit.code == "A")).one()
    told = [(set(covered), row) for covered, *_, row in _what_is_told(db)]
    for (around, whole), (taken, part) in product(
        told, [*told, (set[int](), {"n": 0, "mean": 0.0, "sd": 0.0})]
    ):
        if unit_a not in around or unit_a in taken or not taken < around:
            continue
        n = whole["n"] - part["n"]
        if all("sd" in row and "step" not in row and "spread_class" not in row for row in (whole, part)):
            sums = whole["n"] * whole["mean"] - part["n"] * part["mean"]
            largest = (LOW + HIGH) * sums - LOW * HIGH * n
            found |= {"squares"} if _squares(whole) - _squares(part) > largest - 1e-6 else set()
        if "points" in whole and ("points" in part or not taken):
            left = whole["n"] * np.array(whole["points"]) - part["n"] * np.array(part.get("points", 0.0))
            found |= {"points"} if np.abs(left[1:-1]).max() < 1e-6 else set()
    return found


def _squares(row: Mapping[str, Any]) -> float:
    return float((row["n"] - 1) * row["sd"] ** 2 + row["n"] * row["mean"] ** 2)


AT_BOTH_ENDS = [*[sheet_of(1)] * 26, *[sheet_of(5)] * 24]
NOBODY_BETWEEN: Mapping[str, Answers] = {
    "in the whole": {"A": ALL_FIVE, "K": AT_BOTH_ENDS},
    "in what is left of the whole": {"A": ALL_FIVE, "K": AT_BOTH_ENDS, "C": MORE},
}


@pytest.mark.parametrize("answers", NOBODY_BETWEEN.values(), ids=NOBODY_BETWEEN)
def test_nor_by_spreads_and_distributions_where_nobody_answered_in_between(
    app: Flask, db: Database, answers: Answers
) -> None:
    """All five, or one who answered 1? The mean allows no 1 in A; so it matters that nobody answered 2, 3 or 4."""
    build_released(app, db, answers)
    assert _bounds(db)
    assert not _at_the_ends(db)


@pytest.mark.parametrize("answers", NOBODY_BETWEEN.values(), ids=NOBODY_BETWEEN)
def test_the_attack_finds_it_where_nothing_is_kept_back(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch, answers: Answers
) -> None:
    monkeypatch.setattr(spread_rules, "_without_gaps", _with_gaps)
    build_released(app, db, answers)
    assert _at_the_ends(db) == {"squares", "points"}


ONE_QUESTION = re.sub(rb"      - \{key: TRI0[23].*\n", b"", SMALL_SOURCE)


def _one_answer(value: int) -> dict[str, int]:
    return {key: answer for key, answer in sheet_of(value).items() if key not in {"TRI02", "TRI03"}}


@pytest.mark.parametrize(("fours", "is_told"), [(0, False), (1, True)])
def test_every_answer_to_one_question_is_told_only_where_a_unit_of_fives_may_have_given_another(
    app: Flask, db: Database, fours: int, is_told: bool
) -> None:
    """Five 5 and one 4 are 4.8 too; but only where somebody around them answered 4."""
    others = [3] * 9 + [5] * (17 - fours) + [4] * fours
    answers = {"A": [_one_answer(5)] * 6, "K": [_one_answer(value) for value in others]}
    questionnaire = loading.parse(ONE_QUESTION, "one_question.yaml")
    build_released(app, db, answers, questionnaire=questionnaire, source=ONE_QUESTION)
    [whole] = [row for *_, row in _what_is_told(db) if row["n"] == 32]
    assert "distribution" in whole
    assert ("points" in whole) == is_told


def _with_gaps(
    _shown: object, figures: Any, _people: object, published: Any, _exact: object
) -> tuple[Any, NDArray[np.bool_]]:
    return published, published.distribution & figures.with_known(figures.in_points())[:, np.newaxis]


ALIKE_ABOVE: Answers = {"A": NEARLY_FIVE, "K": [sheet_of(3)] * 30}


def _highest_of_a(db: Database) -> float:
    """How high the mean of six can be, by everybody's mean and exact spread (Samuelson's inequality)."""
    whole = next(row for *_, row in _what_is_told(db) if row["n"] == 36)
    if "sd" not in whole or "spread_class" in whole or "step" in whole:
        return HIGH
    spread = whole["sd"] * np.sqrt((whole["n"] - 1) / whole["n"])
    return float(whole["mean"] + spread * np.sqrt((whole["n"] - 6) / 6))


def test_nor_by_the_spread_of_everybody_where_all_others_answered_alike(app: Flask, db: Database) -> None:
    """It says that one of the six answered 4: their mean cannot be 5."""
    build_released(app, db, ALIKE_ABOVE)
    assert _bounds(db)
    assert _highest_of_a(db) >= HIGH


RULES: Mapping[str, Any] = {
    "_without_gaps": _with_gaps,
    "closed_by_squares": lambda published, *_rest: published,
}
"""Either keeps the spread from being told; what stands for each where it is taken away."""


@pytest.mark.parametrize("rule", RULES)
def test_one_of_two_rules_is_enough(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    monkeypatch.setattr(spread_rules, rule, RULES[rule])
    build_released(app, db, ALIKE_ABOVE)
    assert _highest_of_a(db) >= HIGH


def test_without_both_the_audit_refuses_the_release(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rule, without in RULES.items():
        monkeypatch.setattr(spread_rules, rule, without)
    with pytest.raises(ReleaseRefusedError, match="Snittet for enhet A er vist som en grense"):
        build_released(app, db, ALIKE_ABOVE)


def test_the_attack_finds_it_in_an_exact_spread(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rule, without in RULES.items():
        monkeypatch.setattr(spread_rules, rule, without)
    monkeypatch.setattr(releasing, "_refuse_breaches", lambda *_: None)
    build_released(app, db, ALIKE_ABOVE)
    assert _highest_of_a(db) < HIGH - 0.01
