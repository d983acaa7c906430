"""Pages."""

from flask import Blueprint

from surveys.access.permissions import open_to_everyone

blueprint = Blueprint("respond", __name__)


@blueprint.get("/svar")
@open_to_everyone
def enter_code() -> str:
    return "…"
