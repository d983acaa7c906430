"""The figures of the analyst's HTML report, opened from a folder: under its own policy, on a phone and in print."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from surveys.commands import medvirk
from tests.browser import axe

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rapport") / "rapport.html"
    data, asked = (str(REFERENCE / name) for name in ("data/lq2002.csv", "questionnaires/lq2002.yaml"))
    done = CliRunner().invoke(medvirk, ["analyse", data, "--questionnaire", asked, "--html", str(file)])
    assert done.exit_code == 0, done.output
    return file


@pytest.fixture(params=[320, 1280])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def test_figures_are_drawn_from_the_file_alone(page: Page, report: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    page.locator("figure[data-figure] .main-svg").first.wait_for()
    assert page.locator("figure[data-figure]:visible").count() == 4
    assert asked == [report.as_uri()]
    assert axe.overflows(page)[""] <= 0
    # The policy of the file lets no other script in, axe's neither.
    assert page.evaluate("typeof window.Plotly") == "object"
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("figure[data-figure] .main-svg").first.bounding_box()["width"] == 660  # type: ignore[index]


def test_the_page_with_its_figures_is_accessible(browser: Browser, report: Path) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(report.as_uri())
    page.locator("figure[data-figure] .main-svg").first.wait_for()
    assert axe.faults(page) == []
    context.close()


def test_without_scripts_the_tables_are_there_and_no_empty_figure(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("figure:visible").count() == 0
    assert page.locator("caption", has_text="Ledelsesklima: andelen som ga hvert svar").is_visible()
    context.close()
