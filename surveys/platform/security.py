"""What every answer from the server carries, and that no other site's page sends a form here.

A strict content policy, and no traces on shared machines. Every form has a token that other sites cannot know; beside
it is what the browser itself says of where a form was sent from.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from surveys.platform.config import Settings
from surveys.platform.explained import ExplainedError
from surveys.platform.texts import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Plotly sets empty inline styles; the hash is that of the empty string and allows nothing else.
_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {_EMPTY_STYLE}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
_ON_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


# Pages of people without an account: those who answer, staff with a link, and everybody.
_WITHOUT_COOKIES = frozenset({"respond", "shared_results", "public_results"})
# What everybody may read says itself how long it may be kept; nothing else is kept anywhere.
_KEPT_BY_CACHES = frozenset({"public_results"})

_ONLY_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def sent_from_elsewhere(base_url: str) -> bool:
    """True when the browser says that a page of another site made this request.

    `Sec-Fetch-Site` tells a sister site («same-site») from our own, which a cookie cannot: it goes to both. A browser
    from before 2023 sends `Origin` alone, and our own pages make that «null»; a program sends neither. Then the token
    decides.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin", "null")
    if origin == "null":
        return False
    own = urlsplit(base_url)
    return origin not in {f"{own.scheme}://{own.netloc}", request.host_url.rstrip("/")}


class _Sessions(SecureCookieSessionInterface):
    """Signed cookies for people with an account; none for respondents, and none for files that everybody shares."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """An empty one at once for whoever sends no cookies: respondents, whose every page would pay for a signer."""
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.blueprint not in _WITHOUT_COOKIES and request.endpoint != "static":
            super().save_session(app, session, response)


class _HeadersOnAll:
    """Adds the headers to every answer, whatever part of the site gives it. One by one, Flask would take a fiftieth of
    a respondent's page for that.
    """

    def __init__(self, wrapped: "WSGIApplication", headers: Mapping[str, str]) -> None:
        self._wrapped = wrapped
        self._headers = list(headers.items())

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, headers + self._headers, *error)

        return self._wrapped(environ, start)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    headers = _HEADERS | (_ON_HTTPS if settings.secure_cookies else {})
    app.wsgi_app = _HeadersOnAll(app.wsgi_app, headers)  # type: ignore[method-assign]
    app.session_interface = _Sessions()

    @app.before_request
    def refuse_other_sites() -> None:
        if request.method not in _ONLY_READS and sent_from_elsewhere(settings.base_url):
            raise ExplainedError(
                _("Skjemaet ble sendt fra et annet nettsted"),
                _("Ingenting er lagret. Gå til forsiden og prøv derfra."),
            )

    @app.after_request
    def forbid_keeping(response: Response) -> Response:
        # `static_files` says itself how long a file may be kept; what went wrong there is a page like any other.
        says_itself = request.endpoint == "static" or (
            request.blueprint in _KEPT_BY_CACHES and "Cache-Control" in response.headers
        )
        if not says_itself or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response
