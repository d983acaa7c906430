"""The word that shows her answers again: chosen when she pauses, asked for when her link is opened anew."""

import secrets

from flask import request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from surveys.access.permissions import open_to_everyone
from surveys.platform import database, limits
from surveys.respond import drafts, survey_pages, words
from surveys.respond.blueprint import blueprint
from surveys.respond.session import NotAnsweringError, RespondentSession, answering, lead_to
from surveys.respond.visits import Visit
from surveys.respond.words import WordFault

FIELD = "ord"


@blueprint.post("/<code>/<language>/velg-ord")
@open_to_everyone
def choose_word(code: str, language: str) -> Response | tuple[str, int]:
    """Locks what this visit has answered with a word, and goes on as a visit with the word."""
    respondent = answering(code, language)
    if not respondent.draft.has_own:
        raise NotAnsweringError
    word = words.normalised(request.form.get(FIELD, ""))
    if fault := words.fault_in(word) or _too_many(respondent):
        return _paused_with(respondent, fault)
    salt = secrets.token_bytes(words.SALT_BYTES)
    visit = Visit.beginning(words.visit_key(word, salt))
    session = database.session()
    drafts.lock(session, respondent.lookup, respondent.draft, respondent.routes, visit, salt)
    session.commit()
    return lead_to(respondent.on_visit(visit).address("paused"))


@blueprint.post("/<code>/<language>/ord")
@open_to_everyone
def give_word(code: str, language: str) -> Response | tuple[str, int]:
    """Shows the answers that the word has locked: leads on as a visit with the word."""
    respondent = answering(code, language)
    locked = respondent.draft.stored.locked
    if locked is None or respondent.draft.has_word:
        return lead_to(respondent.address_onward)
    word = words.normalised(request.form.get(FIELD, ""))
    if not word or len(word) > words.LONGEST:
        return _start_with(respondent, WordFault.WRONG if word else WordFault.MISSING)
    if fault := _too_many(respondent):
        return _start_with(respondent, fault)
    visit = Visit.beginning(words.visit_key(word, locked.salt))
    if visit.tag != locked.tag:
        limits.WRONG_WORDS_OF_A_CLIENT.count(limits.client_key())
        return _start_with(respondent, WordFault.WRONG)
    session = database.session()
    drafts.unite(session, respondent.lookup, respondent.draft, respondent.routes, visit)
    session.commit()
    return lead_to(respondent.on_visit(visit, reread=True).address_onward)


def _too_many(respondent: RespondentSession) -> WordFault | None:
    """Counts one more word for this code, unless too many were tried today: a word costs us work, right or wrong."""
    key = limits.keyed("word", respondent.lookup.code)
    try:
        limits.WRONG_WORDS_OF_A_CLIENT.check(limits.client_key())
        limits.WORDS_FOR_A_CODE.check(key)
    except TooManyRequests:
        return WordFault.TOO_MANY
    limits.WORDS_FOR_A_CODE.count(key)
    return None


def _paused_with(respondent: RespondentSession, fault: WordFault) -> tuple[str, int]:
    return survey_pages.show(respondent, "paused", "paused", word_fault=fault), _status(fault)


def _start_with(respondent: RespondentSession, fault: WordFault) -> tuple[str, int]:
    return survey_pages.show(respondent, "start", "start_in", word_fault=fault), _status(fault)


def _status(fault: WordFault) -> int:
    return 429 if fault == WordFault.TOO_MANY else 422
