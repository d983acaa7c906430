"""Pages."""

from flask import Blueprint

from surveys.access.permissions import open_to_everyone

blueprint = Blueprint("campaigns", __name__)


@blueprint.get("/undersokelser")
@open_to_everyone
def index() -> str:
    return "…"
