"""Signing in with a provider in a real browser: the content policy lets it happen, and everybody can read the pages."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from surveys.access.models import Account
from tests.browser import axe
from tests.browser.conftest import PATIENCE
from tests.browser.looking import PHONE
from tests.browser.moving_on import presses
from tests.building import build_installation, build_units
from tests.conftest import Installations
from tests.mail_server import free_port
from tests.signing_in import RunningProvider, running_provider

LONG_SUBJECT = "a3f1c9d2-77b0-4e1d-9c55-0d1f6a2b7c8e-0d1f6a2b7c8e-0d1f6a2b7c8e"
ROLES = "roles:\n  - {claim: groups, value: hr-gruppa, role: hr, unit: K}\n"


@dataclass(frozen=True)
class ProviderSite:
    """A site whose staff sign in with a provider."""

    address: str
    provider: RunningProvider
    app: Flask


@pytest.fixture(scope="module")
def provider_site(
    installations: Installations, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProviderSite]:
    folder = tmp_path_factory.mktemp("provider-site")
    with installations("sqlite", folder) as settings, running_provider() as provider:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        app = create_app(provider.settings(replace(settings, base_url=address), ROLES))
        with app.extensions["medvirk_database"].transaction() as session:
            build_installation(session)
            build_units(session)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_SilentHandler)
        Thread(target=server.serve_forever, daemon=True).start()
        yield ProviderSite(address, provider, app)
        server.shutdown()
        app.extensions["medvirk_database"].engine.dispose()


class _SilentHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture(params=[320, 1280])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A phone and a screen, both with the content policy in force and the phone without JavaScript."""
    context = browser.new_context(
        locale="nb-NO",
        viewport={"width": request.param, "height": 800},
        java_script_enabled=request.param != 320,
    )
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE * 1000)
    yield opened
    context.close()


def _sign_in(page: Page, site: ProviderSite) -> None:
    page.goto(f"{site.address}/logg-inn")
    with page.expect_navigation(url=f"{site.address}/"):
        page.get_by_role("link", name="Logg inn med Testporten").click()


def test_somebody_signs_in_and_out_of_both(page: Page, provider_site: ProviderSite) -> None:
    """The browser is led on by the page and not by a redirect, which `form-action 'self'` would stop in Chrome."""
    provider_site.provider.says(claims={"groups": ["hr-gruppa"], "name": "Kari Nordmann"})
    _sign_in(page, provider_site)
    expect(page.get_by_role("link", name="Kari Nordmann")).to_be_visible()
    page.get_by_role("button", name="Logg ut").click()
    page.wait_for_url(f"{provider_site.address}/logget-ut?*")
    expect(page.get_by_text("Du er logget ut av Medvirk og av Testporten.")).to_be_visible()
    assert len(provider_site.provider.asked()["end"]) >= 1


def test_the_sign_in_page_is_reached_with_the_keyboard(page: Page, provider_site: ProviderSite) -> None:
    provider_site.provider.says(claims={"groups": ["hr-gruppa"], "name": "Kari Nordmann"})
    page.goto(f"{provider_site.address}/logg-inn")
    for _press in range(10):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text().startswith("Logg inn med"):
            break
    with page.expect_navigation(url=f"{provider_site.address}/"):
        page.keyboard.press("Enter")


@pytest.fixture
def examined(browser: Browser) -> Iterator[Page]:
    """With the content policy off: axe is a script of ours that the policy knows nothing of."""
    context = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True)
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE * 1000)
    yield opened
    context.close()


def test_every_page_of_it_is_accessible(examined: Page, provider_site: ProviderSite) -> None:
    site = provider_site
    found: list[str] = []

    def look() -> None:
        found.extend(axe.faults_for_readers(examined))

    examined.goto(f"{site.address}/logg-inn")
    look()
    site.provider.says(claims={"groups": ["noe annet"], "sub": "ola-1"})
    with examined.expect_navigation(url=f"{site.address}/logg-inn/retur?*"):
        examined.get_by_role("link", name="Logg inn med Testporten").click()
    look()
    examined.goto(f"{site.address}/logget-ut")
    look()
    site.provider.says(claims={"groups": ["hr-gruppa"], "name": "Kari Nordmann"})
    _sign_in(examined, site)
    examined.goto(f"{site.address}/logg-inn/fortsett")
    look()
    # The page that leads on, held: a provider that answers with nothing leaves the browser where it is.
    examined.route(f"{site.provider.issuer}/**", lambda route: route.fulfill(status=204))
    presses(examined, "Logg ut")
    look()
    assert found == []


def test_what_hr_reads_of_an_accounts_link_is_accessible(examined: Page, provider_site: ProviderSite) -> None:
    """Each state of the panel on the account's page, its form open, and the fault when the ID is refused."""
    site = provider_site
    site.provider.says(claims={"groups": ["hr-gruppa"], "name": "Kari Nordmann", "sub": "kari-1"})
    _sign_in(examined, site)
    accounts = _accounts_in_every_state(site)
    found: list[str] = []
    for account_id, words in accounts.values():
        examined.goto(f"{site.address}/brukere/{account_id}")
        expect(examined.get_by_text(words)).to_be_visible()
        for summary in examined.locator("summary").all():
            summary.click()
        axe.wait_until_still(examined)
        found += axe.faults_for_readers(examined)
    examined.goto(f"{site.address}/brukere/{accounts['address'][0]}")
    examined.get_by_text("Knytt kontoen med ID").click()
    examined.get_by_label("Personens ID hos Testporten").fill("01010750160")
    presses(examined, "Knytt kontoen")
    expect(examined.get_by_role("alert")).to_contain_text("fødselsnummer")
    expect(examined.get_by_label("Personens ID hos Testporten")).to_be_visible()
    found += axe.faults_for_readers(examined)
    assert found == []


def _accounts_in_every_state(site: ProviderSite) -> dict[str, tuple[int, str]]:
    """State → an account's id, and words of the panel."""
    db = site.app.extensions["medvirk_database"]
    made = {}
    with db.transaction() as session:
        for state, words, values in (
            ("linked", "er knyttet til en person hos Testporten", {"oidc_issuer": site.provider.issuer}),
            ("elsewhere", "en tjeneste som ikke er i bruk nå. Fjern", {"oidc_issuer": "https://x.example"}),
            ("address", "neste gang personen med e-postadressen", {"email": "{name}@fjordvik.example"}),
            ("shared", "Flere brukere har denne e-postadressen", {"email": "lik@fjordvik.example"}),
            ("no-address", "Kontoen har ingen e-postadresse", {}),
        ):
            filled = {key: value.format(name=state) for key, value in values.items()}
            if "oidc_issuer" in filled:
                filled["oidc_subject"] = f"{LONG_SUBJECT}{state}"
            made[state] = (Account(username=state, name=f"Anne-Margrethe Bjørkås {state}", **filled), words)
        session.add_all(account for account, _words in made.values())
        twin = Account(username="lik", name="Ola", email="lik@fjordvik.example")
        session.add(twin)
        session.flush()
        return {state: (account.id, words) for state, (account, words) in made.items()}
