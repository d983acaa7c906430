"""Every page in a real browser: axe finds nothing, nothing scrolls sideways at 320 px, in light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import PHONE

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
        "/undersokelser/medarbeider-2026/utsending",
        "/undersokelser/medarbeider-2026/utsending/tekster",
        "/undersokelser/medarbeider-2026/steg/reconcile",
        "/undersokelser/medarbeider-2026/steg/remind",
        "/undersokelser/medarbeider-2026/brev-og-lenke",
        "/undersokelser/medarbeider-2026/sporreskjema",
        "/undersokelser/medarbeider-2026/innsyn",
        "/organisasjon",
        "/organisasjon/enhet/OK4",
        "/organisasjon/enhet/OK4/flytt",
        "/organisasjon/enhet/OK4/hvem-ser-hva",
        "/organisasjon/omorganisering",
        "/organisasjon/sluttet",
        "/hendelseslogg",
        "/personvern?sok=an",
        "/personvern/oppbevaring",
        "/personvern/protokoll",
        "/personvern/dpia",
        "/personvern/innsyn/1",
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
        "/resultater/medarbeider-2024/OK4/forbered",
        "/resultater/medarbeider-2024/OK4/mote",
        "/resultater/medarbeider-2024/OK4/mote/valg",
        "/styringskort/OK4?ar=2025",
        "/styringskort/OK4?ar=2024",
        "/lederavtale/OK4/2",
    ),
    "direktor": ("/resultater/medarbeider-2024/OK4/svar-ovenfra",),
    "politiker": ("/", "/styringskort", "/styringskort/FK"),
}
OPEN_PAGES = ("/logg-inn", "/svar", "/anonymitet", "/tilgjengelighet", "/informasjonskapsler", "/finnes-ikke")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_the_open_pages_are_sound(page: Page, site: Site) -> None:
    for path in OPEN_PAGES:
        page.goto(site.path(path))
        assert axe.faults_for_readers(page) == []


@pytest.mark.parametrize("username", list(READERS_PAGES))
def test_the_readers_pages_are_sound(page: Page, site: Site, username: str) -> None:
    sign_in(page, site, username)
    for path in READERS_PAGES[username]:
        answer = page.goto(site.path(path))
        assert answer is not None
        assert answer.status == 200, path
        assert axe.faults_for_readers(page) == []


def test_the_respondents_pages_are_sound_with_a_real_questionnaire(page: Page, site: Site) -> None:
    """Every state in every language is looked at in `test_respond_accessibility.py`, with a smaller one."""
    link = site.links["Bokmål"]
    for path in ("", "/side/2", "/side/2?mangler=1", "/side/11", "/oppsummering"):
        page.goto(f"{link}/nb{path}")
        assert axe.faults_for_readers(page) == []
