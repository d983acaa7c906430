"""What whoever watches over an installation asks it: is it alive, is it ready, how much work has it done."""

from flask import Flask

from surveys.operating.health.readiness import Readiness
from surveys.operating.health.views import blueprint
from surveys.platform import request_counts


def add_health(app: Flask) -> Flask:
    """Gives an application its addresses under /helse/, and returns it."""
    request_counts.init_app(app)
    app.extensions["medvirk_readiness"] = Readiness(app)
    app.register_blueprint(blueprint)
    return app
