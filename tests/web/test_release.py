"""Released figures against sums done by hand, and what may never be released."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure import attack
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import SurveyError, find_survey, open_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.counting.models import Response
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import release
from surveys.release.models import Change, Figure, FigureKind, FigureStatus, Release, Turnout, Verdict
from tests.building import build_installation, build_survey, build_units, keys_of, sheet_of
from tests.releasing import KEY, TREE, build_released

# A tuple with an approximate number equals one of numbers, which the type of `approx` does not say.
near: Any = pytest.approx


def figure(session: Session, unit: str, measure: str = "TRI", **wanted: Any) -> Figure:
    """The only figure of the unit, measure and whatever else is wanted."""
    query = (
        select(Figure)
        .join(Unit, Unit.id == Figure.unit_id)
        .join(Release, Release.id == Figure.release_id)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Unit.code == unit, Figure.measure == measure, Survey.key == wanted.pop("key", KEY))
    )
    wanted.setdefault("kind", FigureKind.UNIT)
    return session.scalars(query.filter_by(**wanted)).one()


SEVEN = tuple(sheet_of(value) for value in (2, 3, 3, 4, 4, 4, 5))


def test_a_unit_of_fourteen_has_the_figures_one_gets_by_hand(app: Flask, db: Database) -> None:
    """TRI scores 2, 3, 3, 4, 4, 4, 5, each twice: mean 25/7, sum of squares 190, variance (190 − 1250/7)/13."""
    build_released(app, db, {"A": [*SEVEN, *SEVEN], "C": [sheet_of(3)] * 12})
    sd = ((190 - 1250 / 7) / 13) ** 0.5
    with db.reading() as session:
        found = figure(session, "A")
        assert (found.status, found.n) == (FigureStatus.SHOWN, 14)
        assert found.mean == pytest.approx(25 / 7, abs=1e-12)
        assert found.sd == pytest.approx(sd, abs=1e-12)
        ends = interval_by_hand(14, 25 / 7, sd, 2.160368656461013)
        assert [found.ci_low, found.ci_high] == pytest.approx(ends, abs=1e-9)
        assert (found.step, found.spread_class) == (None, None)


def test_a_unit_of_seven_has_one_decimal_and_the_end_of_its_class_of_spread(app: Flask, db: Database) -> None:
    """The spread is 0.98, between 0.6 and 1.0. The interval follows from what is told: nobody gets more from it."""
    build_released(app, db, {"A": SEVEN, "C": [sheet_of(3)] * 12})
    with db.reading() as session:
        found = figure(session, "A")
        assert (found.n, found.mean, found.step) == (7, 3.6, 0.1)
        assert (found.sd, found.spread_class) == (1.0, True)
        ends = interval_by_hand(7, 3.6, 1.0, 2.446911848791681)
        assert [found.ci_low, found.ci_high] == pytest.approx(ends, abs=1e-9)
        assert found.distribution is None


def interval_by_hand(n: int, mean: float, sd: float, t: float) -> list[float]:
    """Where (mean − μ)² = t² · φ · μ(1 − μ) / n, on the scale from 0 to 1; t: qt(.975, n − 1)."""
    share, place = sd**2 / 16, (mean - 1) / 4
    rest = t**2 * ((n - 1) * share / (place * (1 - place)) + 0.5) / (n - 0.5) / n
    return sorted((1 + 4 * np.roots([1 + rest, -(2 * place + rest), place**2])).tolist())


def test_ten_people_have_a_distribution_of_low_middle_and_high_answers(app: Flask, db: Database) -> None:
    """On 1–5: 1 and 2 are low, 3 is middle, 4 and 5 are high."""
    build_released(app, db, {"A": [sheet_of(value) for value in (1, 2, 3, 3, 3, 4, 4, 5, 5, 5)]})
    with db.reading() as session:
        assert figure(session, "A").distribution == pytest.approx([0.2, 0.3, 0.5])


def test_every_node_counts_everybody_below_it(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": [sheet_of(2)] * 6, "B1": [sheet_of(3)] * 5, "B2": [sheet_of(4)] * 10})
    with db.reading() as session:
        b, k = figure(session, "B"), figure(session, "K")
        assert (b.n, b.mean) == (15, near((5 * 3 + 10 * 4) / 15))
        assert (k.n, k.mean) == (21, near((6 * 2 + 5 * 3 + 10 * 4) / 21))
        turnout = session.scalars(
            select(Turnout).join(Unit, Unit.id == Turnout.unit_id).where(Unit.code == "B")
        ).one()
        assert (turnout.invited, turnout.delivered) == (15, 15)


def test_a_small_unit_is_hidden_with_a_reason_and_its_people_stand_in_the_rest(
    app: Flask, db: Database
) -> None:
    """Hiding A costs 12 people's figure; hiding B and B1 instead would cost 18."""
    build_released(app, db, {"A": [sheet_of(2)] * 12, "B1": [sheet_of(4)] * 9, "C": [sheet_of(5)] * 3})
    with db.reading() as session:
        small = figure(session, "C")
        assert (small.status, small.reason) == (FigureStatus.HIDDEN, "small")
        assert (small.n, small.mean, small.sd, small.ci_low, small.distribution) == (None,) * 5
        protecting = figure(session, "A")
        assert (protecting.status, protecting.reason) == (FigureStatus.HIDDEN, "protecting")
        rest = figure(session, "K", kind=FigureKind.REST)
        assert (rest.n, rest.mean) == (15, near((12 * 2 + 3 * 5) / 15))
        assert figure(session, "B2").status == FigureStatus.NO_ANSWERS


