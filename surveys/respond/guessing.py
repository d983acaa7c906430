"""Guessing codes: stopped before a code is looked up, so that a guesser learns nothing more, not even of a hit.

Only codes that were given to nobody count. One with a wrong check character is never looked up: it tells its sender
nothing that she could not work out herself, so it costs nothing.
"""

from flask import Response, render_template, request
from werkzeug.exceptions import TooManyRequests

from surveys.platform import code_format, limits
from surveys.respond.blueprint import blueprint
from surveys.respond.session import use_asked_language
from surveys.respond.visits import parted

_PREFIX = 4


@blueprint.before_request
def stop_guessing() -> None:
    """Ends the request with 429 when the client, or anybody with codes like this one, has guessed too often."""
    typed = (request.view_args or {}).get("code")
    if typed is None or limits.nobody_guesses():
        return
    limits.UNKNOWN_CODES_OF_A_CLIENT.check(limits.client_key())
    if prefix := _prefix_key(typed):
        limits.UNKNOWN_CODES_WITH_A_PREFIX.check(prefix)


def count(typed: str) -> None:
    """A code that was typed and that nobody was given."""
    if prefix := _prefix_key(typed):
        limits.UNKNOWN_CODES_OF_A_CLIENT.count(limits.client_key())
        limits.UNKNOWN_CODES_WITH_A_PREFIX.count(prefix)


@blueprint.errorhandler(429)
def ask_to_wait(error: TooManyRequests) -> Response:
    """A calm page in the reader's language. It is the same whether the code exists or not."""
    use_asked_language((request.view_args or {}).get("language"))
    wait = limits.wait_text(limits.seconds_left(error))
    return limits.too_many(render_template("respond/too_many.html", wait=wait), error)


def _prefix_key(typed: str) -> str | None:
    """None when the text cannot be a code."""
    code = code_format.normalised(parted(typed)[0])
    return limits.keyed("prefix", code[:_PREFIX]) if code else None
