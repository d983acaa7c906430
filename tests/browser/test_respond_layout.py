"""The respondent's pages for eyes that need more: enlarged four times, in colours of the reader's own choice."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser import axe, measuring
from tests.browser.answering import AnsweringSite
from tests.browser.answering_states import STATES, Visitor
from tests.browser.looking import DESK, NOTHING_AMISS, PHONE, layout

FOUR_TIMES = 4
SHORT_WORD = 7  # letters
SEEN_ENLARGED = (
    "start: begun",
    "page with numbers: refused",
    "page with month, 0-10 and text",
    "easy page",
    "review",
)


@pytest.fixture
def in_own_colours(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=DESK, forced_colors="active")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("state", SEEN_ENLARGED)
def test_a_desk_enlarged_to_400_percent_shows_all_in_one_column(
    browser: Browser, answering: AnsweringSite, state: str
) -> None:
    """The same 1280 × 900 points on the screen: a fourth of the CSS pixels."""
    context = browser.new_context(
        locale="nb-NO",
        viewport={"width": DESK["width"] // FOUR_TIMES, "height": DESK["height"] // FOUR_TIMES},
        device_scale_factor=FOUR_TIMES,
    )
    page = context.new_page()
    STATES[state](Visitor(page, answering, "nb"))
    assert layout(page) == NOTHING_AMISS
    context.close()


@pytest.mark.parametrize("state", ["review", "start", "paused", "page with boxes"])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_text_of_200_percent_with_spacing_breaks_no_short_word_on_a_phone(
    browser: Browser, answering: AnsweringSite, state: str, language: str
) -> None:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True)
    answering.sign_in(context)
    page = context.new_page()
    STATES[state](Visitor(page, answering, language))
    measuring.enlarge_text(page, 200)
    page.add_style_tag(content=axe.TEXT_SPACING)
    assert measuring.broken_words(page, SHORT_WORD) == []
    context.close()


@pytest.mark.parametrize(
    ("path", "survey_key", "chosen"),
    [
        ("side/1", "alle", "#brukt-buss-1"),
        ("side/2", "alle", "#BIB01-3"),
        ("side/2", "alle", "#BIB01-na"),
        ("side/3", "alle", "#anbefale-8"),
        ("side/1", "lettlest", "#HJE01-1"),
    ],
)
def test_what_is_chosen_is_seen_without_colours_of_our_own(
    in_own_colours: Page, answering: AnsweringSite, path: str, survey_key: str, chosen: str
) -> None:
    page = in_own_colours
    page.goto(answering.path(f"/svar/{answering.untouched[survey_key]}/nb/{path}"))
    button = page.locator(chosen)
    row = page.locator("label.choice", has=button)
    empty_button, plain_row = button.screenshot(), outline(row)
    button.check()
    page.locator("body").click(position={"x": 1, "y": 1})
    assert button.screenshot() != empty_button
    assert plain_row == "none"
    assert outline(row) == "solid"


def outline(row: Locator) -> str:
    found: str = row.evaluate("row => getComputedStyle(row).outlineStyle")
    return found


def test_every_answer_and_button_has_an_edge_without_colours_of_our_own(
    in_own_colours: Page, answering: AnsweringSite
) -> None:
    page = in_own_colours
    for path in ("side/1", "side/2", "side/3", "oppsummering"):
        page.goto(answering.path(f"/svar/{answering.untouched['alle']}/nb/{path}"))
        without_edge = page.evaluate(
            """() => [...document.querySelectorAll('.choices .choice, input.ds-input, .ds-button, textarea')]
              .filter(one => one.checkVisibility() && one.closest('main'))
              .filter(one => { const style = getComputedStyle(one); return !['Top', 'Right', 'Bottom', 'Left'].some(
                side => style[`border${side}Style`] !== 'none' && parseFloat(style[`border${side}Width`]) >= 1); })
              .map(one => one.outerHTML.slice(0, 100))"""
        )
        assert without_edge == [], path
