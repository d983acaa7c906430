"""A respondent's session: whose code it is, what she is asked, and how far she has come."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import Response, current_app, request, url_for

from questionnaires.model import Audience, Page, Questionnaire
from surveys.platform import code_format, database
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, use_language
from surveys.respond.drafts import DraftBox
from surveys.respond.lookup import InvitationLookup, look_up_code, questionnaire_for
from surveys.respond.progress import AnsweringProgress
from surveys.respond.routes import Route, RoutePage, Routes
from surveys.respond.survey_keys import AnsweringKeys, answering_keys


class UnknownCodeError(Exception):
    """Nobody was given this code."""


class NotAnsweringError(Exception):
    """The code is known, but the page is not for it now: delivered, closed, or no such page or language."""


Address = Callable[..., str]
"""`address("statements", number=3)`: where a page stands, in the page's language unless `language` is given."""

# By fingerprint and audience: the same few routes are taken by everybody.
_routes: dict[tuple[str, Audience], Routes] = {}


@dataclass(frozen=True)
class RespondentSession:
    """Somebody with a known code, and the language her page is in."""

    lookup: InvitationLookup
    questionnaire: Questionnaire
    language: str

    @property
    def keys(self) -> AnsweringKeys:
        return answering_keys(self.lookup.survey_id)

    @cached_property
    def box(self) -> DraftBox:
        return DraftBox(self.keys.draft_secret, self.lookup.code)

    @cached_property
    def progress(self) -> AnsweringProgress:
        # Without a draft there is nothing to unlock: a counted survey has no draft secret either.
        return AnsweringProgress() if self.lookup.draft is None else self.box.opened(self.lookup.draft)

    @property
    def shown_code(self) -> str:
        """The code as it stands in addresses and letters."""
        return code_format.grouped(self.lookup.code)

    @property
    def routes(self) -> Routes:
        key = (self.lookup.fingerprint, self.lookup.audience)
        if key not in _routes:
            _routes[key] = Routes(self.questionnaire, self.lookup.audience)
        return _routes[key]

    @cached_property
    def route(self) -> Route:
        """The pages she meets after the answers so far."""
        return self.routes.after(self.progress.coded)

    def page(self, number: int) -> Page:
        """The page as it is on her route, or whole when it is not. Raises NotAnsweringError when it is not for her."""
        place = self.route.at(number)
        page = place.page if place else self.routes.whole_page(number)
        if page is None:
            raise NotAnsweringError
        return page

    def address(self, page: str, **values: str | int) -> str:
        """The address of one of the respondent's own pages, in her language unless `values` name another."""
        return addresses(self.shown_code, self.language)(page, **values)

    def address_of(self, place: RoutePage | None, **values: str | int) -> str:
        """The address of a page of the route; of the review when the route is at its end."""
        if place is None:
            return self.address("review")
        return self.address("statements", number=place.number, **values)

    @property
    def address_onward(self) -> str:
        """Where answering goes on: the first page that was never saved, or the review."""
        return self.address_of(self.route.first_unsaved(self.progress.saved))


def lead_to(address: str) -> Response:
    """See other. Without the page that Flask writes for browsers of the nineties: it would be half the answer."""
    return Response(status=303, headers={"Location": address})


def addresses(code: str, language: str) -> Address:
    """The addresses of the pages of whoever has the code, as it stands in addresses."""

    def address(page: str, **values: str | int) -> str:
        found = {"code": code, "language": language, **values}
        return url_for(f"respond.{page}", **found)  # type: ignore[arg-type]

    return address


def open_session(code: str, language: str | None = None) -> RespondentSession:
    """Opens the session of whoever has the code. Raises UnknownCodeError.

    The page is in the language of the address, else the one asked for, else the invitation's, else the
    questionnaire's first.
    """
    session = database.session()
    will_write = request.method == "POST"
    lookup = look_up_code(session, code, current_app.config["SECRETS"].codes, will_write=will_write)
    if lookup is None:
        raise UnknownCodeError
    questionnaire = questionnaire_for(session, lookup)
    wanted = (language, request.args.get("sprak"), lookup.language)
    chosen = next((one for one in wanted if one in questionnaire.languages), questionnaire.languages[0])
    use_language(chosen or DEFAULT_LANGUAGE)
    return RespondentSession(lookup, questionnaire, chosen or DEFAULT_LANGUAGE)


def answering(code: str, language: str) -> RespondentSession:
    """The respondent behind a page of the questionnaire.

    Raises UnknownCodeError, and NotAnsweringError when she has delivered, the survey is not open, or the
    questionnaire is not in this language.
    """
    respondent = open_session(code, language)
    lookup = respondent.lookup
    if lookup.delivered or not lookup.is_open(saves=request.method == "POST"):
        raise NotAnsweringError
    if respondent.language != language:
        raise NotAnsweringError
    return respondent


def use_asked_language(path_language: str | None = None) -> str:
    """Sets the language of a page that no code has brought us to: the one asked for, else the browser's wish."""
    wanted = (path_language, request.args.get("sprak"), request.accept_languages.best_match(list(LANGUAGES)))
    chosen = next((one for one in wanted if one in LANGUAGES), None) or DEFAULT_LANGUAGE
    use_language(chosen)
    return chosen
