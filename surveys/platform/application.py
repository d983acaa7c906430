"""The application that commands run in: settings, logs, database and languages, but no pages."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from werkzeug.routing import MapAdapter
from werkzeug.wsgi import get_host

from surveys.platform import database, localisation, logs, texts
from surveys.platform.config import Settings, read_secrets, read_settings
from surveys.platform.site_files import site_files


class SyncFlask(Flask):
    """Has no asynchronous views, so it need not look at every function it calls, a dozen times in each request.

    It has one host and no subdomains, so that the host is looked at once in each request.
    """

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """As Flask's own, which finds the host twice and encodes it as if it could have letters beyond ASCII."""
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        request.host = get_host(environ)
        return MapAdapter(
            self.url_map,
            request.host.lower(),
            _decoded(environ.get("SCRIPT_NAME", "")),
            "",
            environ["wsgi.url_scheme"],
            _decoded(environ.get("PATH_INFO", "/")),
            environ["REQUEST_METHOD"],
            _decoded(environ.get("QUERY_STRING", "")),
        )


def _decoded(text: str) -> str:
    """What WSGI gives as Latin-1 was UTF-8."""
    return text.encode("latin-1").decode(errors="replace")


def create_base(settings: Settings | None = None) -> Flask:
    """The application for one installation without its pages, which `surveys.site.application` adds."""
    settings = settings or read_settings()
    root = site_files()
    app = SyncFlask("medvirk", root_path=str(root), static_folder="static", template_folder="templates")
    secrets = read_secrets(settings)
    app.config.update(
        ROOT=root,
        SETTINGS=settings,
        SECRETS=secrets,
        SECRET_KEY=secrets.session,
        # Browsers take `__Host-` from this host over https only: no sister site can plant a session.
        SESSION_COOKIE_NAME="__Host-medvirk" if settings.secure_cookies else "medvirk",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        # On https it would want a Referer, which our own pages forbid the browser to send. `security` asks the
        # browser in another way where a form comes from.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logs.init_app(app, settings.log_level, settings.log_format)
    database.init_app(app, settings.database, settings.connection_limits)
    localisation.init_app(app)
    texts.init_app(app)
    return app
