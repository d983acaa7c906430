"""Paper: the receipt is one sheet, code cards are ten a sheet, what is folded is printed, and links are not.

No word is broken between two lines or outside the sheet, also where a unit has a long name.
"""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.answering import ANSWERS, AnsweringSite
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import DESK
from tests.browser.moving_on import move_on
from tests.browser.printing import UPRIGHT, lengthen, paper_faults

LONG_NAME: Final = "Rehabiliteringstjenestene"
PRINTED_BY_HR: Final = (
    "/resultater/medarbeider-2024/FK",
    "/resultater/medarbeider-2024/endringer",
    "/styringskort/FK",
    "/organisasjon",
    "/hendelseslogg",
    "/undersokelser",
    "/undersokelser/medarbeider-2026",
    "/undersokelser/medarbeider-2026/sjekkliste",
    "/brukere",
    "/undersokelser/medarbeider-2024/kvalitet",
    "/undersokelser/medarbeider-2024/kvalitet/struktur",
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=DESK)
    yield context.new_page()
    context.close()


def sheets(page: Page) -> int:
    """How many sheets of A4 the page is printed on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_receipt_is_one_sheet(page: Page, answering: AnsweringSite, language: str) -> None:
    page.goto(answering.path(f"/svar/{answering.new_visit_after(len(ANSWERS))}/{language}/oppsummering"))
    assert sheets(page) > 1
    page.emulate_media(media="print")
    expect(page.locator(".reviewed-head a").first).to_be_hidden()
    page.emulate_media(media="null")
    move_on(page.locator("main form button"))
    expect(page.locator(".receipt-code")).to_be_visible()
    assert sheets(page) == 1
    assert paper_faults(page) == []


def test_code_cards_are_ten_a_sheet(page: Page, answering: AnsweringSite) -> None:
    # Cards are for a unit where enough are invited by name, and other tests invite some in this one.
    for _person in range(10):
        answering.new_code()
    answering.sign_in(page.context)
    page.goto(answering.path("/undersokelser/alle/brev-og-lenke"))
    page.locator("#count").fill("21")
    page.locator("#loose_unit").select_option(label="Enhet A")
    move_on(page.locator("form", has=page.locator("#count")).get_by_role("button"))
    expect(page.locator(".code-card")).to_have_count(21)
    assert sheets(page) == 3
    lengthen(page, "Enhet A", f"Enhet for {LONG_NAME.lower()}")
    assert sheets(page) == 3, "a long name of a unit takes no room from the next card"
    assert paper_faults(page) == []
    page.evaluate(
        "document.querySelectorAll('.printed-code').forEach(each => each.textContent = 'MWQM-WWMQ-MWMW')"
    )
    assert paper_faults(page) == []


def test_a_folded_table_is_printed_and_what_is_only_to_be_pressed_is_not(page: Page, site: Site) -> None:
    sign_in(page, site, "leder")
    page.goto(site.path("/resultater/medarbeider-2024/OK4"))
    table = page.locator("details:not([open]) table").first
    expect(table).to_be_hidden()
    page.emulate_media(media="print")
    expect(table).to_be_visible()
    assert table.evaluate("one => one.getBoundingClientRect().height") > 100
    shown = page.locator("main a.ds-button, main nav a, .reading-link a, .comments-link a")
    assert [link.inner_text() for link in shown.all() if link.is_visible()] == []


def _faults_with_long_names(page: Page) -> list[str]:
    found = paper_faults(page)
    for name in ("Tyttebærtua", "Fjordvik", "Bergtunet", "Drift"):
        lengthen(page, name, LONG_NAME)
    return [f"{page.url}: {fault}" for fault in found + paper_faults(page)]


def test_no_word_of_the_pages_of_hr_is_broken_and_no_link_leads_nowhere(page: Page, site: Site) -> None:
    sign_in(page, site, "hr")
    found: list[str] = []
    for address in PRINTED_BY_HR:
        page.goto(site.path(address))
        found += _faults_with_long_names(page)
    page.goto(site.path("/kortoppsett"))
    move_on(page.get_by_role("button", name="Lag kortet for"))
    found += _faults_with_long_names(page)
    assert found == []


_SAYS_BELOW_THE_REST: Final = """name => document.querySelectorAll('.measure-words > div').forEach(each => {
  each.insertAdjacentHTML('beforeend', `<p class="small">Under resten av ${name} kommune (4,2)</p>`);
})"""


def test_a_table_of_many_columns_is_printed_across_and_whole(page: Page, site: Site) -> None:
    sign_in(page, site, "leder")
    page.goto(site.path("/resultater/medarbeider-2024/OK4"))
    assert _faults_with_long_names(page) == []
    # Which themes say so is for the figures to decide; on paper there is room beside every theme.
    page.evaluate(_SAYS_BELOW_THE_REST, LONG_NAME)
    assert paper_faults(page) == []
    sizes = re.findall(
        rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(format="A4", prefer_css_page_size=True)
    )
    assert sum(float(width) > float(height) for width, height in sizes) == 1


# (heading, how many pixels each of its facts begins to the side of it) for the facts that are not under theirs.
_FACTS_ASIDE: Final = """() => [...document.querySelectorAll('.perspective, section')].flatMap(section => {
  const heads = [...section.querySelectorAll(':scope > .indicator-heads > span')];
  const left = Object.fromEntries(heads.map(one => [one.textContent, one.getBoundingClientRect().left]));
  return [...section.querySelectorAll('.fact')]
    .map(fact => [fact.querySelector('dt').textContent, fact.getBoundingClientRect().left])
    .filter(([word, at]) => heads.length && Math.abs(at - left[word]) > 1);
})"""


def test_each_fact_of_a_card_is_printed_under_its_own_heading(page: Page, site: Site) -> None:
    sign_in(page, site, "hr")
    page.goto(site.path("/styringskort/FK"))
    page.emulate_media(media="print")
    page.set_viewport_size(UPRIGHT)
    expect(page.locator(".indicator-heads").first).to_be_visible()
    assert page.locator(".fact").count() > 10
    assert page.evaluate(_FACTS_ASIDE) == []
    expect(page.locator("#indikator-M1\\.1").get_by_text("Fire enheter får hjelp").last).to_be_visible()
