"""Public links: an address where anyone may start answering, for citizens, users and counters.

A start makes a fresh invitation that belongs to nobody, so everything after it is the ordinary way. How many people
could have answered is unknown, and so is whether somebody answered twice.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Invitation, PublicLink, PublicPlace, Survey, SurveyStatus
from surveys.campaigns.open_group import raise_to_open_group
from surveys.campaigns.scope import asked_units
from surveys.organisation.tree import Node, in_order
from surveys.platform.texts import _

# Short, without æ, ø and å, hard to confuse when somebody reads them aloud.
WORDS: Final = (  # noqa: SIM905 -- words in a row read better than seventy quoted ones
    "alm and ask bekk berg bie bjerk blad bre bris dal delfin due elg elv eng fjell fjord flo foss furu gaupe gran "
    "hare havn hegg humle ild jord katt klippe korn lam lerke lin lind lomvi lyng maur mose nype orrfugl osp oter "
    "perle rein rev rips rogn selje sel sky snipe sol spurv strand svane tang tiur torsk ugle vind vipe"
).split()


def make_link(session: Session, survey: Survey, unit_ids: Iterable[int]) -> PublicLink:
    """Opens the survey to everybody, or changes where they may answer. The address stays the same.

    Those who come choose among `unit_ids`; none: they answer for the survey's top unit. Raises SurveyError when the
    survey has closed or does not ask a unit.
    """
    if survey.status not in {SurveyStatus.DRAFT, SurveyStatus.OPEN}:
        raise SurveyError(_("Undersøkelsen er lukket, så den kan ikke få en åpen lenke."))
    wanted = set(unit_ids) or {survey.unit_id}
    if not wanted <= asked_units(survey).keys():
        raise SurveyError(_("Velg en av enhetene i undersøkelsen."))
    link = survey.public_link
    if link is None:
        link = survey.public_link = PublicLink(token=_free_token(session))
    kept = [place for place in link.places if place.unit_id in wanted]
    new = wanted - {place.unit_id for place in kept}
    link.places = [*kept, *(PublicPlace(unit_id=unit_id) for unit_id in sorted(new))]
    session.flush()
    audit.record(session, "survey.public_link_made", survey.key, unit_ids=sorted(wanted))
    return link


def remove_link(session: Session, survey: Survey) -> None:
    """No more starts. Those who have started may finish. Removing a link that is gone changes nothing."""
    if survey.public_link is None:
        return
    survey.public_link = None
    session.flush()
    audit.record(session, "survey.public_link_removed", survey.key)


def find_link(session: Session, typed: str) -> PublicLink | None:
    """The link with this token, however it was typed: capitals and spaces do not matter."""
    token = re.sub(r"[\s_\-–—]+", "-", typed.strip().lower())
    return session.scalar(select(PublicLink).where(PublicLink.token == token))


def address_of(link: PublicLink) -> str:
    """The full address, as it stands on a poster."""
    return f"{current_app.config['SETTINGS'].base_url}/svar/apen/{link.token}"


def places_of(survey: Survey, link: PublicLink) -> Sequence[Node]:
    """Where those who come may answer, in the order of the tree. Never empty.

    A unit that is no longer asked is left out. When none remains it is the top unit, or all that are asked when the
    top unit is not.
    """
    nodes = in_order((unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in survey.units)
    chosen, asked = {place.unit_id for place in link.places}, asked_units(survey)
    offered = [node for node in nodes if node.unit_id in asked]
    top = [node for node in nodes[:1] if node.unit_id in asked]
    return [node for node in offered if node.unit_id in chosen] or top or offered or nodes[:1]


def start(session: Session, survey: Survey, unit_id: int, language: str, secret: bytes) -> Invitation:
    """An invitation for somebody who has just pressed «Start». `secret` is `Secrets.codes`."""
    raise_to_open_group(session, survey)
    newcomer = Recipient(unit_id, language=language, self_started=True)
    [invitation] = invite(session, survey, [newcomer], secret)
    return invitation


def _free_token(session: Session) -> str:
    """«ugle-fjell-27»: about 370,000 of them."""
    while True:
        first, second = secrets.choice(WORDS), secrets.choice(WORDS)
        token = f"{first}-{second}-{secrets.randbelow(90) + 10}"
        if session.scalar(select(PublicLink.survey_id).where(PublicLink.token == token)) is None:
            return token
