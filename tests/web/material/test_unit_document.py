"""A unit's result as PDF/UA-1: what a screen reader finds, what it says, and that hidden is hidden there too."""

import datetime as dt
from dataclasses import replace
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Installation
from surveys.platform.database import Database
from surveys.release.models import Figure, FigureStatus
from surveys.reports.typesetting import printable_text
from surveys.results import views
from surveys.results.queries import find_unit, latest_release
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.material_building import document, material, read, root_of, structure, text_of
from tests.releasing import KEY, build_released, forget_released

BEFORE = {"A": [2, 3, 3, 3, 4] * 2, "B1": [3, 4] * 5, "B2": [3, 4, 5], "C": [2, 3, 4]}
NOW = {"A": [3, 4, 4, 4, 5] * 2, "B1": [3, 4] * 5, "B2": [3, 4, 5], "C": [2, 3, 4]}


def _sheets(values: dict[str, list[int]]) -> dict[str, list[dict[str, int]]]:
    return {unit: [sheet_of(value) for value in of_unit] for unit, of_unit in values.items()}


@pytest.fixture
def two_years(app: Flask, db: Database) -> Database:
    """Released surveys of 2024 and 2026. A has clearly risen, B1 has not, C and B2 are small and hidden."""
    build_once(app, db, _build_two_years)
    return db


def _build_two_years(app: Flask, db: Database) -> None:
    days: dict[str, Any] = {"opens_on": dt.date(2024, 3, 1), "closes_on": dt.date(2024, 3, 20)}
    build_released(app, db, _sheets(BEFORE), "liten-2024", **days)
    build_released(app, db, _sheets(NOW))


def test_the_document_claims_what_its_structure_holds(app: Flask, two_years: Database) -> None:
    made = document(app, material(app, two_years, "A"))
    root = root_of(made)
    assert root["/Lang"] == "nb-NO"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    info = read(made).metadata
    assert info
    assert info.title == material(app, two_years, "A").title
    roles = [role for role, _alt in structure(made)]
    assert roles.count("H1") == 1
    assert roles.index("H1") < roles.index("H2") < roles.index("H3")
    assert {"Table", "THead", "TH", "TD"} <= set(roles)


def test_every_picture_says_in_words_what_it_shows(app: Flask, two_years: Database) -> None:
    content = material(app, two_years, "A")
    alternatives = [alt for role, alt in structure(document(app, content)) if role == "Figure"]
    pictures = [row.picture for row in content.rows if row.picture]
    assert pictures
    assert alternatives == [f"{picture.title} {picture.description}".strip() for picture in pictures]


def test_it_says_what_the_page_says(app: Flask, two_years: Database) -> None:
    content = material(app, two_years, "A")
    text = text_of(document(app, content))
    said = [content.turnout, *content.summary, *content.marks, *(row.value for row in content.rows)]
    assert "10 av 10 svarte" in content.turnout.replace("\N{NO-BREAK SPACE}", " ")
    for words in said:
        assert " ".join(words.split()) in text
    assert "Tydelig opp siden 2024" in text
    assert "Frigivelse 1, 1. april 2026" in text


def test_a_hidden_unit_gets_the_reason_and_no_figure(app: Flask, two_years: Database) -> None:
    content = material(app, two_years, "B2")
    assert not content.shown
    assert not content.rows
    text = text_of(document(app, content))
    assert "Resultatet er skjult fordi" in text
    assert "svarte" not in text.replace("har svart", "")
    assert "Figure" not in [role for role, _alt in structure(document(app, content))]


def test_a_figure_that_is_hidden_is_nowhere_in_the_document(app: Flask, two_years: Database) -> None:
    key = material(app, two_years, "A").rows[0].key
    change_figure(two_years, key, mean=1.7321, ci_low=1.1, ci_high=1.9)
    assert "1,7" in text_of(document(app, material(app, two_years, "A")))
    hide_figure(two_years, key)
    hidden = material(app, two_years, "A")
    assert (hidden.rows[0].mean, hidden.rows[0].previous, hidden.rows[0].picture) == (None, None, None)
    text = text_of(document(app, hidden))
    assert "1,7" not in text
    assert "kan røpe svarene til en annen, liten gruppe" in text


def change_figure(db: Database, measure: str, **values: Any) -> None:
    """The unit A's figure of the survey that is read."""
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        release, unit = latest_release(session, survey), find_unit(session, survey, "A")
        assert release
        assert unit
        one = (Figure.release_id == release.id, Figure.unit_id == unit.unit_id, Figure.measure == measure)
        session.execute(update(Figure).where(*one).values(**values))
    forget_released()


