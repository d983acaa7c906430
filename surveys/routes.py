"""Every blueprint of the site."""

from flask import Flask

from surveys import home
from surveys.access import views as access
from surveys.campaigns import publication_views, quality_views
from surveys.campaigns import views as campaigns
from surveys.respond import entrance
from surveys.respond import views as respond
from surveys.results import views as results
from surveys.scorecards import views as scorecards

# Each module puts its pages on its part's blueprint; a blueprint is registered once.
_MODULES = (
    access,
    campaigns,
    publication_views,
    quality_views,
    entrance,
    respond,
    results,
    scorecards,
)


def register_blueprints(app: Flask) -> None:
    home.init_app(app)
    for blueprint in dict.fromkeys(module.blueprint for module in _MODULES):
        app.register_blueprint(blueprint)
