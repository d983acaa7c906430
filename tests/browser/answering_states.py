"""Every page a respondent can meet, in every state it can be in: how to come there, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

from surveys.campaigns.tally.merkle import leaf_hash
from surveys.campaigns.tally.receipt_codes import grouped, receipt_code
from surveys.platform import limits
from tests.browser.answering import ANSWERS, CLOSED, WORD, AnsweringSite

PREVIEW: Final = "/sporreskjema/alle-slag/v1/forhandsvisning"


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser, reading in one language."""

    page: Page
    site: AnsweringSite
    language: str

    def opens(self, path: str) -> None:
        self.page.goto(self.site.path(path))

    def opens_as(self, code: str, path: str = "") -> None:
        """One of the pages of whoever has the code, in this visitor's language."""
        self.opens(f"/svar/{code}/{self.language}/{path}")

    def opens_untouched(self, path: str = "", survey_key: str = "alle") -> None:
        """The same, of somebody who has not begun."""
        self.opens_as(self.site.untouched[survey_key], path)

    def sends_page(self) -> None:
        """Sends the page's form by its main button."""
        with self.page.expect_navigation():
            self.page.evaluate("document.querySelector('main form .ds-button').click()")

    @property
    def start(self) -> str:
        return f"?sprak={self.language}"


def _mistyped(visitor: Visitor) -> None:
    visitor.opens(f"/svar{visitor.start}")
    visitor.page.locator("#kode").fill("ABCD-EFGH-JKM")
    visitor.sends_page()


def _nothing_typed(visitor: Visitor) -> None:
    visitor.opens(f"/svar{visitor.start}")
    visitor.sends_page()


def _receipt_with_code(visitor: Visitor) -> None:
    visitor.opens_as(visitor.site.new_code_after(len(ANSWERS)), "oppsummering")
    visitor.sends_page()


def _receipt_looked_up(visitor: Visitor, survey_key: str, code: str) -> None:
    visitor.opens(f"/svar/telling/{survey_key}{visitor.start}")
    visitor.page.locator("#kode").fill(code)
    visitor.sends_page()


def _reminded(visitor: Visitor, survey_key: str = "alle", number: int = 2) -> None:
    visitor.opens_as(visitor.site.new_code(survey_key), f"side/{number}")
    visitor.page.locator("label.choice").first.click()
    visitor.sends_page()


def _numbers_refused(visitor: Visitor) -> None:
    visitor.opens_as(visitor.site.new_code(), "side/2")
    visitor.page.locator("#ganger").fill("mange")
    visitor.page.locator("#flyttet").fill("1066")
    visitor.sends_page()


def _month_refused(visitor: Visitor) -> None:
    visitor.opens_as(visitor.site.new_code(), "side/3")
    visitor.page.locator("#sist-year").fill("2024")
    visitor.sends_page()


def _boxes_refused(visitor: Visitor) -> None:
    visitor.opens_as(visitor.site.new_code(), "side/1")
    for box in ("#brukt-buss-1", "#brukt-none"):
        visitor.page.locator(box).check()
    visitor.sends_page()


def _place_not_chosen(visitor: Visitor) -> None:
    visitor.opens(f"/svar/apen/{visitor.site.link_words}{visitor.start}")
    visitor.sends_page()


def _unreadable(visitor: Visitor) -> None:
    code = visitor.site.new_code_after(1)
    visitor.site.spoil_draft(code)
    visitor.opens_as(code, "side/2")


def _word_refused(visitor: Visitor) -> None:
    visitor.opens_as(visitor.site.new_visit_after(2), "pause")
    visitor.page.locator("#ord").fill("kort")
    visitor.sends_page()


def _word_wrong(visitor: Visitor) -> None:
    visitor.opens_as(_code(visitor.site.new_visit_after(2, WORD)))
    visitor.page.locator("#ord").fill("et annet ord")
    visitor.sends_page()


def _too_many_words(visitor: Visitor) -> None:
    code = _code(visitor.site.new_visit_after(2, WORD))
    for _try in range(limits.WORDS_FOR_A_CODE.most.amount):
        visitor.site.app.test_client().post(f"/svar/{code}/nb/ord", data={"ord": "feil ord"})
    visitor.opens_as(code)
    visitor.page.locator("#ord").fill(WORD)
    visitor.sends_page()


def _word_given(visitor: Visitor) -> None:
    visitor.opens_as(_code(visitor.site.new_visit_after(2, WORD)))
    visitor.page.locator("#ord").fill(WORD)
    visitor.sends_page()


def _paused_with_word(visitor: Visitor) -> None:
    _word_given(visitor)
    visitor.page.goto(visitor.page.url.rstrip("/") + "/pause")


def _paused_after_going_on_without_word(visitor: Visitor) -> None:
    visitor.opens_as(_code(visitor.site.new_visit_after(2, WORD)), "side/3")
    with visitor.page.expect_navigation():
        visitor.page.locator("button[name=_senere]").click()


def _erased(visitor: Visitor) -> None:
    visitor.opens_as(visitor.site.new_code_after(1), "slett")
    visitor.sends_page()


def _preview_refused(visitor: Visitor) -> None:
    visitor.opens(f"{PREVIEW}/{visitor.language}/side/2")
    visitor.page.locator("#ganger").fill("mange")
    visitor.sends_page()


def _code(visit: str) -> str:
    """The code of the link that was sent: opening it begins another visit."""
    return visit.partition(".")[0]


# Of a ballot that is in no box.
RECEIPT: Final = grouped(receipt_code(leaf_hash(b"nobody's")))

