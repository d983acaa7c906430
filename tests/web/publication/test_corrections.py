"""A release is corrected in the open: a new release with a reason, and the old figures as they were."""

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import ReleaseRefusedError
from surveys.release.auditing import audit_survey
from surveys.release.models import Figure, Release
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.publishing import (
    HOMES,
    PAGE,
    SMALL_TEAMS,
    answers_of,
    confirm_correction,
    correct,
    see_correction,
    stored,
)
from tests.releasing import KEY, build_counted, build_released


def _build_released(app: Flask, db: Database) -> None:
    build_released(app, db, answers_of(A1=8, A2=9, B3=12, C=9), tree=HOMES)


def listed_under(page: str, heading: str) -> list[str]:
    """The list right after a heading."""
    found = lxml.html.fromstring(page).xpath(
        f"//main//*[self::h2 or self::h3][.='{heading}']/following::ul[1]/li"
    )
    return [" ".join(item.text_content().split()) for item in found]


ASKED_FOR = "Etter ønske fra de ansatte."


class TestCorrections:
    @pytest.fixture
    def released(self, app: Flask, db: Database, hr: FlaskClient) -> Database:
        build_once(app, db, _build_released)
        sign_in_as(hr, db, Role.HR)
        return db

    def move(self, db: Database, unit: str, parent: str) -> None:
        """In the organisation, after the release."""
        with db.transaction() as session:
            units = {one.code: one for one in session.scalars(select(Unit))}
            units[unit].parent = units[parent]
            units[unit].name = "Nytt navn"

    def test_units_that_stood_wrong_are_mended_and_every_reader_sees_why(
        self, released: Database, hr: FlaskClient
    ) -> None:
        self.move(released, "A2", "B")
        assert "fra Enhet A til Enhet B." in hr.get(PAGE).text
        status, page = correct(hr, why="Team A2 sto feil.", as_now="y")
        assert status == 302
        assert "Rettelse: Team A2 sto feil." in page
        assert "Team A2 sto feil." in hr.get(f"/resultater/{KEY}/K").text
        with released.reading() as session:
            survey = find_survey(session, KEY)
            assert [unit.name for unit in survey.units if unit.unit.code == "A2"] == ["Nytt navn"]
            assert audit_survey(session, survey).findings == ()

    def test_confirming_twice_corrects_once(self, released: Database, hr: FlaskClient) -> None:
        self.move(released, "A2", "B")
        _status, page = see_correction(hr, why="Team A2 sto feil.", as_now="y")
        for _press in range(2):
            status, after = confirm_correction(hr, page)
            assert (status, "Tallene er rettet." in after) == (302, True)
        assert stored(released)["release"] == 2

    def test_a_correction_without_a_reason_is_not_made(self, released: Database, hr: FlaskClient) -> None:
        status, page = correct(hr, why=" ")
        assert status == 422
        assert "Skriv hvorfor tallene rettes." in page
        assert stored(released)["release"] == 1

    def test_what_was_typed_is_kept_when_there_is_nothing_to_correct(
        self, released: Database, hr: FlaskClient
    ) -> None:
        status, page = correct(hr, why="Jeg tror noe er feil.")
        assert status == 409
        assert "Ingenting ville blitt annerledes" in page
        assert "Jeg tror noe er feil.</textarea>" in page
        assert stored(released)["release"] == 1

    def test_the_minimum_group_is_never_lowered_and_nothing_else_changes_then(
        self, released: Database, hr: FlaskClient
    ) -> None:
        self.move(released, "A2", "B")
        status, page = correct(hr, why="Vi vil vise mer.", as_now="y", minimum_group=3)
        assert status == 409
        assert "de som svarte, ble lovet det" in page
        with released.reading() as session:
            survey = find_survey(session, KEY)
            assert survey.minimum_group == 5
            assert "Nytt navn" not in {unit.name for unit in survey.units}

    def test_a_raised_minimum_that_hides_nothing_is_kept_and_promised(
        self, released: Database, hr: FlaskClient
    ) -> None:
        status, page = see_correction(hr, why="Etter ønske fra de ansatte.", minimum_group=6)
        assert status == 200
        assert "Minste gruppe heves fra 5 til 6." in page
        assert "Rettelsen endrer ingen tall." in page
        assert confirm_correction(hr, page)[0] == 302
        assert "Grupper med færre enn 6 svar vises aldri." in hr.get(f"/resultater/{KEY}/K").text
        with released.reading() as session:
            survey = find_survey(session, KEY)
            assert survey.minimum_group == 6
            assert audit_survey(session, survey).findings == ()

    def test_the_minimum_group_can_be_raised_and_nothing_about_fewer_stands_any_more(
        self, released: Database, hr: FlaskClient
    ) -> None:
        assert "9 svar" in hr.get(f"/resultater/{KEY}/A2").text
        status, page = correct(hr, minimum_group=10, why=ASKED_FOR)
        assert status == 302
        assert "minste gruppe 10." in page
        assert "9 svar" not in hr.get(f"/resultater/{KEY}/A2").text
        with released.reading() as session:
            shown = session.scalars(
                select(Figure.n).join(Release).where(Release.number == 2, Figure.n.is_not(None))
            )
            assert min(n for n in shown if n) >= 10

    def test_hr_sees_what_a_mistyped_minimum_hides_before_it_is_made_for_it_cannot_be_lowered_again(
        self, released: Database, hr: FlaskClient
    ) -> None:
        status, page = see_correction(hr, minimum_group=10, why=ASKED_FOR)
        assert status == 200
        assert "Minste gruppe heves fra 5 til 10. Den kan ikke senkes igjen." in page
        assert listed_under(page, "Færre enn 10 har svart") == ["Enhet A1", "Enhet A2", "Enhet C"]
        assert listed_under(page, "Tallet kan ellers røpe svarene til en liten gruppe") == ["Enhet A"]
        assert "4 av de 7 enhetene som vises nå, får tall skjult." in page
        assert stored(released)["release"] == 1
        status, page = confirm_correction(hr, page, minimum_group=11)
        assert (status, "heves fra 5 til 11" in page) == (409, True), "another number is another correction"
        assert stored(released)["release"] == 1

    def test_a_minimum_above_every_group_is_refused_and_not_asked_about(
        self, released: Database, hr: FlaskClient
    ) -> None:
        status, page = correct(hr, minimum_group=80, why=ASKED_FOR)
        assert status == 422
        assert "Da ville ingen tall vært vist. Minste gruppe kan være høyst 38." in page
        assert "Rett tallene" not in page
        assert stored(released)["release"] == 1

    def test_a_minimum_that_hides_no_unit_says_so(self, released: Database, hr: FlaskClient) -> None:
        self.move(released, "A2", "B")
        status, page = see_correction(hr, why="Team A2 sto feil.", as_now="y", minimum_group=6)
        assert (status, "Ingen enheter får tall skjult." in page) == (200, True)
        assert confirm_correction(hr, page)[0] == 302

    def test_a_second_correction_after_the_minimum_was_raised_is_made(
        self, released: Database, hr: FlaskClient
    ) -> None:
        assert correct(hr, minimum_group=10, why=ASKED_FOR)[0] == 302
        self.move(released, "A2", "B")
        assert correct(hr, 2, why="Team A2 sto feil.", as_now="y")[0] == 302

    def test_a_refused_correction_is_told_and_changes_nothing(
        self, released: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_arguments: object) -> None:
            raise ReleaseRefusedError(["TRI: fire personer kan regnes ut"])

        monkeypatch.setattr("surveys.publishing.releasing._refuse_breaches", refuse)
        self.move(released, "A2", "B")
        status, page = correct(hr, why="Team A2 sto feil.", as_now="y")
        assert status == 409
        assert "kan røpe svarene til noen få" in page
        assert "Team A2 sto feil.</textarea>" in page
        assert stored(released)["release"] == 1

    def test_there_is_nothing_to_correct_before_a_release(
        self, app: Flask, db: Database, hr: FlaskClient
    ) -> None:
        build_counted(app, db, SMALL_TEAMS, tree=HOMES)
        sign_in_as(hr, db, Role.HR)
        assert correct(hr, why="Feil")[0] == 409
