"""Browsers that somebody has signed in with before: a guesser elsewhere cannot lock her out of her own.

Failed sign-ins to a name are limited whoever tries. A browser that has signed in to it carries a signed cookie,
and has a count of its own. The cookie is made only by a right password, so it tells nobody which accounts there are.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final, TypeVar

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from surveys.platform import limits

COOKIE: Final = "medvirk_kjent"
DAYS_KEPT: Final = 180
_SECONDS_KEPT: Final = DAYS_KEPT * 24 * 3600
_MOST_NAMES: Final = 5
"""A shared machine knows the latest few."""

_KnownNames = dict[str, str]
_Answer = TypeVar("_Answer", bound=Response)


def failures_key(username: str) -> str:
    """What failed sign-ins to the name are counted under: this browser alone, or every browser that is not known."""
    name = username.strip().lower()
    mark = _known_names().get(_hash(name))
    return limits.keyed("name", name) if mark is None else limits.keyed("known browser", f"{mark}:{name}")


def remember(response: _Answer, username: str) -> _Answer:
    """Gives the browser the cookie: somebody has just shown that the account is hers."""
    name = _hash(username.strip().lower())
    known = _known_names()
    marks = {name: known.pop(name, None) or secrets.token_urlsafe(12), **known}
    response.set_cookie(
        COOKIE,
        _signer().dumps(dict(list(marks.items())[:_MOST_NAMES])),
        max_age=_SECONDS_KEPT,
        path="/logg-inn",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _known_names() -> _KnownNames:
    """Hash of a user name → a random mark of this browser."""
    try:
        found = _signer().loads(request.cookies.get(COOKIE, ""), max_age=_SECONDS_KEPT)
    except BadSignature:
        return {}
    return dict(found)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser")


def _hash(name: str) -> str:
    key = current_app.config["SECRET_KEY"]
    secret = key if isinstance(key, bytes) else key.encode()
    return hmac.digest(secret, f"known browser:{name}".encode(), sha256).hex()[:24]
