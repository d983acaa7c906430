"""Every page in a real browser: axe finds nothing, nothing scrolls sideways at 320 px, in light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in

pytestmark = pytest.mark.xdist_group("browser")

READERS_PAGES = {
    "hr": (
        "/",
        "/undersokelser",
        "/undersokelser/ny",
        "/undersokelser/medarbeider-2024",
        "/undersokelser/medarbeider-2024/kvalitet",
        "/undersokelser/medarbeider-2024/kvalitet/tema/IM",
        "/undersokelser/medarbeider-2024/kvalitet/struktur",
        "/undersokelser/medarbeider-2024/kvalitet/over-tid",
        "/undersokelser/medarbeider-2024/kommentarer?status=alle",
        "/undersokelser/medarbeider-2026/brev-og-lenke",
        "/undersokelser/medarbeider-2026/sporreskjema",
        "/undersokelser/medarbeider-2026/innsyn",
        "/sporreskjema",
        "/sporreskjema/innbygger",
        "/sporreskjema/innbygger/sammenlign",
        "/resultater",
        "/resultater/medarbeider-2024/FK",
        "/resultater/medarbeider-2024/TS",
        "/resultater/medarbeider-2024/TS3",
        "/resultater/innbygger-2025/FK",
    ),
    "leder": (
        "/",
        "/resultater",
        "/resultater/medarbeider-2024/OK4",
        "/styringskort/OK4?ar=2025",
        "/styringskort/OK4?ar=2024",
    ),
    "politiker": ("/", "/styringskort", "/styringskort/FK"),
}
OPEN_PAGES = ("/logg-inn", "/svar", "/anonymitet", "/tilgjengelighet", "/finnes-ikke")
SIZES = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 900}}


def assert_sound(page: Page) -> None:
    assert axe.faults(page) == []
    assert axe.overflow(page) <= 0, page.url


@pytest.fixture(params=["phone in light", "desk in dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    size, scheme = str(request.param).split(" in ")
    context = browser.new_context(locale="nb-NO", viewport=SIZES[size], bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_the_open_pages_are_sound(page: Page, site: Site) -> None:
    for path in OPEN_PAGES:
        page.goto(site.path(path))
        assert_sound(page)


@pytest.mark.parametrize("username", list(READERS_PAGES))
def test_the_readers_pages_are_sound(page: Page, site: Site, username: str) -> None:
    sign_in(page, site, username)
    for path in READERS_PAGES[username]:
        answer = page.goto(site.path(path))
        assert answer is not None
        assert answer.status == 200, path
        assert_sound(page)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_respondents_pages_are_sound_in_every_language_and_state(
    page: Page, site: Site, language: str
) -> None:
    link = site.links[1]
    page.goto(f"{link}/{language}")
    assert page.locator("html").get_attribute("lang") == language
    assert_sound(page)
    page.goto(f"{link}/{language}/side/2")
    assert_sound(page)
    page.locator("form.statements .actions button").first.click()
    if page.locator(".ds-error-summary").count():
        assert_sound(page)
    page.goto(f"{link}/{language}/side/11")
    assert_sound(page)
    page.goto(f"{link}/{language}/oppsummering")
    assert_sound(page)


def test_a_whole_page_of_statements_is_answered_with_the_keyboard_alone(desk: Page, site: Site) -> None:
    desk.goto(f"{site.links[2]}/nb/side/1")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Hopp til hovedinnholdet")).to_be_focused()
    for group in range(desk.locator("fieldset").count()):
        first = desk.locator("fieldset").nth(group).locator("input").first
        for _press in range(30):
            if first.evaluate("field => field === document.activeElement"):
                break
            desk.keyboard.press("Tab")
        expect(first).to_be_focused()
        desk.keyboard.press("ArrowDown")
        expect(desk.locator("fieldset").nth(group).locator("input").nth(1)).to_be_checked()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/side/2")
    desk.goto(f"{site.links[2]}/nb/side/1")
    expect(desk.locator("input:checked")).to_have_count(desk.locator("fieldset").count())


def test_without_colours_of_its_own_the_page_still_shows_what_is_chosen(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        locale="nb-NO", viewport=SIZES["phone"], forced_colors="active", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{site.links[2]}/nb/side/3")
    page.locator("fieldset label").first.click()
    expect(page.locator("input:checked")).to_have_count(1)
    assert axe.overflow(page) <= 0
    context.close()
