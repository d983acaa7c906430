"""The year wheel, and drafts from the command line."""

import datetime as dt
import re

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.commands import medvirk
from surveys.hr.planning.year_wheel import wheel
from surveys.organisation.models import Unit
from surveys.platform import clock
from surveys.platform.database import Database
from tests.building import build_installation, build_survey, build_units
from tests.card_building import sign_in_anew, sign_in_as


@pytest.fixture
def municipality(db: Database) -> Database:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    return db


def _wheel(
    app: Flask, db: Database, unit_codes: str, year: int
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    with app.test_request_context(headers={"Accept-Language": "nb"}), db.reading() as session:
        ids = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        found = wheel(session, [ids[code] for code in unit_codes], year)
        months = {month.name: [each.survey.key for each in month.entries] for month in found.months}
        return months, found.sentences


@pytest.fixture
def planned(municipality: Database) -> Database:
    with municipality.transaction() as session:
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        build_survey(session, units["K"], "alle")
        days = {"opens_on": dt.date(2026, 11, 25), "closes_on": dt.date(2027, 1, 8)}
        build_survey(session, units["A"], "over-nyttar", **days)
    return municipality


def test_a_survey_stands_in_every_month_it_is_open_and_only_in_its_years(
    app: Flask, planned: Database
) -> None:
    months, sentences = _wheel(app, planned, "KAB", 2026)
    assert len(months) == 12
    assert {name: keys for name, keys in months.items() if keys} == {
        "Mars": ["alle"],
        "November": ["over-nyttar"],
        "Desember": ["over-nyttar"],
    }
    assert sentences == (
        "2 undersøkelser åpner i 2026.",
        "Ansatte blir bedt om til sammen 6 minutter, kladdene medregnet.",
    )
    months, sentences = _wheel(app, planned, "KAB", 2027)
    assert {name: keys for name, keys in months.items() if keys} == {"Januar": ["over-nyttar"]}
    assert sentences == ("Ingen undersøkelser er planlagt i 2027.",)


def test_only_the_reader_s_units_are_on_it(app: Flask, planned: Database) -> None:
    months, _sentences = _wheel(app, planned, "B", 2026)
    assert not any(months.values())


def test_hr_finds_it_from_the_list(
    client: FlaskClient, planned: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC))
    sign_in_as(client, planned, Role.HR)
    assert "/undersokelser/arshjul" in client.get("/undersokelser").text
    page = client.get("/undersokelser/arshjul").text
    assert page.index("2 undersøkelser åpner i 2026") < page.index("November")
    assert page.index("November") < page.index("Ingen undersøkelser er planlagt i 2027")
    months = re.findall(r"<dt>([^<]*)</dt>", page)
    assert months == [
        "Januar–februar",
        "Mars",
        "April–oktober",
        "November",
        "Desember",
        "Januar",
        "Februar–desember",
    ]
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2028, 3, 10, 12, tzinfo=dt.UTC))
    sign_in_anew(planned)
    assert "<dt>" not in client.get("/undersokelser/arshjul").text, (
        "two years without a survey are two sentences"
    )


GIVEN = {
    "--questionnaire": "lederklima",
    "--title": "Lederklima 2027",
    "--unit": "A",
    "--opens": "2027-02-01",
    "--closes": "2027-02-19",
}


def _create(app: Flask, *more: str, key: str = "lederklima-2027", **changes: str) -> tuple[int, str]:
    given = GIVEN | {f"--{name}": value for name, value in changes.items()}
    arguments = ["create-survey", key, *(word for pair in given.items() for word in pair), *more]
    done = CliRunner().invoke(medvirk, arguments, obj=lambda: app)
    return done.exit_code, done.output


def test_the_command_tells_first_and_makes_the_draft_with_apply(app: Flask, municipality: Database) -> None:
    status, said = _create(app)
    assert status == 0, said
    assert "Ingenting er lagret" in said
    assert "Enhet A, 1 enhet, 0 personer" in said
    with municipality.reading() as session:
        assert session.scalars(select(Survey)).all() == []
    status, said = _create(app, "--minimum-group", "12", "--apply")
    assert status == 0, said
    with municipality.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert (survey.key, survey.status, survey.unit.code) == ("lederklima-2027", SurveyStatus.DRAFT, "A")
        assert (survey.minimum_group, survey.comment_minimum) == (12, 12)
        assert (survey.opens_on, survey.closes_on) == (dt.date(2027, 2, 1), dt.date(2027, 2, 19))
    status, said = _create(app, "--apply")
    assert (status, "brukt av en annen undersøkelse" in said) == (1, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"closes": "2027-01-31"}, "før undersøkelsen åpner"),
        ({"minimum-group": "2"}, "lavere enn 3"),
        ({"unit": "finnes-ikke"}, "ingen enhet med koden"),
        ({"title": "x" * 121}, "høyst 120 tegn"),
        ({"title": " "}, "Skriv en tittel"),
        ({"title": "UndersÃ¸kelsen"}, "«Undersøkelsen»"),
        ({"questionnaire": "finnes-ikke"}, "ikke noe spørreskjema"),
        ({"key": "Store Bokstaver"}, "små bokstaver"),
    ],
)
def test_what_the_page_refuses_the_command_refuses(
    app: Flask, municipality: Database, changes: dict[str, str], words: str
) -> None:
    status, said = _create(app, "--apply", **changes)
    assert status == 1
    assert words in said
    with municipality.reading() as session:
        assert session.scalars(select(Survey)).all() == []


def test_the_command_asks_about_days_far_apart_as_the_page_does(app: Flask, municipality: Database) -> None:
    """A year that is mistyped cannot be taken back once the survey is open."""
    status, said = _create(app, "--apply", closes="2037-02-19")
    assert (status, "1. februar 2027 til 19. februar 2037" in said, "--sure-of-days" in said) == (
        1,
        True,
        True,
    )
    with municipality.reading() as session:
        assert session.scalars(select(Survey)).all() == []
    status, said = _create(app, "--apply", "--sure-of-days", closes="2037-02-19")
    assert status == 0, said
    with municipality.reading() as session:
        assert session.scalars(select(Survey.closes_on)).all() == [dt.date(2037, 2, 19)]
