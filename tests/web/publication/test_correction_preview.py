"""Before a correction is made HR sees what it does: the correction itself, made and undone."""

import re
from collections.abc import Mapping

import lxml.html
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.suppression import PRIMARY, SECONDARY
from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey
from surveys.operating.tables import metadata
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.correcting import (
    Correction,
    CorrectionNotAgreedError,
    correct_release,
    preview_correction,
)
from surveys.publishing.releasing import ReleaseRefusedError
from surveys.publishing.releasing import correct as correct_figures
from surveys.release.models import Figure, FigureKind, Release
from surveys.scorecards.setup import build_card
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import JOY, plan_of, sign_in_as
from tests.publishing import (
    HOMES,
    answers_of,
    confirm_correction,
    correct,
    see_correction,
    some_answers,
    stored,
)
from tests.releasing import KEY, Answers, build_released

WHY = "Team A2 sto feil."
Shown = dict[tuple[int, str, str, str], int]

SPREAD = answers_of(A1=8, A2=9, B3=12, C=9)


def _build_released(app: Flask, db: Database) -> None:
    build_released(app, db, SPREAD, tree=HOMES)


@pytest.fixture
def released(app: Flask, db: Database, hr: FlaskClient) -> Database:
    build_once(app, db, _build_released)
    sign_in_as(hr, db, Role.HR)
    return db


def move(db: Database, unit: str, parent: str, name: str = "") -> None:
    """In the organisation, after the release."""
    with db.transaction() as session:
        units = {one.code: one for one in session.scalars(select(Unit))}
        units[unit].parent = units[parent]
        units[unit].name = name or units[unit].name


def rows(db: Database) -> dict[str, list[str]]:
    """Everything in the database."""
    with db.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in metadata.sorted_tables
        }


def shown(db: Database, number: int) -> Shown:
    """Every shown figure of units and categories → how many answered."""
    with db.reading() as session:
        found = session.execute(
            select(Figure.unit_id, Figure.breakdown, Figure.category, Figure.measure, Figure.n)
            .join(Release)
            .where(Release.number == number, Figure.kind != FigureKind.REST, Figure.n.is_not(None))
        )
        return {
            (unit, breakdown, category, measure): n or 0 for unit, breakdown, category, measure, n in found
        }


def names(db: Database, cells: set[tuple[int, str, str, str]]) -> set[str]:
    with db.reading() as session:
        known = {unit.unit_id: unit.name for unit in find_survey(session, KEY).units}
    return {known[unit] for unit, breakdown, *_ in cells if not breakdown}


@pytest.mark.parametrize(("seed", "raised"), [(0, None), (1, 8), (2, 6), (3, None), (4, 10)])
def test_the_preview_says_exactly_what_the_correction_then_does(
    app: Flask, db: Database, seed: int, raised: int | None
) -> None:
    build_released(app, db, some_answers(seed), tree=HOMES)
    move(db, "A2", "B")
    move(db, "B3", "A")
    wanted = Correction(WHY, as_now=True, minimum_group=raised)
    preview = preview_correction(db, KEY, wanted)
    assert correct_release(db, KEY, wanted, agreed=preview.digest) == 2
    before, after = shown(db, 1), shown(db, 2)
    assert {unit.name for unit in preview.hidden} == names(db, before.keys() - after.keys())
    assert set(preview.shown) == names(db, after.keys() - before.keys())
    assert preview.figures_hidden == len(before.keys() - after.keys())
    assert preview.figures_shown == len(after.keys() - before.keys())
    told_anew = {cell for cell in before.keys() & after.keys() if before[cell] != after[cell]}
    assert names(db, told_anew) <= set(preview.recounted)
    assert names(db, before.keys() & after.keys()) - {"Enhet A", "Enhet B"} == names(
        db, before.keys() & after.keys()
    ) - set(preview.recounted)
    assert {moved.name for moved in preview.moved} == {"Enhet A2", "Enhet B3"}


def test_the_preview_writes_nothing(released: Database) -> None:
    move(released, "A2", "B")
    before = rows(released)
    preview_correction(released, KEY, Correction(WHY, as_now=True, minimum_group=10))
    assert rows(released) == before


