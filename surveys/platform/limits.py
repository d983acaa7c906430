"""Limits on guessing: how many failed attempts one client, one code prefix or one user name may make.

Counts are kept under keyed hashes with a key of the day: neither address, code nor user name stands in the storage,
and yesterday's keys match nothing of today's. Only failures count, so that an office where three hundred people answer
behind one address never meets a limit.
"""

import datetime as dt
import hmac
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final, cast

from flask import Flask, Response, current_app, g, make_response, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse
from limits.errors import ConfigurationError, StorageError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import TooManyRequests

from surveys.platform import limit_counts, logs
from surveys.platform.config import Settings, SettingsError
from surveys.platform.texts import ngettext

_log = logging.getLogger("medvirk.limits")

_IS_LIMITED: Final = "is_limited"


class DecoratedLimiter(Limiter):
    """Flask-Limiter for the views that are decorated with it, and for them only.

    Its own look at every request, before and after, would cost a twentieth of each page a respondent answers, and
    find no limit there.
    """

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.before_request_funcs[None].remove(self._check_request_limit)
        deduct = cast("Callable[[Response], Response]", app.after_request_funcs[None].pop())
        release = app.teardown_request_funcs[None].pop()

        @app.after_request
        def deduct_where_limited(response: Response) -> Response:
            try:
                return deduct(response) if _IS_LIMITED in g else response
            except StorageError:
                _storage_is_out()
                return response

        @app.teardown_request
        def release_where_limited(error: BaseException | None) -> None:
            if _IS_LIMITED in g:
                release(error)

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        setattr(g, _IS_LIMITED, True)
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except StorageError:
            _storage_is_out()


@dataclass(frozen=True)
class RateLimit:
    """At most so many failures in a window of time, each counted and checked by hand. `name` keeps counts apart."""

    name: str
    most: RateLimitItem

    def check(self, key: str) -> None:
        """Ends the request with 429 when the limit is reached. One look in the storage."""
        try:
            if limiter.limiter.test(self.most, self.name, key):
                return
            opens_at = limiter.limiter.get_window_stats(self.most, self.name, key).reset_time
        except StorageError:
            _storage_is_out()
            return
        raise TooManyRequests(retry_after=seconds_until(opens_at))

    def count(self, key: str) -> bool:
        """One more failure. False when there were too many already, however many came at once."""
        try:
            return limiter.limiter.hit(self.most, self.name, key)
        except StorageError:
            _storage_is_out()
            return True


UNKNOWN_CODES_OF_A_CLIENT = RateLimit("client", parse("60 per hour"))
"""Codes that pass the check character and were given to nobody. A slip of the finger passes it one time in 31, so three
hundred careless people make about ten of these; with fifty thousand codes out, a guesser needs 10¹¹ for one hit."""

UNKNOWN_CODES_WITH_A_PREFIX = RateLimit("prefix", parse("20 per hour"))
"""The same for codes that begin with the same four characters, whoever tries: against many clients after one code."""

WORDS_FOR_A_CODE = RateLimit("word", parse("10 per day"))
"""Words that are chosen or tried for one begun answer, right or wrong. Whoever has the link and not the word has some
two hundred tries while a survey is open for three weeks."""

WRONG_WORDS_OF_A_CLIENT = RateLimit("wrong-word", parse("60 per hour"))
"""Wrong words, whatever they are tried for: against one who has the links of many."""

UNKNOWN_RECEIPTS_OF_A_CLIENT = RateLimit("receipt", parse("60 per hour"))
"""Receipt codes that pass the check character and are no ballot's."""

STARTS_OF_A_CLIENT = "600 per hour"
"""Starts by a public link. A whole school behind one address may answer in the same hour."""

VOTES_OF_A_CLIENT = "600 per hour"
"""Votes in a meeting. Everybody in a large room may come from one address."""

SIGN_INS_OF_A_CLIENT = "100 per 15 minutes"
"""Failed sign-ins."""

LINKS_OF_A_CLIENT = "10 per hour"
"""Links for a forgotten password."""

SIGN_INS_TO_A_NAME = "20 per 15 minutes"
"""Failed sign-ins to one user name: by everybody together, but apart for each browser that has signed in to it.

So a guesser stops others who are not known, but never the owner in her own browser.
"""


def nobody_guesses() -> bool:
    """Whether no limit of `RateLimit` is near for anybody: then no key need be made to ask for one.

    False when that is not known: counts that are kept elsewhere, or that cannot be read.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.limits_storage.startswith(f"{limit_counts.SCHEME}:"):
        return False
    try:
        return limit_counts.nothing_is_counted()
    except SQLAlchemyError:
        return False


def client_key() -> str:
    """Stands for the client for the rest of the day. An IPv6 client is its whole network of 64 bits."""
    return keyed("client", _network(request.remote_addr or ""))


def keyed(purpose: str, value: str) -> str:
    """A keyed hash, 32 characters, with a key that is only for today (UTC) and this installation."""
    key = _key_of(_today(), current_app.config["SECRETS"].limits)
    return hmac.digest(key, f"{purpose}:{value}".encode(), "sha256").hex()[:32]


@lru_cache(maxsize=2)
def _key_of(day: dt.date, secret: bytes) -> bytes:
    return hmac.digest(secret, day.isoformat().encode(), "sha256")


def seconds_until(moment: float) -> int:
    """Whole seconds from now, at least 1. `moment` is in seconds since 1970."""
    return max(1, math.ceil(moment - time.time()))


def seconds_left(error: TooManyRequests) -> int:
    """How long the reader must wait."""
    if isinstance(error.retry_after, int):
        return error.retry_after
    reached = limiter.current_limit
    return seconds_until(reached.reset_at) if reached else 60


def wait_text(seconds: int) -> str:
    """«Vent omtrent 12 minutter, og prøv igjen.»"""
    minutes = max(1, math.ceil((seconds - 1) / 60))
    return str(
        ngettext(
            "Vent omtrent %(num)s minutt, og prøv igjen.",
            "Vent omtrent %(num)s minutter, og prøv igjen.",
            minutes,
        )
    )


def too_many(page: str, error: TooManyRequests) -> Response:
    """The answer with this page as its body."""
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(seconds_left(error))
    return response


# A storage that is out of order must not keep anybody out: it is logged, and nobody is stopped. Nothing else is
# swallowed: a limit whose key cannot be made would stop nobody, and no test would notice.
limiter = DecoratedLimiter(
    key_func=client_key,
    headers_enabled=False,
    swallow_errors=False,
    storage_options={"wrap_exceptions": True},
)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.config["RATELIMIT_STORAGE_URI"] = settings.limits_storage
    limit_counts.init_app(app)
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise SettingsError(f"MEDVIRK_LIMITS_STORAGE kan ikke brukes: {error}") from error
    # Below a warning it tells which key met which limit: nobody's business.
    logs.adopt(app, limiter.logger.name, _log.name)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _network(address: str) -> str:
    """What counts as one client. Some proxies name the port too, which is another for every connection."""
    if address.count(":") <= 1:
        return address.partition(":")[0]
    try:
        found = IPv6Address(address.lstrip("[").partition("]")[0])
    except AddressValueError:
        return address
    return str(found.ipv4_mapped or int(found) >> 64)


def _storage_is_out() -> None:
    _log.warning("Lageret for grenser svarer ikke. Ingen blir stoppet før det er tilbake.")
