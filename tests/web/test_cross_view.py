"""The page «På tvers»: opplevd beside målt year by year, and what may be said of two numbers over the units."""

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.models import ReaderGroup
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.card_plans import CardPlan, SetupError
from surveys.scorecards.card_setup import CardEdition
from surveys.scorecards.cross_view.pair_plans import PairPlan
from surveys.scorecards.cross_view.unit_comovement import Togetherness, UnitPoint, judged
from surveys.scorecards.cross_view.unit_values import shared_periods
from surveys.scorecards.feeding import feed
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.standing_plan import plan_of_card
from surveys.scorecards.setup import build_card, set_up_card
from tests.building import build_installation, build_survey, build_units
from tests.card_building import (
    BUDGET,
    JOY,
    PART_TIME,
    SICK_LEAVE,
    measure,
    plan_of,
    release_figures,
    sign_in_as,
)
from tests.card_drafting import begin, card_site, node, outline, press, write_indicator

PAIR = PairPlan("M1.1", "M1.2")
WORKPLACES = [f"A{number}" for number in range(1, 13)]
JOYS = [3.1, 3.4, 3.3, 3.9, 3.6, 4.2, 4.0, 4.4, 3.8, 4.6, 4.1, 4.5]
ABSENCES = [11.2, 9.8, 10.9, 8.1, 9.9, 7.0, 8.4, 6.1, 7.2, 5.0, 8.8, 6.6]


def _card(*pairs: PairPlan) -> CardPlan:
    plan = plan_of(JOY, SICK_LEAVE, BUDGET, PART_TIME)
    return CardPlan(plan.key, plan.title, plan.unit, plan.perspectives, pairs=pairs)


def _municipality(session: Session, leaders_from: dt.date) -> None:
    """K over A, with twelve workplaces that have both values, and so has A itself."""
    build_installation(session)
    units = build_units(session, {"K": None, "A": "K", **dict.fromkeys(WORKPLACES, "A")})
    build_card(session, _card(PAIR))
    survey = build_survey(session, units["K"], visibility={ReaderGroup.LEADERS: leaders_from})
    means: dict[str, float | str] = {"A": 3.0, **dict(zip(WORKPLACES, JOYS, strict=True))}
    feed(session, release_figures(session, survey, means))
    for code, value in zip(["A", *WORKPLACES], [20.0, *ABSENCES], strict=True):
        measure(session, "M1.2", 2026, value, part=1, unit=code)


def test_units_numbers_that_go_opposite_ways_are_told_without_a_cause(
    db: Database, client: FlaskClient
) -> None:
    with db.transaction() as session:
        _municipality(session, dt.date(2026, 4, 1))
    sign_in_as(client, db, Role.HR)
    page = client.get("/styringskort/A1/pa-tvers").text
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Trivsel og sykefravær går hver sin vei" in words
    assert "Det betyr ikke at det ene fører til det andre." in words
    # Without A, whose people are those of its workplaces.
    r = np.corrcoef(JOYS, ABSENCES)[0, 1]
    assert "12 enheter. " + f"r = −{-r:.2f}".replace(".", ",") in words
    assert page.count("scatter-dot") == 12
    # The reader's own choice: nobody has a budget, and that is said.
    by_code = {code: id_ for id_, code in re.findall(r'<option value="(\d+)"[^>]*>(\S+) ', page)}
    other = client.get(f"/styringskort/A1/pa-tvers?ene={by_code['M1.1']}&andre={by_code['Ø1.1']}").text
    assert "Ingen enhet du kan se, har begge tallene" in other


@pytest.mark.parametrize(
    ("role", "unit", "opens", "said"),
    [
        # Her survey is not open to her yet: its values count for nothing.
        (Role.LEADER, "A", dt.date(2999, 1, 1), "Ingen enhet du kan se, har begge tallene"),
        (Role.LEADER, "A", dt.date(2026, 4, 1), "går hver sin vei"),
        # A leader of one workplace sees one.
        (Role.LEADER, "A1", dt.date(2026, 4, 1), "Du kan se begge tallene for 1 enhet. Det trengs minst 10"),
    ],
)
def test_what_is_said_of_units_is_of_what_the_reader_may_see(
    db: Database, client: FlaskClient, role: Role, unit: str, opens: dt.date, said: str
) -> None:
    with db.transaction() as session:
        _municipality(session, opens)
    sign_in_as(client, db, role, unit)
    page = client.get("/styringskort/A1/pa-tvers").text
    assert said in page
    assert (">3,1<" in page) == (opens.year == 2026)
    assert client.get("/styringskort/K/pa-tvers").status_code == 403


