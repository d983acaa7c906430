"""What stands on the respondents' pages: the fixed part, previews, languages, easy reading, old drafts."""

import dataclasses
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse, create_environ
from werkzeug.wrappers import Request

from app import create_app
from questionnaires import loading
from questionnaires.coding import places
from questionnaires.kinds import handler_of
from questionnaires.model import Questionnaire
from questionnaires.routing import route
from surveys.platform.config import Settings
from surveys.platform.localisation import use_language
from surveys.respond.fixed_pages import CODE_MARK, FixedPage, GivenAnswers, NotedCalls
from surveys.respond.progress import AnsweringProgress
from surveys.respond.routes import Route, Routes
from surveys.respond.session import addresses
from surveys.respond.showing import render
from tests.respondent import Page

EXAMPLE = Path(__file__).parents[1] / "questionnaires" / "examples" / "routed.yaml"
ROUTED = loading.load(EXAMPLE)
CODE = "ABCD-EFGH-JKMN"
LIBRARY_AND_POOL = {"used.library": 1, "used.pool": 1}

unhurried = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)


def some_answers() -> st.SearchStrategy[dict[str, int]]:
    """Allowed answers to some of the example's questions."""
    codes = {
        place.key: [
            code
            for code in (*range(11), 2000, 24290)
            if handler_of(place.question).allows(place.question, code)
        ]
        for place in places(ROUTED)
    }
    return st.fixed_dictionaries({}, optional={key: st.sampled_from(found) for key, found in codes.items()})


def shown(
    app: Flask,
    questionnaire: Questionnaire,
    number: int = 1,
    language: str = "nb",
    answers: Mapping[str, int] | None = None,
) -> Page:
    """The page for somebody with these answers, without any invitation: as a preview shows it."""
    progress = AnsweringProgress(answers or {})
    with app.test_request_context():
        use_language(language)
        place = Route.through(route(questionnaire, "all", progress.coded)).at(number)
        assert place is not None
        given_answers = GivenAnswers(place, progress, CODE)
        html = render(questionnaire, place.page, language, given_answers, addresses(CODE, language))
    return Page(TestResponse([html.encode()], "200 OK", Headers(), Request(create_environ())))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Flask]:
    """One application for all: what a page looks like has nothing to do with the database behind it."""
    instance = tmp_path_factory.mktemp("instance")
    shutil.copyfile(sqlite_template, instance / "medvirk.sqlite3")
    application = create_app(Settings(instance=instance, secret_key="for tests only"))
    yield application
    application.extensions["medvirk_database"].engine.dispose()


@unhurried
@given(answers=some_answers())
def test_a_kept_way_is_the_way_the_answers_make(answers: dict[str, int]) -> None:
    for audience in ("leaders", "staff"):
        kept = KEPT[audience]
        assert kept.after(answers) == Route.through(route(ROUTED, audience, answers))


KEPT = {audience: Routes(ROUTED, audience) for audience in ("leaders", "staff")}


def test_a_questionnaire_without_conditions_has_one_way_for_everybody() -> None:
    ways = Routes(loading.builtin("medarbeider", 1), "staff")
    assert ways.after({}) is ways.after({"IMO01": 3})


@unhurried
@given(answers=some_answers(), comment=st.text(alphabet='a<&"æ\n', max_size=8))
def test_the_fixed_part_filled_in_is_the_page_rendered_for_the_occasion(
    app: Flask, answers: dict[str, int], comment: str
) -> None:
    progress = AnsweringProgress(answers, {"why": comment, "more": comment} if comment else {})
    with app.test_request_context():
        use_language("nb")
        for place in Route.through(route(ROUTED, "all", answers)).pages:
            noted = NotedCalls()
            html = render(ROUTED, place.page, "nb", noted, addresses(CODE_MARK, "nb"))
            given_answers = GivenAnswers(place, progress, CODE)
            whole = render(ROUTED, place.page, "nb", given_answers, addresses(CODE, "nb"))
            assert FixedPage(html, noted).filled(given_answers) == whole


def test_a_page_is_shown_to_nobody_in_particular_and_leads_where_it_is_told(app: Flask) -> None:
    page = shown(app, ROUTED, 2, "nb", LIBRARY_AND_POOL | {"LIB01": 1, "visits": 7})
    assert page.heading == "Biblioteket"
    assert "Side 2 av 5" in page.text
    assert page.answers() == {"LIB01": "1", "visits": "7"}
    assert page.form_address() == f"/svar/{CODE}/nb/side/2"


