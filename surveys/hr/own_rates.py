"""Response rates as a leader sees them: her own units in the surveys that are open, by the hiding rule of HR's page."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit
from surveys.campaigns.survey_texts import title_in
from surveys.hr.turnout import UnitTurnout, turnout
from surveys.platform.localisation import day_and_date, number, percent
from surveys.platform.texts import _

GOAL: Final = 0.8
"""The share that makes a unit's result speak for the unit; a rule of thumb, and only ever a request."""


@dataclass(frozen=True)
class OwnRate:
    """A leader's unit in an open survey. `letter`: a text she can send to everybody in it, whoever has answered."""

    survey: Survey
    turnout: UnitTurnout
    letter: str


def own_rates(session: Session, account: Account) -> list[OwnRate]:
    """The units the account leads, in each open survey where somebody is invited in them."""
    led = {grant.unit_id for grant in account.grants if grant.role == Role.LEADER}
    if not led:
        return []
    asked = select(SurveyUnit.survey_id).where(SurveyUnit.unit_id.in_(led))
    surveys = session.scalars(
        select(Survey)
        .where(Survey.status == SurveyStatus.OPEN, Survey.id.in_(asked))
        .order_by(Survey.closes_on, Survey.id)
    ).all()
    return [
        OwnRate(survey, row, letter_for(survey, row))
        for survey in surveys
        for row in turnout(session, survey)
        if row.node.unit_id in led and row.invited
    ]


def letter_for(survey: Survey, row: UnitTurnout) -> str:
    """A request to all in the unit. It has the number only where the page may show it."""
    title, deadline = title_in(survey), day_and_date(survey.closes_on)
    thanks = _("Har du svart: takk! Har du ikke svart, ligger lenken i e-posten eller brevet du fikk.")
    closing = _(
        "Fristen er %(deadline)s. Ingen ser hvem som har svart hva, heller ikke jeg.", deadline=deadline
    )
    if row.rate is None or not row.delivered:
        opening = _("Hei! Vi ber alle i %(unit)s svare på «%(title)s».", unit=row.node.name, title=title)
    elif row.rate >= GOAL:
        opening = _(
            "Hei! %(rate)s av oss i %(unit)s har svart på «%(title)s». "
            "Jo flere som svarer, jo sikrere blir resultatet.",
            rate=row.rate_text,
            unit=row.node.name,
            title=title,
        )
    else:
        opening = _(
            "Hei! Hjelp oss over %(goal)s: %(delivered)s av %(invited)s i %(unit)s har svart på «%(title)s».",
            goal=percent(GOAL),
            delivered=row.delivered_text,
            invited=number(row.invited or 0, 0),
            unit=row.node.name,
            title=title,
        )
    return f"{opening} {thanks} {closing}"