# State → how a visitor comes to it.
STATES: Final[Mapping[str, Callable[[Visitor], object]]] = {
    "code entry": lambda visitor: visitor.opens(f"/svar{visitor.start}"),
    "code entry: nothing typed": _nothing_typed,
    "code entry: mistyped": _mistyped,
    "code entry: unknown": lambda visitor: visitor.opens(
        f"/svar/{visitor.site.unknown_code()}/{visitor.language}/"
    ),
    "start": lambda visitor: visitor.opens_untouched(),
    "start: begun": lambda visitor: visitor.opens_as(visitor.site.begun),
    "start: reopened": lambda visitor: visitor.opens_as(_code(visitor.site.begun)),
    "start: reopened when all is answered": lambda visitor: visitor.opens_as(_code(visitor.site.finished)),
    "start: word asked for": lambda visitor: visitor.opens_as(visitor.site.locked),
    "start: wrong word": _word_wrong,
    "start: too many words": _too_many_words,
    "start: word given": _word_given,
    "page with boxes": lambda visitor: visitor.opens_untouched("side/1"),
    "page with boxes: refused": _boxes_refused,
    "page with statements": lambda visitor: visitor.opens_untouched("side/2"),
    "page with statements: answered": lambda visitor: visitor.opens_as(visitor.site.begun, "side/2"),
    "page with statements: answered before": lambda visitor: visitor.opens_as(visitor.site.locked, "side/2"),
    "page with statements: reminded": _reminded,
    "page with numbers: refused": _numbers_refused,
    "page with month, 0-10 and text": lambda visitor: visitor.opens_untouched("side/3"),
    "page with month: refused": _month_refused,
    "page with one question of each kind": lambda visitor: visitor.opens_untouched("side/1", "en-av-hver"),
    "page with background": lambda visitor: visitor.opens_untouched("side/4"),
    "page with comments": lambda visitor: visitor.opens_as(visitor.site.finished, "side/5?endre=1"),
    "easy start": lambda visitor: visitor.opens_untouched(survey_key="lettlest"),
    "easy page": lambda visitor: visitor.opens_untouched("side/1", "lettlest"),
    "easy page: reminded": lambda visitor: _reminded(visitor, "lettlest", 1),
    "easy review": lambda visitor: visitor.opens_untouched("oppsummering", "lettlest"),
    "review": lambda visitor: visitor.opens_as(visitor.site.finished, "oppsummering"),
    "review: answered before": lambda visitor: visitor.opens_as(visitor.site.locked, "oppsummering"),
    "review: nothing answered": lambda visitor: visitor.opens_untouched("oppsummering"),
    "receipt": lambda visitor: visitor.opens_as(visitor.site.delivered, "kvittering"),
    "receipt with a code": _receipt_with_code,
    "tallies": lambda visitor: visitor.opens(f"/svar/telling{visitor.start}"),
    "tally": lambda visitor: visitor.opens(f"/svar/telling/{CLOSED}{visitor.start}"),
    "tally: not yet": lambda visitor: _receipt_looked_up(visitor, "alle", RECEIPT),
    "tally: unknown": lambda visitor: _receipt_looked_up(visitor, CLOSED, RECEIPT),
    "tally: mistyped": lambda visitor: _receipt_looked_up(visitor, CLOSED, "ABCD"),
    "delivered before": lambda visitor: visitor.opens_as(visitor.site.delivered),
    "paused": lambda visitor: visitor.opens_as(visitor.site.begun, "pause"),
    "paused: word refused": _word_refused,
    "paused: locked with a word": lambda visitor: visitor.opens_as(visitor.site.locked, "pause"),
    "paused: locked without a word": lambda visitor: visitor.opens_as(_code(visitor.site.begun), "pause"),
    "paused: with the word": _paused_with_word,
    "paused: without the word": _paused_after_going_on_without_word,
    "erase": lambda visitor: visitor.opens_as(visitor.site.begun, "slett"),
    "erased": _erased,
    "unreadable draft": _unreadable,
    "closed": lambda visitor: visitor.opens_as(visitor.site.closed_code),
    "not open yet": lambda visitor: visitor.opens_untouched(survey_key="utkast"),
    "public start": lambda visitor: visitor.opens(f"/svar/apen/{visitor.site.link_words}{visitor.start}"),
    "public start: nothing chosen": _place_not_chosen,
    "public receipt": lambda visitor: visitor.opens_as(visitor.site.delivered_by_link, "kvittering"),
    "too many requests": lambda visitor: visitor.opens_as(visitor.site.guessed_too_often()),
    "anonymity": lambda visitor: visitor.opens(f"/anonymitet{visitor.start}"),
    "accessibility statement": lambda visitor: visitor.opens(f"/tilgjengelighet{visitor.start}"),
    "preview: start": lambda visitor: visitor.opens(f"{PREVIEW}/{visitor.language}/"),
    "preview: refused": _preview_refused,
    "preview: pause": lambda visitor: visitor.opens(f"{PREVIEW}/{visitor.language}/pause"),
    "preview: review": lambda visitor: visitor.opens(f"{PREVIEW}/{visitor.language}/oppsummering"),
    "preview: receipt": lambda visitor: visitor.opens(f"{PREVIEW}/{visitor.language}/kvittering"),
}

# What an error page's title begins with in each language.
FAULT: Final = {"nb": "Feil:", "nn": "Feil:", "en": "Error:"}
# The states that tell of something to mend, and those that only remind.
FAULTY: Final = frozenset(
    {
        "code entry: nothing typed",
        "code entry: mistyped",
        "code entry: unknown",
        "page with boxes: refused",
        "page with numbers: refused",
        "page with month: refused",
        "public start: nothing chosen",
        "start: wrong word",
        "start: too many words",
        "paused: word refused",
        "tally: mistyped",
        "preview: refused",
    }
)
REMINDED: Final = frozenset({"page with statements: reminded", "easy page: reminded"})
