"""A real browser against the real demo, built and started as its users do it: one site for most browser tests."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from app import create_app
from surveys.demo.commands import LANGUAGE_NAMES, unused_links
from surveys.platform.config import Settings
from surveys.site.worker import WorkerThreads
from tests.browser.answering import AnsweringSite, answering_site, served
from tests.browser.moving_on import presses
from tests.conftest import Installations
from tests.mail_server import free_port

ROOT = Path(__file__).parents[2]
PASSWORD = "fjordvik-demo"
# Without most of these Chromium calls home, and this suite must run where nothing outside answers.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Else the first page of every context begins in one process and goes on in another.
    "--renderer-process-limit=1",
)
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
# How long anything may take before it counts as broken: a test waits for what it wants to see and never for a time,
# so a generous limit costs nothing where all is well, and a busy machine fails nothing.
PATIENCE = 120  # seconds
expect.set_options(timeout=PATIENCE * 1000)
MEDVIRK = Path(sys.executable).parent / "medvirk"


@dataclass(frozen=True)
class Site:
    """A running demo: its address, and an unused respondent link in each language it named («Bokmål»)."""

    address: str
    links: Mapping[str, str]

    def path(self, path: str) -> str:
        return self.address + path


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that has been built and not started."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    subprocess.run([MEDVIRK, "demo", "--build-only"], env=environment(instance), check=True, cwd=ROOT)
    return instance


@pytest.fixture(scope="session")
def site(built_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running demo, started as its users start it, for tests that leave its survey open."""
    instance = shutil.copytree(built_demo, tmp_path_factory.mktemp("site") / "instance")
    port = free_port()
    process = subprocess.Popen(
        [MEDVIRK, "demo", "--port", str(port)],
        env=environment(instance),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl+C" in line:
            break
    said = "".join(lines)
    assert "Ctrl+C" in said, f"The demo ended with status {process.wait()}:\n{said}"
    # It says so when it listens: from now on a visitor waits for her answer and is not refused.
    address = f"http://127.0.0.1:{port}"
    yield Site(address, dict(re.findall(rf"^(\w+):\n({address}/svar/\S+)$", said, re.MULTILINE)))
    process.terminate()
    process.wait(PATIENCE)
    process.stdout.close()


@pytest.fixture
def own_site(built_demo: Path, tmp_path: Path) -> Iterator[Site]:
    """A demo for one test alone, which may close and release its survey.

    It is served from this process: to start `medvirk demo` takes longer than most of what is tested.
    """
    port = free_port()
    instance = shutil.copytree(built_demo, tmp_path / "instance")
    app = create_app(Settings(instance=instance, base_url=f"http://127.0.0.1:{port}"))
    with app.app_context():
        links = {LANGUAGE_NAMES[language]: link for language, link in unused_links().items()}
    worker = WorkerThreads(app)
    worker.start()
    try:
        with served(app, port) as address:
            yield Site(address, links)
    finally:
        worker.stop()
        app.extensions["medvirk_database"].engine.dispose()


@pytest.fixture(scope="session")
def answering(
    tmp_path_factory: pytest.TempPathFactory, installations: Installations
) -> Iterator[AnsweringSite]:
    """A small site with a survey in each state a respondent can meet. Tests make codes of their own in it."""
    with (
        installations("sqlite", tmp_path_factory.mktemp("answering")) as settings,
        answering_site(settings) as found,
    ):
        yield found


def environment(instance: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("MEDVIRK_")}
    return {**others, "MEDVIRK_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all tests of a process: a second one does not start."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE * 1000)
    yield launched
    launched.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow phone, 320 px wide, without JavaScript."""
    yield from _page(
        browser.new_context(locale="nb-NO", viewport={"width": 320, "height": 640}, java_script_enabled=False)
    )


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A 1280 px wide screen."""
    yield from _page(
        browser.new_context(locale="nb-NO", viewport={"width": 1280, "height": 900}, bypass_csp=True)
    )


def _page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    elsewhere: list[str] = []
    page.on(
        "request", lambda sent: elsewhere.append(sent.url) if "//127.0.0.1" not in sent.url[:20] else None
    )
    yield page
    context.close()
    assert [url for url in elsewhere if not url.startswith("data:")] == []


def sign_in(page: Page, site: Site, username: str) -> None:
    page.goto(site.path("/logg-inn"))
    page.get_by_label("Brukernavn").fill(username)
    page.get_by_label("Passord").fill(PASSWORD)
    presses(page, "Logg inn")
    assert page.url == site.path("/")
