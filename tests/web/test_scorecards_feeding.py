"""Released figures become measurements with no other step, once, and never by changing what stood there."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import ReaderGroup, Survey
from surveys.platform.database import Database
from surveys.publishing.releasing import release
from surveys.release.models import Figure, FigureStatus, Turnout
from surveys.release.visibility import Access
from surveys.scorecards import whole_measures
from surveys.scorecards.card_plans import SetupError, TargetPlan
from surveys.scorecards.cards import Ambitions
from surveys.scorecards.feeding import feed, feed_everything
from surveys.scorecards.measuring import MeasurementError
from surveys.scorecards.models import Indicator, IndicatorKind, Measurement, MeasurementStatus
from surveys.scorecards.row_context import RowContext, interval_words
from surveys.scorecards.setup import build_card
from surveys.scorecards.whole_measures import OVERALL_MEAN, RESPONSE_RATE
from tests.building import (
    answer_some,
    build_installation,
    build_open_survey,
    build_survey,
    build_units,
    keys_of,
    sheet_of,
)
from tests.card_building import (
    JOY,
    codes_of,
    measure,
    plan_of,
    release_figures,
    sign_in_as,
    small_card,
    unit_of,
)
from tests.releasing import build_released

MEANS: dict[str, float | str] = {"K": 4.0, "A": 3.96, "B": "small"}


@pytest.fixture
def survey_id(db: Database) -> int:
    """A closed survey of K, A and B, and a card with nothing on it."""
    with db.transaction() as session:
        build_installation(session)
        survey = build_survey(session, build_units(session)["K"])
        build_card(session, small_card())
        return survey.id


def _current(session: Session, unit: str = "K") -> Measurement:
    return session.scalars(
        select(Measurement).where(Measurement.unit_id == unit_of(session, unit).id, Measurement.current)
    ).one()


def test_a_shown_figure_becomes_a_measurement_with_its_source(db: Database, survey_id: int) -> None:
    with db.transaction() as session:
        survey = session.get_one(Survey, survey_id)
        written = feed(session, release_figures(session, survey, MEANS))
        found = _current(session, "A")
        assert written == 3
        assert (found.status, found.value, found.n) == (MeasurementStatus.MEASURED, 3.96, 12)
        assert (found.year, found.part, found.measured_on) == (2026, 0, dt.date(2026, 3, 30))
        assert found.source == "Liten undersøkelse 2026"


def test_a_hidden_figure_becomes_a_hidden_measurement_with_the_same_reason(
    db: Database, survey_id: int
) -> None:
    with db.transaction() as session:
        feed(session, release_figures(session, session.get_one(Survey, survey_id), MEANS))
        found = _current(session, "B")
        assert (found.status, found.reason) == (MeasurementStatus.HIDDEN, "small")
        assert (found.value, found.n) == (None, None)


def test_feeding_again_changes_nothing(db: Database, survey_id: int) -> None:
    with db.transaction() as session:
        published = release_figures(session, session.get_one(Survey, survey_id), MEANS)
        feed(session, published)
        before = session.scalars(select(Measurement.id)).all()
        assert feed(session, published) == 0
        assert session.scalars(select(Measurement.id)).all() == before


def test_a_correction_takes_the_place_and_the_corrected_value_stays_in_the_books(
    db: Database, survey_id: int
) -> None:
    with db.transaction() as session:
        survey = session.get_one(Survey, survey_id)
        first = release_figures(session, survey, {"K": 4.0})
        feed(session, first)
        feed(session, release_figures(session, survey, {"K": 3.9}, number=2))
        assert _current(session).value == 3.9
        undone = session.scalars(select(Measurement).where(~Measurement.current)).one()
        assert undone.value == 4.0
        assert feed(session, first) == 0


def test_a_typed_value_gives_way_to_the_release_and_cannot_take_its_place(
    db: Database, survey_id: int
) -> None:
    with db.transaction() as session:
        measure(session, "M1.1", 2026, 4.8)
        feed(session, release_figures(session, session.get_one(Survey, survey_id), {"K": 4.0}))
        assert _current(session).value == 4.0
        with pytest.raises(MeasurementError, match="frigitt undersøkelse"):
            measure(session, "M1.1", 2026, 4.8)


def test_a_survey_that_closed_later_the_same_year_stays_current(db: Database, survey_id: int) -> None:
    with db.transaction() as session:
        autumn = build_survey(
            session,
            unit_of(session, "K"),
            "hosten-2026",
            opens_on=dt.date(2026, 9, 1),
            closes_on=dt.date(2026, 9, 14),
        )
        feed(session, release_figures(session, autumn, {"K": 4.4}))
        feed(session, release_figures(session, session.get_one(Survey, survey_id), {"K": 4.0}))
        assert _current(session).value == 4.4


def test_an_indicator_added_after_the_release_gets_its_history(db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        release_figures(session, build_survey(session, build_units(session)["K"]), MEANS)
        build_card(session, small_card())
        assert _current(session).value == 4.0
        assert feed_everything(session) == 0


def test_other_questionnaires_and_factors_feed_nothing(db: Database, survey_id: int) -> None:
    with db.transaction() as session:
        joy = session.scalars(select(Indicator).where(Indicator.code == "M1.1")).one()
        joy.measure = "ROL"
        assert feed(session, release_figures(session, session.get_one(Survey, survey_id), MEANS)) == 0


def test_releasing_a_survey_is_all_it_takes(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        build_card(session, small_card())
        for unit, count in (("A", 9), ("B", 3), ("K", 6)):
            answer_some(app, session, survey, unit, [sheet_of(3)] * count)
        close_survey(session, survey)
    release(db, keys_of(app), "liten-2026", today=dt.date(2026, 4, 1))
    with db.transaction() as session:
        figures = session.scalars(select(Figure).where(Figure.measure == "TRI", Figure.kind == "unit")).all()
        assert {figure.status for figure in figures} == {FigureStatus.SHOWN, FigureStatus.HIDDEN}
        for figure in figures:
            found = session.scalars(select(Measurement).where(Measurement.unit_id == figure.unit_id)).one()
            assert (found.value, found.n, found.reason) == (figure.mean, figure.n, figure.reason)


@pytest.mark.parametrize("role", [Role.LEADER, Role.HR, Role.POLITICIAN])
@pytest.mark.parametrize("reason", ["few", "waits"])
def test_a_newer_survey_takes_no_reader_the_value_she_had(
    app: Flask, db: Database, client: FlaskClient, role: Role, reason: str
) -> None:
    """From sealed sheets to the card: three answers in the newer survey, or a day that is not here yet."""
    waits = reason == "waits"
    everybody = dict.fromkeys(ReaderGroup, dt.date(2025, 5, 1))
    later = dict.fromkeys(ReaderGroup, dt.date(2026, 4, 1)) | (
        {ReaderGroup.LEADERS: dt.date(2099, 1, 1), ReaderGroup.POLITICIANS: dt.date(2099, 1, 1)}
        if waits
        else {}
    )
    before: dict[str, Any] = {
        "opens_on": dt.date(2025, 3, 3),
        "closes_on": dt.date(2025, 3, 21),
        "visibility": everybody,
    }
    answers = {"A": [sheet_of(4)] * 7 + [sheet_of(5)] * 3, "B": [sheet_of(4), sheet_of(5)] * 5}
    build_released(app, db, answers, "liten-2025", **before)
    with db.transaction() as session:
        build_card(session, small_card())
    newer = {"A": [sheet_of(1)] * (12 if waits else 3), "B": [sheet_of(2)] * (12 if waits else 0)}
    build_released(app, db, newer, "liten-2026", visibility=later)
    sign_in_as(client, db, role)
    page = client.get("/styringskort/K?ar=2026").text
    if waits and role == Role.HR:  # she sees the newer one already
        assert "fra 2025" not in page
        return
    assert all(words in page for words in ("4,4", "fra 2025", "Grønn"))
    assert ("1. januar 2099" if waits else "færre enn 5 har svart") in page


def test_a_card_is_set_up_once(db: Database, survey_id: int) -> None:
    with db.transaction() as session:
        again = build_card(session, small_card())
        assert [line.indicator.code for line in again.lines] == codes_of(small_card())
        assert len(session.scalars(select(Indicator)).all()) == len(again.lines)


def test_a_faulty_description_is_refused_with_every_fault(db: Database, survey_id: int) -> None:
    card = small_card()
    [goal] = card.perspectives[1].goals
    faulty = [
        replace(JOY, targets=[TargetPlan(3.5, 4.0)]),
        replace(JOY, code="M1.2", targets=[TargetPlan(4.0, 3.5), TargetPlan(4.2, 3.5)]),
        replace(JOY, code="X", measure=None),
        replace(JOY, code="X", kind=IndicatorKind.DEVELOPMENT),
    ]
    goal = replace(goal, success_factors=[replace(goal.success_factors[0], indicators=faulty)])
    perspectives = [replace(card.perspectives[1], goals=[goal])]
    with db.transaction() as session, pytest.raises(SetupError) as refused:
        build_card(session, replace(card, perspectives=perspectives))
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["X", "M1.1", "M1.2", "X", "X"]


def test_the_response_rate_and_the_whole_result_are_fed_and_hidden_with_what_would_tell_them(
    db: Database, survey_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_measures, "mean_keys", lambda _questionnaire: frozenset({"TRI", "NY"}))
    rate = replace(JOY, code="M1.7", title={"nb": "Svarprosent"}, measure=RESPONSE_RATE, targets=[])
    whole = replace(JOY, code="M1.8", title={"nb": "Hele"}, measure=OVERALL_MEAN, targets=[])
    with db.transaction() as session:
        build_card(session, replace(plan_of(rate, whole), key="hele", title={"nb": "Hele"}))
        published = release_figures(session, session.get_one(Survey, survey_id), MEANS)
        for code, mean in {"K": 3.0, "A": 3.0, "B": 3.0}.items():
            unit_id = unit_of(session, code).id
            shown = code != "B"
            session.add_all(
                [
                    Figure(
                        release=published,
                        unit_id=unit_id,
                        measure="NY",
                        status=FigureStatus.SHOWN,
                        n=10,
                        mean=mean,
                    ),
                    Turnout(release_id=published.id, unit_id=unit_id, invited=20, delivered=12, shown=shown),
                ]
            )
        session.flush()
        feed(session, published)
        found = {
            (each.indicator.code, unit): (each.status, each.value, each.n)
            for unit in ("K", "B")
            for each in session.scalars(
                select(Measurement).where(
                    Measurement.unit_id == unit_of(session, unit).id, Measurement.current
                )
            )
        }
        assert found["M1.7", "K"] == (MeasurementStatus.MEASURED, 60.0, 12)
        assert found["M1.8", "K"] == (MeasurementStatus.MEASURED, 3.5, 10)
        assert found["M1.7", "B"] == (MeasurementStatus.HIDDEN, None, None)
        assert found["M1.8", "B"] == (MeasurementStatus.HIDDEN, None, None)


def test_a_share_is_in_per_cent_where_the_indicator_is(db: Database, survey_id: int) -> None:
    """With its interval, on the card itself."""
    percent = replace(
        JOY, code="M1.7", title={"nb": "Bussen"}, measure="TRI:1", unit_of_measure="%", targets=[]
    )
    share = replace(percent, code="M1.8", unit_of_measure="andel")
    with db.transaction() as session:
        build_card(session, replace(plan_of(percent, share), key="andeler"))
        published = release_figures(session, session.get_one(Survey, survey_id), {"K": 0.4}, margin=0.1)
        for figure in session.scalars(select(Figure)):
            figure.measure = "TRI:1"
        session.flush()
        feed(session, published)
        values = {each.indicator.code: each.value for each in session.scalars(select(Measurement))}
        assert values == {"M1.7": pytest.approx(40.0), "M1.8": 0.4}
        setting = RowContext(
            2026,
            dt.date(2026, 12, 1),
            access={published.id: Access(now=True)},
            ambitions=Ambitions((), {}),
            changes={},
            intervals={(published.id, "TRI:1"): (0.3, 0.5)},
        )
        words = [
            interval_words(measured.indicator, measured, setting).replace("\N{NO-BREAK SPACE}", " ")
            for measured in session.scalars(select(Measurement).order_by(Measurement.id))
        ]
        assert words == ["mellom 30,0 % og 50,0 %", "mellom 0,3 andel og 0,5 andel"]