@pytest.mark.parametrize("seed", range(4))
def test_the_preview_is_the_same_whatever_was_answered(app: Flask, db: Database, seed: int) -> None:
    """So that no number of previews tells what anybody answered: A3 and A4 are four each, and are moved."""
    sizes = {"A": 15, "A1": 7, "A3": 4, "A4": 4, "B": 30, "B3": 12, "C": 14}
    build_released(app, db, _random_answers(seed, sizes), tree=HOMES)
    move(db, "A3", "B")
    move(db, "A4", "B")
    found = preview_correction(db, KEY, Correction(WHY, as_now=True, minimum_group=8))
    assert {unit.name: unit.reason for unit in found.hidden} == {
        "Enhet A1": PRIMARY,
    }
    assert (found.shown, found.recounted) == ((), ("Enhet A", "Enhet B"))
    assert (found.figures_hidden, found.figures_shown, found.figures_recounted) == (2, 0, 4)
    assert not found.other_digits


def _random_answers(seed: int, sizes: Mapping[str, int]) -> Answers:
    chance = np.random.default_rng(seed)

    def sheet() -> dict[str, int]:
        items = ("TRI01", "TRI02", "TRI03")
        return sheet_of(int(chance.integers(1, 6)), **{item: int(chance.integers(1, 6)) for item in items})

    return {unit: [sheet() for _person in range(people)] for unit, people in sizes.items()}


def test_two_corrections_that_are_each_safe_would_together_tell_of_four_people(
    app: Flask, db: Database
) -> None:
    """Why no preview has a figure. Seven moved, or eleven: each is safe beside what is out, not beside the other."""
    build_released(app, db, answers_of(A=15, A2=4, A3=3, A4=4, B=20), tree=HOMES)
    assert [_people_of_a(db, "A2", "A3"), _people_of_a(db, "A2", "A3", "A4")] == [19, 15]


def _people_of_a(db: Database, *moved: str) -> int | None:
    """How many the figure of A that would be published covers."""

    def change(session: Session, survey: Survey) -> None:
        placed = {unit.unit.code: unit for unit in survey.units}
        for code in moved:
            placed[code].parent_id = placed["B"].unit_id
        session.flush()

    seen: list[int | None] = []

    def look(session: Session, survey: Survey, number: int) -> None:
        found = select(Figure.n).join(Release).join(Unit, Unit.id == Figure.unit_id)
        seen.append(
            session.scalar(
                found.where(
                    Release.number == number,
                    Unit.code == "A",
                    Figure.kind == FigureKind.UNIT,
                    Figure.measure == "TRI",
                )
            )
        )
        raise KeyError

    with pytest.raises(KeyError):
        correct_figures(db, KEY, WHY, change=change, agree=look)
    return seen[0]


