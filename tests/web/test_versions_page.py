"""HR reads what each questionnaire asks, and two versions side by side: every change, and which trend lines go on."""

import re
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from questionnaires.loading import available, builtin
from surveys.access.models import Role
from surveys.hr.catalogue.version_page import VersionPage, side_by_side
from surveys.hr.catalogue.wording_changes import Words, changed_words, moved
from surveys.instruments.in_use import freeze
from surveys.platform.database import Database
from tests.building import SMALL, build_open_survey, build_survey
from tests.card_building import sign_in_as
from tests.instrument_building import SECOND, SECOND_SOURCE, edited

PAGE = "/sporreskjema/liten"
COMPARED = f"{PAGE}/sammenlign?fra=1&til=2"


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    """HR, where one survey uses the first version and one the second."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        title = {"nb": "Liten undersøkelse 2028"}
        build_survey(
            session, survey.unit, "liten-2028", title=title, questionnaire=SECOND, source=SECOND_SOURCE
        )
    sign_in_as(client, db, Role.HR)
    return client


def _text(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return re.sub(r"\s+", " ", "".join(_tree(response.text).find("body").itertext()))


def _tree(html: str) -> Any:
    return html5lib.parse(html, namespaceHTMLElements=False)


def _page(app: Flask, later: Any = SECOND, language: str = "nb") -> VersionPage:
    with app.test_request_context(headers={"Accept-Language": "nb"}):
        return side_by_side(SMALL, later, language)


# Words


def test_words_are_marked_where_the_texts_differ_and_nowhere_else() -> None:
    before, after = changed_words("Jeg vet hva jeg skal gjøre.", "Jeg vet alltid hva jeg kan gjøre.")
    assert before == (Words("Jeg vet "), Words("hva jeg "), Words("skal ", changed=True), Words("gjøre."))
    assert [part.text for part in after if part.changed] == ["alltid ", "kan "]


@pytest.mark.parametrize(("before", "after"), [("", "Ny tekst."), ("Gammel tekst.", ""), ("Lik.", "Lik.")])
def test_the_pieces_are_the_whole_text(before: str, after: str) -> None:
    pieces = changed_words(before, after)
    assert tuple("".join(part.text for part in side) for side in pieces) == (before, after)


def test_as_few_as_possible_count_as_moved() -> None:
    assert moved("ABCDE", "BCDEA") == {"A"}
    assert moved("ABC", "AXBC") == set()
    assert moved("", "ABC") == set()


# The comparison in words


def test_every_trend_line_says_whether_it_goes_on_and_why_not(app: Flask) -> None:
    sections = _page(app).sections
    assert [section.verdict for section in sections] == [
        "Trendlinjen for Trivsel fortsetter. Noe er endret: se etter at påstandene fortsatt måler det samme.",
        "Ny serie starter: svarskalaen er en annen.",
        "Ny serie starter: temaet er nytt.",
        "Trendlinjen for Lederrollen slutter: temaet er tatt ut.",
    ]
    assert [section.goes_on for section in sections] == [True, False, False, False]


def test_a_new_wording_without_a_declaration_starts_a_series_and_names_the_statement(app: Flask) -> None:
    later, _source = edited(("factors: [TRI, ROL]", "factors: [ROL]"))
    assert _page(app, later).sections[0].verdict == "Ny serie starter: ordlyden er endret i TRI01."


def test_an_unchanged_theme_without_a_declaration_says_that_the_declaration_is_what_lacks(app: Flask) -> None:
    later, _source = edited(
        ("factors: [TRI, ROL]", "factors: [ROL]"), ("trives godt på jobb., nn", "trives på jobb., nn")
    )
    assert "ikke at temaet kan sammenlignes med versjon 1" in _page(app, later).sections[0].verdict


def _line(key: str) -> str:
    """The statement's line in the second version's file."""
    [line] = [line for line in SECOND_SOURCE.decode().splitlines(keepends=True) if f"key: {key}," in line]
    return line


def test_a_statement_with_another_place_is_moved_and_its_neighbours_are_not(app: Flask) -> None:
    first, last = _line("TRI01"), _line("TRI03")
    later, _source = edited((first, ""), (last, last + first))
    notes = {row.key: row.notes for row in _page(app, later).sections[0].rows}
    assert notes == {"TRI02": (), "TRI03": (), "TRI01": ("Ordlyden er endret.", "Har fått en annen plass.")}


def test_a_statement_in_another_theme_is_told_in_both(app: Flask) -> None:
    first, lent = _line("TRI01"), _line("ROL03")
    later, _source = edited((lent, ""), (first, first + lent))
    rows = [row for section in _page(app, later).sections for row in section.rows if row.key == "ROL03"]
    assert [row.notes for row in rows] == [("Flyttet hit fra Rolleklarhet.",), ("Flyttet til Trivsel.",)]


def test_a_theme_with_another_place_among_the_pages_is_moved(app: Flask) -> None:
    later, _source = edited(("[TRI]}", "[X]}"), ("[ROL]}", "[TRI]}"), ("[X]}", "[ROL]}"))
    moved_themes = [section.title for section in _page(app, later).sections if section.is_moved]
    assert len(moved_themes) == 1


def test_changed_answers_are_shown_with_the_ones_that_went(app: Flask) -> None:
    rol = _page(app).sections[1]
    assert [(row.key, row.notes) for row in rol.answers] == [
        ("1", ()),
        ("2", ()),
        ("3", ()),
        ("4", ("Tatt ut.",)),
    ]
    assert _page(app).sections[0].answers == ()


def test_a_change_in_a_language_that_is_not_shown_is_told_too(app: Flask) -> None:
    row = _page(app, language="en").sections[0].rows[0]
    assert row.notes == ("Ordlyden er endret på bokmål.",)
    assert row.after == (Words("I feel good at work."),)


def test_a_version_beside_itself_has_no_changes(app: Flask) -> None:
    page = _page(app, SMALL)
    assert page.summary == ("3 trendlinjer fortsetter.",)
    assert not any(section.is_changed for section in page.sections)


# The pages


def test_the_list_has_every_questionnaire_and_the_surveys_that_use_it(hr: FlaskClient) -> None:
    page = _text(hr, "/sporreskjema")
    for path in available():
        assert builtin(path.parent.name, int(path.stem[1:])).title["nb"] in page
    assert "Brukes av Liten undersøkelse 2028, Liten undersøkelse 2026" in page
    assert "2 versjoner" in page
    assert "Alle ansatte i kommunen" in page
    assert "Omtrent 8 minutter. Bokmål, Nynorsk, English." in page


def test_hr_of_another_unit_sees_the_questionnaire_and_not_who_uses_it(hr: FlaskClient, db: Database) -> None:
    sign_in_as(hr, db, Role.HR, "B")
    for address in ("/sporreskjema", PAGE):
        page = _text(hr, address)
        assert "Liten undersøkelse" in page
        assert "Liten undersøkelse 20" not in page


def test_a_questionnaires_page_leads_to_its_comparisons(hr: FlaskClient) -> None:
    html = hr.get(PAGE).text
    assert "/sporreskjema/liten/sammenlign?fra=1&amp;til=2" in html
    assert "Jeg vet hva jeg skal gjøre." in _text(hr, PAGE)


def test_the_surveys_tab_leads_to_its_questionnaires_versions(hr: FlaskClient) -> None:
    assert f'href="{PAGE}"' in hr.get("/undersokelser/liten-2026/sporreskjema").text


def test_the_page_marks_changed_words_with_elements_and_with_text(hr: FlaskClient) -> None:
    tree = _tree(hr.get(COMPARED).text)
    assert "[nytt: godt]" in ["".join(mark.itertext()) for mark in tree.iter("ins")]
    text = _text(hr, COMPARED)
    assert "Trendlinjen for Trivsel fortsetter." in text
    assert "Ny serie starter: svarskalaen er en annen." in text
    assert "1 trendlinje fortsetter. 2 nye serier starter. 1 trendlinje slutter." in text


def test_the_texts_can_be_read_in_each_language_both_have(hr: FlaskClient) -> None:
    html = hr.get(f"{COMPARED}&tekst=en").text
    assert 'lang="en">I feel good at work.' in re.sub(r">\s+", ">", html)
    assert "Ordlyden er endret på bokmål." in html


def test_another_questionnaire_is_compared_only_where_that_is_declared(hr: FlaskClient, db: Database) -> None:
    other, source = edited(
        ("key: liten\n", "key: ny-liten\n"), ("nb: Liten undersøkelse", "nb: Ny liten undersøkelse")
    )
    with db.transaction() as session:
        freeze(session, other, source)
    text = _text(hr, "/sporreskjema/ny-liten/sammenlign?fra=liten:1&til=2")
    assert "Fra Liten undersøkelse, versjon 1 til Ny liten undersøkelse, versjon 2." in text
    assert "fra=liten:1" in hr.get("/sporreskjema/ny-liten").text.replace("%3A", ":")
    assert hr.get("/sporreskjema/ny-liten/sammenlign?fra=medarbeider:1&til=2").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/sporreskjema/finnes-ikke",
        "/sporreskjema/finnes-ikke/sammenlign",
        f"{PAGE}/sammenlign?fra=2&til=1",
        f"{PAGE}/sammenlign?fra=1&til=7",
        f"{PAGE}/sammenlign?fra=../x:1",
    ],
)
def test_what_is_not_there_is_not_found(hr: FlaskClient, address: str) -> None:
    assert hr.get(address).status_code == 404


def test_reading_changes_nothing(hr: FlaskClient, db: Database) -> None:
    with db.reading() as session:
        before = session.connection().exec_driver_sql("SELECT count(*) FROM instrument").scalar()
    for address in ("/sporreskjema", "/sporreskjema/medarbeider", PAGE, COMPARED):
        hr.get(address)
    with db.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM instrument").scalar() == before


def test_only_hr_and_administrators_read_them(hr: FlaskClient, db: Database) -> None:
    for role, status in ((Role.ADMINISTRATOR, 200), (Role.LEADER, 403), (Role.POLITICIAN, 403)):
        sign_in_as(hr, db, role)
        assert hr.get(COMPARED).status_code == status
