"""Behind the nginx and the Caddy that operators are given, on https: everything works, and nobody is shut out."""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

from app import create_app
from surveys.access.models import Account, Grant, Role
from surveys.access.passwords import hash_unjudged
from surveys.platform import limits
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.behind_proxy import ADDRESS, NAME, ProxiedSite, behind
from tests.browser.conftest import CHROMIUM, FLAGS, PATIENCE
from tests.browser.moving_on import move_on, presses
from tests.building import build_open_survey, invite_some
from tests.card_building import unit_of
from tests.conftest import Installations
from tests.guessed_codes import unknown_codes

PASSWORD = "et langt passord"
MOST = limits.UNKNOWN_CODES_OF_A_CLIENT.most.amount
OFFICE, HOME = "127.0.0.2", "127.0.0.3"
# A page of a sister site of the municipality: a cookie of «kommunen.no» goes to both.
SISTER = "https://andre.kommunen.no/"


@dataclass(frozen=True)
class Behind:
    """A site behind a proxy, with an HR account and two codes: one to answer with, and one to look up."""

    proxy: str
    site: ProxiedSite
    codes: list[str]


@contextmanager
def _behind(proxy: str, folder: Path, installations: Installations, workers: int = 2) -> Iterator[Behind]:
    with installations("sqlite", folder) as settings:
        codes = _build(settings)
        with behind(proxy, settings, folder, workers=workers) as site:
            yield Behind(proxy, site, codes)


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory, installations: Installations
) -> Iterator[Callable[[str], Behind]]:
    """The site behind this proxy, the same for all tests."""
    with ExitStack() as stack:

        @cache
        def start(proxy: str) -> Behind:
            return stack.enter_context(_behind(proxy, tmp_path_factory.mktemp(proxy), installations))

        yield start


@pytest.fixture(params=["nginx", "caddy"])
def proxied(request: pytest.FixtureRequest, started: Callable[[str], Behind]) -> Behind:
    return started(request.param)


def _build(settings: Settings) -> list[str]:
    app = create_app(settings)
    db: Database = app.extensions["medvirk_database"]
    with db.transaction() as session:
        codes = invite_some(app, session, build_open_survey(app, session), count=2)
        account = Account(
            username="hr", name="Kari Eide", password_hash=hash_unjudged(PASSWORD), all_grants=[]
        )
        account.all_grants.append(Grant(role=Role.HR, unit_id=unit_of(session, "K").id))
        session.add(account)
    db.engine.dispose()
    return codes


@pytest.fixture(scope="module")
def browser_for(playwright: Playwright) -> Iterator[Callable[[int], Browser]]:
    """The browser that finds the site's name at this port of this machine, the same for all tests."""
    with ExitStack() as stack:

        @cache
        def launch(port: int) -> Browser:
            rule = f"--host-resolver-rules=MAP {NAME}:443 127.0.0.1:{port}"
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=[*FLAGS, rule], timeout=PATIENCE * 1000
            )
            stack.callback(browser.close)
            return browser

        yield launch


@pytest.fixture
def context(browser_for: Callable[[int], Browser], proxied: Behind) -> Iterator[BrowserContext]:
    """A visitor with that browser, who takes the site's certificate."""
    opened = browser_for(proxied.site.port).new_context(locale="nb-NO", ignore_https_errors=True)
    opened.set_default_timeout(PATIENCE * 1000)
    yield opened
    opened.close()


def _sign_in(page: Page) -> None:
    page.goto(f"{ADDRESS}/logg-inn")
    page.get_by_label("Brukernavn").fill("hr")
    page.get_by_label("Passord").fill(PASSWORD)
    presses(page, "Logg inn")
    assert page.url == f"{ADDRESS}/"


def test_signing_in_exporting_and_answering_work_on_https(context: BrowserContext, proxied: Behind) -> None:
    page = context.new_page()
    _sign_in(page)
    cookies = {cookie["name"]: cookie for cookie in context.cookies(f"{ADDRESS}/logg-inn")}
    assert cookies.keys() == {"__Host-medvirk", "medvirk_kjent"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    page.goto(f"{ADDRESS}/hendelseslogg")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).click()
    assert "liten-2026" in download.value.path().read_text("utf-8-sig")
    presses(page, "Logg ut")
    expect(page.get_by_role("button", name="Logg inn")).to_be_visible()
    _answer(page, proxied.codes[0])


def _answer(page: Page, code: str) -> None:
    page.goto(f"{ADDRESS}/svar")
    page.get_by_role("textbox").fill(code)
    move_on(page.get_by_role("button").first)
    move_on(page.get_by_role("link", name="Start"))
    while "/side/" in page.url:
        for fieldset in page.locator("fieldset").all():
            fieldset.locator("label").first.click()
        presses(page, "Neste")
    presses(page, "Lever svarene")
    expect(page.get_by_role("heading", level=1)).to_have_text("Takk! Svaret ditt er levert.")


