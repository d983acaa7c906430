"""«Utforsk figuren» in a real browser, under the real content policy: by keyboard, on a phone, and into a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in

QUALITY = "/undersokelser/medarbeider-2024/kvalitet"
PNG = b"\x89PNG\r\n\x1a\n"
PLOTLY = "plotly-cartesian"


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    """HR on a phone; what the browser refuses or fails at is a fault."""
    context = browser.new_context(locale="nb-NO", viewport={"width": 320, "height": 640})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(page, site, "hr")
    yield page
    context.close()
    assert faults == []


def test_plotly_comes_when_somebody_explores_and_the_figure_goes_with_them(
    phone: Page, site: Site, tmp_path: Path
) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(site.path(f"{QUALITY}/over-tid"))
    phone.wait_for_load_state("networkidle")
    drawn = phone.locator(".chart-drawn")
    assert drawn.is_visible()
    assert not any(PLOTLY in url for url in asked)
    phone.get_by_role("button", name="Utforsk figuren").press("Enter")
    phone.locator(".chart-canvas .point").first.wait_for()
    assert any(PLOTLY in url for url in asked)
    assert not drawn.is_visible()
    assert axe.overflow(phone) <= 0
    shown = phone.locator(".chart-canvas .scatterlayer .trace").count()
    phone.get_by_role("checkbox", name="2020").press("Space")
    phone.wait_for_function(
        f"document.querySelectorAll('.chart-canvas .scatterlayer .trace').length === {shown - 1}"
    )
    for kind, beginning in (("PNG", PNG), ("SVG", b"<svg")):
        with phone.expect_download() as saved:
            phone.get_by_role("button", name=f"Last ned {kind}").press("Enter")
        assert saved.value.suggested_filename == f"medarbeider-2024-kvalitet-over-tid.{kind.lower()}"
        saved.value.save_as(tmp_path / kind)
        content = (tmp_path / kind).read_bytes()
        assert content.startswith(beginning)
        assert len(content) > 5000
    phone.get_by_role("button", name="Vis den enkle figuren").press("Enter")
    expect(drawn).to_be_visible()


def test_a_number_of_the_heat_map_opens_its_help_by_key_and_by_finger(phone: Page, site: Site) -> None:
    phone.goto(site.path("/resultater/medarbeider-2024/varmekart"))
    numbers = phone.locator(".heat td a")
    assert numbers.count() == 0
    row = phone.locator(".heat tbody tr", has_text="Tyttebærtua")
    row.locator("th a").focus()
    phone.keyboard.press("ArrowRight")
    phone.keyboard.press("ArrowRight")
    assert numbers.evaluate_all("links => links.every((link) => link.tabIndex < 0)")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/OK4#betyr-*")
    assert phone.locator("details.meaning[open]:target").is_visible()
    phone.go_back()
    row.locator("td").first.click()
    phone.wait_for_url("**/OK4#betyr-*")


def test_a_figure_that_cannot_be_fetched_says_so_and_the_picture_stays(browser: Browser, site: Site) -> None:
    page = browser.new_context(locale="nb-NO").new_page()
    sign_in(page, site, "hr")
    page.route("**/figur/**", lambda route: route.abort())
    page.goto(site.path(f"{QUALITY}/tema/IM"))
    page.get_by_role("button", name="Utforsk figuren").click()
    page.get_by_text("Figuren kunne ikke hentes").wait_for()
    assert page.locator(".chart-drawn").is_visible()
    page.context.close()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{QUALITY}/tema/IM", ".point"),
        (f"{QUALITY}/over-tid", ".point"),
        (f"{QUALITY}/struktur", ".hm"),
        ("/resultater/medarbeider-2024/varmekart", ".hm"),
        ("/resultater/medarbeider-2024/OK4", ".point"),
    ],
)
def test_axe_finds_nothing_in_what_is_explored(browser: Browser, site: Site, path: str, kind: str) -> None:
    context = browser.new_context(
        locale="nb-NO", viewport={"width": 320, "height": 640}, bypass_csp=True, color_scheme="dark"
    )
    page = context.new_page()
    sign_in(page, site, "hr")
    page.goto(site.path(path))
    # Figures that repeat one another are folded.
    for folded in page.locator("details:has([data-explore]) > summary").all():
        folded.click()
    for button in page.locator("[data-explore]").all():
        button.click()
        page.locator(f".chart-canvas {kind}").first.wait_for()
    assert axe.faults(page) == []
    assert axe.overflow(page) <= 0
    context.close()
