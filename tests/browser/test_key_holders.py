"""Two open the ballot box together, each in a browser of her own: sound, and by keyboard, on a phone and a desk."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.platform.database import Database
from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.looking import DESK, PHONE
from tests.browser.moving_on import move_on, move_on_by_key
from tests.building import build_survey

KEY = "to-apner"
PHRASES = {"hr": "fjellrev sykler stille hjem 7", "tillitsvalgt": "blå kopp under gammel bro 4"}


def _assert_sound(page: Page) -> None:
    assert axe.faults_for_readers(page) == []


def _submit(page: Page, name: str) -> None:
    """By keyboard."""
    move_on_by_key(page.get_by_role("button", name=name, exact=True))


def _draft(db: Database) -> tuple[str, str]:
    """A draft for the whole municipality; the ids of the two who will hold its keys."""
    with db.transaction() as session:
        people = {account.username: account for account in session.scalars(select(Account))}
        build_survey(session, people["hr"].grants[0].unit, KEY)
        unit_id = people["hr"].grants[0].unit_id
        session.add(Grant(account=people["direktor"], role=Role.ADMINISTRATOR, unit_id=unit_id))
        return str(people["hr"].id), str(people["tillitsvalgt"].id)


def test_from_choosing_the_holders_to_an_open_box(
    desk: Page, browser: Browser, own_site: Site, tmp_path: Path
) -> None:
    db = Database(f"sqlite:///{tmp_path / 'instance' / 'medvirk.sqlite3'}")
    hr, representative = _draft(db)
    sign_in(desk, own_site, "hr")
    desk.goto(f"{own_site.address}/undersokelser/{KEY}")
    move_on(desk.get_by_role("link", name="Nøkler", exact=True))
    _assert_sound(desk)
    desk.get_by_label("To må åpne sammen").check()
    desk.get_by_label("Nøkkelholder fra HR").select_option(hr)
    desk.get_by_label("Nøkkelholder fra de ansatte").select_option(representative)
    _submit(desk, "Lagre valget")
    _assert_sound(desk)

    other = browser.new_context(locale="nb-NO", viewport=PHONE, bypass_csp=True).new_page()
    sign_in(other, own_site, "tillitsvalgt")
    move_on(other.get_by_role("link", name="Velg nøkkelord for"))
    _assert_sound(other)
    other.get_by_label("Nøkkelordene dine").fill("kort")
    other.get_by_label("Nøkkelordene en gang til").fill("kort")
    _submit(other, "Velg nøkkelordene")
    expect(other.locator(".ds-error-summary")).to_contain_text("minst 12 tegn")
    _assert_sound(other)
    for page, name in ((other, "tillitsvalgt"), (desk, "hr")):
        page.goto(f"{own_site.address}/undersokelser/{KEY}/min-nokkel")
        page.get_by_label("Nøkkelordene dine").fill(PHRASES[name])
        page.get_by_label("Nøkkelordene en gang til").fill(PHRASES[name])
        _submit(page, "Velg nøkkelordene")
        _assert_sound(page)

    desk.goto(f"{own_site.address}/undersokelser/{KEY}/nokler")
    expect(desk.get_by_text("En annen i HR eller en administrator må lage nøkkelen.")).to_be_visible()
    _assert_sound(desk)
    maker = browser.new_context(locale="nb-NO", viewport=DESK, bypass_csp=True).new_page()
    sign_in(maker, own_site, "direktor")
    maker.goto(f"{own_site.address}/undersokelser/{KEY}/nokler")
    _submit(maker, "Lag nøkkelen")
    assert maker.locator(".reserve-words li").count() == 33
    _assert_sound(maker)
    maker.emulate_media(media="print")
    assert not maker.get_by_text("Skriv ut denne siden nå.").is_visible()
    maker.emulate_media(media="screen")
    move_on(maker.get_by_role("link", name="Jeg har skrevet ut arket"))
    _assert_sound(maker)
    desk.goto(f"{own_site.address}/undersokelser/{KEY}/steg/open")
    _submit(desk, "Åpne undersøkelsen")
    with db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    db.engine.dispose()

    desk.goto(f"{own_site.address}/undersokelser/{KEY}")
    move_on(desk.get_by_role("link", name="Åpne urnen", exact=True))
    _assert_sound(desk)
    other.goto(own_site.address)
    move_on(other.get_by_role("link", name="Åpne urnen for"))
    _assert_sound(other)
    other.get_by_label("Nøkkelordene dine").fill(PHRASES["tillitsvalgt"])
    _submit(other, "Åpne urnen")
    _assert_sound(other)
    move_on(desk.get_by_role("link", name="Åpne med nøkkelordene dine"))
    desk.get_by_label("Nøkkelordene dine").fill("ikke disse")
    _submit(desk, "Åpne urnen")
    expect(desk.locator(".ds-error-summary")).to_contain_text("stemmer ikke")
    _assert_sound(desk)
    desk.get_by_label("Nøkkelordene dine").fill(PHRASES["hr"])
    _submit(desk, "Åpne urnen")
    expect(desk.get_by_text("Urnen er åpen. HR kan telle opp svarene.").first).to_be_visible()
    desk.goto(f"{own_site.address}/undersokelser/{KEY}")
    expect(desk.get_by_role("link", name="Tell opp svarene", exact=True)).to_be_visible()
