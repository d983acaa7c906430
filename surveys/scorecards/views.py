"""Pages."""

from flask import Blueprint

from surveys.access.permissions import open_to_everyone

blueprint = Blueprint("scorecards", __name__)


@blueprint.get("/styringskort")
@open_to_everyone
def index() -> str:
    return "…"
