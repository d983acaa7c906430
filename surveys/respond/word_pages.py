"""Locking what was answered: with a word that shows it again, or by ending the visit; and giving the word."""

from typing import Final

from flask import request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from surveys.access.permissions import open_to_everyone
from surveys.platform import database, limits
from surveys.platform.texts import _
from surveys.respond import drafts, survey_pages, words
from surveys.respond.blueprint import blueprint
from surveys.respond.erasing import FORGET
from surveys.respond.session import NotAnsweringError, RespondentSession, addresses, answering, lead_to
from surveys.respond.words import ChosenWord, WordFault

_WORD_FIELD: Final = "ord"


@blueprint.post("/<code>/<language>/velg-ord")
@open_to_everyone
def choose_word(code: str, language: str) -> Response | tuple[str, int]:
    """Locks what this visit has answered with a word, and ends the visit."""
    respondent = answering(code, language)
    if not respondent.may_choose_word:
        raise NotAnsweringError
    typed = words.normalised(request.form.get(_WORD_FIELD, ""))
    if fault := words.fault_in(typed) or _too_many(respondent):
        return _show("paused", respondent, fault)
    word, tag = ChosenWord.of(typed), respondent.visit.tag
    session = database.session()
    drafts.change_layers(
        session.connection(),
        respondent.lookup,
        respondent.draft,
        # Another tab may have locked it meanwhile: then there is nothing left to lock.
        lambda now: now.locked_with(word) if now.tag == tag else now,
    )
    session.commit()
    return _lead_out_of(respondent)


@blueprint.post("/<code>/<language>/las")
@open_to_everyone
def end_visit(code: str, language: str) -> Response:
    """Nothing is shown by this visit's addresses any more. Whoever uses the device next finds nothing with Back."""
    respondent = answering(code, language)
    if respondent.has_begun:
        session, tag = database.session(), respondent.visit.tag
        drafts.change_layers(
            session.connection(), respondent.lookup, respondent.draft, lambda now: now.closed_for(tag)
        )
        session.commit()
    return _lead_out_of(respondent)


@blueprint.post("/<code>/<language>/ord")
@open_to_everyone
def give_word(code: str, language: str) -> Response | tuple[str, int]:
    """Shows this visit what the word has locked."""
    respondent = answering(code, language)
    word = respondent.draft.stored.word
    if word is None or not respondent.asks_for_word:
        return lead_to(respondent.address("start_in"))
    typed = words.normalised(request.form.get(_WORD_FIELD, ""))
    if not typed:
        return _show("start", respondent, WordFault.MISSING)
    if fault := _too_many(respondent):
        return _show("start", respondent, fault)
    if len(typed) > words.LONGEST or not word.is_right(typed):
        limits.WRONG_WORDS_OF_A_CLIENT.count(limits.client_key())
        return _show("start", respondent, WordFault.WRONG)
    session, tag = database.session(), respondent.visit.tag
    drafts.change_layers(
        session.connection(),
        respondent.lookup,
        respondent.draft,
        # The word that was right may have been changed for another meanwhile.
        lambda now: now.opened_for(tag) if now.word == word else now,
    )
    session.commit()
    return lead_to(respondent.address("start_in"))


def _too_many(respondent: RespondentSession) -> WordFault | None:
    """Counts one more word for this code before it costs us work, right or wrong."""
    try:
        limits.WRONG_WORDS_OF_A_CLIENT.check(limits.client_key())
    except TooManyRequests:
        return WordFault.TOO_MANY
    within = limits.WORDS_FOR_A_CODE.count(limits.keyed("word", respondent.lookup.code))
    return None if within else WordFault.TOO_MANY


def _lead_out_of(respondent: RespondentSession) -> Response:
    """To the page that says how to come back, as somebody meets it who opens the link anew."""
    response = lead_to(addresses(respondent.shown_code, respondent.language)("paused"))
    response.headers["Clear-Site-Data"] = FORGET
    return response


def _show(template: str, respondent: RespondentSession, fault: WordFault) -> tuple[str, int]:
    """The page that the word was typed on, with what is wrong."""
    page = {"start": "start_in", "paused": "paused"}[template]
    status = 429 if fault == WordFault.TOO_MANY else 422
    return survey_pages.show(respondent, template, page, word_message=_message(fault)), status


def _message(fault: WordFault) -> str:
    """What is wrong, and what to do."""
    messages = {
        WordFault.MISSING: _("Skriv et ord"),
        WordFault.TOO_SHORT: _("Ordet må ha minst %(least)s tegn", least=words.SHORTEST),
        WordFault.TOO_LONG: _("Ordet kan ha høyst %(most)s tegn", most=words.LONGEST),
        WordFault.EASY: _("Ordet er lett å gjette. Velg et annet"),
        WordFault.WRONG: _("Ordet er ikke riktig. Prøv igjen"),
        WordFault.TOO_MANY: _("Det er prøvd mange ord i dag. Prøv igjen i morgen"),
    }
    return messages[fault]
