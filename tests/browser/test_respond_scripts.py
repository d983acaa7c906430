"""The same way with scripts and without: without them nothing is missing, with them there are small comforts."""

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect

from questionnaires.answers import LONGEST_COMMENT
from tests.browser.answering import AnsweringSite
from tests.browser.looking import PHONE
from tests.browser.moving_on import move_on, presses

PAUSE = 1500  # ms, as in static/js/remaining.js


@pytest.fixture
def without_scripts(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def with_scripts(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that obeys our own rules for scripts: nothing is allowed that respondents' browsers do not allow."""
    context = browser.new_context(locale="nb-NO", viewport=PHONE)
    yield context
    context.close()


def opens(page: Page, site: AnsweringSite, path: str) -> None:
    page.goto(site.path(f"/svar/{site.new_code()}/nb/{path}"))


def comment_page(context: BrowserContext, site: AnsweringSite) -> Page:
    """The page with the last comment, with everything before it answered."""
    page = context.new_page()
    page.goto(site.path(f"/svar/{site.new_visit_after(4)}/nb/side/5"))
    return page


def opened_again(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def test_without_scripts_all_is_answered_and_a_new_language_keeps_the_answers(
    without_scripts: Page, answering: AnsweringSite
) -> None:
    page = without_scripts
    opens(page, answering, "")
    move_on(page.get_by_role("link", name="Nynorsk"))
    move_on(page.get_by_role("link", name="Start"))
    page.get_by_label("Bussen").check()
    page.get_by_label("Utanfor sentrum").check()
    presses(page, "English")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_label("The bus")).to_be_checked()
    expect(page.get_by_label("Outside the centre")).to_be_checked()
    presses(page, "Next")
    page.locator("label.choice", has_text="Slightly agree").first.click()
    page.get_by_role("textbox", name="How many times").fill("12")
    presses(page, "Bokmål")
    expect(page.get_by_label("Litt enig").first).to_be_checked()
    expect(page.get_by_role("textbox", name="Hvor mange ganger")).to_have_value("12")
    presses(page, "Neste")
    expect(page.get_by_role("heading", name="Hoppet du over noe?")).to_be_visible()
    presses(page, "Neste")
    latest = page.get_by_role("group", name="Når tok du bussen sist?")
    latest.get_by_label("Måned").select_option("mars")
    latest.get_by_label("År", exact=True).fill("2024")
    card = page.get_by_role("group", name="Når fikk du busskort?")
    card.get_by_label("Dag").fill("1")
    card.get_by_label("Måned").select_option("februar")
    card.get_by_label("År", exact=True).fill("2023")
    page.get_by_label("9", exact=True).check()
    page.get_by_label("Hvorfor svarer du det?").fill("Den går ofte.")
    presses(page, "Fortsett senere")
    move_on(page.get_by_role("link", name="Fortsett nå"))
    page.get_by_label("Under 40 år").check()
    presses(page, "Tilbake")
    expect(page.get_by_label("Hvorfor svarer du det?")).to_have_value("Den går ofte.")
    page.goto(page.url.replace("side/3", "oppsummering"))
    told = page.locator(".reviewed dd").all_inner_texts()
    assert told[:3] == ["Bussen", "Utenfor sentrum", "Litt enig"]
    assert told[-6:] == [
        *("mars 2024", "1. februar 2023", "9"),
        *("Den går ofte.", "Under 40 år", "Ingen kommentar"),
    ]
    presses(page, "Lever svarene")
    expect(page.get_by_role("heading", level=1)).to_have_text("Takk! Svaret ditt er levert.")
    assert page.context.cookies() == []


def test_leaving_answers_that_are_not_saved_is_warned_about(
    with_scripts: BrowserContext, answering: AnsweringSite
) -> None:
    warnings: list[str] = []

    def stay(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        dialog.dismiss()

    page = with_scripts.new_page()
    page.on("dialog", stay)
    opens(page, answering, "side/2")
    page.locator("label.choice").first.click()
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert warnings == ["beforeunload"]
    assert not page.is_closed()
    presses(page, "Neste")
    assert warnings == ["beforeunload"]
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert warnings == ["beforeunload"]


def test_a_comment_is_there_after_the_tab_was_closed_in_the_middle_of_a_word(
    with_scripts: BrowserContext, answering: AnsweringSite
) -> None:
    page = comment_page(with_scripts, answering)
    page.locator("#mer").press_sequentially("Bussen går for sjel")
    here = page.url
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    expect(opened_again(with_scripts, here).locator("#mer")).to_have_value("Bussen går for sjel")


def test_a_comment_is_saved_while_it_is_written(
    with_scripts: BrowserContext, answering: AnsweringSite
) -> None:
    """So that nothing is lost when the browser is killed, which tells no page."""
    page = comment_page(with_scripts, answering)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#mer").press_sequentially("Bussen går for sjel")
    again = opened_again(with_scripts, page.url)
    expect(again.locator("#mer")).to_have_value("Bussen går for sjel")

    # What is emptied afterwards is gone, though the page did not show it from the beginning.
    page.locator("#mer").fill("")
    presses(page, "Fortsett senere")
    again.reload()
    expect(again.locator("#mer")).to_have_value("")


def test_what_is_sent_last_is_what_is_kept(with_scripts: BrowserContext, answering: AnsweringSite) -> None:
    """A slow request with older words does not come after the page itself."""
    page = comment_page(with_scripts, answering)
    sent: list[Route] = []

    def hold_the_first(route: Route) -> None:
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    page.route(lambda url: url.endswith("/side/5"), hold_the_first)
    with page.expect_request(lambda request: request.method == "POST"):
        page.locator("#mer").press_sequentially("Bussen")
    page.locator("#mer").press_sequentially(" går")
    page.get_by_role("button", name="Neste", exact=True).click()
    page.wait_for_timeout(PAUSE / 5)
    [first] = sent
    first.continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se over og lever")
    expect(page.locator("dd.comment").last).to_have_text("Bussen går")


def test_a_comment_that_is_too_long_is_kept_as_far_as_there_is_room(
    with_scripts: BrowserContext, answering: AnsweringSite
) -> None:
    page = comment_page(with_scripts, answering)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#mer").fill("å" * (LONGEST_COMMENT + 5))
    again = opened_again(with_scripts, page.url)
    expect(again.locator("#mer")).to_have_value("å" * LONGEST_COMMENT)


def test_a_page_where_nothing_was_answered_is_left_without_a_word(
    with_scripts: BrowserContext, answering: AnsweringSite
) -> None:
    warnings: list[str] = []

    def leave(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        dialog.accept()

    page = with_scripts.new_page()
    page.on("dialog", leave)
    opens(page, answering, "side/2")
    page.locator("h1").click()
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert warnings == []


def test_how_many_are_left_is_said_when_one_pauses(
    with_scripts: BrowserContext, answering: AnsweringSite
) -> None:
    page = with_scripts.new_page()
    morning = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
    page.clock.install(time=morning)
    opens(page, answering, "side/2")
    # From now on no time passes but what the test says.
    page.clock.pause_at(morning + dt.timedelta(hours=1))
    left = page.get_by_role("status")
    expect(left).to_have_text("")
    page.locator("#BIB01-4").check()
    page.clock.run_for(PAUSE - 100)
    expect(left).to_have_text("")
    page.clock.run_for(200)
    expect(left).to_have_text("4 spørsmål igjen på denne siden")
    page.locator("#BIB02-na").check()
    page.locator("#BIB03-1").check()
    page.locator("#ganger").fill("12")
    page.locator("#flyttet").focus()
    page.clock.run_for(PAUSE + 100)
    expect(left).to_have_text("1 spørsmål igjen på denne siden")
    page.locator("#flyttet").fill("1999")
    page.locator("#flyttet").blur()
    page.clock.run_for(PAUSE + 100)
    expect(left).to_have_text("Du har svart på alt på denne siden")


def test_the_device_keeps_no_mark_that_somebody_has_answered(
    with_scripts: BrowserContext, answering: AnsweringSite
) -> None:
    """Somebody who borrows the phone afterwards learns nothing from the site (the browser's own history is told of)."""
    page = with_scripts.new_page()
    delivered = (
        answering.delivered_by_link
    )  # an invitation, made the first time: the start page tells of them
    start = answering.path(f"/svar/apen/{answering.link_words}?sprak=nb")
    page.goto(start)
    before = page.locator("main").inner_text()
    page.goto(answering.path(f"/svar/{delivered}/nb/kvittering"))
    expect(page.get_by_text("La en annen person svare")).to_be_visible()
    kept = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
              (await navigator.serviceWorker?.getRegistrations() ?? []).length]"""
    assert page.evaluate(kept) == [0, 0, 0, 0]
    assert with_scripts.cookies() == []
    page.goto(start)
    assert page.locator("main").inner_text() == before