def test_what_is_shown_gives_no_group_smaller_than_five_away(app: Flask, db: Database) -> None:
    answers = {
        "A": [sheet_of(1 + i % 5) for i in range(7)],
        "B": [sheet_of(4)] * 2,
        "B1": [sheet_of(5), sheet_of(4), sheet_of(2)],
        "B2": [sheet_of(3)] * 6,
        "C": [sheet_of(3)] * 4 + [sheet_of(3, TRI01=255, TRI02=255)],
    }
    build_released(app, db, answers)
    with db.reading() as session:
        for measure in ("TRI", "ROL"):
            assert _breaches(session, measure, 5) == []


def _breaches(session: Session, measure: str, k: int) -> list[object]:
    """What an attacker gets out of everything released about a measure, rest figures by their definition."""
    rows = session.execute(
        select(Unit.code, Figure.kind, Figure.status)
        .join(Unit, Unit.id == Figure.unit_id)
        .where(Figure.measure == measure, Figure.kind != FigureKind.BREAKDOWN)
    ).all()
    codes = list(TREE)
    below = {code: {c for c in codes if code in _line(c)} for code in codes}
    shown = {code for code, kind, status in rows if kind == FigureKind.UNIT and status == FigureStatus.SHOWN}
    published = [below[code] for code in shown]
    for code, kind, _ in rows:
        if kind == FigureKind.REST:
            covered = set().union(*(below[c] for c in below[code] & shown if c != code))
            published.append(below[code] - covered)
    sizes = [_scored(session, code, measure) for code in codes]
    assert min(sizes) < k <= max(sizes)
    atoms = [[codes.index(code) for code in members] for members in published]
    return list(attack(atoms, np.array(sizes), k, one_person=np.array(sizes) == 1))


def _line(code: str) -> list[str]:
    found = [code]
    while above := TREE[found[-1]]:
        found.append(above)
    return found


def _scored(session: Session, unit: str, measure: str) -> int:
    """People placed directly on the unit who have a score: at least two of the measure's three items."""
    start = 0 if measure == "TRI" else 3
    answers = session.scalars(
        select(Response.answers).join(Unit, Unit.id == Response.unit_id).where(Unit.code == unit)
    )
    return sum(sum(code <= 5 for code in row[start : start + 3]) >= 2 for row in answers)


def test_people_who_skipped_a_theme_are_counted_out_of_that_theme_only(app: Flask, db: Database) -> None:
    """A has six people of whom two skipped TRI: four have a score, so TRI is hidden and ROL is not."""
    skipped = sheet_of(3, TRI01=255, TRI02=255)
    build_released(app, db, {"A": [sheet_of(3)] * 4 + [skipped] * 2, "C": [sheet_of(4)] * 20})
    with db.reading() as session:
        assert figure(session, "A", "TRI").status == FigureStatus.HIDDEN
        assert (figure(session, "A", "ROL").status, figure(session, "A", "ROL").n) == (FigureStatus.SHOWN, 6)


