"""One look at each state in each language, shared by all tests that ask about it: a visit costs a third of a second."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import axe, measuring
from tests.browser.answering import AnsweringSite
from tests.browser.answering_states import STATES, Visitor

PHONE: Final[ViewportSize] = {"width": 320, "height": 640}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}

# Norwegian words are the longest of ours.
ENLARGES: Final = "nb"
# Faults of colour, size and movement do not depend on the language, so each language is read by another reader.
READERS: Final[dict[str, dict[str, Any]]] = {
    "nb": {"viewport": PHONE, "color_scheme": "light"},
    "nn": {"viewport": PHONE, "color_scheme": "dark", "reduced_motion": "reduce"},
    "en": {"viewport": DESK, "color_scheme": "light"},
}


@dataclass(frozen=True)
class Layout:
    """How a page lies in the window: how many pixels it is too wide, and which text is where it should not be."""

    too_wide: int
    misplaced: list[str]


_TOLD: Final = """() => ({
  title: document.title, language: document.documentElement.lang, direction: document.documentElement.dir,
  h1: document.querySelectorAll('h1').length })"""
NOTHING_AMISS: Final = Layout(0, [])


@dataclass(frozen=True)
class Look:
    """What was seen of a page. `enlarged`: with text of 200 %, on the phone and on the desk, if it was enlarged."""

    title: str
    language: str
    direction: str
    h1: int
    faults: list[str]
    small_targets: list[str]
    moving: list[str]
    on_phone: Layout
    enlarged: tuple[Layout, ...]


class Looker:
    """Looks at each state once in each language."""

    def __init__(self, browser: Browser, site: AnsweringSite) -> None:
        self._browser = browser
        self._site = site
        self._pages: dict[str, Page] = {}
        self._seen: dict[tuple[str, str], Look] = {}

    def look(self, state: str, language: str) -> Look:
        key = (state, language)
        if key not in self._seen:
            page = self._page(language)
            page.set_viewport_size(READERS[language]["viewport"])
            STATES[state](Visitor(page, self._site, language))
            self._seen[key] = seen(page, enlarged=language == ENLARGES)
        return self._seen[key]

    def _page(self, language: str) -> Page:
        if language not in self._pages:
            context = self._browser.new_context(locale="nb-NO", bypass_csp=True, **READERS[language])
            self._site.sign_in(context)
            self._pages[language] = context.new_page()
        return self._pages[language]

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


def seen(page: Page, *, enlarged: bool) -> Look:
    """The page as it is now; the window and the text are left larger than they were."""
    told = page.evaluate(_TOLD)
    faults, moving = axe.faults(page), measuring.moving(page)
    page.set_viewport_size(PHONE)
    on_phone, small = layout(page), measuring.small_targets(page)
    layouts = _enlarged(page) if enlarged else ()
    return Look(
        **told, faults=faults, small_targets=small, moving=moving, on_phone=on_phone, enlarged=layouts
    )


def _enlarged(page: Page) -> tuple[Layout, ...]:
    measuring.enlarge_text(page, 200)
    on_phone = layout(page)
    page.set_viewport_size(DESK)
    return on_phone, layout(page)


def layout(page: Page) -> Layout:
    return Layout(max(0, axe.overflow(page)), measuring.misplaced_text(page))