def test_a_form_on_a_sister_site_is_refused_though_the_cookie_goes_along(context: BrowserContext) -> None:
    page = context.new_page()
    _sign_in(page)
    form = f'<form method="post" action="{ADDRESS}/logg-ut-overalt"><button>Vinn en sykkel</button></form>'

    def be_the_sister(route: Route) -> None:
        route.fulfill(body=form, content_type="text/html")

    context.route(f"{SISTER}**", be_the_sister)
    page.goto(SISTER)
    with page.expect_navigation() as sent:
        page.get_by_role("button").click()
    assert sent.value.status == 400
    assert sent.value.request.header_value("cookie")
    page.goto(f"{ADDRESS}/")
    expect(page.get_by_role("button", name="Logg ut")).to_be_visible()


def test_a_form_that_a_sister_site_wrote_is_never_given_back_as_hers(context: BrowserContext) -> None:
    """The attack: words of the sister's, waiting under Medvirk's heading, a button from being sent."""
    page = context.new_page()
    planted = json.dumps(["/brukere/ny", [["name", "Plantet Navn"], ["username", "plantet"]], False])
    forms = {
        "/brukere/ny": {"name": "Plantet Navn", "username": "plantet"},
        "/logg-inn": {"avbrutt": planted, "username": "hr", "password": PASSWORD},
    }

    def be_the_sister(route: Route) -> None:
        path = urlsplit(route.request.url).path
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in forms[path].items()
        )
        form = f'<form method="post" action="{ADDRESS}{path}">{fields}<button>Vinn en sykkel</button></form>'
        route.fulfill(body=form, content_type="text/html")

    context.route(f"{SISTER}**", be_the_sister)
    for is_signed_in in (False, True):
        if is_signed_in:
            _sign_in(page)
        for path in forms:
            page.goto(SISTER.rstrip("/") + path)
            with page.expect_navigation() as sent:
                page.get_by_role("button").click()
            assert sent.value.status == 400
            again = page.reload()
            assert again is not None
            assert again.request.method == "POST"
            assert again.status == 400, "nor when she loads the page anew and sends it once more"
            assert "Plantet" not in page.content()


def test_the_answers_carry_hsts_and_come_as_medvirk_sent_them(proxied: Behind) -> None:
    asked = {"Accept-Encoding": "gzip", "Cookie": "medvirk=x"}
    status, headers, page = proxied.site.ask("/logg-inn", headers=asked)
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Content-Encoding" not in headers, (
        "a page with a cookie is never compressed, not by the proxy either"
    )
    assert "Logg inn" in page


def test_a_guesser_is_stopped_alone_whatever_she_says_of_her_address(proxied: Behind) -> None:
    guesses = unknown_codes()
    lies: tuple[dict[str, str], ...] = (
        {},
        {"X-Forwarded-For": "192.0.2.7"},
        {"X-Real-IP": HOME},
        {"Forwarded": f"for={HOME}"},
    )
    statuses = [
        proxied.site.ask(f"/svar/{next(guesses)}", OFFICE, lies[number % len(lies)])[0]
        for number in range(MOST + 10)
    ]
    # Two processes count together; each may let one more through before it hears of the other's.
    assert MOST <= statuses.count(404) <= MOST + 1
    assert statuses[-1] == 429
    assert proxied.site.ask(f"/svar/{proxied.codes[1]}", OFFICE)[0] == 429
    assert proxied.site.ask(f"/svar/{proxied.codes[1]}", HOME)[0] == 200


def test_health_and_metrics_are_not_for_those_outside(proxied: Behind) -> None:
    for address in ("/helse/live", "/helse/klar", "/helse/metrics", "/helse/../helse/live", "//helse/live"):
        assert proxied.site.ask(address)[0] in {404, 308}, address
    assert proxied.site.ask("/svar")[0] == 200


@pytest.mark.parametrize("proxy", ["nginx", "caddy"])
def test_the_proxy_keeps_no_code_not_even_when_the_site_is_down(
    proxy: str, tmp_path: Path, installations: Installations
) -> None:
    with _behind(proxy, tmp_path, installations, workers=1) as proxied:
        code = proxied.codes[0]
        assert proxied.site.ask(f"/svar/{code}")[0] == 200
        proxied.site.stop_server()
        assert proxied.site.ask(f"/svar/{code}")[0] == 502
        assert code not in proxied.site.written


def test_a_proxy_that_nobody_told_of_is_refused_at_once_and_once_in_the_log(
    tmp_path: Path, installations: Installations
) -> None:
    with installations("sqlite", tmp_path) as settings:
        codes = _build(settings)
        with behind("nginx", settings, tmp_path, proxies=0) as site:
            answers = [site.ask(f"/svar/{codes[0]}") for _ in range(10)]
    assert {status for status, _headers, _page in answers} == {400}
    assert "MEDVIRK_PROXIES" in answers[0][2]
    log = (tmp_path / "serve.log").read_text()
    assert log.count("MEDVIRK_PROXIES er 0") == 1
    assert "127.0.0.1:" not in log.replace("http://127.0.0.1:", "")
    assert codes[0] not in log
