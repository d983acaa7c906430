"""A respondent in the middle of it: who came with the code, what she is asked, and how far she has come."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import Response, current_app, request, url_for

from questionnaires.model import Audience, Page, Questionnaire
from surveys.platform import code_format, database
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, use_language
from surveys.respond.draft_secrets import draft_secret
from surveys.respond.drafts import DraftBox
from surveys.respond.progress import AnsweringProgress
from surveys.respond.visits import Visit, find_visit, questionnaire_for
from surveys.respond.way import Place, Way, Ways


class UnknownCodeError(Exception):
    """Nobody was given this code."""


class NotAnsweringError(Exception):
    """The code is known, but the page is not for it now: delivered, closed, or no such page or language."""


Address = Callable[..., str]
"""`address("statements", number=3)`: where a page stands, in the page's language unless `language` is given."""

# By fingerprint and audience: the same few ways are walked by everybody.
_ways: dict[tuple[str, Audience], Ways] = {}


@dataclass(frozen=True)
class Arrival:
    """Somebody with a known code, and the language her page is in."""

    visit: Visit
    questionnaire: Questionnaire
    language: str

    @cached_property
    def box(self) -> DraftBox:
        return DraftBox(draft_secret(self.visit.survey_id), self.visit.code)

    @cached_property
    def progress(self) -> AnsweringProgress:
        # Without a draft there is nothing to unlock: a counted survey has no draft secret either.
        return AnsweringProgress() if self.visit.draft is None else self.box.opened(self.visit.draft)

    @property
    def shown_code(self) -> str:
        """The code as it stands in addresses and letters."""
        return code_format.grouped(self.visit.code)

    @property
    def ways(self) -> Ways:
        key = (self.visit.fingerprint, self.visit.audience)
        if key not in _ways:
            _ways[key] = Ways(self.questionnaire, self.visit.audience)
        return _ways[key]

    @cached_property
    def way(self) -> Way:
        """The pages she meets after the answers so far."""
        return self.ways.after(self.progress.coded)

    def page(self, number: int) -> Page:
        """The page as it is on her way, or whole when it is not. Raises NotAnsweringError when it is not for her."""
        place = self.way.at(number)
        page = place.page if place else self.ways.whole_page(number)
        if page is None:
            raise NotAnsweringError
        return page

    def address(self, page: str, **values: str | int) -> str:
        """The address of one of the respondent's own pages, in her language unless `values` name another."""
        return addresses(self.shown_code, self.language)(page, **values)

    def address_of(self, place: Place | None, **values: str | int) -> str:
        """The address of a place on the way; of the review when the way is at its end."""
        if place is None:
            return self.address("review")
        return self.address("statements", number=place.number, **values)

    @property
    def address_onward(self) -> str:
        """Where answering goes on: the first page that was never saved, or the review."""
        return self.address_of(self.way.first_unsaved(self.progress.saved))


def lead_to(address: str) -> Response:
    """See other. Without the page that Flask writes for browsers of the nineties: it would be half the answer."""
    return Response(status=303, headers={"Location": address})


def addresses(code: str, language: str) -> Address:
    """The addresses of the pages of whoever has the code, as it stands in addresses."""

    def address(page: str, **values: str | int) -> str:
        found = {"code": code, "language": language, **values}
        return url_for(f"respond.{page}", **found)  # type: ignore[arg-type]

    return address


def arrive(code: str, language: str | None = None) -> Arrival:
    """Who stands at the door. Raises UnknownCodeError.

    The page is in the language of the address, else the one asked for, else the invitation's, else the
    questionnaire's first.
    """
    session = database.session()
    will_write = request.method == "POST"
    visit = find_visit(session, code, current_app.config["SECRETS"].codes, will_write=will_write)
    if visit is None:
        raise UnknownCodeError
    questionnaire = questionnaire_for(session, visit)
    wanted = (language, request.args.get("sprak"), visit.language)
    chosen = next((one for one in wanted if one in questionnaire.languages), questionnaire.languages[0])
    use_language(chosen or DEFAULT_LANGUAGE)
    return Arrival(visit, questionnaire, chosen or DEFAULT_LANGUAGE)


def answering(code: str, language: str) -> Arrival:
    """The respondent behind a page of the questionnaire.

    Raises UnknownCodeError, and NotAnsweringError when she has delivered, the survey is not open, or the
    questionnaire is not in this language.
    """
    arrival = arrive(code, language)
    if not arrival.visit.can_answer or arrival.language != language:
        raise NotAnsweringError
    return arrival


def use_asked_language(path_language: str | None = None) -> str:
    """Sets the language of a page that no code has brought us to: the one asked for, else the browser's wish."""
    wanted = (path_language, request.args.get("sprak"), request.accept_languages.best_match(list(LANGUAGES)))
    chosen = next((one for one in wanted if one in LANGUAGES), None) or DEFAULT_LANGUAGE
    use_language(chosen)
    return chosen
