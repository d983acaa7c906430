"""The respondent's way with the keys alone, and where the focus is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import measuring
from tests.browser.answering import AnsweringSite
from tests.browser.answering_states import STATES, Visitor
from tests.browser.looking import DESK, PHONE
from tests.browser.measuring import Focus
from tests.browser.moving_on import move_on

MOST_STOPS = 60
IN_STATES_WITH_A_SUMMARY = pytest.mark.parametrize(
    "state",
    [
        "code entry: mistyped",
        "page with boxes: refused",
        "page with month: refused",
        "page with statements: reminded",
        "public start: nothing chosen",
    ],
)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=DESK, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


class Typist:
    """Somebody who has no mouse, and who must see where she is at each stop."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def tab(self) -> Focus:
        """One stop further. What has the focus is in the window, and looks another way than without it."""
        self._page.keyboard.press("Tab")
        now = measuring.focus(self._page)
        assert now.in_window, now
        assert now.ring != measuring.NO_RING, now
        assert now.ring != measuring.ring_without_focus(self._page), now
        return now

    def goes_to(self, **wanted: str) -> Focus:
        """Tabs on to the stop with this name, type or these words."""
        passed = []
        for _stop in range(MOST_STOPS):
            now = self.tab()
            if all(getattr(now, part) == value for part, value in wanted.items()):
                return now
            passed.append(now.words or now.name)
        pytest.fail(f"{wanted} is not among {passed}")

    def presses(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)

    def writes(self, text: str) -> None:
        self._page.keyboard.type(text)

    def sends(self, address: str) -> None:
        with self._page.expect_navigation():
            self._page.keyboard.press("Enter")
        assert self._page.url.partition("?kvittering=")[0].endswith(address), self._page.url


def test_a_whole_questionnaire_is_answered_and_delivered_with_the_keys_alone(
    page: Page, answering: AnsweringSite
) -> None:
    person = Typist(page)
    page.goto(answering.path(f"/svar/{answering.new_code()}/nb/"))
    person.goes_to(words="Slik er du anonym")
    person.presses("Enter")
    expect(page.get_by_text("Sidene bruker ingen informasjonskapsler.")).to_be_visible()
    page.reload()
    person.goes_to(words="Start")
    person.sends("/side/1")

    person.goes_to(words="Bussen")
    person.presses("Space")
    person.goes_to(name="hvor")
    person.presses("ArrowDown")
    person.goes_to(words="Neste")
    person.sends("/side/2")

    for name in ("BIB01", "BIB02", "BIB03"):
        person.goes_to(name=name)
        person.presses("Space", "ArrowDown", "ArrowDown", "ArrowUp")
    person.goes_to(name="ganger")
    person.writes("12")
    person.goes_to(name="flyttet")
    person.writes("1999")
    person.sends("/side/3")

    person.goes_to(name="sist.month")
    person.writes("mar")
    person.goes_to(name="sist.year")
    person.writes("2024")
    person.goes_to(name="kort.day")
    person.writes("1")
    person.goes_to(name="kort.month")
    person.writes("feb")
    person.goes_to(name="kort.year")
    person.writes("2023")
    person.goes_to(name="anbefale")
    person.presses("Space", "ArrowLeft")
    person.goes_to(name="hvorfor")
    person.writes("Den går ofte.")
    person.goes_to(words="Neste")
    person.sends("/side/4")

    person.goes_to(name="alder")
    person.presses("Space")
    person.sends("/side/5")
    person.goes_to(name="mer")
    person.goes_to(words="Neste")
    person.sends("/oppsummering")

    told = page.locator(".reviewed dd").all_inner_texts()
    assert told == [
        *("Bussen", "Utenfor sentrum"),
        *(["Litt uenig"] * 3),
        *(
            "12 ganger",
            "1999",
            "mars 2024",
            "1. februar 2023",
            "10",
            "Den går ofte.",
            "Under 40 år",
            "Ingen kommentar",
        ),
    ]
    person.goes_to(words="Lever svarene")
    person.sends("/kvittering")
    expect(page.get_by_role("heading", level=1)).to_have_text("Takk! Svaret ditt er levert.")


def test_after_each_step_the_focus_is_on_the_heading(page: Page, answering: AnsweringSite) -> None:
    """Whoever listens hears what the new page is, and the next Tab leads into it; the browser does it by itself."""
    heading = page.get_by_role("heading", level=1)
    page.goto(answering.path(f"/svar/{answering.new_code()}/nb/"))
    expect(heading).not_to_be_focused()
    move_on(page.get_by_role("link", name="Start", exact=True))
    expect(heading).to_be_focused()
    assert measuring.focus(page).in_window
    for button in ("Neste", "Neste", "Tilbake", "Nynorsk", "Bokmål", "Fortsett senere"):
        move_on(page.get_by_role("button", name=button, exact=True))
        if page.locator(".ds-error-summary").count() == 0:
            expect(heading).to_be_focused()
    page.goto(page.url.replace("/pause", "/oppsummering"))
    expect(heading).to_be_focused()
    move_on(page.get_by_role("button", name="Lever svarene"))
    expect(heading).to_be_focused()


def test_the_way_past_the_header_leads_to_the_content(page: Page, answering: AnsweringSite) -> None:
    person = Typist(page)
    page.goto(answering.path(f"/svar/{answering.untouched['alle']}/nb/"))
    assert person.tab().words == "Hopp til hovedinnholdet"
    expect(page.get_by_role("link", name="Hopp til hovedinnholdet")).to_be_in_viewport()
    person.presses("Enter")
    assert measuring.focus(page).id == "hovedinnhold"
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    person.tab()
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@IN_STATES_WITH_A_SUMMARY
def test_the_summary_stands_first_has_the_focus_and_leads_to_the_first_field(
    page: Page, answering: AnsweringSite, state: str
) -> None:
    """The browser gives it the focus by itself, so it has it without scripts too."""
    STATES[state](Visitor(page, answering, "nb"))
    summary = page.locator("main > :first-child")
    expect(summary).to_have_class("ds-error-summary reminder" if "reminded" in state else "ds-error-summary")
    expect(summary).to_be_focused()
    person = Typist(page)
    for place in range(summary.get_by_role("link").count()):
        link = summary.get_by_role("link").nth(place)
        target = (link.get_attribute("href") or "")[1:]
        link.focus()
        person.presses("Enter")
        now = measuring.focus(page)
        assert now.id == target
        assert now.in_window
        assert first_of_its_question(page, target)


def first_of_its_question(page: Page, identity: str) -> bool:
    """Whether no field of the same question stands before the one with this id."""
    found: bool = page.evaluate(
        """id => {
          const field = document.getElementById(id);
          const question = field.closest('.question, .ds-field');
          return question.querySelector('input:not([type=hidden]), select, textarea') === field;
        }""",
        identity,
    )
    return found


def test_the_focus_is_seen_without_colours_of_our_own(browser: Browser, answering: AnsweringSite) -> None:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, forced_colors="active")
    page = context.new_page()
    page.goto(answering.path(f"/svar/{answering.untouched['alle']}/nb/side/2"))
    person = Typist(page)
    person.goes_to(name="BIB01")
    person.goes_to(name="ganger")
    person.goes_to(words="Neste")
    person.goes_to(words="Nynorsk")
    context.close()
