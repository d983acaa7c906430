"""Somebody who hands out codes fills a small unit with answers of her own, and takes them from the figures.

She knows every answer that was given with a loose code or by the public link. What is left of a figure when she has
taken them away must still be of the minimum group.
"""

import pytest
from flask import Flask
from sqlalchemy import select

from analysis.suppression import SECONDARY
from questionnaires.answers import asked_keys
from questionnaires.coding import encode
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import SurveyError, close_survey, find_survey
from surveys.campaigns.models import SurveyUnit
from surveys.hr.paper.sheets import loose_codes
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.release.models import Figure, FigureKind, FigureStatus
from surveys.respond.ballots import Sheet, deliver
from tests.building import answer_some, build_open_survey, invite_some, keys_of, sheet_of, trust_of

KEY = "liten-2026"
HERS = 3


def _answer_loose(
    app: Flask, db: Database, unit_code: str, number: int, *, started: bool = False, blank: str = "-"
) -> None:
    """What the attacker does with codes of her own: 3 on everything, so that she knows what to take away.

    blank: how the keys of the items begin that she leaves blank.
    """
    with app.app_context(), db.transaction() as session:
        survey = find_survey(session, KEY)
        unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()
        questionnaire = questionnaire_of(survey.instrument)
        wanted = [Recipient(unit.id, loose=not started, self_started=started) for _each in range(number)]
        made = invite(session, survey, wanted, app.config["SECRETS"].codes)
        sheet = {key: value for key, value in sheet_of(HERS).items() if not key.startswith(blank)}
        answers = encode(questionnaire, sheet, asked_keys(questionnaire, "staff"))
        for invitation in made:
            assert deliver(session, invitation, Sheet(unit.id, answers, {}), trust_of(app, survey))


def _answer(app: Flask, db: Database, unit_code: str, values: list[int]) -> None:
    with db.transaction() as session:
        answer_some(app, session, find_survey(session, KEY), unit_code, [sheet_of(value) for value in values])


def _shown(app: Flask, db: Database) -> dict[str, set[int]]:
    """Unit code → how many answered, of every figure that is shown of it, rests included."""
    with db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    count(db, keys_of(app), KEY)
    release(db, keys_of(app), KEY)
    with db.reading() as session:
        rows = session.execute(
            select(Unit.code, Figure.kind, Figure.n)
            .join(Figure, Figure.unit_id == Unit.id)
            .where(Figure.status == FigureStatus.SHOWN, Figure.kind != FigureKind.BREAKDOWN)
        ).all()
    found: dict[str, set[int]] = {}
    for code, kind, n in rows:
        found.setdefault(code if kind == FigureKind.UNIT else f"rest of {code}", set()).add(n or 0)
    return found


@pytest.fixture
def opened(app: Flask, db: Database) -> Database:
    with db.transaction() as session:
        build_open_survey(app, session)
    return db


@pytest.mark.parametrize("started", [False, True], ids=["loose codes", "public link"])
def test_two_peoples_answers_cannot_be_had_by_filling_up_their_unit(
    app: Flask, opened: Database, started: bool
) -> None:
    _answer(app, opened, "A", [1, 5])
    _answer(app, opened, "B", [4, 3, 4, 5, 4, 3])
    _answer_loose(app, opened, "A", 5, started=started)
    shown = _shown(app, opened)
    assert "A" not in shown, "n = 7, of which she knows five"
    assert not {"B", "K"} <= shown.keys(), "nor as the whole without B"
    assert not any(name.startswith("rest") for name in shown)
    with opened.reading() as session:
        reasons = session.scalars(
            select(Figure.reason).join(Unit, Figure.unit_id == Unit.id).where(Unit.code == "A")
        ).all()
    assert {reason for reason in reasons if reason} == {SECONDARY}, (
        "seven have answered: «færre enn 5 har svart» would be untrue"
    )


def test_leaving_items_blank_does_not_take_the_protection_away(app: Flask, opened: Database) -> None:
    """Two of her five sheets have nothing on TRI: with the two named, five answered it."""
    _answer(app, opened, "A", [1, 5])
    _answer_loose(app, opened, "A", 3)
    _answer_loose(app, opened, "A", 2, blank="TRI")
    assert _shown(app, opened) == {}


def test_a_unit_with_the_minimum_group_of_named_answers_is_shown_with_all_of_them(
    app: Flask, opened: Database
) -> None:
    _answer(app, opened, "A", [1, 5, 3, 4, 2])
    _answer(app, opened, "B", [4, 3, 4, 5, 4, 3])
    _answer_loose(app, opened, "A", 2)
    shown = _shown(app, opened)
    assert shown["A"] == {7}
    assert shown["B"] == {6}
    with opened.reading() as session:
        units = session.execute(
            select(Unit.code, SurveyUnit.without_name).join(Unit, Unit.id == SurveyUnit.unit_id)
        ).all()
    assert {unit.code: unit.without_name for unit in units} == {"K": 0, "A": 2, "B": 0}


def test_left_over_cards_of_a_unit_without_named_answers_show_nobody(app: Flask, opened: Database) -> None:
    """One colleague used a card; the leader used the four that were left."""
    _answer(app, opened, "B", [4, 3, 4, 5, 4, 3])
    _answer_loose(app, opened, "A", 5)
    shown = _shown(app, opened)
    assert "A" not in shown
    assert not {"B", "K"} <= shown.keys(), "the whole without B is A"
    assert shown


def test_a_survey_that_invites_nobody_by_name_is_shown_as_before(app: Flask, opened: Database) -> None:
    _answer_loose(app, opened, "A", 7)
    _answer_loose(app, opened, "B", 8)
    assert _shown(app, opened)["A"] == {7}


def test_no_loose_codes_are_made_beside_a_few_named_invitations(app: Flask, opened: Database) -> None:
    secret = app.config["SECRETS"].codes
    with app.app_context(), opened.transaction() as session:
        survey = find_survey(session, KEY)
        units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        loose_codes(session, survey, Recipient(units["A"]), 2, "first", secret)
        invite_some(app, session, survey, "A", 3)
        with pytest.raises(SurveyError, match="invitert ved navn"):
            loose_codes(session, survey, Recipient(units["A"]), 5, "second", secret)
        invite_some(app, session, survey, "A", 2)
        assert len(loose_codes(session, survey, Recipient(units["A"]), 5, "third", secret)) == 5
