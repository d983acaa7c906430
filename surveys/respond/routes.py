"""The respondent's route through a questionnaire: its pages after the answers given so far, and where on it she is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from questionnaires.kinds import handler_of
from questionnaires.model import Audience, Page, Questionnaire
from questionnaires.routing import route as pages_met


@dataclass(frozen=True)
class RoutePage:
    """A page with the questions she meets on it, as number `position` of `total` on her route, counted from 1."""

    page: Page
    position: int
    total: int

    @property
    def number(self) -> int:
        """The page's own number: what addresses and drafts carry. It stays when the route changes."""
        return self.page.number

    @property
    def deciders(self) -> frozenset[str]:
        """The questions whose answers decide whether the page is met."""
        return frozenset(_deciders(self.page))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The questions on the page, by key."""
        return tuple(question.key for question in self.page.asked)


@dataclass(frozen=True)
class Route:
    """The pages that are met, in order."""

    pages: tuple[RoutePage, ...]

    @classmethod
    def through(cls, pages: tuple[Page, ...]) -> "Route":
        return cls(
            tuple(RoutePage(page, position, len(pages)) for position, page in enumerate(pages, start=1))
        )

    def at(self, number: int) -> RoutePage | None:
        """The page with this number of its own, None when it is not on the route."""
        return next((page for page in self.pages if page.number == number), None)

    def after(self, number: int) -> RoutePage | None:
        """The page that follows the one with this number, whether that one is on the route or not."""
        return next((page for page in self.pages if page.number > number), None)

    def before(self, number: int) -> RoutePage | None:
        return next((page for page in reversed(self.pages) if page.number < number), None)

    def first_unsaved(self, saved: Collection[int]) -> RoutePage | None:
        return next((page for page in self.pages if page.number not in saved), None)

    def newly_opened(self, saved: Collection[int]) -> RoutePage | None:
        """The first page that is on the route because of an answer, and that has never been saved."""
        opened = (place for place in self.pages if not _is_met_by_all(place.page))
        return next((place for place in opened if place.number not in saved), None)

    def opened_by(self, page: Page) -> tuple[RoutePage, ...]:
        """The pages that are on the route because of an answer on this page."""
        asked = {question.key for question in page.asked}
        return tuple(
            place
            for place in self.pages
            if not _is_met_by_all(place.page) and asked.intersection(_deciders(place.page))
        )


class Routes:
    """All routes of one audience through one questionnaire.

    Only the answers that conditions ask about decide the route, so it is walked once for each combination of them
    and kept: a questionnaire without conditions has one route. At most `_MOST` are kept, since a number or a month
    that decides has many values.
    """

    _MOST = 256

    def __init__(self, questionnaire: Questionnaire, audience: Audience) -> None:
        self._questionnaire = questionnaire
        self._audience = audience
        self._deciding = _deciding_keys(questionnaire)
        self._known: dict[tuple[int | None, ...], Route] = {}
        pages = questionnaire.pages_for(audience)
        self._met_by_all = frozenset(page.number for page in pages if _is_met_by_all(page))
        self._decides = _deciding_pages(pages)

    def after(self, answers: Mapping[str, int]) -> Route:
        """The route that these coded answers make."""
        decided = tuple(answers.get(key) for key in self._deciding)
        route = self._known.get(decided)
        if route is None:
            if len(self._known) >= self._MOST:
                self._known.clear()
            pages = pages_met(self._questionnaire, self._audience, answers)
            route = self._known[decided] = Route.through(pages)
        return route

    def met_by_all(self, numbers: Collection[int]) -> frozenset[int]:
        """Those of the pages that are met whatever is answered: that they were saved tells of no answer."""
        return frozenset(numbers) & self._met_by_all

    def passed(self, hidden: Collection[int]) -> frozenset[int]:
        """The pages that somebody who may not see her answers to them need not meet again.

        A page that decides about pages further on than she came is not among them: who is not shown her answers is not
        led by them either, so she is asked again.
        """
        known = self.met_by_all(hidden)
        came = max(known, default=0)
        return known - {number for number, decided in self._decides.items() if decided > came}

    def whole_page(self, number: int) -> Page | None:
        """The page with all its questions, on the route or not; None when this audience never meets it."""
        pages = self._questionnaire.pages_for(self._audience)
        return next((page for page in pages if page.number == number), None)


def _is_met_by_all(page: Page) -> bool:
    """Whether no answer keeps anybody from the page: it is left out when all its questions are."""
    return page.when is None and any(question.when is None for question in page.asked)


def _deciders(page: Page) -> Iterator[str]:
    """The questions that the page's conditions name."""
    conditions = (page.when, *(question.when for question in page.asked))
    return (when.question for when in conditions if when is not None)


def _deciding_keys(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The closed keys of every question that a condition names."""
    named = dict.fromkeys(key for page in questionnaire.pages for key in _deciders(page))
    questions = [questionnaire.question_of[key] for key in named]
    return tuple(key for question in questions for key in handler_of(question).closed_keys(question))


def _deciding_pages(pages: Sequence[Page]) -> dict[int, int]:
    """Page number → the last page that a condition on one of its questions decides about."""
    page_of = {question.key: page.number for page in pages for question in page.asked}
    decides: dict[int, int] = {}
    for page in pages:
        for key in _deciders(page):
            if key in page_of:
                decides[page_of[key]] = max(decides.get(page_of[key], 0), page.number)
    return decides