def test_a_hidden_value_is_hidden_on_the_page_too_and_says_why(db: Database, client: FlaskClient) -> None:
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, {"K": None, "A": "K"})
        build_card(session, _card())
        feed(session, release_figures(session, build_survey(session, units["K"]), {"K": 3.9, "A": "few"}))
        measure(session, "M1.2", 2026, 7.5, part=1, unit="A")
    sign_in_as(client, db, Role.HR)
    page = client.get("/styringskort/A/pa-tvers").text
    assert ">Skjult<" in page
    assert re.search(r"<li>M1.1 Trivsel, 2026: \S", page)
    assert "3,9" not in page
    assert "Ingen har valgt hva som skal leses sammen" in page
    assert "Trivsel og Sykefravær" in page
    assert "Bare 2026 har verdier så langt" in page


def test_a_card_without_a_survey_or_without_values_says_so(db: Database, client: FlaskClient) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K"})
    sign_in_as(client, db, Role.HR)
    assert "Enheten har ikke noe styringskort ennå." in client.get("/styringskort/A/pa-tvers").text
    with db.transaction() as session:
        build_card(session, plan_of(SICK_LEAVE, BUDGET))
    page = client.get("/styringskort/A/pa-tvers").text
    assert "Ingen av indikatorene på kortet kommer fra svarene" in page
    assert "Kortet har ingen verdier du kan se ennå." in page
    assert "Velg to ulike tall for å se om de følges ad." in page


def _points(one: Sequence[float], other: Sequence[float]) -> tuple[UnitPoint, ...]:
    return tuple(UnitPoint(str(index), "", a, b) for index, (a, b) in enumerate(zip(one, other, strict=True)))


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (JOYS, ABSENCES, Togetherness.OPPOSITE),
        (JOYS, [-each for each in ABSENCES], Togetherness.TOGETHER),
        (JOYS[:9], ABSENCES[:9], Togetherness.FEW),
        (JOYS, ABSENCES[6:] + ABSENCES[:6][::-1], Togetherness.UNSURE),
        (JOYS, [7.0] * 12, Togetherness.NO_DIFFERENCE),
        (JOYS, JOYS, Togetherness.ONE_NUMBER),
    ],
)
def test_the_verdict_is_of_the_interval_and_the_number_of_units(
    one: Sequence[float], other: Sequence[float], verdict: Togetherness
) -> None:
    found = judged(_points(one, other), ((2026, 0), (2026, 1)))
    assert found.verdict is verdict
    assert (found.r is not None) == (verdict.value in {"together", "opposite", "unsure"})


def test_numbers_are_of_the_same_period() -> None:
    tertials = [(2025, 3), (2026, 1), (2026, 2)]
    assert list(shared_periods([(2024, 0), (2026, 0)], tertials)) == [
        ((2026, 0), (2026, 2)), ((2026, 0), (2026, 1)),
    ]  # fmt: skip
    assert list(shared_periods(tertials, [(2025, 2), (2026, 1)])) == [((2026, 1), (2026, 1))]


def test_pairs_are_chosen_with_buttons_and_go_with_their_indicators(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    card_site(app, db, client)
    card = begin(client, "molde")
    measured = node(db, card, "M1.1").id
    answered = next(each for each in outline(db, card).indicators() if each.id != measured)
    write_indicator(client, card, answered.id, {"mates": "medarbeider ML", "periode": "year"})
    press(client, card, "legg-til-par", opplevd=str(answered.id), malt=str(measured))
    # The same again, and one that is not there, change nothing.
    press(client, card, "legg-til-par", opplevd=str(answered.id), malt=str(measured))
    press(client, card, "legg-til-par", opplevd="999", malt=str(measured))
    (pair,) = outline(db, card).pairs
    assert (pair.experienced, pair.measured) == (answered.id, measured)
    assert f'value="fjern-par:{pair.id}"' in client.get(f"/kortoppsett/{card}").text
    assert f"experienced: {answered.code}" in client.get(f"/kortoppsett/{card}/fil").text
    press(client, card, f"fjern-par:{pair.id}")
    assert outline(db, card).pairs == ()
    press(client, card, "legg-til-par", opplevd=str(measured), malt=str(answered.id))
    assert "M1.1 kommer ikke fra svarene i en undersøkelse" in client.get(f"/kortoppsett/{card}").text
    press(client, card, f"fjern:{answered.id}")
    assert outline(db, card).pairs == ()


def test_a_cards_pairs_are_in_its_file_and_change_with_an_edition(db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None})
        build_card(session, _card(PAIR))
        card = session.scalars(select(Scorecard)).one()
        assert list(plan_of_card(session, card).pairs) == [PAIR]
        # A file that says nothing of pairs leaves them.
        assert set_up_card(session, _card()).changes == []
        year = municipal_day().year
        gone = set_up_card(session, _card(PairPlan("M1.1", "Ø1.1")), CardEdition(year, year))
        assert gone.changes[-2:] == [
            "Leses sammen: M1.1 og Ø1.1", "Leses ikke lenger sammen: M1.1 og M1.2",
        ]  # fmt: skip
        with pytest.raises(SetupError, match=r"X9 er ikke på kortet"):
            set_up_card(session, _card(PairPlan("M1.1", "X9")))
