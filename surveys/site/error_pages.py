"""Error pages: they need no database and no session of anybody's, so that they work when nothing else does.

Staff get an error number and the time, which the log has too. A respondent's page has neither: a moment in the log
beside a number on her screen would tell when she answered.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, current_app, g, request, session
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError
from werkzeug.exceptions import HTTPException, InternalServerError, TooManyRequests

from surveys.access import interrupted
from surveys.platform import limits, logs
from surveys.platform.clock import MUNICIPAL_TIME, now
from surveys.platform.explained import ExplainedError, MovedOnError
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, in_language
from surveys.platform.texts import _
from surveys.site.full_disks import cannot_save

_DATABASE_IS_OUT: Final = (OperationalError, InterfaceError, NoFreeConnectionError)
_TOO_LARGE_FOR_SQLITE: Final = "Python int too large to convert to SQLite INTEGER"


@dataclass(frozen=True)
class ErrorWords:
    """What an error page says. way, address: the words and the address of a link to where the reader can go on."""

    heading: str
    advice: str
    reference: str = ""
    way: str = ""
    address: str = ""


_Answer = tuple[str, int, dict[str, str]] | Response


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _explain)
    for kind in _DATABASE_IS_OUT:
        app.register_error_handler(kind, _database_is_out)
    app.register_error_handler(InternalError, _explain_if_cannot_save)
    app.register_error_handler(OSError, _explain_if_cannot_save)
    for refused in (DataError, OverflowError, UnicodeEncodeError):
        app.register_error_handler(refused, _refuse_unstorable)


def _explain(error: HTTPException) -> _Answer:
    # Of the error pages only this one asks who is signed in: something was typed, and must not be lost.
    if isinstance(error, CSRFError) and not _is_respondents() and (answer := interrupted.given_back()):
        return answer
    # What failed while another error was being explained has become an InternalServerError on the way.
    cause = error.original_exception if isinstance(error, InternalServerError) else None
    if cause is not None and (isinstance(cause, _DATABASE_IS_OUT) or cannot_save(cause)):
        return _database_is_out(cause)
    code = 400 if _cannot_be_stored(cause) else error.code or 500
    headers = {"Retry-After": str(limits.seconds_left(error))} if isinstance(error, TooManyRequests) else {}
    with in_language(asked_language()):
        words = _words(code, error)
        return _page(_with_reference(words, code, cause or error) if code >= 500 else words), code, headers


def _database_is_out(error: BaseException) -> _Answer:
    with in_language(asked_language()):
        words = _unsaved_words() if cannot_save(error) else _words(503)
        return _page(_with_reference(words, 503, error)), 503, {"Retry-After": "60"}


def _explain_if_cannot_save(error: Exception) -> _Answer:
    if not cannot_save(error):
        raise error
    return _database_is_out(error)


def _refuse_unstorable(error: Exception) -> _Answer:
    if not _cannot_be_stored(error):
        raise error
    with in_language(asked_language()):
        return _page(_words(400)), 400, {}


def asked_language() -> str:
    """The language in the address, else the visit's, the account's if it is known by now, or the browser's wish.

    The account is not asked for here: it is in the database.
    """
    wanted = (
        (request.view_args or {}).get("language"),
        request.args.get("sprak"),
        *(part for part in request.path.split("/")[:4] if part in LANGUAGES and _is_respondents()),
        g.get("language"),
        session.get("language"),
        g.get("account_language"),
        request.accept_languages.best_match(list(LANGUAGES)),
    )
    return next((one for one in wanted if one in LANGUAGES), DEFAULT_LANGUAGE)


def _cannot_be_stored(error: BaseException | None) -> bool:
    """Whether the database has no room for a value that was sent: a whole number beyond 64 bits, mostly."""
    if isinstance(error, OverflowError):
        return _TOO_LARGE_FOR_SQLITE in str(error)
    return isinstance(error, DataError) or (
        isinstance(error, UnicodeEncodeError) and error.encoding == "utf-8"
    )


def _words(code: int, error: HTTPException | None = None) -> ErrorWords:
    if isinstance(error, CSRFError):
        return ErrorWords(
            _("Siden var åpen for lenge"),
            _("Gå tilbake, last siden på nytt og prøv igjen."),
        )
    if isinstance(error, ExplainedError):
        return ErrorWords(error.heading, error.advice)
    if isinstance(error, MovedOnError):
        return ErrorWords(error.heading, error.advice, way=error.way, address=error.address)
    if isinstance(error, TooManyRequests):
        return ErrorWords(_("For mange forsøk"), limits.wait_text(limits.seconds_left(error)))
    explanations = _explanations()
    return explanations.get(code, explanations[500 if code >= 500 else 400])


def _with_reference(words: ErrorWords, code: int, error: BaseException) -> ErrorWords:
    """The words with an error number, which the log has too. The log never has what was sent."""
    if _is_respondents():
        current_app.logger.error("Feil på en side for dem som svarer: %s, %s", code, type(error).__name__)
        return words
    number, moment = secrets.token_hex(4), f"{now().astimezone(MUNICIPAL_TIME):%H:%M:%S}"
    with logs.bound(error_id=number):
        current_app.logger.error(
            "Feilnummer %s kl. %s: %s, %s i %s", number, moment, code, type(error).__name__, request.endpoint
        )
    told = _(
        "Si fra til den som drifter Medvirk, og oppgi feilnummer %(number)s, klokken %(time)s.",
        number=number,
        time=moment,
    )
    return ErrorWords(words.heading, words.advice, told)


def _is_respondents() -> bool:
    return request.path == "/svar" or request.path.startswith("/svar/")


def _page(words: ErrorWords) -> str:
    """Rendered without Flask's context: that would look for who is signed in."""
    template = current_app.jinja_env.get_template("site/error.html")
    return template.render(words=words, language=g.language, is_respondents=_is_respondents())


