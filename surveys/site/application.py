"""The application with its pages: what the web server, the job worker and the demo run."""

from flask import Flask

from surveys.access import permissions
from surveys.platform import limits, proxies, request_cleaning, security
from surveys.platform.extensions import csrf, login
from surveys.site import pages, worker
from surveys.site.routes import register_blueprints


def add_pages(app: Flask) -> Flask:
    """Gives an application from `surveys.platform.application` its pages and its jobs, and returns it."""
    # First of all: nothing else is worth looking at in a request from an unknown proxy.
    proxies.init_app(app)
    request_cleaning.init_app(app)
    csrf.init_app(app)
    login.init_app(app)
    limits.init_app(app)
    security.init_app(app)
    permissions.init_app(app)
    pages.init_app(app)
    worker.init_app(app)
    register_blueprints(app)
    return app
