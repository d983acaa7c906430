"""On a phone of 320 px, with scripts and without: pasted links, a growing number of pages, and a survey that closes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.answering import AnsweringSite
from tests.browser.looking import NOTHING_AMISS, PHONE, layout
from tests.browser.moving_on import move_on, presses

CLOSING = "lukkes"
WRITTEN = "Bussen kommer for sent hver morgen."


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def phone_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = phone_context(browser, scripts=request.param)
    yield context.new_page()
    context.close()


def phone_context(browser: Browser, *, scripts: bool) -> BrowserContext:
    return browser.new_context(locale="nb-NO", viewport=PHONE, java_script_enabled=scripts)


@pytest.mark.parametrize(
    "pasted",
    ["{address}/svar/{code}/nn/side/2", "Hei! Her er lenken: {address}/svar/{code}?sprak=nb.", "{code}"],
)
def test_a_pasted_link_opens_the_survey_of_its_code(
    phone_page: Page, answering: AnsweringSite, pasted: str
) -> None:
    code = answering.untouched["alle"]
    phone_page.goto(answering.path("/svar"))
    phone_page.locator("#kode").fill(pasted.format(address=answering.address, code=code))
    move_on(phone_page.locator("main form .ds-button").first)
    assert f"/svar/{code}" in phone_page.url
    expect(phone_page.get_by_role("link", name="Start")).to_be_visible()


def test_a_number_of_pages_that_grows_says_why(phone_page: Page, answering: AnsweringSite) -> None:
    phone_page.goto(answering.path(f"/svar/{answering.new_code('veivalg')}/nb/side/1"))
    phone_page.get_by_label("Biblioteket").check()
    presses(phone_page, "Neste")
    told = phone_page.get_by_role("main").inner_text()
    assert "Du svarte «Biblioteket». Derfor kommer det 1 side til." in " ".join(told.split())


def test_what_was_written_when_the_survey_closed_is_shown_to_be_copied(
    browser: Browser, answering: AnsweringSite
) -> None:
    """Both have written when the survey closes, one of them without scripts."""
    contexts = [phone_context(browser, scripts=scripts) for scripts in (True, False)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(answering.path(f"/svar/{answering.new_code(CLOSING)}/nb/side/1"))
        page.get_by_label("Bussen").check()
        presses(page, "Neste")
        if page.get_by_role("heading", name="Hoppet du over noe?").is_visible():
            presses(page, "Neste")
    for page in pages:
        while not page.locator("textarea").count():
            presses(page, "Neste")
        page.locator("textarea").fill(WRITTEN)
    answering.close(CLOSING)
    for page in pages:
        presses(page, "Neste")
        expect(page.get_by_role("main")).to_contain_text("Det du skrev, er ikke med")
        expect(page.locator("main textarea")).to_have_value(WRITTEN)
    assert layout(pages[0]) == NOTHING_AMISS
    for context in contexts:
        context.close()
