"""HR changes the plan of reminders with the keyboard alone, on a narrow screen."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, sign_in


def test_the_plan_of_reminders_is_changed_by_keyboard_on_a_narrow_screen(own_site: Site, desk: Page) -> None:
    desk.set_viewport_size({"width": 320, "height": 640})
    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path("/undersokelser/medarbeider-2026/utsending"))
    for _press in range(60):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.id") == "first":
            break
    desk.keyboard.press("Control+A")
    desk.keyboard.type("5")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Control+A")
    desk.keyboard.type("9")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    expect(desk.get_by_text("påminnelser 5 og 9 dager").first).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
