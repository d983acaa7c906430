"""Pages."""

from flask import Blueprint

from surveys.access.permissions import open_to_everyone

blueprint = Blueprint("results", __name__)


@blueprint.get("/resultater")
@open_to_everyone
def index() -> str:
    return "…"