def test_a_theme_nobody_was_asked_about_is_not_asked_and_an_empty_unit_has_no_answers(
    app: Flask, db: Database
) -> None:
    build_released(app, db, {"A": [sheet_of(3)] * 8})
    with db.reading() as session:
        assert figure(session, "A", "SPN").status == FigureStatus.NOT_ASKED
        assert figure(session, "C", "SPN").status == FigureStatus.NO_ANSWERS


def test_a_breakdown_is_shown_when_every_category_is_large_enough(app: Flask, db: Database) -> None:
    answers = [sheet_of(4, ansettelse=0)] * 7 + [sheet_of(2, ansettelse=1)] * 6
    build_released(app, db, {"A": answers}, tree={"K": None, "A": "K"})
    with db.reading() as session:
        permanent = figure(session, "K", kind=FigureKind.BREAKDOWN, breakdown="ansettelse", category="fast")
        assert (permanent.n, permanent.mean) == (7, near(4))


def test_a_breakdown_with_one_small_category_is_hidden_whole(app: Flask, db: Database) -> None:
    answers = [sheet_of(4, ansettelse=0)] * 20 + [sheet_of(2, ansettelse=1)] * 3
    build_released(app, db, {"A": answers}, tree={"K": None, "A": "K"})
    with db.reading() as session:
        found = [
            figure(session, "K", kind=FigureKind.BREAKDOWN, breakdown="ansettelse", category=category)
            for category in ("fast", "midlertidig")
        ]
    assert [(f.status, f.reason, f.n) for f in found] == [
        (FigureStatus.HIDDEN, "protecting", None),
        (FigureStatus.HIDDEN, "small", None),
    ]


def is_shown(session: Session, unit: str, **wanted: Any) -> bool:
    return figure(session, unit, **wanted).status == FigureStatus.SHOWN


def category(session: Session, breakdown: str, name: str, **wanted: Any) -> Figure:
    return figure(session, "K", kind=FigureKind.BREAKDOWN, breakdown=breakdown, category=name, **wanted)


def test_a_breakdown_whose_unanswered_can_be_derived_is_shown_in_part_only(app: Flask, db: Database) -> None:
    """Three skipped the question: the whole minus both categories would be those three.

    So the smaller category is hidden: without it the rest are eleven.
    """
    answers = [sheet_of(4, ansettelse=0)] * 9 + [sheet_of(2, ansettelse=1)] * 8 + [sheet_of(1)] * 3
    build_released(app, db, {"A": answers}, tree={"K": None, "A": "K"})
    with db.reading() as session:
        permanent, temporary = (category(session, "ansettelse", name) for name in ("fast", "midlertidig"))
        assert (permanent.status, permanent.n) == (FigureStatus.SHOWN, 9)
        assert (temporary.status, temporary.reason, temporary.n) == (FigureStatus.HIDDEN, "protecting", None)


def test_a_category_minus_a_unit_may_not_give_a_few_away(app: Flask, db: Database) -> None:
    """All of A are permanent, and so are two in C: permanent minus A would be those two, and C minus temporary too."""
    answers = {
        "A": [sheet_of(4, ansettelse=0)] * 9,
        "C": [sheet_of(2, ansettelse=0)] * 2 + [sheet_of(2, ansettelse=1)] * 9,
    }
    build_released(app, db, answers)
    with db.reading() as session:
        permanent, temporary = (
            category(session, "ansettelse", name).status == FigureStatus.SHOWN
            for name in ("fast", "midlertidig")
        )
        assert is_shown(session, "K")
        assert not (permanent and is_shown(session, "A"))
        assert not (temporary and is_shown(session, "C"))
        assert permanent or temporary or (is_shown(session, "A") and is_shown(session, "C"))


