"""Locking what was answered, in a browser with a Back button, a history and no scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.answering import WORD, AnsweringSite
from tests.browser.moving_on import move_on

PHONE: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone without scripts."""
    context = browser.new_context(locale="nb-NO", viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_back_shows_nothing_when_the_answers_are_locked_and_the_word_shows_them_again(
    phone: Page, answering: AnsweringSite
) -> None:
    page, code = phone, answering.new_code("apen")
    page.goto(answering.path(f"/svar/{code}"))
    move_on(page.get_by_role("link", name="Start", exact=True))
    page.locator("#TRI01-4").check()
    move_on(page.get_by_role("button", name="Fortsett senere"))
    expect(page.get_by_label("Ordet ditt")).to_be_visible()
    page.go_back()
    expect(page.locator("#TRI01-4")).to_be_checked()
    page.go_forward()
    page.get_by_label("Ordet ditt").fill(WORD)
    move_on(page.get_by_role("button", name="Lås svarene med ordet"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Svarene er låst")
    for _page in range(3):
        page.go_back()
        expect(page.locator("input:checked")).to_have_count(0)
    page.goto(answering.path(f"/svar/{code}"))
    page.get_by_label("Ordet ditt").fill(WORD)
    move_on(page.get_by_role("button", name="Vis svarene mine"))
    move_on(page.get_by_role("link", name="Se det du har svart"))
    expect(page.locator("dd").first).not_to_have_text("Ikke besvart")
    page.reload()
    expect(page.locator("dd").first).not_to_have_text("Ikke besvart")
    assert page.context.cookies() == []
