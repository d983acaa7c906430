"""Languages unlike ours: read from right to left, with long words, or without words for our own buttons."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, expect

from surveys.platform.localisation import LANGUAGES
from tests.browser import axe
from tests.browser.answering import AnsweringSite
from tests.browser.looking import DESK, NOTHING_AMISS, PHONE, layout
from tests.pseudo_languages import LONG, PSEUDO, RIGHT_TO_LEFT

STATIC = Path(__file__).parents[2] / "static"
PAGES = ("", "side/1", "side/2", "side/3?mangler=1", "side/4", "side/5", "oppsummering", "pause", "slett")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", bypass_csp=True, viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def ours(answering: AnsweringSite, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pseudo-languages are among our own: buttons and headings are in them too."""
    for code in (RIGHT_TO_LEFT, LONG):
        monkeypatch.setitem(cast("dict[str, str]", LANGUAGES), code, code)
    answering.forget_fixed_pages()
    yield
    answering.forget_fixed_pages()


def opens(page: Page, site: AnsweringSite, language: str, path: str) -> None:
    page.goto(site.path(f"/svar/{site.untouched['rart']}/{language}/{path}"))


@pytest.mark.parametrize("language", [RIGHT_TO_LEFT, LONG])
def test_every_page_fits_in_a_language_unlike_ours(
    page: Page, answering: AnsweringSite, ours: None, language: str
) -> None:
    for path in PAGES:
        opens(page, answering, language, path)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == RIGHT_TO_LEFT else "ltr")
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            assert layout(page) == NOTHING_AMISS, (path, size)
    assert axe.faults(page) == []
    opens(page, answering, language, "side/1")
    expect(page.locator("form .ds-button").first).to_have_text(PSEUDO[language]("Neste"))


def test_a_page_read_from_right_to_left_is_a_mirror_image(
    page: Page, answering: AnsweringSite, ours: None
) -> None:
    page.set_viewport_size(DESK)
    opens(page, answering, "nb", "side/2")
    before = edges(page)
    opens(page, answering, RIGHT_TO_LEFT, "side/2")
    after = edges(page)
    for name, (left, right) in before.items():
        assert after[name] == pytest.approx((DESK["width"] - right, DESK["width"] - left), abs=1), name


def edges(page: Page) -> dict[str, tuple[float, float]]:
    """Where boxes whose size does not depend on the words begin and end, from the window's left edge."""
    places = {
        "first answer": "#BIB01-1",
        "last answer": "#BIB01-5",
        "number": "#ganger",
        "progress": ".steps-bar",
        "don't know": "input[id=BIB01-na]",
    }
    found = {}
    for name, selector in places.items():
        box = page.locator(selector).bounding_box()
        assert box is not None
        found[name] = (box["x"], box["x"] + box["width"])
    return found


def test_what_is_chosen_is_marked_where_its_line_begins(
    page: Page, answering: AnsweringSite, ours: None
) -> None:
    offsets = {}
    for language in ("nb", RIGHT_TO_LEFT):
        opens(page, answering, language, "side/2")
        page.locator("label.choice").first.click()
        shadow = page.locator("label.choice").first.evaluate("row => getComputedStyle(row).boxShadow")
        offsets[language] = re.search(r"(-?\d+)px", shadow).group(1)  # type: ignore[union-attr]
    assert offsets == {"nb": "3", RIGHT_TO_LEFT: "-3"}


def test_texts_in_a_language_we_have_no_words_in_are_marked_as_such(
    page: Page, answering: AnsweringSite
) -> None:
    def language_of(selector: str) -> tuple[str, str]:
        element = page.locator(selector).first
        lang, direction = element.evaluate(
            "one => [one.closest('[lang]').lang, getComputedStyle(one).direction]"
        )
        return lang, direction

    opens(page, answering, RIGHT_TO_LEFT, "")
    expect(page.locator("html")).to_have_attribute("lang", "nb")
    assert language_of("h1") == (RIGHT_TO_LEFT, "rtl")
    assert language_of("main .lead") == (RIGHT_TO_LEFT, "rtl")
    assert language_of("main h2") == ("nb", "ltr")
    assert layout(page) == NOTHING_AMISS
    opens(page, answering, RIGHT_TO_LEFT, "side/2?mangler=1")
    for theirs in ("h1", "legend span", "label.choice", ".ds-error-summary a span", "#ganger-enhet"):
        assert language_of(theirs) == (RIGHT_TO_LEFT, "rtl"), theirs
    for own in (".ds-error-summary h2", ".steps-text", ".actions button", "#ganger-grenser"):
        assert language_of(own) == ("nb", "ltr"), own
    assert layout(page) == NOTHING_AMISS
    opens(page, answering, RIGHT_TO_LEFT, "oppsummering")
    for theirs in (".reviewed h2", ".reviewed dt"):
        assert language_of(theirs) == (RIGHT_TO_LEFT, "rtl"), theirs
    assert language_of(".reviewed dd.unanswered") == ("nb", "ltr")
    assert layout(page) == NOTHING_AMISS
    assert axe.faults(page) == []


def test_the_names_of_languages_are_read_in_their_own_language(page: Page, answering: AnsweringSite) -> None:
    for path in ("", "side/2"):
        opens(page, answering, "nb", path)
        for name, code in {"Nynorsk": "nn", "English": "en", "עברית": "he", "Suomi": "fi"}.items():
            expect(page.get_by_text(name, exact=True)).to_have_attribute("lang", code)


@pytest.mark.parametrize("sheet", ["respond.css", "easy.css"])
def test_the_style_sheets_know_no_left_and_right(sheet: str) -> None:
    """Everything is said by where a line begins and ends, but for shadows, which have no such words."""
    rules = re.sub(r"/\*.*?\*/", "", (STATIC / "css" / sheet).read_text(), flags=re.DOTALL)
    declarations = re.findall(r"([a-z-]+)\s*:\s*([^;{}]+);", rules)
    assert len(declarations) > 20
    sided = [
        f"{name}: {value}"
        for name, value in declarations
        if re.search(r"\b(left|right)\b", f"{name}: {value}")
    ]
    four = [value.split() for name, value in declarations if name in {"padding", "margin", "inset"}]
    assert sided == []
    assert [sides for sides in four if len(sides) == 4 and sides[1] != sides[3]] == []
