"""The web application and the `medvirk` command."""

from pathlib import Path

from flask import Flask

from surveys.access import permissions
from surveys.platform import database, limits, localisation, logs, security
from surveys.platform.config import Settings, read_secrets, read_settings
from surveys.platform.extensions import csrf, login
from surveys.site import pages, worker
from surveys.site.routes import register_blueprints

ROOT = Path(__file__).parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application for one installation."""
    settings = settings or read_settings()
    app = Flask("medvirk", root_path=str(ROOT), static_folder="static", template_folder="templates")
    secrets = read_secrets(settings)
    app.config.update(
        ROOT=ROOT,
        SETTINGS=settings,
        SECRETS=secrets,
        SECRET_KEY=secrets.session,
        SESSION_COOKIE_NAME="medvirk",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logs.init_app(app, settings.log_level)
    database.init_app(app, settings.database)
    csrf.init_app(app)
    login.init_app(app)
    limits.init_app(app)
    localisation.init_app(app)
    security.init_app(app)
    permissions.init_app(app)
    pages.init_app(app)
    worker.init_app(app)
    register_blueprints(app)
    return app


def main() -> None:
    """The `medvirk` command."""
    from surveys.commands import medvirk

    medvirk(obj=create_app)
