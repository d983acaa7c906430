"""A respondent in the middle of it: who came with the code, what she is asked, and how far she has come."""

from dataclasses import dataclass
from functools import cached_property

from flask import current_app, request, url_for

from questionnaires.model import Questionnaire
from surveys import database
from surveys.campaigns import codes
from surveys.localisation import DEFAULT_LANGUAGE, LANGUAGES, use_language
from surveys.respond.drafts import DraftBox
from surveys.respond.progress import Progress
from surveys.respond.questions import Place, places
from surveys.respond.visits import Visit, find_visit, questionnaire_for


class UnknownCodeError(Exception):
    """Nobody was given this code."""


class NotAnsweringError(Exception):
    """The code is known, but the page is not for it now: delivered, closed, or no such page or language."""


@dataclass(frozen=True)
class Arrival:
    """Somebody with a known code, and the language her page is in."""

    visit: Visit
    questionnaire: Questionnaire
    language: str

    @cached_property
    def places(self) -> list[Place]:
        return places(self.questionnaire, self.visit.audience)

    @cached_property
    def box(self) -> DraftBox:
        return DraftBox(current_app.config["SECRETS"].drafts, self.visit.code)

    @cached_property
    def progress(self) -> Progress:
        return self.box.opened(self.visit.draft)

    @property
    def shown_code(self) -> str:
        """The code as it stands in addresses and letters."""
        return codes.grouped(self.visit.code)

    def place(self, number: int) -> Place:
        """The page with this number. Raises NotAnsweringError when there is none."""
        if not 1 <= number <= len(self.places):
            raise NotAnsweringError
        return self.places[number - 1]

    def address(self, page: str, **values: str | int) -> str:
        """The address of one of the respondent's own pages, in her language unless `values` name another."""
        found = {"code": self.shown_code, "language": self.language, **values}
        return url_for(f"respond.{page}", **found)  # type: ignore[arg-type]


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
