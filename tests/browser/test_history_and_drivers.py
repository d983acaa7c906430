"""The pages for results from other tools and for «samvariasjon» in a real browser: axe, 320 px, light and dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import PHONE
from tests.browser.moving_on import move_on, presses

HISTORY = "/undersokelser/medarbeider-2024/tidligere"
CO_MOVEMENT = "/resultater/medarbeider-2024/samvariasjon"
GOOD = "enhet;tema;antall;snitt;år;instrument;standardavvik\nOK4;IM;13;3,9;2014;10-FAKTOR;0,6\n"
BAD = GOOD.replace("13;", "3;")


def assert_sound(page: Page) -> None:
    assert axe.faults_for_readers(page) == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


def upload(page: Page, site: Site, folder: Path, text: str) -> None:
    file = folder / "gammelt.csv"
    file.write_text(text)
    page.goto(site.path(HISTORY))
    page.get_by_label("Hvor kommer tallene fra?").fill("KS")
    page.get_by_label("Fil (CSV eller XLSX)").set_input_files(file)
    presses(page, "Se over filen")


def test_old_results_come_in_are_shown_and_go_out_again(page: Page, site: Site, tmp_path: Path) -> None:
    sign_in(page, site, "hr")
    upload(page, site, tmp_path, BAD)
    expect(page.get_by_role("alert")).to_contain_text("1 feil i filen")
    assert_sound(page)
    upload(page, site, tmp_path, GOOD)
    assert_sound(page)
    presses(page, "Legg inn tallene")
    expect(page.get_by_text("Importert fra KS").first).to_be_visible()
    assert_sound(page)
    page.goto(site.path("/resultater/medarbeider-2024/OK4"))
    expect(page.get_by_text("2014: Importert fra KS, 10-FAKTOR.")).to_be_visible()
    assert_sound(page)
    page.goto(site.path(HISTORY))
    presses(page, "Trekk tilbake", exact=False)
    page.goto(site.path("/resultater/medarbeider-2024/OK4"))
    expect(page.get_by_text("Importert fra KS")).to_have_count(0)


def test_what_moves_together_is_sound_and_the_outcome_can_be_chosen(page: Page, site: Site) -> None:
    sign_in(page, site, "hr")
    page.goto(site.path("/resultater/medarbeider-2024/FK"))
    move_on(page.get_by_role("link", name="Se hvilke temaer som henger sammen"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Samvariasjon")
    page.locator("summary").click()
    axe.wait_until_still(page)
    assert_sound(page)
    page.get_by_label("Velg tema").select_option("RK")
    move_on(page.get_by_role("button", name="Vis"))
    page.wait_for_url(site.path(f"{CO_MOVEMENT}?utfall=RK"))
    expect(page.get_by_role("heading", level=2).first).to_contain_text("rolleklarhet")
    assert_sound(page)