def hide_figure(db: Database, measure: str) -> None:
    """The database lets no hidden figure keep its numbers."""
    numbers = ("n", "mean", "sd", "ci_low", "ci_high", "distribution", "points")
    change_figure(db, measure, status=FigureStatus.HIDDEN, reason="secondary", **dict.fromkeys(numbers))


@pytest.mark.parametrize(
    ("language", "word", "tag"), [("nn", "Tema for tema", "nn-NO"), ("en", "Topic by topic", "en-GB")]
)
def test_it_is_written_in_the_language_asked_for(
    app: Flask, two_years: Database, language: str, word: str, tag: str
) -> None:
    made = document(app, material(app, two_years, "A", language))
    assert root_of(made)["/Lang"] == tag
    assert word in text_of(made)


def test_the_same_content_gives_the_same_bytes(app: Flask, two_years: Database) -> None:
    content = material(app, two_years, "A")
    first = document(app, content)
    assert first == document(app, content)
    assert first != document(app, replace(content, unit_name="Et annet navn"))


STRANGE = "Glad 😀 \u202eenhet\u202c Čáđđi Київ Ωmega e\u0301 1\u202f000"
NAME = '#sys.inputs $x$ \\ "hei" <a> @ref *fet* _kursiv_ `kode` = /* // ~ [ ] #panic("x")'


def test_a_name_is_text_and_never_a_command_to_the_typesetter(app: Flask, two_years: Database) -> None:
    name = (NAME + " æøå " + "Langenhetsnavnsomaldritarslutt" * 4)[:160]
    with two_years.transaction() as session:
        session.execute(update(SurveyUnit).values(name=name))
    made = document(app, material(app, two_years, "A"))
    text = text_of(made).replace(" ", "")
    assert NAME.replace(" ", "") in text
    assert read(made).metadata.title.startswith(NAME)  # type: ignore[union-attr]


def test_letters_that_no_font_has_become_question_marks(app: Flask, two_years: Database) -> None:
    content = replace(
        material(app, two_years, "A"),
        unit_name="Glad 😀 \u202eenhet\u202c Čáđđi Київ Ωmega e\u0301 1\u202f000",
    )
    text = text_of(document(app, content))
    assert "Glad ? enhet Čáđđi Київ Ωmega é 1 000" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert printable_text("→") == "?"


def test_demonstration_data_are_marked_on_every_page(app: Flask, two_years: Database) -> None:
    with two_years.transaction() as session:
        session.execute(update(Installation).values(synthetic=False))
    assert "Syntetiske" not in text_of(document(app, material(app, two_years, "A")))
    with two_years.transaction() as session:
        session.execute(update(Installation).values(synthetic=True))
    made = document(app, material(app, two_years, "A"))
    assert all("Syntetiske demodata" in page.extract_text() for page in read(made).pages)


def test_a_column_that_is_empty_for_every_row_is_left_out_with_the_reason(
    app: Flask, client: FlaskClient, two_years: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the page, in the document and in the workbook. A hidden row's reason still fills the row."""
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))
    sign_in_as(client, two_years, Role.HR, "K")
    first, second = (row.key for row in material(app, two_years, "A").rows[:2])
    change_figure(two_years, first, distribution=[0.1, 0.4, 0.5])
    [whole] = material(app, two_years, "A").tables
    assert {"Usikkerhet", "Lave, middels og høye svar"} <= set(whole.columns)
    assert whole.note == ""
    change_figure(two_years, first, distribution=None, ci_low=None, ci_high=None, sd=None)
    hide_figure(two_years, second)
    content = material(app, two_years, "A")
    [left] = content.tables
    gone = {"Usikkerhet", "Spredning", "Lave, middels og høye svar"}
    assert set(whole.columns) - set(left.columns) == gone
    assert {len(row) for row in left.rows} == {len(left.columns)} == {len(left.widths)}
    why = "Her viser vi ikke usikkerheten, spredningen og lave, middels og høye svar."
    assert left.note.startswith(why)
    assert why in text_of(document(app, content))
    page = client.get(f"/resultater/{KEY}/A")
    document_of_page = html5lib.parse(page.text, namespaceHTMLElements=False)
    table = next(each for each in document_of_page.iter("table") if why in "".join(each.itertext()))
    heads, *rows = [
        [("".join(cell.itertext()).strip(), int(cell.get("colspan", 1))) for cell in row]
        for row in table.iter("tr")
    ]
    assert not gone & {name for name, _width in heads}
    assert {sum(width for _name, width in row) for row in rows} == {len(heads)}
    for place in range(len(heads)):
        assert any(row[place][0] for row in rows if len(row) == len(heads)), heads[place]
