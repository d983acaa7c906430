"""A report is made on a phone and on a desk; what a politician and anybody reads is sound on paper too."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import PHONE
from tests.browser.moving_on import move_on_by_key
from tests.browser.printing import paper_faults


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


def assert_sound(page: Page) -> None:
    assert axe.faults_for_readers(page) == []


def test_a_draft_is_made_looked_over_and_thrown_away(page: Page, site: Site) -> None:
    """By the kommunedirektør; nothing is left in the demo."""
    sign_in(page, site, "direktor")
    page.goto(site.path("/rapporter"))
    move_on_by_key(page.get_by_role("link", name="Lag årsmelding"))
    move_on_by_key(page.get_by_role("button", name="Lag utkastet"))
    assert_sound(page)
    draft = page.url
    page.get_by_label("Avsnitt om Økonomi").fill("x" * 601)
    move_on_by_key(page.get_by_role("button", name="Lagre utkastet"))
    assert page.get_by_text("Avsnittet er på 601 tegn.").count() == 2
    assert page.title().startswith("Feil:")
    assert_sound(page)
    page.get_by_label("Avsnitt om Økonomi").fill("Vi bruker mindre på vikarer.")
    move_on_by_key(page.get_by_role("button", name="Lagre og forhåndsvis"))
    assert page.get_by_text("Vi bruker mindre på vikarer.").is_visible()
    assert_sound(page)
    move_on_by_key(page.get_by_role("link", name="Gå til frysing"))
    assert_sound(page)
    move_on_by_key(page.get_by_role("button", name="Frys rapporten"))
    assert page.get_by_text("Skriv navn og stilling på den som svarer for rapporten.").count() == 2
    assert_sound(page)
    page.goto(draft)
    move_on_by_key(page.get_by_role("button", name="Slett utkastet"))
    assert page.get_by_text("Utkastet er slettet.").is_visible()


def test_the_politicians_start_page_is_on_top_and_lies_on_paper(page: Page, site: Site) -> None:
    sign_in(page, site, "politiker")
    page.goto(site.path("/"))
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[0] == "Fjordvik kommune: Politikernes side 2026"
    words = page.locator("main .status").all_inner_texts()
    assert words
    assert all(each.startswith(("Grønn", "Gul", "Rød")) for each in words), "no meaning by colour alone"
    assert paper_faults(page) == []


def test_a_public_report_lies_on_paper(page: Page, site: Site) -> None:
    page.goto(site.path("/offentlige-rapporter/1"))
    assert page.context.cookies() == []
    assert_sound(page)
    assert paper_faults(page) == []
