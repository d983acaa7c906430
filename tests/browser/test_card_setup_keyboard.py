"""A controller's card with Øyer's three perspectives, set up with the keyboard alone on a narrow screen."""

from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Site, sign_in

MOST_TABS = 200
_NAME = """() => {
  const at = document.activeElement;
  const label = at.labels?.length ? at.labels[0] : at;
  return label.innerText.replace(/\\s+/g, ' ').trim();
}"""


def go_to(page: Page, name: str) -> None:
    """Tabs on until something with the name has the focus."""
    passed = []
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(_NAME))
        if passed[-1] == name:
            return
    raise AssertionError((name, passed))


def press(page: Page, name: str) -> None:
    go_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    go_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def write_at_once(page: Page, text: str) -> None:
    """Writes in the field that has the focus when the page opens: no tabbing to it."""
    field = page.locator("input:focus")
    # Chromium gives it the focus when it has first drawn the page, which can be after it is loaded.
    expect(field).to_have_value("")
    page.keyboard.type(text)
    expect(field).to_have_value(text)


def looked_at(page: Page) -> list[str]:
    return [*axe.faults(page), *([f"{page.url}: too wide"] if axe.overflow(page) else [])]


def test_a_card_is_set_up_by_keyboard_on_a_narrow_screen(own_site: Site, desk: Page) -> None:
    desk.set_viewport_size({"width": 320, "height": 640})
    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path("/kortoppsett"))
    press(desk, "Nytt styringskort")
    go_to(desk, "Hvilken enhet gjelder kortet for?")
    desk.keyboard.type("Fjordvik")
    go_to(desk, "Et tomt kort")
    desk.keyboard.press("ArrowDown")
    assert desk.evaluate(_NAME).startswith("Øyer:")
    press(desk, "Lag utkastet")
    faults = looked_at(desk)
    press(desk, "Legg til suksessfaktor under M.1 Medarbeiderne trives og er til stede")
    write_at_once(desk, "Alle blir sett")
    press(desk, "Legg til indikator under uten navn")
    write_at_once(desk, "Turnover")
    press(desk, "Åpne M.1.8")
    faults += looked_at(desk)
    write(desk, "Hva måles den i?", "%")
    write(desk, "Hvor kommer tallene fra?", "Lønnssystemet")
    write(desk, "Grønn fra", "5")
    write(desk, "Gul fra", "4")
    expect(desk.locator("#grensesetning")).to_contain_text("5,0 % er grønn, 4,96 % er gul")
    press(desk, "Lagre indikatoren")
    expect(desk.get_by_text("Ingenting mangler.")).to_be_visible()
    press(desk, "Last opp en fil")
    faults += looked_at(desk)
    desk.go_back()
    press(desk, "Strategikart")
    faults += looked_at(desk)
    desk.go_back()
    press(desk, "Se over og godkjenn")
    faults += looked_at(desk)
    write(desk, "Navn og stilling", "Kari Eide, kommunedirektør")
    press(desk, "Godkjenn kortet")
    expect(desk.get_by_text("Kortet er fryst.")).to_be_visible()
    faults += looked_at(desk)
    assert faults == []
