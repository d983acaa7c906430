"""A leader's plan with the keyboard on a narrow screen, without scripts, and on paper."""

from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.moving_on import move_on, move_on_by_key
from tests.browser.test_card_setup_keyboard import press, write


def _looked_at(page: Page) -> list[str]:
    axe.wait_until_still(page)
    return [*axe.faults(page), *([f"{page.url}: too wide"] if axe.overflow(page) else [])]


def test_an_action_is_added_and_done_by_keyboard_on_a_narrow_screen(own_site: Site, desk: Page) -> None:
    desk.set_viewport_size({"width": 320, "height": 640})
    sign_in(desk, own_site, "leder")
    desk.goto(own_site.path("/planer/OK4"))
    faults = _looked_at(desk)
    press(desk, "Legg til et tiltak")
    faults += _looked_at(desk)
    press(desk, "Legg til tiltaket")
    expect(desk.get_by_role("link", name="Skriv hva dere skal gjøre.")).to_be_visible()
    faults += _looked_at(desk)
    word = "Menneskerettighetsorganisasjonssamarbeidspartner"
    write(desk, "Hva skal dere gjøre?", f"Vi snakker med {word}")
    write(desk, "Hvem gjør det?", "Styreren")
    write(desk, "Når skal det være gjort?", f"31.12.{_next_year(desk)}")
    press(desk, "Legg til tiltaket")
    added = desk.locator(".plan-action", has_text=word)
    expect(added.get_by_text("Planlagt", exact=True)).to_be_visible()
    move_on_by_key(added.get_by_role("button", name="Merk som gjort"))
    expect(desk.locator(".plan-action", has_text=word).get_by_text("Gjort", exact=True)).to_be_visible()
    faults += _looked_at(desk)
    move_on_by_key(desk.locator(".plan-action", has_text=word).get_by_role("link", name="Hjalp det?"))
    expect(desk.get_by_role("heading", name="Gjorde vi det? Hjalp det?")).to_be_visible()
    faults += _looked_at(desk)
    desk.goto(own_site.path("/planer/OK4/1/del"))
    faults += _looked_at(desk)
    press(desk, "Se det slik andre ser det")
    expect(desk.get_by_role("heading", name="Slik ser andre det")).to_be_visible()
    assert faults + _looked_at(desk) == []


def test_without_scripts_an_action_is_dropped_with_a_reason(browser: Browser, own_site: Site) -> None:
    context = browser.new_context(
        locale="nb-NO", viewport={"width": 1280, "height": 900}, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, own_site, "leder")
    page.goto(own_site.path("/planer/OK4"))
    action = page.locator(".plan-action", has_text="Hver ansatt velger én ting")
    action.get_by_text("Dropp tiltaket").first.click()
    # By keyboard: a font that comes late moves what is under the mouse.
    move_on_by_key(action.get_by_role("button", name="Dropp tiltaket"))
    expect(page.get_by_role("link", name="Skriv hvorfor dere dropper tiltaket.")).to_be_visible()
    page.get_by_label("Hvorfor dropper dere det?").locator("visible=true").fill("Vi får ikke vikar")
    move_on(page.locator("form:visible button:has-text('Dropp tiltaket'):visible").first)
    expect(page.get_by_role("heading", name="Dette droppet vi")).to_be_visible()
    expect(page.get_by_text("Vi får ikke vikar")).to_be_visible()
    context.close()


def test_the_plan_on_paper_has_no_buttons(own_site: Site, desk: Page) -> None:
    sign_in(desk, own_site, "leder")
    desk.goto(own_site.path("/planer/OK4"))
    desk.emulate_media(media="print")
    expect(desk.get_by_role("button")).to_have_count(0)
    expect(desk.get_by_text("Slik ser vi at det virker").first).to_be_visible()


def _next_year(page: Page) -> int:
    return int(page.evaluate("new Date().getFullYear()")) + 1
