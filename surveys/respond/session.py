"""A respondent's session: whose code it is, what she is asked, and how far she has come."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from flask import Response, current_app, request, url_for
from sqlalchemy import Connection

from questionnaires.model import Audience, Page, Questionnaire
from surveys.platform import code_format, database
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, use_language
from surveys.respond.drafts import DraftBox, SeenDraft
from surveys.respond.lookup import InvitationLookup, look_up_code, questionnaire_for
from surveys.respond.progress import AnsweringProgress
from surveys.respond.routes import Route, RoutePage, Routes
from surveys.respond.survey_keys import AnsweringKeys, answering_keys
from surveys.respond.visits import Visit, joined, parted


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
    """Somebody with a known code, and the language her page is in. `token`: of the visit, as the address had it."""

    lookup: InvitationLookup
    questionnaire: Questionnaire
    language: str
    token: str = ""

    @property
    def keys(self) -> AnsweringKeys:
        return answering_keys(self.lookup.survey_id)

    @cached_property
    def box(self) -> DraftBox:
        return DraftBox(self.keys.draft_secret, self.lookup.code)

    @cached_property
    def _visit_and_token(self) -> tuple[Visit, str]:
        """The address's visit if it still lasts, else a new one; and the token that the page's addresses carry."""
        tokens = self.box.tokens
        visit = tokens.read(self.token) if self.token else None
        if visit is None:
            visit = Visit.beginning()
            return visit, tokens.written(visit)
        return tokens.renewed(visit) or (visit, self.token)

    @property
    def visit(self) -> Visit:
        return self._visit_and_token[0]

    @cached_property
    def draft(self) -> SeenDraft:
        """The draft as this visit meets it; an empty one when there is none."""
        return SeenDraft(self.box.opened(self.lookup.draft), self.visit, self.box)

    @cached_property
    def progress(self) -> AnsweringProgress:
        """What this visit is shown. Pages that she has been through, and is not shown, count as saved."""
        # Without a draft there is nothing to unlock: a counted survey has no draft secret either.
        if self.lookup.draft is None:
            return AnsweringProgress()
        own = self.draft.progress
        hidden = self.draft.hidden_pages
        return replace(own, saved=own.saved | self.routes.passed(hidden)) if hidden else own

    @cached_property
    def hidden_pages(self) -> frozenset[int]:
        """The pages with answers that the visit is not shown; without those that only some meet."""
        return frozenset() if self.lookup.draft is None else self.routes.met_by_all(self.draft.hidden_pages)

    @property
    def delivery(self) -> AnsweringProgress:
        """What this visit delivers: what its review showed, though it has been open for longer than a visit lasts."""
        visit = self.box.tokens.opened(self.token) if self.token else None
        return self.draft.stored.delivered_by((visit or self.visit).tag)

    @property
    def takes_answers(self) -> bool:
        """Whether a page of answers can be saved now."""
        return self.lookup.is_open(saves=True) and not self.lookup.delivered

    @property
    def has_begun(self) -> bool:
        """Something is saved that is not delivered, by this visit or another."""
        return self.lookup.draft is not None

    @property
    def is_shown_answers(self) -> bool:
        """The visit has answers of its own, or was given the word."""
        return self.has_begun and (self.draft.has_own or self.draft.has_word)

    @property
    def hides_answers(self) -> bool:
        """Something was saved that the visit is not shown."""
        return self.has_begun and bool(self.draft.hidden_pages)

    @property
    def asks_for_word(self) -> bool:
        return self.has_begun and self.draft.asks_for_word

    @property
    def may_choose_word(self) -> bool:
        return self.has_begun and self.draft.has_own

    @property
    def shown_code(self) -> str:
        """The code as letters have it."""
        return code_format.grouped(self.lookup.code)

    @cached_property
    def address_code(self) -> str:
        """The code as addresses have it: with the visit's token as long as there is something to answer."""
        if not self.takes_answers:
            return self.shown_code
        return joined(self.shown_code, self._visit_and_token[1])

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
        return addresses(self.address_code, self.language)(page, **values)

    def address_of(self, place: RoutePage | None, **values: str | int) -> str:
        """The address of a page of the route; of the review when the route is at its end."""
        if place is None:
            return self.address("review")
        return self.address("statements", number=place.number, **values)

    @property
    def onward(self) -> RoutePage | None:
        """Where answering goes on: the first page that was never saved; None when that is the review."""
        return self.route.first_unsaved(self.progress.saved)

    @property
    def address_onward(self) -> str:
        return self.address_of(self.onward)


def lead_to(address: str) -> Response:
    """See other. Without the page that Flask writes for browsers of the nineties: it would be half the answer."""
    return Response(status=303, headers={"Location": address})


def addresses(code: str, language: str) -> Address:
    """The addresses of the pages of whoever has the code, as it stands in addresses."""

    def address(page: str, **values: str | int) -> str:
        found = {"code": code, "language": language, **values}
        return url_for(f"respond.{page}", **found)  # type: ignore[arg-type]

    return address


def open_session(
    code: str, language: str | None = None, connection: Connection | None = None
) -> RespondentSession:
    """Opens the session of whoever has the code, on the request's connection. Raises UnknownCodeError.

    The page is in the language of the address, else the one asked for, else the invitation's, else the
    questionnaire's first.
    """
    connection = connection or database.session().connection()
    will_write = request.method == "POST"
    typed, token = parted(code)
    lookup = look_up_code(connection, typed, current_app.config["SECRETS"].codes, will_write=will_write)
    if lookup is None:
        raise UnknownCodeError
    questionnaire = questionnaire_for(connection, lookup)
    chosen = language if language in questionnaire.languages else _wished(lookup, questionnaire)
    use_language(chosen or DEFAULT_LANGUAGE)
    return RespondentSession(lookup, questionnaire, chosen or DEFAULT_LANGUAGE, token)


def _wished(lookup: InvitationLookup, questionnaire: Questionnaire) -> str:
    wishes = (request.args.get("sprak"), lookup.language)
    return next((one for one in wishes if one in questionnaire.languages), questionnaire.languages[0])


def answering(code: str, language: str, connection: Connection | None = None) -> RespondentSession:
    """The respondent behind a page of the questionnaire.

    Raises UnknownCodeError, and NotAnsweringError when she has delivered, the survey is not open, or the
    questionnaire is not in this language.
    """
    respondent = open_session(code, language, connection)
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