@pytest.mark.parametrize("path", loading.available(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_page_of_every_instrument_can_be_shown_in_every_language(app: Flask, path: Path) -> None:
    questionnaire = loading.load(path)
    everything = {
        f"{question.key}.{option.key}": 1
        for question in questionnaire.questions
        if question.kind == "choices"
        for option in question.options
    } | {
        question.key: 0 for question in questionnaire.questions if question.kind == "choice"
    }  # the first answer
    for language in questionnaire.languages:
        for page in questionnaire.pages:
            found = shown(app, questionnaire, page.number, language, everything)
            assert found.language == language
            assert len(found.questions()) == len([one for one in page.asked if one.kind != "text"])
            keys = {one.key for one in page.asked if one.kind != "choices"}
            assert keys <= {field.get("name") for field in _fields(found)}


def _fields(page: Page) -> list[Any]:
    return [field for name in ("input", "textarea", "select") for field in page.tree.iter(name)]


def in_language(language: str) -> Questionnaire:
    """The example with its English texts said to be in another language."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("languages: [nb, en]", f"languages: [nb, {language}]")
    return loading.parse(text.replace(" en: ", f" {language}: ").encode(), "translated.yaml")


def test_a_language_the_pages_lack_is_marked_where_it_stands_and_the_rest_is_bokmal(app: Flask) -> None:
    page = shown(app, in_language("pl"), 5, "pl", {"bus": 0})
    assert page.language == "nb"
    marked = {
        " ".join("".join(one.itertext()).split()) for one in page.tree.iter() if one.get("lang") == "pl"
    }
    assert {"Would you recommend us?", "How old are you?", "Young", "Old"} <= marked
    assert "Litt om deg" not in marked
    assert not any("Neste" in text for text in marked)


def test_a_text_that_reads_from_right_to_left_says_so(app: Flask) -> None:
    page = shown(app, in_language("ar"), 1, "ar")
    directions = {
        one.get("dir") for one in page.tree.iter() if one.get("lang") == "ar" and one.tag != "button"
    }
    assert "rtl" in directions
    assert page.tree.get("dir") == "ltr"


def test_months_have_their_names_in_the_language_of_the_questions(app: Flask) -> None:
    def months(language: str) -> list[str]:
        page = shown(app, in_language(language), 3, language, LIBRARY_AND_POOL)
        [choice] = page.tree.iter("select")
        return [line.text for line in choice][1:]

    assert months("pl")[:2] == ["styczeń", "luty"]
    assert months("de")[:2] == ["Januar", "Februar"]
    assert months("fr")[:2] == ["janvier", "février"]
    assert months("xx")[:2] == ["januar", "februar"]


def test_easy_reading_has_a_style_of_its_own_and_a_drawing_nobody_needs_to_hear(app: Flask) -> None:
    easy = shown(app, loading.builtin("hjemmetjeneste-bruker", 1))
    drawings = [one for one in easy.tree.iter("span") if one.get("class") == "pictogram"]
    assert len(drawings) == 3
    assert all(one.get("aria-hidden") == "true" and list(one.iter("svg")) for one in drawings)
    assert "easy" in easy.tree.find("body").get("class").split()
    assert any("easy.css" in link.get("href", "") for link in easy.tree.iter("link"))


def test_other_questionnaires_load_nothing_of_easy_reading(app: Flask) -> None:
    page = shown(app, loading.builtin("medarbeider", 1))
    assert not any("easy.css" in link.get("href", "") for link in page.tree.iter("link"))
    assert list(page.tree.iter("svg")) == []


def test_a_pictogram_that_nobody_has_drawn_leaves_the_words_alone(app: Flask) -> None:
    page = shown(app, ROUTED, 2, "nb", LIBRARY_AND_POOL)
    assert page.questions()[0] == "Er du velkommen?"
    assert list(page.tree.iter("svg")) == []


def test_a_help_text_and_limits_are_read_with_their_fields(app: Flask) -> None:
    page = shown(app, ROUTED, 2, "nb", LIBRARY_AND_POOL)
    [number] = [field for field in page.tree.iter("input") if field.get("name") == "visits"]
    described = [one for one in page.tree.iter() if one.get("id") in number.get("aria-describedby").split()]
    assert ["".join(one.itertext()) for one in described] == ["Et helt tall fra 1 til 400", "ganger"]
    assert number.get("inputmode") == "numeric"


def test_the_page_says_who_gives_a_theme_its_heading(app: Flask) -> None:
    one_factor = shown(app, ROUTED, 2, "nb", LIBRARY_AND_POOL)
    assert (one_factor.heading, list(one_factor.tree.iter("h2"))) == ("Biblioteket", [])
    joined = dataclasses.replace(ROUTED.pages[1], factors=ROUTED.factors, when=None, number=1)
    two_factors = shown(app, dataclasses.replace(ROUTED, pages=(joined,)))
    assert two_factors.heading == "Biblioteket"
    assert [h2.text for h2 in two_factors.tree.iter("h2")] == ["Bibliotek", "Alt i alt"]


def test_a_draft_from_before_pages_had_numbers_of_their_own_still_opens() -> None:
    old = b'[{"TRI01":4},{"bedre":"Hei"},[1,2],[2]]'
    assert AnsweringProgress.from_bytes(old) == AnsweringProgress(
        {"TRI01": 4}, {"bedre": "Hei"}, frozenset({1, 2}), frozenset({2})
    )


def test_a_draft_of_a_newer_version_is_refused_not_misread() -> None:
    with pytest.raises(ValueError, match="version 3"):
        AnsweringProgress.from_bytes(b"[3,{},{},[],[]]")
