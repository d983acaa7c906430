"""The public way in: anyone with the link may start, and gets a code of her own to go on with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import abort, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from questionnaires.model import Questionnaire
from surveys.access.permissions import open_to_everyone
from surveys.campaigns.box_openers import is_opened_by_two, who_opens
from surveys.campaigns.deadline import takes_answers
from surveys.campaigns.invitations import code_of
from surveys.campaigns.models import PublicLink, Survey, SurveyStatus
from surveys.campaigns.open_group import promised_group
from surveys.campaigns.promises import promises
from surveys.campaigns.public_links import find_link, places_of, start
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.tree import Node
from surveys.platform import code_format, database, limits
from surveys.platform.localisation import use_language
from surveys.respond.blueprint import blueprint
from surveys.respond.session import lead_to
from surveys.respond.texts import Deadline, language_choices

_TOKEN_IN_LINK: Final = re.compile(r"svar/apen/([\w-]+)")
_MOST_LINKS: Final = 3  # that a pasted text is searched for


@dataclass(frozen=True)
class PublicLinkLookup:
    """Somebody who came by a public link, and the language her page is in."""

    link: PublicLink
    survey: Survey
    questionnaire: Questionnaire
    places: Sequence[Node]
    language: str

    @property
    def is_open(self) -> bool:
        """Starting ends at the deadline: the grace is for those who have begun."""
        survey = self.survey
        return survey.status == SurveyStatus.OPEN and takes_answers(
            survey.closes_on, closes_automatically=survey.closes_automatically, begun=False
        )

    def chosen_unit(self, sent: str | None) -> int | None:
        """The unit she answers for: the only one there is, else the one she chose; None when she chose none."""
        if len(self.places) == 1:
            return self.places[0].unit_id
        return next((place.unit_id for place in self.places if str(place.unit_id) == sent), None)


@blueprint.get("/apen/<token>")
@open_to_everyone
def public_start(token: str) -> str:
    """Who asks, why, and that anyone with the link can answer. Reading it makes nothing."""
    return _page(_visit(token))


@blueprint.post("/apen/<token>")
@limits.limiter.limit(limits.STARTS_OF_A_CLIENT, methods=["POST"])
@open_to_everyone
def start_answering(token: str) -> Response | tuple[str, int]:
    """A code of her own, and on to the first page."""
    lookup = _visit(token)
    if not lookup.is_open:
        return lead_to(url_for("respond.public_start", token=lookup.link.token, sprak=lookup.language))
    unit_id = lookup.chosen_unit(request.form.get("enhet"))
    if unit_id is None:
        return _page(lookup, fault=True), 422
    session, secret = database.session(), current_app.config["SECRETS"].codes
    code = code_format.grouped(
        code_of(start(session, lookup.survey, unit_id, lookup.language, secret), secret)
    )
    session.commit()
    return lead_to(url_for("respond.statements", code=code, language=lookup.language, number=1))


def pasted_token(text: str) -> str | None:
    """The token of a public link that was pasted, or typed alone; None when the text has none that is in use."""
    pasted = _TOKEN_IN_LINK.findall(text)[:_MOST_LINKS] or [text]
    # A typed code is posted, and the request's own session would wait for everybody who writes.
    with database.database().reading() as session:
        found = (find_link(session, token) for token in pasted)
        return next((link.token for link in found if link), None)


def _visit(token: str) -> PublicLinkLookup:
    """Ends the request with 404 when there is no such link."""
    link = find_link(database.session(), token)
    if link is None:
        abort(404)
    questionnaire = questionnaire_of(link.survey.instrument)
    offered = list(questionnaire.languages)
    asked = request.args.get("sprak")
    language = asked if asked in offered else request.accept_languages.best_match(offered) or offered[0]
    use_language(language)
    return PublicLinkLookup(link, link.survey, questionnaire, places_of(link.survey, link), language)


def _page(lookup: PublicLinkLookup, *, fault: bool = False) -> str:
    def here(language: str) -> str:
        return url_for("respond.public_start", token=lookup.link.token, sprak=language)

    return render_template(
        "respond/public_start.html" if lookup.is_open else "respond/not_open.html",
        lookup=lookup,
        survey=lookup.survey,
        questionnaire=lookup.questionnaire,
        text_language=lookup.language,
        deadline=Deadline.of(lookup.survey),
        promises=promises(
            lookup.survey, lookup.questionnaire, promised_group(database.session(), lookup.survey)
        ),
        easy=lookup.questionnaire.reading == "easy",
        opened_by_two=is_opened_by_two(database.session(), lookup.survey),
        who_opens=who_opens(database.session(), lookup.survey, lookup.questionnaire),
        choices=language_choices(lookup.questionnaire.languages, lookup.language, here),
        fault=fault,
    )
