"""The signed-in home page, the menu, the pages every footer links to, and security.txt."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access import known_browsers
from surveys.access.models import HR_ROLES, Role
from surveys.access.permissions import granted_units, open_to_everyone, roles_of
from surveys.actions.rights import PLAN_READERS
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit
from surveys.followup.actions.adoption import plan_news
from surveys.hr.key_holding.choices import key_tasks
from surveys.hr.own_rates import own_rates
from surveys.hr.waiting import has_no_roster, tasks
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.localisation import LANGUAGES, alphabetical, use_language
from surveys.platform.texts import _
from surveys.release.entrances import entrances
from surveys.release.visibility import readable_cards
from surveys.reports.snapshots.political import newest_political
from surveys.scorecards.questions.placing import UNITS_ON_FRONT_PAGE, questions_for
from surveys.scorecards.replies.waiting import waiting_for
from surveys.scorecards.texts import status_words
from surveys.site.security_text import security_text

blueprint = Blueprint("home", __name__)

MOST_RESULTS: Final = 5

# The day the accessibility statement was last gone through, claim by claim.
ASSESSED_ON: Final = dt.date(2026, 11, 28)


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
    today = municipal_day()
    entered = entrances(session, current_user, today)
    return render_template(
        "site/home.html",
        uses_messages=True,
        tasks=[*key_tasks(session, current_user), *tasks(session, current_user, today)],
        is_new=has_no_roster(session, current_user),
        units=_own_units(session),
        open_surveys=_open_surveys(session),
        rates=own_rates(session, current_user),
        results=entered[:MOST_RESULTS],
        waiting=waiting_for(session, current_user, today),
        asked=questions_for(session, current_user, today, UNITS_ON_FRONT_PAGE),
        colours=status_words(),
        political=newest_political(session, current_user),
        is_politician=Role.POLITICIAN in roles_of(current_user),
        plan_news_of_reader=plan_news(session, current_user, today),
        is_hr=bool(roles_of(current_user) & set(HR_ROLES)),
    )


def _own_units(session: Session) -> list[tuple[Unit, bool]]:
    """The units the account was given a role on, by name, and whether it may read their card."""
    tops = {grant.unit_id for grant in current_user.grants}
    units = session.scalars(select(Unit).where(Unit.id.in_(tops)))
    cards = readable_cards(session, current_user, tops)
    return [(unit, unit.id in cards) for unit in sorted(units, key=lambda unit: alphabetical(unit.name))]


def _open_surveys(session: Session) -> list[tuple[Survey, bool]]:
    """Surveys that people in the account's units may answer now, and whether the account is HR for them."""
    units = granted_units(session, current_user)
    asked = select(SurveyUnit.survey_id).where(SurveyUnit.unit_id.in_(units))
    surveys = session.scalars(
        select(Survey)
        .where(Survey.status == SurveyStatus.OPEN, Survey.id.in_(asked))
        .order_by(Survey.closes_on, Survey.id)
    )
    own = granted_units(session, current_user, *HR_ROLES)
    return [(survey, survey.unit_id in own) for survey in surveys]


@blueprint.get("/tilgjengelighet")
@open_to_everyone
def accessibility() -> str:
    _use_asked_language()
    settings: Settings = current_app.config["SETTINGS"]
    return render_template(
        "site/accessibility.html",
        assessed_on=ASSESSED_ON,
        official=settings.accessibility_statement,
        address=settings.base_url,
    )


@blueprint.get("/anonymitet")
@open_to_everyone
def privacy() -> str:
    _use_asked_language()
    return render_template("site/privacy.html")


@blueprint.get("/informasjonskapsler")
@open_to_everyone
def cookies() -> str:
    _use_asked_language()
    return render_template("site/cookies.html", known_browsers=known_browsers)


@blueprint.get("/.well-known/security.txt")
@open_to_everyone
def security_txt() -> FlaskResponse:
    """RFC 9116. There is none until the operator has said who is to be told."""
    settings: Settings = current_app.config["SETTINGS"]
    text = security_text(settings, municipal_day())
    if text is None:
        abort(404)
    return FlaskResponse(text, mimetype="text/plain")


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
        (_("Rapporter"), "reports.index"),
    ]
    if roles_of(current_user) & set(PLAN_READERS):
        entries.append((_("Planer"), "plans.index"))
    if roles_of(current_user) & set(HR_ROLES):
        entries[1:1] = [
            (_("Undersøkelser"), "hr.index"),
            (_("Organisasjon"), "organisation.tree"),
            (_("Brukere"), "accounts.index"),
        ]
    if Role.ADMINISTRATOR in roles_of(current_user):
        entries.append((_("Drift"), "jobs.index"))
    here = (request.endpoint or "").split(".")[0]
    return [MenuEntry(text, url_for(endpoint), endpoint.split(".")[0] == here) for text, endpoint in entries]


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(menu=menu)
    app.register_blueprint(blueprint)
