"""A questionnaire as somebody who answers meets it, without an invitation: the answers live in the address alone."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Final

from flask import url_for

from questionnaires.kinds import handler_of
from questionnaires.model import Audience, Page, Questionnaire
from questionnaires.routing import route
from surveys.campaigns.models import Survey
from surveys.platform.clock import municipal_day
from surveys.respond.progress import AnsweringProgress
from surveys.respond.questions import sections
from surveys.respond.routes import Route, RoutePage

# Not a code: no code has an X in each place and the right check character, and it opens nothing.
EXAMPLE_CODE: Final = "XXXX-XXXX-XXXX"

_EXAMPLE_DAYS: Final = 14
_LONGEST_CODE: Final = 6  # digits
# Pages of a respondent that make no sense when nothing is kept.
_INSTEAD: Final[Mapping[str, str]] = {"confirm_erasing": "start_in", "end_visit": "choose_word"}


@dataclass(frozen=True)
class ListedPage:
    """A page in the list of all pages. `for_some`: earlier answers decide whether it is met.

    `is_ours`: the heading is the page's words, not the questionnaire's.
    """

    number: int
    heading: str
    is_ours: bool
    for_some: bool
    address: str


@dataclass(frozen=True)
class Preview:
    """What the respondents' templates know as the respondent, for nobody in particular.

    `coded` are the answers given so far, by closed key. Comments are never carried on: what somebody writes does
    not belong in an address. `survey_key` is the survey whose title, purpose and deadline are shown, if any.
    """

    questionnaire: Questionnaire
    language: str
    audience: Audience = "staff"
    coded: Mapping[str, int] = field(default_factory=dict)
    survey_key: str | None = None

    shown_code: ClassVar = EXAMPLE_CODE
    # The start page is that of somebody who begins; the pause that of somebody who has come some way.
    has_begun: ClassVar = False
    is_shown_answers: ClassVar = True
    hides_answers: ClassVar = False
    asks_for_word: ClassVar = False
    may_choose_word: ClassVar = True

    @cached_property
    def progress(self) -> AnsweringProgress:
        return AnsweringProgress(self.coded)

    @cached_property
    def route(self) -> Route:
        """The pages that are met after the answers so far."""
        return Route.through(route(self.questionnaire, self.audience, self.coded))

    def place(self, number: int) -> RoutePage | None:
        """The page as it is on the route, else whole and by itself; None when the audience never meets it."""
        pages = self.questionnaire.pages_for(self.audience)
        whole = next((page for page in pages if page.number == number), None)
        if whole is None:
            return None
        return self.route.at(number) or RoutePage(whole, pages.index(whole) + 1, len(pages))

    def with_answers(self, page: Page, answers: Mapping[str, int]) -> "Preview":
        """This with the page's answers as they were sent; an answer that is gone from the page is gone here."""
        asked = {key for question in page.asked for key in handler_of(question).closed_keys(question)}
        kept = {key: code for key, code in self.coded.items() if key not in asked}
        return replace(self, coded=kept | dict(answers))

    def address(self, page: str, **values: str | int) -> str:
        """The address of one of the preview's pages; the endpoints are named as the respondents' are."""
        found: dict[str, str | int | None] = {
            "instrument": self.questionnaire.key,
            "version": self.questionnaire.version,
            "language": self.language,
            "rolle": "leder" if self.audience == "leaders" else None,
            "undersokelse": self.survey_key,
            "svar": written(self.coded) or None,
        }
        return url_for(f"previews.{_INSTEAD.get(page, page)}", **(found | values))  # type: ignore[arg-type]

    def address_of(self, place: RoutePage | None, **values: str | int) -> str:
        """The address of a page of the route; of the review when the route is at its end."""
        if place is None:
            return self.address("review")
        return self.address("statements", number=place.number, **values)

    @property
    def address_onward(self) -> str:
        return self.address_of(self.route.first_unsaved(()))

    @property
    def roles(self) -> list[tuple[str, str | None]]:
        """«staff» and «leaders», each with its address, None for the one that is shown; none when all meet the same."""
        if all(page.audience == "all" for page in self.questionnaire.pages):
            return []
        both = (replace(self, audience="staff"), replace(self, audience="leaders"))
        return [(one.audience, None if one == self else one.address("start_in")) for one in both]

    @cached_property
    def pages(self) -> list[ListedPage]:
        """Every page this audience may meet, whatever is answered."""
        pages = self.questionnaire.pages_for(self.audience)
        return [self._listed(page) for page in pages]

    def _listed(self, page: Page) -> ListedPage:
        first = sections(self.questionnaire, page, self.language)[0]
        address = self.address("statements", number=page.number)
        return ListedPage(page.number, first.heading, first.is_ours, page.when is not None, address)


def example_survey(questionnaire: Questionnaire) -> Survey:
    """A survey that is never stored: it asks under the questionnaire's own title, for two weeks."""
    today = municipal_day()
    return Survey(
        title=dict(questionnaire.title),
        purpose={},
        opens_on=today,
        closes_on=today + dt.timedelta(days=_EXAMPLE_DAYS),
        closes_automatically=True,
        minimum_group=questionnaire.reporting.minimum_group,
        visibility=[],
    )


def written(coded: Mapping[str, int]) -> str:
    """The answers as an address carries them: «TRI01:4,TRI02:5»."""
    return ",".join(f"{key}:{code}" for key, code in coded.items())


def read(questionnaire: Questionnaire, text: str) -> dict[str, int]:
    """The answers of an address. What the questionnaire does not ask or allow is left out: addresses are typed."""
    return dict(_read(questionnaire, text))


def _read(questionnaire: Questionnaire, text: str) -> Iterator[tuple[str, int]]:
    asked = {
        key: question
        for question in questionnaire.answered
        for key in handler_of(question).closed_keys(question)
    }
    for answer in text.split(","):
        key, _colon, code = answer.partition(":")
        if key in asked and code.isascii() and code.isdecimal() and len(code) <= _LONGEST_CODE:
            question = asked[key]
            if handler_of(question).allows(question, int(code)):
                yield key, int(code)
