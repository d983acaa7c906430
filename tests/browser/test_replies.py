"""A leader replies to a red measurement with the keyboard alone on a narrow screen, with scripts and without."""

import re

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.moving_on import follows, move_on, presses
from tests.browser.test_card_setup_keyboard import press, write


def _looked_at(page: Page) -> list[str]:
    return [*axe.faults(page), *([f"{page.url}: too wide"] if axe.overflow(page) else [])]


def test_a_reply_is_written_by_keyboard_on_a_narrow_screen(own_site: Site, desk: Page) -> None:
    desk.set_viewport_size({"width": 320, "height": 640})
    sign_in(desk, own_site, "leder")
    expect(desk.get_by_role("heading", name="Dette venter på svar fra deg")).to_be_visible()
    press(desk, "Ø1.1 Nettoavvik mot budsjett")
    write(desk, "Årsak", "Vikarer i april")
    expect(desk.get_by_text("285 tegn igjen.")).to_be_visible()
    write(desk, "Tiltak", "Vi deler en vikar med naboen")
    write(desk, "Hvilken verdi venter du neste gang?", "-1,04")
    expect(desk.locator("#prognosesetning")).to_have_text(re.compile(r"−1,04.% er rød\."))
    write(desk, "Hvilken verdi venter du neste gang?", "0")
    expect(desk.locator("#prognosesetning")).to_have_text(re.compile(r"0,0.% er grønn\."))
    faults = _looked_at(desk)
    press(desk, "Lagre svaret")
    row = desk.locator("#indikator-Ø1\\.1")
    expect(row).to_contain_text("Gul · under forbedring, vurderes")
    row.locator("summary").first.focus()
    desk.keyboard.press("Enter")
    expect(row.get_by_text("Vikarer i april")).to_be_visible()
    axe.wait_until_still(desk)
    assert faults + _looked_at(desk) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_without_scripts_a_button_shows_the_forecasts_colour(
    browser: Browser, site: Site, width: int
) -> None:
    context = browser.new_context(
        locale="nb-NO", viewport={"width": width, "height": 900}, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, site, "leder")
    page.goto(site.path("/styringskort/OK4"))
    # A value that was entered: the answers of the demo's people, and so the survey's colours, are others each time.
    move_on(page.get_by_role("link", name="Svar på Ø1.1"))
    page.get_by_label("Hvilken verdi venter du neste gang?").fill("-1,04")
    move_on(page.get_by_role("button", name="Vis fargen på prognosen"))
    expect(page.locator("#prognosesetning")).to_have_text(re.compile(r"−1,04.% er rød\."))
    context.close()


def test_whoever_has_written_is_asked_before_the_page_goes(browser: Browser, own_site: Site) -> None:
    """By a link, and by another form on the page; never by the form she sends, nor when nothing is written."""
    page = browser.new_context(locale="nb-NO").new_page()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    sign_in(page, own_site, "leder")
    follows(page, "M1.1 Sykefravær")
    page.get_by_label("Årsak").fill("Vikarer i april")
    here = page.url
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Planer", exact=True).click()
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Send svaret").click()
    assert (asked, page.url) == (["beforeunload"] * 2, here)
    expect(page.get_by_label("Årsak")).to_have_value("Vikarer i april")
    # Refused, it is not sent either.
    page.get_by_label("Tiltak", exact=True).fill("")
    presses(page, "Lagre svaret")
    expect(page.get_by_label("Årsak")).to_have_value("Vikarer i april")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Planer", exact=True).click()
    page.get_by_label("Tiltak", exact=True).fill("Vi deler en vikar med naboen")
    presses(page, "Lagre svaret")
    expect(page).to_have_url(re.compile("/styringskort/OK4"))
    assert len(asked) == 3
    page.context.close()