class TestThePage:
    def test_it_says_what_is_moved_recounted_and_hidden_and_has_no_figure(
        self, released: Database, hr: FlaskClient
    ) -> None:
        move(released, "A2", "B", "Nytt navn")
        status, page = see_correction(hr, why=WHY, as_now="y", minimum_group=9)
        assert status == 200
        assert "Enhet A2: skal hete Nytt navn. fra Enhet A til Enhet B." in text_of(page)
        assert under(page, "Får nye tall, fordi andre svar teller med") == ["Enhet B"]
        assert WHY in page
        assert not re.search(r"\d,\d", text_of(page)), "a figure is shown"
        assert stored(released)["release"] == 1

    def test_a_unit_that_others_answers_are_moved_to_is_not_counted_by_trying_one_minimum_after_the_other(
        self, app: Flask, db: Database
    ) -> None:
        """A has 8 and gets 3. Were it «small» from 12 on only, there would be three of them."""
        build_released(app, db, answers_of(A1=8, B1=3, B3=12, C=9), tree=HOMES)
        move(db, "B1", "A")
        reasons = {
            unit.reason
            for least in (10, 11, 12)
            for unit in preview_correction(db, KEY, Correction(WHY, as_now=True, minimum_group=least)).hidden
            if unit.name == "Enhet A"
        }
        assert reasons == {SECONDARY}

    def test_new_names_alone_change_no_figure_and_can_be_corrected(
        self, released: Database, hr: FlaskClient
    ) -> None:
        move(released, "A2", "A", "Nytt navn")
        _status, page = see_correction(hr, why="Feil navn.", as_now="y")
        assert "Rettelsen endrer ingen tall." in page
        assert confirm_correction(hr, page)[0] == 302
        with released.reading() as session:
            assert "Nytt navn" in {unit.name for unit in find_survey(session, KEY).units}

    def test_the_cards_that_get_values_are_named(self, released: Database, hr: FlaskClient) -> None:
        move(released, "A2", "B")
        assert (
            "Ingen styringskort henter tall fra undersøkelsen." in see_correction(hr, why=WHY, as_now="y")[1]
        )
        with released.transaction() as session:
            build_card(session, plan_of(JOY))
        page = see_correction(hr, why=WHY, as_now="y")[1]
        assert under(page, "Styringskort") == ["Styringskort (11 verdier)"]

    def test_a_correction_that_the_audit_refuses_is_refused_in_the_same_words_before_it_is_confirmed(
        self, released: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_arguments: object) -> None:
            raise ReleaseRefusedError(["TRI: fire personer kan regnes ut"])

        move(released, "A2", "B")
        _status, seen = see_correction(hr, why=WHY, as_now="y")
        monkeypatch.setattr("surveys.publishing.releasing._refuse_breaches", refuse)
        refused = [see_correction(hr, why=WHY, as_now="y"), confirm_correction(hr, seen)]
        said = [text_of(page).partition("Tallene er ikke frigitt")[2][:300] for _status, page in refused]
        assert [status for status, _page in refused] == [409, 409]
        assert said[0] == said[1] != ""
        assert all("Team A2 sto feil.</textarea>" in page for _status, page in refused)

    def test_change_goes_back_with_what_was_typed(self, released: Database, hr: FlaskClient) -> None:
        move(released, "A2", "B")
        _status, page = see_correction(hr, why=WHY, as_now="y", minimum_group=7)
        status, form = confirm_correction(hr, page, change="y")
        assert status == 200
        assert f"{WHY}</textarea>" in form
        found = lxml.html.fromstring(form)
        assert found.xpath("//input[@id='as_now']/@checked")
        assert found.xpath("//input[@id='minimum_group']/@value") == ["7"]
        assert stored(released)["release"] == 1


class TestMovedOn:
    """What is confirmed is what was shown, or it is not made."""

    def test_when_the_organisation_has_changed_the_new_preview_is_shown(
        self, released: Database, hr: FlaskClient
    ) -> None:
        move(released, "A2", "B")
        _status, page = see_correction(hr, why=WHY, as_now="y")
        move(released, "C", "B")
        status, page = confirm_correction(hr, page)
        assert status == 409
        assert "Rettelsen er ikke gjort, for noe er endret siden du så hva den gjør." in page
        assert "Enhet C: fra Enhet K til Enhet B." in text_of(page)
        assert stored(released)["release"] == 1
        assert confirm_correction(hr, page)[0] == 302
        assert stored(released)["release"] == 2

    def test_when_somebody_else_has_corrected_it_meanwhile(self, released: Database, hr: FlaskClient) -> None:
        move(released, "A2", "B")
        _status, page = see_correction(hr, why=WHY, as_now="y", minimum_group=9)
        assert correct(hr, why="Enhet A2 sto feil, sier en annen.", as_now="y")[0] == 302
        status, page = confirm_correction(hr, page)
        assert (status, "Rettelsen er ikke gjort" in page) == (409, True)
        assert stored(released)["release"] == 2

    def test_when_a_card_asks_for_its_values_meanwhile(self, released: Database) -> None:
        move(released, "A2", "B")
        wanted = Correction(WHY, as_now=True, minimum_group=None)
        agreed = preview_correction(released, KEY, wanted).digest
        with released.transaction() as session:
            build_card(session, plan_of(JOY))
        with pytest.raises(CorrectionNotAgreedError) as refused:
            correct_release(released, KEY, wanted, agreed=agreed)
        assert [card.values for card in refused.value.preview.cards] == [11]
        assert stored(released)["release"] == 1


def text_of(page: str) -> str:
    return " ".join(lxml.html.fromstring(page).xpath("//main")[0].text_content().split())


def under(page: str, heading: str) -> list[str]:
    """The list right after a heading."""
    found = lxml.html.fromstring(page).xpath(
        f"//main//*[self::h2 or self::h3][.='{heading}']/following::ul[1]/li"
    )
    return [" ".join(item.text_content().split()) for item in found]