def test_unit_types_are_shown_unless_they_give_a_hidden_unit_away(app: Flask, db: Database) -> None:
    """In 2027 school B has three: the schools minus school A, and the whole minus A and C, would be those three."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, {"K": None, "A": "K", "B": "K", "C": "K"})
        units["K"].type, units["A"].type, units["B"].type, units["C"].type = "", "skole", "skole", "barnehage"
    build_released(app, db, {"A": [sheet_of(3)] * 8, "B": [sheet_of(4)] * 6, "C": [sheet_of(2)] * 7})
    build_released(
        app, db, {"A": [sheet_of(3)] * 8, "B": [sheet_of(4)] * 3, "C": [sheet_of(2)] * 7}, "liten-2027"
    )
    with db.reading() as session:
        school = category(session, "unit_type", "skole")
        assert (school.n, school.mean) == (14, near((8 * 3 + 6 * 4) / 14))
        later = {
            name: category(session, "unit_type", name, key="liten-2027").status == FigureStatus.SHOWN
            for name in ("skole", "barnehage")
        }
        of_a = is_shown(session, "A", key="liten-2027")
        assert not is_shown(session, "B", key="liten-2027")
        assert not (of_a and later["skole"])
        assert not (of_a and later["barnehage"])
        assert of_a or later["skole"]


def test_a_change_is_welchs_and_is_called_clear_only_when_it_is(app: Flask, db: Database) -> None:
    """1–3 then 3–5 in A is clear. 3, 4 then 4, 3 in C is nothing."""
    low, high = ([sheet_of(value) for value in values] for values in ((1, 2, 3) * 4, (3, 4, 5) * 4))
    before = {"A": low, "C": [sheet_of(value) for value in (3, 4) * 5]}
    after = {"A": high, "C": [sheet_of(value) for value in (4, 3) * 5]}
    build_released(
        app, db, before, "liten-2024", opens_on=dt.date(2024, 3, 1), closes_on=dt.date(2024, 3, 20)
    )
    build_released(app, db, after)
    with db.reading() as session:
        rows = {
            (code, change.measure): change
            for change, code in session.execute(
                select(Change, Unit.code).join(Unit, Unit.id == Change.unit_id)
            )
        }
        clear, nothing = rows["A", "TRI"], rows["C", "TRI"]
        assert clear.verdict == Verdict.UP
        assert clear.difference == pytest.approx(2)
        # Both waves: variance 8/11, n 12, so the error is √(2·8/11/12) with 22 degrees of freedom.
        margin = 2.073873067904015 * (2 * 8 / 11 / 12) ** 0.5
        assert (clear.ci_low, clear.ci_high) == pytest.approx((2 - margin, 2 + margin), abs=1e-9)
        assert nothing.verdict == Verdict.NO_CLEAR_CHANGE
        assert nothing.difference == pytest.approx(0)


def test_a_change_is_measured_from_the_last_time_the_unit_was_shown(app: Flask, db: Database) -> None:
    years = {2022: 6, 2024: 3}
    for year, people in years.items():
        days: dict[str, Any] = {"opens_on": dt.date(year, 3, 1), "closes_on": dt.date(year, 3, 20)}
        answers = {"A": [sheet_of(1 + i % 3) for i in range(people)], "C": [sheet_of(3), sheet_of(4)] * 6}
        build_released(app, db, answers, f"liten-{year}", **days)
    build_released(
        app, db, {"A": [sheet_of(2 + i % 3) for i in range(6)], "C": [sheet_of(3), sheet_of(4)] * 6}
    )
    with db.reading() as session:
        since = dict(
            session.execute(
                select(Unit.code, Survey.key)
                .select_from(Change)
                .join(Unit, Unit.id == Change.unit_id)
                .join(Release, Release.id == Change.previous_release_id)
                .join(Survey, Survey.id == Release.survey_id)
                .join(Figure, Figure.release_id == Change.release_id)
                .where(Change.measure == "TRI")
                .distinct()
            ).all()
        )
    assert since["A"] == "liten-2022"
    assert since["K"] == "liten-2024"


def test_releasing_twice_gives_one_release_and_one_entry_in_the_trail(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": [sheet_of(3)] * 8})
    assert release(db, keys_of(app), KEY) == 1
    with db.reading() as session:
        assert find_survey(session, KEY).status == SurveyStatus.RELEASED
        assert len(session.scalars(select(Release)).all()) == 1
        trail = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "survey.released")).all()
    assert len(trail) == 1


def test_an_open_survey_is_not_released(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        open_survey(session, build_survey(session, build_units(session)["K"]), keys_of(app))
    with pytest.raises(SurveyError, match="lukket"):
        release(db, keys_of(app), KEY)
    with db.reading() as session:
        assert not session.scalars(select(Release)).all()


def test_a_survey_with_too_few_answers_in_all_shows_nothing(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": [sheet_of(3)] * 4})
    with db.reading() as session:
        assert set(session.scalars(select(Figure.status).where(Figure.measure == "TRI"))) <= {
            FigureStatus.HIDDEN,
            FigureStatus.NO_ANSWERS,
        }
