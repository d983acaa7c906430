"""The browser's way out of the provider, after its session here has ended."""

import hmac
import logging
import secrets
from typing import Final

from flask import redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from surveys.access.oidc.errors import ProviderDownError
from surveys.access.oidc.kept_tokens import opened

_log = logging.getLogger("medvirk.access")

_KEY: Final = "oidc_leaving"


def leave_provider(stored_token: str) -> str | Response:
    """A page that goes on to the provider by itself; the page that says what has ended, when there is no such way.

    A redirect would be stopped: the content policy lets a form of ours lead nowhere but here, in Chrome at the end of
    every redirect too.
    """
    # `requests` and Authlib are loaded by whoever signs in or out at the provider, never for respondents.
    from surveys.access.oidc.signing_out import address_to_sign_out

    state = secrets.token_urlsafe(16)
    id_token = opened(stored_token)
    try:
        address = address_to_sign_out(id_token, state) if id_token else ""
    except ProviderDownError as error:
        _log.warning("Utlogging hos innloggingstjenesten: %s", error)
        address = ""
    if not address:
        return redirect(url_for("access.signed_out"))
    session[_KEY] = state
    return render_template("access/oidc/leaving.html", address=address)


def has_left_provider(state: str) -> bool:
    """Whether the provider has sent the browser back from signing out: asked once."""
    expected = session.pop(_KEY, "")
    return bool(expected) and hmac.compare_digest(expected.encode(), state.encode())
