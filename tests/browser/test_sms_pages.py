"""The mailing pages of a municipality that sends SMS: axe finds nothing, and nothing scrolls sideways at 320 px."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import DESK, PHONE

SURVEY = "/undersokelser/medarbeider-2026"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_mailing_pages_with_sms_are_sound(browser: Browser, sms_site: Site, size: dict[str, int]) -> None:
    context = browser.new_context(locale="nb-NO", viewport=size, bypass_csp=True)
    page = context.new_page()
    sign_in(page, sms_site, "hr")
    said = {
        f"{SURVEY}/utsending": "SMS til +4790000000.",
        f"{SURVEY}/utsending/tekster": "Slik blir SMS-ene",
        f"{SURVEY}/steg/remind": "SMS",
        f"{SURVEY}/brev-og-lenke": "Brev",
    }
    faults = []
    for address, words in said.items():
        page.goto(sms_site.path(address))
        expect(page.get_by_text(words).first).to_be_visible()
        faults += [f"{address}: {fault}" for fault in axe.faults(page)]
        faults += [f"{address}: {axe.overflow(page)} px too wide"] if axe.overflow(page) > 0 else []
    context.close()
    assert faults == []
