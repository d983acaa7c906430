"""Every blueprint of the site."""

from flask import Flask

from surveys import home
from surveys.access import views as access
from surveys.campaigns import views as campaigns
from surveys.respond import entrance as _entrance  # noqa: F401 (puts its pages on the blueprint)
from surveys.respond import views as respond
from surveys.results import views as results
from surveys.scorecards import views as scorecards


def register_blueprints(app: Flask) -> None:
    home.init_app(app)
    for part in (access, campaigns, respond, results, scorecards):
        app.register_blueprint(part.blueprint)
