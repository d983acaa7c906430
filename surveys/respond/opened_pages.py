"""Why the number of pages has grown: the answers that opened more of them."""

from dataclasses import dataclass
from typing import Final

from questionnaires.kinds import handler_of
from questionnaires.model import Page
from surveys.respond.progress import AnsweringProgress
from surveys.respond.routes import Route

OPENED_BY: Final = "apnet"
"""In an address: the number of the page whose answers have just opened more pages."""


@dataclass(frozen=True)
class OpenedPages:
    """`answers` in words, in the questionnaire's language; `number` of pages that they opened."""

    answers: tuple[str, ...]
    number: int


def newly_opened(page: Page, before: Route, now: Route) -> dict[str, int]:
    """What the next address carries when answers on the page have opened pages that were not on the route before."""
    if now is before:
        return {}
    known = {place.number for place in before.pages}
    opened = any(place.number not in known for place in now.opened_by(page))
    return {OPENED_BY: page.number} if opened else {}


def opened_pages(
    page: Page | None, route: Route, progress: AnsweringProgress, language: str
) -> OpenedPages | None:
    """The pages that this visit's answers on `page` have opened; None when there are none."""
    opened = route.opened_by(page) if page else ()
    if page is None or not opened:
        return None
    deciding = {key for place in opened for key in place.deciders}
    asked = (question for question in page.asked if question.key in deciding)
    told = (handler_of(question).describe(question, progress.coded, language) for question in asked)
    return OpenedPages(tuple(words for words in told if words), len(opened))
