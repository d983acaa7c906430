"""The release page in a real browser, in every state: before and after a merger, released, and with a form error."""

from playwright.sync_api import Page

from tests.browser import axe
from tests.browser.conftest import Site, sign_in

SURVEY = "/undersokelser/medarbeider-2026"
TAB = f"{SURVEY}/frigivelse"


def assert_sound(page: Page) -> None:
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe.faults(page) == []
        assert axe.overflow(page) <= 0, page.url


def take(page: Page, site: Site, step: str) -> None:
    page.goto(site.path(f"{SURVEY}/steg/{step}"))
    page.locator("main form button").click()
    page.wait_for_url(site.path(SURVEY))


def test_the_release_page_is_sound_from_counting_to_correction(desk: Page, own_site: Site) -> None:
    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path(TAB))
    assert_sound(desk)
    take(desk, own_site, "close")
    take(desk, own_site, "count")
    desk.goto(own_site.path(TAB))
    assert desk.get_by_role("heading", name="Hva som er skjult, og hvorfor").is_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Slå sammen").first.click()
    assert desk.get_by_role("heading", name="Slått sammen i denne rapporten").is_visible()
    assert_sound(desk)
    desk.goto(own_site.path(f"{SURVEY}/steg/release"))
    assert_sound(desk)
    take(desk, own_site, "release")
    desk.goto(own_site.path(TAB))
    assert_sound(desk)
    desk.get_by_role("button", name="Frigi rettelsen").click()
    assert desk.get_by_role("link", name="Skriv hvorfor tallene rettes.").is_visible()
    assert_sound(desk)
