"""The main job from end to end in a real browser: answered, closed, counted, released, and on the card."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, sign_in
from tests.browser.moving_on import follows, presses


def answer_everything(page: Page) -> None:
    """Chooses the fourth step of every statement, page by page, to the review."""
    while "/side/" in page.url:
        for fieldset in page.locator("fieldset").all():
            fieldset.locator("label").nth(3 if fieldset.locator("label").count() > 3 else 0).click()
        presses(page, "Neste")


def test_a_respondent_answers_on_a_phone_without_javascript(phone: Page, own_site: Site) -> None:
    link = own_site.links["Bokmål"]
    phone.goto(f"{link}/nb")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("2026")
    expect(phone.get_by_text("Hvem ser hva, og når")).to_be_visible()
    follows(phone, "Start")
    answer_everything(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Se over og lever")
    presses(phone, "Lever svarene")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Takk! Svaret ditt er levert.")
    assert phone.context.cookies() == []

    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Svaret ditt er levert")


def test_hr_releases_and_the_leader_and_the_card_have_it_at_once(desk: Page, own_site: Site) -> None:
    sign_in(desk, own_site, "leder")
    desk.goto(own_site.path("/styringskort/OK4"))
    leadership = desk.locator("#indikator-M1\\.2")
    expect(leadership).to_contain_text("2024")
    before = leadership.inner_text()
    presses(desk, "Logg ut")

    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path("/undersokelser/medarbeider-2026"))
    expect(desk.get_by_text(re.compile(r"\d+ av 520 har levert"))).to_be_visible()
    expect(desk.get_by_role("row", name=re.compile("Byggesak"))).to_contain_text("vises ikke")
    for step in ("Lukk undersøkelsen", "Tell opp svarene"):
        follows(desk, step)
        presses(desk, step)
    follows(desk, "Kvalitet")
    for factor in ("Rolleklarhet", "Mestringsklima"):
        expect(desk.get_by_role("row", name=re.compile(factor)).first).to_contain_text(re.compile(r"0,[6-9]"))
    follows(desk, "Frigi resultatene")
    presses(desk, "Frigi resultatene")
    expect(desk.get_by_text("Resultatene er frigitt, og styringskortene er oppdatert.")).to_be_visible()
    presses(desk, "Logg ut")

    sign_in(desk, own_site, "leder")
    desk.goto(own_site.path("/resultater/medarbeider-2026/OK4"))
    expect(desk.locator(".measure")).to_have_count(10)
    expect(desk.get_by_text("siden 2024").first).to_be_visible()
    desk.goto(own_site.path("/styringskort/OK4"))
    expect(desk.locator("#indikator-M1\\.2")).to_contain_text("Medarbeiderundersøkelsen 2026")
    assert desk.locator("#indikator-M1\\.2").inner_text() != before


def test_the_unit_of_three_is_hidden_with_a_reason(desk: Page, site: Site) -> None:
    sign_in(desk, site, "hr")
    desk.goto(site.path("/resultater/medarbeider-2024/TS3"))
    expect(desk.get_by_role("main")).to_contain_text("færre enn 5")
    expect(desk.locator(".measure")).to_have_count(0)
    desk.goto(site.path("/styringskort/TS3?ar=2024"))
    expect(desk.locator("#indikator-M1\\.2")).to_contain_text("Skjult")
