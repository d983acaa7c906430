"""The signed-in home page, the menu, and the two pages every footer links to."""

from dataclasses import dataclass

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from surveys import database
from surveys.access.models import Role
from surveys.access.permissions import granted_units, open_to_everyone, roles_of
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.localisation import LANGUAGES, use_language
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order

blueprint = Blueprint("home", __name__)


@dataclass(frozen=True)
class MenuEntry:
    text: str
    address: str
    here: bool


@blueprint.get("/")
@open_to_everyone
def show() -> str | Response:
    """What waits for the signed-in person, and her units; the sign-in page for everybody else."""
    if not current_user.is_authenticated:
        return redirect(url_for("access.sign_in"))
    session = database.session()
    units = session.scalars(select(Unit).where(Unit.id.in_(granted_units(session, current_user))))
    surveys = session.scalars(select(Survey).order_by(Survey.opens_on.desc())).all()
    return render_template(
        "access/home.html",
        units=in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units),
        open_surveys=[
            survey for survey in surveys if survey.status in {SurveyStatus.OPEN, SurveyStatus.CLOSED}
        ],
        released=[survey for survey in surveys if survey.status == SurveyStatus.RELEASED],
        is_hr=bool(roles_of(current_user) & {Role.HR, Role.ADMINISTRATOR}),
    )


@blueprint.get("/tilgjengelighet")
@open_to_everyone
def accessibility() -> str:
    _use_asked_language()
    return render_template("layout/accessibility.html")


@blueprint.get("/anonymitet")
@open_to_everyone
def privacy() -> str:
    _use_asked_language()
    return render_template("layout/privacy.html")


def _use_asked_language() -> None:
    """Respondents carry their language in the address: these pages must not need a cookie."""
    if request.args.get("sprak") in LANGUAGES:
        use_language(request.args["sprak"])


def menu() -> list[MenuEntry]:
    """The main menu of the signed-in person."""
    entries = [
        (_("Hjem"), "home.show"),
        (_("Resultater"), "results.index"),
        (_("Styringskort"), "scorecards.index"),
    ]
    if roles_of(current_user) & {Role.HR, Role.ADMINISTRATOR}:
        entries.insert(1, (_("Undersøkelser"), "campaigns.index"))
    here = (request.endpoint or "").split(".")[0]
    return [MenuEntry(text, url_for(endpoint), endpoint.split(".")[0] == here) for text, endpoint in entries]


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(menu=menu)
    app.register_blueprint(blueprint)
