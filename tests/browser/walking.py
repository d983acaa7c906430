"""Somebody at her browser, with a mouse or with the keyboard alone. Every page she opens is looked at."""

import re
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from playwright.sync_api import Locator, Page, Response, expect

from tests.browser import axe
from tests.browser.conftest import PATIENCE
from tests.mail_server import PostOffice

_MOST_STOPS: Final = 200
"""More presses of Tab than any page has stops: whoever has not reached it by then cannot."""
_IS_FOCUSED: Final = "wanted => wanted.includes(document.activeElement)"
_SHOWS_FOCUS: Final = """() => [document.activeElement, document.activeElement.parentElement].some(each => {
  const style = getComputedStyle(each);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
})"""


_RANDOM: Final = re.compile(r"[\w.-]{25,}")
"""What differs between two views of the same page: tokens."""
_sound: Final[set[tuple[int, int]]] = set()
"""Pages that axe found nothing on, by the window's width and what they hold: a walk opens many of them again."""


def _assert_axe_finds_nothing(page: Page) -> None:
    screen = page.viewport_size
    assert screen is not None
    seen = screen["width"], hash(_RANDOM.sub("", page.content()))
    if seen not in _sound:
        assert axe.faults(page) == []
        _sound.add(seen)


@dataclass
class Walk:
    """With a mouse, or on a phone."""

    page: Page
    address: str
    office: PostOffice
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.request.method} {response.url}")

    def look(self) -> None:
        self.page.wait_for_load_state()
        _assert_axe_finds_nothing(self.page)
        assert axe.overflow(self.page) <= 0, self.page.url
        assert self.errors == []

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.address + path)
        self.look()

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.act(self.page.get_by_role("button", name=name, exact=True).first)
        self.look()

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.act(self.page.get_by_role("main").get_by_role("link", name=name, exact=True).first)
        self.look()

    def go(self, name: str) -> None:
        """By the main menu."""
        with self.page.expect_navigation():
            self.act(self.page.get_by_label("Hovedmeny").get_by_role("link", name=name, exact=True))
        self.look()

    def fill(self, **fields: str) -> None:
        """By the fields' ids."""
        for name, value in fields.items():
            self.write(self.page.locator(f"#{name}"), value)

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def sign_in(self, username: str, password: str) -> None:
        self.open("/logg-inn")
        self.fill(username=username, password=password)
        self.press("Logg inn")

    def mails(self, count: int) -> list[EmailMessage]:
        """All mails so far, when there are so many; fails when there are more or fewer."""
        deadline = time.monotonic() + PATIENCE
        while len(self.office.taken) < count and time.monotonic() < deadline:
            # Playwright's own wait: the page goes on working meanwhile.
            self.page.wait_for_timeout(100)
        assert len(self.office.taken) == count
        return list(self.office.taken)

    def act(self, on: Locator) -> None:
        """A button, a link or what unfolds."""
        on.click()

    def write(self, into: Locator, value: str) -> None:
        into.fill(value)

    def choose(self, label: str, option: str, *, exact: bool = False) -> None:
        """The option of a list, by its words."""
        self.page.get_by_label(label, exact=exact).select_option(label=option)

    def check(self, box: Locator) -> None:
        box.check()

    def attach(self, label: str, name: str, content: bytes) -> None:
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.page.get_by_label(label).set_input_files(file)  # type: ignore[arg-type]


class KeyboardWalk(Walk):
    """With the keyboard alone: it fails at what cannot be reached, and at what does not show that it is in focus."""

    def act(self, on: Locator) -> None:
        self._reach(on)
        self.page.keyboard.press("Enter")

    def write(self, into: Locator, value: str) -> None:
        self._reach(into)
        if into.get_attribute("type") == "date":
            # The browser's own field: month, day and year, as its language has them.
            year, month, day = value.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")
            assert into.input_value() == value
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(value)

    def choose(self, label: str, option: str, *, exact: bool = False) -> None:
        found = self.page.get_by_label(label, exact=exact)
        self._reach(found)
        self.page.keyboard.type(option)
        assert found.evaluate("each => each.selectedOptions[0].label") == option

    def check(self, box: Locator) -> None:
        if box.get_attribute("type") == "radio":
            self._reach(box.locator("xpath=ancestor::fieldset[1]").get_by_role("radio"))
            for _press in range(_MOST_STOPS):
                if box.is_checked():
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(f"No arrow leads to {box}")
        self._reach(box)
        self.page.keyboard.press("Space")
        assert box.is_checked()

    def attach(self, label: str, name: str, content: bytes) -> None:
        """The dialog that the space bar opens is the browser's own."""
        self._reach(self.page.get_by_label(label))
        super().attach(label, name, content)

    def _reach(self, wanted: Locator) -> None:
        """Presses Tab until one of what is wanted is in focus, and sees that it shows."""
        expect(wanted.first).to_be_attached()
        for _press in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            if wanted.evaluate_all(_IS_FOCUSED):
                assert self.page.evaluate(_SHOWS_FOCUS), f"{wanted} does not show that it is in focus"
                return
        raise AssertionError(f"Tab does not lead to {wanted} on {self.page.url}")


def link_in(mail: EmailMessage, path: str) -> str:
    """The address in the mail's text that has this path."""
    body = mail.get_body(("plain",))
    assert body is not None
    [found] = set(re.findall(rf"http://127\.0\.0\.1:\d+/{path}/\S+", body.get_content()))
    return str(found)
