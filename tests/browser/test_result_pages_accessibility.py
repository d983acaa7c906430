"""Comparison and screening in a real browser: sound for axe, no sideways scrolling, no script needed."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import PHONE
from tests.browser.moving_on import move_on

PAGES = {
    "hr": (
        "/resultater/medarbeider-2024/endringer",
        "/resultater/medarbeider-2024/endringer?retning=ned",
        "/resultater/medarbeider-2020/endringer",
        "/resultater/medarbeider-2024/HM1",
        "/resultater/medarbeider-2024/HM1?med=type",
        "/resultater/medarbeider-2024/HM1?med=overordnet",
    ),
    "leder": ("/resultater/medarbeider-2024/endringer", "/resultater/medarbeider-2024/OK4?med=type"),
}


@pytest.mark.parametrize("reader", list(PAGES))
def test_comparison_and_screening_are_sound(browser: Browser, site: Site, reader: str) -> None:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True)
    page = context.new_page()
    sign_in(page, site, reader)
    for path in PAGES[reader]:
        answer = page.goto(site.path(path))
        assert answer is not None
        assert answer.status == 200, path
        page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
        axe.wait_until_still(page)
        assert axe.faults_for_readers(page) == []
    context.close()


def test_a_phone_without_script_compares_with_the_same_type(phone: Page, site: Site) -> None:
    sign_in(phone, site, "hr")
    phone.goto(site.path("/resultater/medarbeider-2024/TS1"))
    choice = phone.get_by_label("Sammenlign med")
    expect(choice).to_have_value("kommunen")
    choice.select_option(label="De andre av typen teknisk")
    move_on(phone.get_by_role("button", name="Sammenlign"))
    phone.wait_for_url("**/TS1?med=type#temaer")
    expect(phone.get_by_label("Sammenlign med")).to_have_value("type")


def test_a_phone_still_hears_a_table_where_it_sees_paragraphs(phone: Page, site: Site) -> None:
    sign_in(phone, site, "hr")
    phone.goto(site.path("/resultater/medarbeider-2024/endringer"))
    table = phone.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(5)
    first = table.get_by_role("row").nth(1)
    expect(first.get_by_role("rowheader")).to_have_count(1)
    expect(first.get_by_role("cell")).to_have_count(4)


def test_a_phone_folds_what_a_row_has_no_room_for(phone: Page, site: Site) -> None:
    sign_in(phone, site, "hr")
    phone.goto(site.path("/styringskort/FK"))
    row = phone.locator(".indicator:has(.reply-way)").first
    # The value, the colour in words, its doubt and what waits for an answer are never folded.
    expect(row.locator(".value")).to_be_visible()
    expect(row.locator(".fact-status .status-word")).to_have_text(re.compile("(Gul|Rød).*ikke besvart"))
    expect(row.locator(".reply-way")).to_be_visible()
    expect(row.locator(".fact-target")).to_be_hidden()
    ambition = row.locator("dd.folded").first
    expect(ambition).to_be_hidden()
    row.locator(".indicator-more > summary").click()
    expect(ambition).to_be_visible()
    expect(ambition).to_have_text(re.compile("Grønn"))
    expect(row.locator(".fact-spark")).to_be_visible()
    # Everything is on paper, opened or not.
    phone.reload()
    phone.emulate_media(media="print")
    expect(row.locator(".fact:visible")).to_have_count(5)


@pytest.mark.parametrize("width", [900, 1280])
def test_the_five_facts_of_an_indicator_use_the_width_there_is(
    browser: Browser, site: Site, width: int
) -> None:
    context = browser.new_context(locale="nb-NO", viewport={"width": width, "height": 900})
    page = context.new_page()
    sign_in(page, site, "hr")
    page.goto(site.path("/styringskort/FK"))
    tops = (
        page.locator(".indicator")
        .first.locator(".fact")
        .evaluate_all("all => all.map(one => Math.round(one.getBoundingClientRect().top))")
    )
    assert len(tops) == 5
    assert len(set(tops)) == 1
    # On a desk they are a table: its headings are seen once, above.
    expect(page.locator(".indicator-heads").first).to_be_visible(visible=width == 1280)
    context.close()
