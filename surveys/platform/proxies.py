"""Reverse proxies: what they may say of a visitor, and a loud no when they are more or fewer than MEDVIRK_PROXIES.

Limits on guessing count failures by the visitor's address. A proxy that nobody has told us about is the address of
everybody, and then one visitor can shut out all others. So a request whose headers do not fit the setting is refused at
once, whoever sends it: a visitor who makes up such a header is refused alone.

Nothing but the address is read from the headers. Whether the site is on https is said by MEDVIRK_BASE_URL, so that
nobody can talk us out of it.
"""

import logging
import mmap
from typing import TYPE_CHECKING, Final

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from surveys.platform.config import Settings
from surveys.platform.explained import ExplainedError
from surveys.platform.texts import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FORWARDED: Final = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
)
# Whoever watches over the installation asks these directly, past the proxy; no limit counts them.
_ASKED_DIRECTLY: Final = "/helse/"

_log = logging.getLogger("medvirk.proxies")


class _OwnScheme:
    """Every request has the scheme of the address people use."""

    def __init__(self, wrapped: "WSGIApplication", scheme: str) -> None:
        self._wrapped = wrapped
        self._scheme = scheme

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        environ["wsgi.url_scheme"] = self._scheme
        return self._wrapped(environ, start_response)


def disagreement(settings: Settings, environ: "WSGIEnvironment") -> str:
    """Why the request does not fit MEDVIRK_PROXIES, as a sentence for the log; «» when it does."""
    if not settings.proxies:
        if any(header in environ for header in _FORWARDED):
            return "MEDVIRK_PROXIES er 0, men en forespørsel kom gjennom en mellomtjener."
        return ""
    if environ.get("PATH_INFO", "").startswith(_ASKED_DIRECTLY):
        return ""
    addresses = [each for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    if len(addresses) >= settings.proxies:
        return ""
    return (
        f"MEDVIRK_PROXIES er {settings.proxies}, men en forespørsel hadde {len(addresses)} adresser i "
        "X-Forwarded-For."
    )


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    scheme = "https" if settings.secure_cookies else "http"
    app.wsgi_app = _OwnScheme(app.wsgi_app, scheme)  # type: ignore[method-assign]
    # One byte that all processes made from this one share: the log gets one line, not one from each of them.
    told = mmap.mmap(-1, 1)

    @app.before_request
    def refuse_unknown_proxies() -> None:
        if request.endpoint == "static":
            return
        fault = disagreement(settings, request.environ)
        if not fault:
            return
        if not told[0]:
            told[0] = 1
            _log.error("%s Forespørselen er avvist. Se «Mellomtjeneren» i docs/guides/operators.md.", fault)
        raise ExplainedError(
            _("Nettstedet er ikke satt opp riktig"),
            _(
                "Du har ikke gjort noe galt. De som drifter Medvirk, må sette MEDVIRK_PROXIES til så mange "
                "mellomtjenere som står foran, og hver av dem må sende X-Forwarded-For."
            ),
        )
