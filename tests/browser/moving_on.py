"""Going to another page, and being there: whoever only presses may look at the page that she is about to leave."""

from playwright.sync_api import Locator, Page


def move_on(by: Locator) -> None:
    """Clicks on a button or a link, and waits for the page it leads to."""
    with by.page.expect_navigation():
        by.click()


def move_on_by_key(by: Locator) -> None:
    """The same with Enter: no mouse misses what a late font moves."""
    with by.page.expect_navigation():
        by.press("Enter")


def presses(page: Page, name: str, *, exact: bool = True) -> None:
    """Presses the button of this name, and waits for the page it leads to."""
    move_on(page.get_by_role("button", name=name, exact=exact))


def follows(page: Page, name: str, *, exact: bool = True) -> None:
    """Follows the link of this name."""
    move_on(page.get_by_role("link", name=name, exact=exact))
