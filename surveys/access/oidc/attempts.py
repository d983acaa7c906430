"""A sign-in that has begun at the provider and not come back: kept in the browser's own signed cookie, for ten minutes.

An attempt is taken out when it is answered, so the same answer opens nothing the second time. The provider gives out
the person for its code once only, and only with the verifier, which is in this cookie and nowhere else.
"""

import secrets
import time
from collections.abc import MutableMapping
from dataclasses import astuple, dataclass
from typing import Any, Final

HOLDS_FOR: Final = 600  # seconds
_KEY: Final = "oidc"
_MOST_AT_ONCE: Final = 3
"""Tabs in which somebody has begun to sign in: a cookie has little room."""


@dataclass(frozen=True)
class SignInAttempt:
    """`target`: the page of ours that was asked for. `begun`: seconds since 1970."""

    nonce: str
    verifier: str
    target: str
    begun: int


def begin_attempt(session: MutableMapping[str, Any], target: str) -> tuple[str, SignInAttempt]:
    """A new attempt and the state that names it, kept in the browser's session."""
    attempt = SignInAttempt(
        secrets.token_urlsafe(32), secrets.token_urlsafe(48), target[:500], int(time.time())
    )
    state = secrets.token_urlsafe(32)
    kept = dict(list(_kept(session).items())[-(_MOST_AT_ONCE - 1) :])
    session[_KEY] = kept | {state: astuple(attempt)}
    return state, attempt


def take_attempt(session: MutableMapping[str, Any], state: str) -> SignInAttempt | None:
    """The attempt, which can be taken once; None when this browser has begun none like it, or too long ago."""
    kept = _kept(session)
    found = kept.pop(state, None)
    session[_KEY] = kept
    if found is None:
        return None
    attempt = SignInAttempt(*found)
    return attempt if time.time() - attempt.begun <= HOLDS_FOR else None


def _kept(session: MutableMapping[str, Any]) -> dict[str, Any]:
    return dict(session.get(_KEY) or {})
