"""The vote on somebody's own phone. Among the respondents' pages: no cookie, no script, nothing of who she is."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import current_app, render_template, request, url_for
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.access.permissions import open_to_everyone
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.meetings.models import FocusChoice, RoomVote, RoomVoteKind
from surveys.followup.meetings.outcomes import POINTS
from surveys.followup.meetings.themes import themes_of
from surveys.followup.meetings.voting import cast_vote, find_room, takes_votes
from surveys.platform import code_format, database, limits
from surveys.platform.localisation import LANGUAGES, localised
from surveys.platform.texts import _
from surveys.respond.blueprint import blueprint
from surveys.respond.session import use_asked_language
from surveys.respond.texts import LanguageChoice, language_choices
from surveys.results.queries import latest_release
from surveys.results.texts import in_sentence

_FORM_NUMBER: Final = re.compile(r"[\w-]{22}")
QUESTIONS: Final = ("forst", "sa")
"""The names of the two questions in the form."""


@dataclass(frozen=True)
class RoomQuestion:
    """One of the two questions. options: what is sent → what is shown."""

    name: str
    text: str
    options: Mapping[str, str]
    fault: str


@dataclass(frozen=True)
class VotingRoom:
    """An open vote as whoever came to its address sees it."""

    vote: RoomVote
    survey: Survey
    unit: SurveyUnit
    questions: tuple[RoomQuestion, ...]

    @property
    def is_check(self) -> bool:
        return self.vote.kind is RoomVoteKind.CHECK


@blueprint.get("/mote/<room>")
@open_to_everyone
def vote(room: str) -> str | tuple[str, int]:
    """The two questions, and what is promised."""
    language = use_asked_language()
    found = _open_room(database.session(), room)
    return _page(room, language, found) if found else (_closed(room, language), 404)


@blueprint.post("/mote/<room>")
@limits.limiter.limit(limits.VOTES_OF_A_CLIENT)
@open_to_everyone
def send_vote(room: str) -> str | tuple[str, int]:
    """Seals the vote. The same page sent again changes nothing, and is answered alike."""
    language = use_asked_language()
    session = database.session()
    found = _open_room(session, room, will_vote=True)
    if found is None:
        return _closed(room, language), 404
    answers = [request.form.get(name, "") for name in QUESTIONS]
    number = request.form.get("nummer", "")
    faults = _faults(found, answers)
    if faults or not _FORM_NUMBER.fullmatch(number):
        return _page(room, language, found, answers, faults), 422
    is_check = found.is_check
    cast_vote(session, current_app.config["SECRETS"].codes, found.vote, number, answers[0], answers[1])
    session.commit()
    return render_template(
        "followup/meetings/voted.html", choices=_languages(room, language), is_check=is_check
    )


def _open_room(session: Session, typed: str, *, will_vote: bool = False) -> VotingRoom | None:
    """None when there is no such room, or it is closed: the two look alike."""
    room = code_format.normalised(typed)
    found = find_room(session, room, will_vote=will_vote) if room else None
    if found is None or not takes_votes(found):
        return None
    survey = session.get_one(Survey, found.survey_id)
    unit = session.get_one(SurveyUnit, (found.survey_id, found.unit_id))
    themes = _themes(session, survey, found.unit_id)
    choice = session.get(FocusChoice, found.choice_id) if found.choice_id else None
    return VotingRoom(found, survey, unit, _check(choice, themes) if choice else _focus(themes))


def _themes(session: Session, survey: Survey, unit_id: int) -> Mapping[str, Text]:
    release = latest_release(session, survey)
    return {} if release is None else themes_of(session, survey, release, unit_id)


def _focus(themes: Mapping[str, Text]) -> tuple[RoomQuestion, ...]:
    options = {key: localised(title) for key, title in themes.items()}
    return (
        RoomQuestion(
            QUESTIONS[0], _("Hva skal dere ta vare på?"), options, _("Velg én ting dere skal ta vare på.")
        ),
        RoomQuestion(
            QUESTIONS[1], _("Hva skal dere forbedre?"), options, _("Velg én ting dere skal forbedre.")
        ),
    )


def _check(choice: FocusChoice, themes: Mapping[str, Text]) -> tuple[RoomQuestion, ...]:
    words = (_("Mye dårligere"), _("Litt dårligere"), _("Som før"), _("Litt bedre"), _("Mye bedre"))
    options = {str(point): word for point, word in zip(POINTS, words, strict=True)}
    questions = []
    for name, key in zip(QUESTIONS, (choice.improve, choice.keep), strict=True):
        theme = in_sentence(localised(themes[key])) if key and key in themes else str(key)
        text = _("Hvordan er det med %(theme)s nå, sammenlignet med før møtet?", theme=theme)
        questions.append(
            RoomQuestion(name, text, options, _("Svar på spørsmålet om %(theme)s.", theme=theme))
        )
    return tuple(questions)


def _faults(found: VotingRoom, answers: list[str]) -> list[tuple[str, str]]:
    """(id of the first choice, what is wrong)."""
    missing = [
        (f"{question.name}-1", question.fault)
        for question, answer in zip(found.questions, answers, strict=True)
        if answer not in question.options
    ]
    if not missing and not found.is_check and answers[0] == answers[1]:
        return [(f"{QUESTIONS[1]}-1", _("Velg noe annet å forbedre enn det dere skal ta vare på."))]
    return missing


def _page(
    room: str,
    language: str,
    found: VotingRoom,
    answers: list[str] | None = None,
    faults: list[tuple[str, str]] | None = None,
) -> str:
    return render_template(
        "followup/meetings/vote.html",
        room=room,
        found=found,
        answers=answers or ["", ""],
        faults=faults or [],
        number=secrets.token_urlsafe(16),
        choices=_languages(room, language),
    )


def _closed(room: str, language: str) -> str:
    return render_template("followup/meetings/vote_closed.html", choices=_languages(room, language))


def _languages(room: str, language: str) -> list[LanguageChoice]:
    return language_choices(LANGUAGES, language, lambda code: url_for("respond.vote", room=room, sprak=code))
