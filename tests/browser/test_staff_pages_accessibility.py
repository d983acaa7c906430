"""Every page of the staff is looked at somewhere: axe finds nothing, all fits, and no link in it is lost.

A new route that can be read (GET) needs an address below, or a line in `NOT_HERE` that says where it is looked at or
why it is no page.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from app import create_app
from surveys.platform.config import Settings
from tests.anchors import lost_links
from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import PHONE
from tests.browser.test_accessibility import OPEN_PAGES, READERS_PAGES
from tests.web.access_table import NOT_STAFF

PREVIEW = "/sporreskjema/medarbeider/v1/forhandsvisning/nb"
# As HR of the whole municipality, beside those of `test_accessibility.py`.
HR_PAGES = (
    "/konto",
    "/personvern/oppbevaring",
    "/personvern/innsyn/bruker/2",
    "/brukere",
    "/brukere?sok=finnes-ikke",
    "/brukere/ny",
    "/brukere/ledere",
    "/brukere/1",
    "/brukere/2",
    "/brukere/1/hvem-ser-hva",
    "/undersokelser/arshjul",
    "/styringskort/FK/egenvurdering",
    "/styringskort/FK/pa-tvers",
    "/styringskort/FK/strategikart",
    "/lederavtale",
    "/kortoppsett/systemer",
    "/lederavtale/alt",
    "/styringskort/FK/egenvurdering/2026/enheter",
    "/undersokelser/ny?som=medarbeider-2026",
    "/undersokelser/medarbeider-2026/frist",
    "/undersokelser/medarbeider-2026/utvalg",
    "/undersokelser/medarbeider-2026/sjekkliste",
    "/undersokelser/medarbeider-2026/tidligere",
    "/undersokelser/medarbeider-2024/frigivelse",
    "/undersokelser/innbygger-2025/vekting",
    "/organisasjon?sok=barnehage&avsluttet=y",
    "/organisasjon/import",
    "/undersokelser/svarfil",
    "/organisasjon/endringer",
    "/organisasjon/enhet/OK4/ny",
    "/organisasjon/enhet/OK4/navn",
    "/organisasjon/enhet/OK4/flytt-ansatte",
    "/organisasjon/enhet/OK4/avslutt",
    "/organisasjon/enhet/OK4/gjenapne",
    "/resultater/medarbeider-2024/endringer",
    "/resultater/medarbeider-2024/alle-enhetene",
    "/resultater/medarbeider-2024/varmekart",
    "/resultater/medarbeider-2024/samvariasjon",
    "/resultater/medarbeider-2024/FK/kommentarer",
    "/resultater/medarbeider-2024/FK/ansatte",
    "/resultater/medarbeider-2024/apnet",
    "/resultater/medarbeider-2024/FK/dette-gjor-vi",
    "/resultater/medarbeider-2024/FK/dette-gjor-vi/plakat",
    "/styringskort?sok=barnehage",
    "/styringskort/OK4/svar/3",
    "/styringskort/sporsmal",
    "/rapporter",
    "/rapporter/ny?slag=tertial",
    "/rapporter/arshjul",
    "/rapporter/gjennomgang/2026",
    "/rapporter/1",
    "/rapporter/2?utgave=political",
    "/offentlige-rapporter",
    "/offentlige-rapporter/1",
    "/forslag",
    "/planer",
    "/planer/OK4",
    "/planer/OK4/1",
    "/kortoppsett",
    "/kortoppsett/nytt",
    "/verdier",
    "/verdier/fil",
    "/verdier/3/2026/2",
    f"{PREVIEW}/",
    f"{PREVIEW}/side/1",
    f"{PREVIEW}/oppsummering",
    f"{PREVIEW}/pause",
    f"{PREVIEW}/kvittering",
)
SIGNED_OUT_PAGES = (
    "/glemt-passord",
    "/velg-passord/finnes-ikke",
    "/offentlige-resultater",
    "/offentlige-resultater/medarbeider-2024",
)
_MONDAY = "test_monday.py, which makes what the page is about"
NOT_HERE = {
    "access.choose_language": "goes back to the page it was chosen on",
    "access.oidc_begin": "leads to the provider; test_sign_in_provider.py",
    "access.oidc_callback": "comes from the provider; test_sign_in_provider.py",
    "access.oidc_continue": "leads on; test_sign_in_provider.py",
    "access.signed_out": "test_sign_in_provider.py",
    "home.security_txt": "a file that programs read",
    "hr.answer_columns": "test_answer_file_pages.py",
    "hr.answer_preview": "test_answer_file_pages.py",
    "hr.answer_progress": "numbers for the script of a long step",
    "hr.correction": "test_release_accessibility.py, which asks for one",
    "hr.corrected_figures": "test_release_accessibility.py, which makes one",
    "hr.delete": _MONDAY,
    "hr.edit": _MONDAY,
    "hr.keys": "test_key_holders.py",
    "hr.own_key": "test_key_holders.py",
    "hr.poster": "a page for paper: tests/web/test_code_sheets.py and test_public_link.py",
    "hr.progress": "numbers for the script of a long step",
    "hr.quality_factor_figure": "a figure's data; test_explored_figures.py draws it",
    "hr.quality_structure_figure": "a figure's data; test_explored_figures.py draws it",
    "hr.quality_years_figure": "a figure's data; test_explored_figures.py draws it",
    "hr.try_answering": "leads to the preview",
    "results.all_themes_figure": "a figure's data; test_explored_figures.py draws it",
    "results.unit_trends_figure": "a figure's data; test_explored_figures.py draws it",
    "jobs.index": "test_jobs_page.py",
    "material.all_units_file": "a file",
    "material.all_units_progress": "numbers for the script of a long step",
    "material.unit_file": "a file",
    "scorecards.approve_card": "test_card_setup_keyboard.py, which makes the draft",
    "scorecards.download_card": "a file",
    "scorecards.draft_map": "test_card_setup_keyboard.py, which makes the draft",
    "scorecards.waiting_values": "test_values_from_files_pages.py",
    "scorecards.left_out_values": "a file",
    "organisation.left_out_lines": "a file",
    "scorecards.edit_indicator": "test_card_setup_keyboard.py, which makes the draft",
    "scorecards.edit_outline": "test_card_setup_keyboard.py, which makes the draft",
    "scorecards.forecast_colour": "a sentence for a script",
    "scorecards.limit_sentence": "a sentence for a script",
    "scorecards.upload_card": "test_card_setup_keyboard.py, which makes the draft",
    "organisation.erase_leaver": "nobody has left the demo; tests/web/test_erasing_people.py",
    "organisation.import_columns": _MONDAY,
    "organisation.import_preview": _MONDAY,
    "organisation.undo_people_move": "nobody has been moved in the demo; tests/web/test_moving_people.py",
    "organisation.undo_reorganisation": "the demo has no plan to undo; tests/web/test_reorganising.py",
    "plans.calendar": "a file",
    "plans.edit": "test_plan_pages.py",
    "plans.evaluate": "test_plan_pages.py",
    "plans.sharing": "test_plan_pages.py",
    "plans.new_action": "test_plan_pages.py",
    "privacy.account_access_file": "a file",
    "privacy.access_file": "a file",
    "privacy.document_file": "a file",
    "reports.download": "a file",
    "reports.edit_draft": "test_report_pages.py, which makes the draft",
    "reports.freeze_draft": "test_report_pages.py, which makes the draft",
    "reports.preview": "test_report_pages.py, which makes the draft",
    "reports.public_download": "a file",
    "public_results.figures": "a file",
    "results.audit_package": "a file",
    "results.staff_poster": "a page for paper: tests/web/test_release_ladder.py",
    "trail.download": "a file",
}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(Settings(instance=tmp_path_factory.mktemp("routes")))
    yield app
    app.extensions["medvirk_database"].engine.dispose()


def _endpoint(app: Flask, address: str) -> str:
    endpoint, _values = app.url_map.bind("localhost").match(address.partition("?")[0])
    return str(endpoint)


def test_every_page_of_the_staff_is_looked_at_somewhere(routes: Flask) -> None:
    elsewhere = [address for pages in READERS_PAGES.values() for address in pages]
    open_pages = [address for address in OPEN_PAGES if address != "/finnes-ikke"]
    visited = {
        _endpoint(routes, address) for address in (*HR_PAGES, *SIGNED_OUT_PAGES, *elsewhere, *open_pages)
    }
    staff = {
        rule.endpoint
        for rule in routes.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(("static", *NOT_STAFF))
    }
    assert staff - visited - set(NOT_HERE) == set(), "a page that nobody looks at"
    assert set(NOT_HERE) & visited == set(), "looked at after all"
    assert set(NOT_HERE) <= staff, "a route that is gone"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


def _faults(page: Page, site: Site, address: str) -> list[str]:
    """What is wrong with the page, on a desk in dark and on a phone in light."""
    answer = page.goto(site.path(address))
    assert answer is not None
    is_there = answer.status == 200 or address in SIGNED_OUT_PAGES
    found = [] if is_there and page.url == site.path(address) else [f"{address}: {answer.status} {page.url}"]
    return [*found, *lost_links({address: answer.text()}), *axe.faults_for_readers(page)]


def test_hrs_pages_are_sound(page: Page, site: Site) -> None:
    sign_in(page, site, "hr")
    assert [fault for address in HR_PAGES for fault in _faults(page, site, address)] == []


def test_the_pages_before_signing_in_are_sound(page: Page, site: Site) -> None:
    assert [fault for address in SIGNED_OUT_PAGES for fault in _faults(page, site, address)] == []