def _unsaved_words() -> ErrorWords:
    """For her who pressed a button: what this page held is not saved, and what was saved before is."""
    return ErrorWords(
        _("Vi kan ikke lagre akkurat nå"),
        _("Det du sendte nå, er ikke lagret. Det som var lagret fra før, er trygt.") + " " + _waiting(),
    )


def _waiting() -> str:
    """Staff are told in the line with the error number whom to turn to."""
    told = _("Vent et par minutter og prøv igjen.")
    if _is_respondents():
        told += " " + _("Går det ikke da, si fra til den som ba deg svare.")
    return told


def _explanations() -> dict[int, ErrorWords]:
    unsaved = _("Ingenting er lagret halvveis.")
    return {
        400: ErrorWords(
            _("Siden ble ikke sendt riktig"), _("Gå tilbake og prøv en gang til.") + " " + unsaved
        ),
        403: ErrorWords(
            _("Du har ikke tilgang til denne siden"),
            unsaved
            if _is_respondents()
            else _("Mener du at du skal ha tilgang, snakk med HR i kommunen.") + " " + unsaved,
        ),
        404: ErrorWords(
            _("Vi finner ikke siden"),
            _("Sjekk at lenken er hel, eller skriv koden din.")
            if _is_respondents()
            else _("Sjekk adressen, eller gå til forsiden."),
        ),
        405: ErrorWords(
            _("Denne siden kan ikke åpnes direkte"),
            _("Åpne lenken du fikk, på nytt, eller skriv koden din.")
            if _is_respondents()
            else _("Gå til forsiden og prøv derfra."),
        ),
        413: ErrorWords(
            _("Det du sendte, er for stort"), _("Kort ned teksten eller filen og prøv igjen.") + " " + unsaved
        ),
        500: ErrorWords(_("Noe gikk galt hos oss"), unsaved + " " + _("Prøv igjen om litt.")),
        503: ErrorWords(
            _("Databasen svarer ikke"),
            f"{unsaved} {_waiting()}",
        ),
    }
